"""The model-quality monitor: how good predictions turned out to be once the truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.alarms.factory import AlarmFactory
from model_monitor.baseline.source import Baseline
from model_monitor.dashboard import layout
from model_monitor.engine import ModelQualityAnalysis
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.requirements import require_scriptable
from model_monitor.internal.access import AccessRole
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import granted_together
from model_monitor.jobs.scripts import POSTPROCESS_HANDLER, PREPROCESS_HANDLER, AnalysisScript
from model_monitor.model_quality.alarms import MetricLimit, ModelQualityAlarms
from model_monitor.model_quality.baseline import ModelQualityBaseline
from model_monitor.model_quality.graphs import SHOWN, quality_graph
from model_monitor.model_quality.late_alarms import late_alarms
from model_monitor.model_quality.problem import Better, ProblemType, QualityColumns
from model_monitor.monitor.labelled import LabelledMonitor
from model_monitor.monitor.options import MonitorOptions, MonitorSettings, require_options
from model_monitor.services import MonitoringServices


class _Required(TypedDict):
    problem: ProblemType
    ground_truth: GroundTruth
    baseline: Baseline


class ModelQualityOptions(_Required, MonitorOptions, total=False):
    """Options of a model-quality monitor, beside those of every kind (see `MonitorOptions`).

    Attributes:
        problem: What the model predicts, and where it is in captured records. Required.
        ground_truth: Where labels are put, and how long they take to arrive. Required.
        baseline: How good the model was, usually from a validation dataset with predictions and labels. Required.
        columns: Columns of the baseline's dataset; needed with a dataset only.
        thresholds: From when on single metrics are a violation: a number, or how much worse than the baseline's value
            (`MetricLimit.baseline`), in the metric's own unit. Not of F0.5, which runs never report as broken.
            Default: `tolerance` decides.
        tolerance: How much worse than the baseline's value every other metric may be before it is a violation: a share
            of that value, 0 to 1. An error rate may rise by as much as its counterpart may fall. AWS suggests the
            baseline's value itself, which traffic like the baseline's breaks by chance in about every second run
            (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html); 0 keeps that.
            Default: 0.05 where a job computes the baseline; 0 where the baseline is files, of `Baseline.from_files` or
            of a model package: their limits are taken as somebody wrote them.
        preprocessor: Script that runs on every record. Default: none.
        postprocessor: Script that runs after the analysis. Default: none.
        alarms: Default: any violation, failed runs, silence, missing traffic and missing labels.
    """

    columns: QualityColumns | None
    thresholds: Mapping[str, float | MetricLimit] | None
    tolerance: float | None
    preprocessor: AnalysisScript | None
    postprocessor: AnalysisScript | None
    alarms: ModelQualityAlarms | None


@checked
class ModelQualityMonitor(LabelledMonitor):
    """Join predictions with the labels that arrive later, and compare the model's metrics with the baseline's.

    Attributes:
        baseline: Files that runs compare with.
        problem: What the model predicts.

    Example:
        ```python
        ModelQualityMonitor(
            self,
            "ModelQuality",
            input=endpoint,
            services=services,
            problem=ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.5),
            ground_truth=GroundTruth(location=S3Location.of(bucket, "labels")),
            baseline=Baseline.from_asset("validated.csv", DatasetFormat.csv()),
            columns=QualityColumns(ground_truth="defaulted", probability="score"),
            alarms=ModelQualityAlarms(metrics={"recall": MetricLimit.baseline(tolerance=0.05)}),
        )
        ```
    """

    MONITOR_TYPE = "ModelQuality"
    WORDS = "model-quality"
    METRICS = metrics.MODEL_QUALITY

    @granted_together()
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        services: MonitoringServices,
        access: AccessRole | None = None,
        **options: Unpack[ModelQualityOptions],
    ) -> None:
        """Make baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored: an endpoint, batch transform, or a model that is served elsewhere.
            services: Key, bucket, topic and functions.
            access: The role that the functions assume for this monitor. Default: a new one.
            **options: See `ModelQualityOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        require_options(options, ModelQualityOptions)
        problem, columns = options["problem"], options.get("columns")
        alarms, thresholds = options.get("alarms") or ModelQualityAlarms(), options.get("thresholds") or {}
        preprocessor, postprocessor = options.get("preprocessor"), options.get("postprocessor")
        settings = MonitorSettings.of(options, hourly_limit_seconds=self.HOURLY_LIMIT_SECONDS)
        for metric in thresholds:
            problem.require_threshold(metric)
        for metric, limit in (*thresholds.items(), *alarms.metrics.items()):
            problem.require_limit(metric, limit)
        if columns is not None:
            columns.require_fitting(problem)
        if preprocessor is not None:
            require_scriptable(input, option="preprocessor")
        super().__init__(
            scope,
            id,
            input=input,
            services=services,
            access=access,
            settings=settings,
            ground_truth=options["ground_truth"],
        )
        self.problem = problem
        pre = preprocessor.bind(self, "Preprocessor", handler=PREPROCESS_HANDLER) if preprocessor else None
        post = postprocessor.bind(self, "Postprocessor", handler=POSTPROCESS_HANDLER) if postprocessor else None
        self.baseline = ModelQualityBaseline(
            self,
            "Baseline",
            baseline=options["baseline"],
            job=self._baseline_job(preprocessor=pre, postprocessor=post),
            problem=problem,
            columns=columns,
            thresholds=thresholds,
            tolerance=options.get("tolerance"),
        )
        self._warn(late_alarms(alarms, thresholds, problem))
        analysis = ModelQualityAnalysis(
            problem, self.ground_truth, pre.uri if pre else None, post.uri if post else None
        )
        self._run(analysis, self.baseline)
        self._limits = alarms.metrics
        self._make_alarms(alarms)

    def metric_quality(self, name: str) -> cloudwatch.Metric:
        """Return a metric of the model.

        Args:
            name: Such as `recall`, `auc`, `weighted_f1` or `rmse`; those of the problem type.

        Raises:
            ConfigurationError: This kind of problem has no such metric.
        """
        self.problem.require_metric(name)
        self._publish("quality", name)
        return self._metrics.own(
            metrics.QUALITY,
            statistic=metrics.AVERAGE,
            extra_dimensions={"Metric": name},
            label=name.replace("_", " "),
        )

    def publish_for_dashboard(self, features: Sequence[str]) -> None:
        """Have runs publish the metrics that people know best, of this kind of problem.

        Args:
            features: Of no use here.
        """
        for name in (*SHOWN[self.problem.name], *self._limits):
            if name in self.problem.metrics:
                self.metric_quality(name)
                self.baseline.metric(name)

    def _quality_graphs(self) -> Sequence[cloudwatch.IWidget]:
        drawn = self._drawn("quality")
        return [
            quality_graph(
                name,
                self.metric_quality(name),
                # What the baseline is asked for when the template is being written comes too late.
                baseline=self.baseline.metric(name) if self.baseline.tells(name) else None,
                limit=self._limits.get(name),
                better=self.problem.require_metric(name),
                width=layout.share_of_a_row(len(drawn) + 1),
            )
            for name in drawn
        ]

    def _make_alarms(self, alarms: ModelQualityAlarms) -> None:
        factory = self._alarm_factory()
        self.alarms += [self._quality_alarm(factory, name, limit) for name, limit in alarms.metrics.items()]
        self._make_label_alarm(alarms.minimum_label_coverage)
        self._make_common_alarms(alarms)

    def _quality_alarm(self, factory: AlarmFactory, name: str, limit: MetricLimit) -> cloudwatch.Alarm:
        below = self.problem.require_metric(name) is Better.HIGHER
        metric: cloudwatch.IMetric = self.metric_quality(name)
        threshold = limit.value
        relation, words = "below" if below else "above", name.replace("_", " ")
        happened = f"The model has become worse: its {words} is {relation} {limit.value:g}."
        if limit.relative_to_baseline:
            # Parentheses: r2 of a baseline may be negative.
            metric = cloudwatch.MathExpression(
                expression=f"live - ({self.baseline.metric(name)})",
                using_metrics={"live": self.metric_quality(name)},
                period=self._metrics.period,
                label=f"{words} less the baseline's",
            )
            threshold = -limit.value if below else limit.value
            happened = (
                f"The model has become worse: its {words} is {relation} the baseline's"
                f"{f' by more than {limit.value:g}' if limit.value else ''}."
            )
        return factory.limit(
            f"Quality{name}",
            f"{words} too {'low' if below else 'high'}",
            metric,
            limit=threshold,
            below=below,
            happened=happened,
        )
