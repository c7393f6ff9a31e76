"""The bias monitor: whether the model treats groups of people alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.alarms.factory import AlarmFactory
from model_monitor.baseline.source import Baseline
from model_monitor.clarify.alarms import ModelBiasAlarms
from model_monitor.clarify.baseline import ClarifyBaseline
from model_monitor.clarify.bias_config import BiasConfig, BiasLimit, Value, ideal_of, require_headers
from model_monitor.clarify.graphs import bias_graph
from model_monitor.dashboard import layout
from model_monitor.engine import BiasAnalysis
from model_monitor.errors import ConfigurationError, Setting
from model_monitor.inputs.attributes import CapturedAttributes, require_attribute
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.requirements import require_inputs
from model_monitor.internal.access import AccessRole
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import granted_together
from model_monitor.monitor.labelled import LabelledMonitor
from model_monitor.monitor.options import MonitorOptions, MonitorSettings, require_options
from model_monitor.services import MonitoringServices


class _Required(TypedDict):
    config: BiasConfig
    attributes: CapturedAttributes
    ground_truth: GroundTruth
    baseline: Baseline


class ModelBiasOptions(_Required, MonitorOptions, total=False):
    """Options of a bias monitor, beside those of every kind (see `MonitorOptions`).

    Attributes:
        config: Labels and groups. Required.
        attributes: Where predictions are in captured records; positions count the model's own output, also where inputs
            stand before it. Required.
        ground_truth: Where labels are put, and how long they take to arrive. Required.
        baseline: How groups were treated, usually from a validation dataset with predictions and labels. Required.
        predicted_label: Column of the predictions in the baseline's dataset; needed with a dataset only.
        dataset_headers: Names of that dataset's columns. Default: those of `config`, or the dataset has them.
        alarms: Default: any violation, failed runs, silence, missing traffic and missing labels.
    """

    predicted_label: str | int | None
    dataset_headers: Sequence[str] | None
    alarms: ModelBiasAlarms | None


@checked
class ModelBiasMonitor(LabelledMonitor):
    """Join predictions with labels, and compare how groups are treated with how the baseline treated them.

    Attributes:
        baseline: Files that runs compare with.
        config: Labels and groups.

    Example:
        ```python
        ModelBiasMonitor(
            self,
            "ModelBias",
            input=endpoint,
            services=services,
            config=BiasConfig(
                label="approved",
                label_values=[1],
                facets=[Facet.of("sex", "female")],
                headers=["sex", "income", "debt", "approved"],
            ),
            attributes=CapturedAttributes(inference=0),
            ground_truth=GroundTruth(location=S3Location.of(bucket, "labels")),
            baseline=Baseline.from_asset("validated.csv", DatasetFormat.csv()),
            predicted_label="prediction",
            alarms=ModelBiasAlarms(limits=[BiasLimit(metric="DPPL", facet="sex", maximum=0.1)]),
        )
        ```
    """

    MONITOR_TYPE = "ModelBias"
    WORDS = "bias"
    METRICS = metrics.BIAS

    @granted_together()
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        services: MonitoringServices,
        access: AccessRole | None = None,
        **options: Unpack[ModelBiasOptions],
    ) -> None:
        """Make baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored. Batch transform jobs must run with `DataProcessing.JoinSource=Input`, so that
                their output has the groups beside the predictions, and a `CaptureWriter` with `join_inputs`
                (https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html).
            services: Key, bucket, topic and functions.
            access: The role that the functions assume for this monitor. Default: a new one.
            **options: See `ModelBiasOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        require_options(options, ModelBiasOptions)
        config, attributes = options["config"], options["attributes"]
        predicted_label, dataset_headers = options.get("predicted_label"), options.get("dataset_headers")
        alarms = options.get("alarms") or ModelBiasAlarms()
        settings = MonitorSettings.of(options, hourly_limit_seconds=self.HOURLY_LIMIT_SECONDS)
        _require_names(input, config)
        require_inputs(input)
        attributes.require_prediction()
        require_attribute("predicted label", predicted_label)
        require_headers(dataset_headers, [config.label, predicted_label, *(facet.name for facet in config.facets)])
        for limit in alarms.limits:
            config.require_metric(limit.metric)
            config.facet_text(limit.facet, limit.facet_value)
        super().__init__(
            scope,
            id,
            input=input,
            services=services,
            access=access,
            settings=settings,
            ground_truth=options["ground_truth"],
        )
        self.config = config
        self.baseline = ClarifyBaseline(
            self,
            "Baseline",
            baseline=options["baseline"],
            job=self._baseline_job(),
            config=config.to_document(),
            dataset_config=_dataset_config(config, predicted_label, dataset_headers),
            dataset_options={
                "predicted_label": predicted_label,
                "dataset_headers": dataset_headers,
                "metrics": config.metrics,
            },
            dataset_columns={
                ("config", "label"): [config.label],
                ("config", "facets"): [facet.name for facet in config.facets],
                ("config", "group_variable"): [config.group_variable],
                ("predicted_label",): [predicted_label],
            },
        )
        analysis = BiasAnalysis(self.baseline.config_uri, attributes, self.ground_truth)
        self._run(analysis, self.baseline)
        self._limits = alarms.limits
        self._make_alarms(alarms)

    def metric_bias(self, metric: str, *, facet: str | int, facet_value: Value | None = None) -> cloudwatch.Metric:
        """Return one metric of one group.

        Args:
            metric: Short name, such as `DPPL`.
            facet: Column of the group.
            facet_value: The group, as reports write it. Default: the values of the facet.

        Raises:
            ConfigurationError: The configuration has no such metric or facet.
        """
        group = self.config.facet_text(facet, facet_value)
        self.config.require_metric(metric)
        self._publish("bias", {"metric": metric, "facet": str(facet), "facet_value": group})
        return self._metrics.own(
            metrics.BIAS_METRIC,
            statistic=metrics.AVERAGE,
            extra_dimensions={"Metric": metric, "Facet": str(facet), "FacetValue": group},
            label=f"{metric} of {facet} {group}",
        )

    def publish_for_dashboard(self, features: Sequence[str]) -> None:
        """Have runs publish one metric of every group, unless something asks for others.

        Args:
            features: Of no use here.
        """
        if not self._drawn("bias"):
            for facet in self.config.facets:
                if facet.values:
                    self.metric_bias(self.config.first_metric, facet=facet.name)

    def _quality_graphs(self) -> Sequence[cloudwatch.IWidget]:
        facets = {str(facet.name): facet.name for facet in self.config.facets}
        return [
            bias_graph(
                self.metric_bias(drawn["metric"], facet=facets[drawn["facet"]], facet_value=drawn["facet_value"]),
                f"{drawn['metric']} of {drawn['facet']} {drawn['facet_value']}",
                width=layout.share_of_a_row(len(self._drawn("bias")) + 1),
                ideal=ideal_of(drawn["metric"]),
                limits=[
                    limit
                    for limit in self._limits
                    if (limit.metric, str(limit.facet), self.config.facet_text(limit.facet, limit.facet_value))
                    == (drawn["metric"], drawn["facet"], drawn["facet_value"])
                ],
            )
            for drawn in self._drawn("bias")
        ]

    def _make_alarms(self, alarms: ModelBiasAlarms) -> None:
        factory = self._alarm_factory()
        self.alarms += [self._bias_alarm(factory, limit) for limit in alarms.limits]
        self._make_label_alarm(alarms.minimum_label_coverage)
        self._make_common_alarms(alarms)

    def _bias_alarm(self, factory: AlarmFactory, limit: BiasLimit) -> cloudwatch.Alarm:
        group = self.config.facet_text(limit.facet, limit.facet_value)
        distance = cloudwatch.MathExpression(
            expression=f"ABS(live - {limit.ideal})" if limit.ideal else "ABS(live)",
            using_metrics={"live": self.metric_bias(limit.metric, facet=limit.facet, facet_value=limit.facet_value)},
            period=self._metrics.period,
            label=f"{limit.metric} of {limit.facet} {group}: distance to {limit.ideal}",
        )
        return factory.limit(
            f"Bias{limit.metric}{limit.facet}{group}",
            f"{limit.metric} of {limit.facet} {group}",
            distance,
            limit=limit.maximum,
            happened=f"The model treats groups differently: {limit.metric} of '{limit.facet}' {group} lies more than "
            f"{limit.maximum:g} from {limit.ideal}.",
        )


def _require_names(input: MonitorInput, config: BiasConfig) -> None:
    """Check that runs find the columns: captured records have no header.

    Raises:
        ConfigurationError: Columns are named that nobody could find.
    """
    if config.headers is not None:
        return
    named = [
        name for name in (*(facet.name for facet in config.facets), config.group_variable) if isinstance(name, str)
    ]
    if named:
        raise ConfigurationError(
            option=("config", "headers"),
            got=f"the columns {', '.join(map(repr, named))} without headers",
            expected="the names of all inputs, in their order, and of the label: captured records have no header",
            fix=("give the bias configuration ", Setting("headers", [...]), ", or name columns by their positions"),
        )
    # There, inputs and predictions stand in one row.
    if input.batch_format is not None and "csv" in input.batch_format.document:
        raise ConfigurationError(
            option=("config", "headers"),
            got="no headers for a bias monitor of CSV whose rows hold inputs and predictions",
            expected="the names of all inputs and of the label: their number tells where the predictions begin",
            fix=("give the bias configuration ", Setting("headers", [...])),
        )


def _dataset_config(
    config: BiasConfig, predicted_label: str | int | None, headers: Sequence[str] | None
) -> dict[str, Any] | None:
    if predicted_label is None:
        return None
    return {
        "predicted_label": predicted_label,
        **({"headers": list(headers)} if headers else {}),
        "methods": {**config.baseline_methods, "report": {"name": "report", "title": "Bias of the baseline"}},
    }
