"""The explainability monitor: whether predictions still depend on what they depended on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.alarms.options import MonitorAlarms
from model_monitor.baseline.source import Baseline
from model_monitor.clarify.baseline import ClarifyBaseline
from model_monitor.clarify.bias_config import require_headers
from model_monitor.clarify.graphs import attribution_graphs
from model_monitor.clarify.shap_config import ModelReference, ShapConfig
from model_monitor.engine import ExplainabilityAnalysis
from model_monitor.errors import ConfigurationError, one_of
from model_monitor.inputs.attributes import CapturedAttributes, require_attribute
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.requirements import require_inputs
from model_monitor.internal.access import AccessRole
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import allow, granted_together
from model_monitor.internal.reachable import require_reachable
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.statements import Statement
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import MonitorOptions, MonitorSettings, require_options
from model_monitor.s3_location import S3Location
from model_monitor.services import MonitoringServices

_PREFIX_LENGTH = 30  # Clarify appends the time and more to the names of its endpoints
# What Clarify calls its endpoints where a prefix is not taken over; names as its logs show them.
_CLARIFY_PREFIX = "sm-clarify-"


class _Required(TypedDict):
    model: ModelReference
    baseline: Baseline


class ModelExplainabilityOptions(_Required, MonitorOptions, total=False):
    """Options of an explainability monitor, beside those of every kind (see `MonitorOptions`).

    Attributes:
        model: The model that is asked. It must be the model that served the traffic. Required.
        baseline: What predictions depended on, usually from the training data. Required.
        shap: How contributions are computed. Default: with Clarify's own choices.
        attributes: Where features are in captured inputs, and scores in the model's output. Default: everything, and
            the output is one number.
        dataset_label: Column of the label in the baseline's dataset, which is no feature. Default: there is none.
        dataset_headers: Names of the dataset's columns. Default: those of the features, or the dataset has them.
        alarms: Default: any violation, failed runs, silence and missing traffic.
    """

    shap: ShapConfig | None
    attributes: CapturedAttributes | None
    dataset_label: str | int | None
    dataset_headers: Sequence[str] | None
    alarms: MonitorAlarms | None


@checked
class ModelExplainabilityMonitor(Monitor):
    """Compute how much each feature contributes to predictions, and compare the order with the baseline's.

    A run whose order has an NDCG below 0.9 reports a violation, which puts the alarm on violations into ALARM. The
    service fixes that limit: neither a baseline nor an option changes it
    (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-feature-attribute-drift-violations.html); for another one,
    make alarms on `metric_attribution`. Every run makes an endpoint of the model for itself, which costs time and
    money.

    Attributes:
        baseline: Files that runs compare with.
        shap: How contributions are computed.

    Example:
        ```python
        ModelExplainabilityMonitor(
            self,
            "ModelExplainability",
            input=endpoint,
            services=services,
            model=ModelReference.from_model(model),
            shap=ShapConfig(baseline=[[39, 5000, 0.3]], features=["age", "income", "debt"]),
            attributes=CapturedAttributes(inference=0),
            baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()),
        )
        ```
    """

    MONITOR_TYPE = "ModelExplainability"
    WORDS = "explainability"
    METRICS = metrics.EXPLAINABILITY

    @granted_together()
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        services: MonitoringServices,
        access: AccessRole | None = None,
        **options: Unpack[ModelExplainabilityOptions],
    ) -> None:
        """Make baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored: of batch transform and of models served elsewhere, the inputs.
            services: Key, bucket, topic and functions.
            access: The role that the functions assume for this monitor. Default: a new one.
            **options: See `ModelExplainabilityOptions`. The network must not be isolated.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        require_options(options, ModelExplainabilityOptions)
        model, shap = options["model"], options.get("shap") or ShapConfig()
        attributes = options.get("attributes") or CapturedAttributes()
        dataset_label, dataset_headers = options.get("dataset_label"), options.get("dataset_headers")
        settings = MonitorSettings.of(options, hourly_limit_seconds=self.HOURLY_LIMIT_SECONDS, calls_model=True)
        _require_no_threshold(attributes)
        require_inputs(input)
        require_attribute("dataset label", dataset_label)
        require_headers(dataset_headers, [dataset_label])
        super().__init__(scope, id, input=input, services=services, access=access, settings=settings)
        self.shap = shap
        self._prefix = self.monitoring_schedule_name[:_PREFIX_LENGTH].rstrip("-")
        if isinstance(shap.baseline, S3Location):
            shap.baseline.grant_read(self.role)
        require_reachable(model.dependency, self, option="model")
        self._grant_model(model)
        self.baseline = ClarifyBaseline(
            self,
            "Baseline",
            baseline=options["baseline"],
            job=self._baseline_job(),
            config=self._config(model, attributes),
            dataset_config={
                **({} if dataset_label is None else {"label": dataset_label}),
                **({"headers": list(dataset_headers)} if dataset_headers else {}),
            },
            dataset_options={"dataset_label": dataset_label, "dataset_headers": dataset_headers},
            dataset_columns={("dataset_label",): [dataset_label], ("shap", "features"): shap.features or []},
        )
        dependencies = [model.dependency] if model.dependency else []
        self.baseline.node.add_dependency(*dependencies)
        analysis = ExplainabilityAnalysis(self.baseline.config_uri, attributes)
        self._run(analysis, self.baseline, *dependencies)
        self._make_common_alarms(options.get("alarms") or MonitorAlarms())

    def metric_attribution(self, feature: str) -> cloudwatch.Metric:
        """Return how much a feature contributes to predictions: its global SHAP value, of the model's first output.

        Args:
            feature: Its name.

        Raises:
            ConfigurationError: The configuration names the features, and this is none of them.
        """
        if self.shap.features and feature not in self.shap.features:
            raise ConfigurationError(
                got=f"the feature {feature!r}",
                expected=one_of(self.shap.features),
                fix="write it as in the configuration",
            )
        self._publish("attribution", feature)
        return self._metrics.own(
            metrics.ATTRIBUTION,
            statistic=metrics.AVERAGE,
            extra_dimensions={"Feature": feature},
            label=f"{feature} contribution",
        )

    def publish_for_dashboard(self, features: Sequence[str]) -> None:
        """Have runs publish how much features contribute.

        Args:
            features: Their names; those that the configuration does not name are left out.
        """
        for feature in features:
            if not self.shap.features or feature in self.shap.features:
                self.metric_attribution(feature)

    def graphs(self) -> Sequence[cloudwatch.IWidget]:
        """Return graphs of what is published of features."""
        return list(attribution_graphs(self._drawn("attribution"), self.metric_attribution))

    def _config(self, model: ModelReference, attributes: CapturedAttributes) -> dict[str, Any]:
        shap = self.shap
        scores = {
            "label": attributes.inference,
            "probability": attributes.probability,
            "label_headers": list(shap.label_headers) if shap.label_headers else None,
        }
        return {
            "version": "1.0",
            **({"headers": list(shap.features)} if shap.features else {}),
            "methods": {"shap": shap.to_document(), "report": {"name": "report", "title": "Feature attributions"}},
            "predictor": {
                **model.to_document(self._prefix),
                **{name: value for name, value in scores.items() if value is not None},
            },
        }

    def _grant_model(self, model: ModelReference) -> None:
        stack = stack_of(self)
        # https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-run.html: Clarify makes an endpoint of
        # the model and deletes it.
        endpoints = [
            stack.format_arn(service="sagemaker", resource=resource, resource_name=f"{prefix}*")
            for resource in ("endpoint", "endpoint-config")
            for prefix in (self._prefix, _CLARIFY_PREFIX)
        ]
        model_arn = stack.format_arn(service="sagemaker", resource="model", resource_name=model.model_name)
        statements = [
            Statement(
                actions=[
                    "sagemaker:AddTags",
                    "sagemaker:CreateEndpoint",
                    "sagemaker:CreateEndpointConfig",
                    "sagemaker:DeleteEndpoint",
                    "sagemaker:DeleteEndpointConfig",
                    "sagemaker:DescribeEndpoint",
                    "sagemaker:DescribeEndpointConfig",
                    "sagemaker:InvokeEndpoint",
                ],
                resources=endpoints,
            ),
            Statement(actions=["sagemaker:DescribeModel"], resources=[model_arn]),
        ]
        allow(self.role, statements, "Clarify appends the time to its endpoints' names.")


def _require_no_threshold(attributes: CapturedAttributes) -> None:
    if attributes.probability_threshold is not None:
        raise ConfigurationError(
            option=("attributes", "probability_threshold"),
            value=attributes.probability_threshold,
            expected="none: scores are explained, not decisions",
            fix="leave it out",
        )
