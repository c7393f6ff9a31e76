"""The model-quality monitor: how good predictions turned out to be once the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.alarms.factory import AlarmFactory, late_periods
from model_monitor.baseline.source import Baseline
from model_monitor.engine import ModelQualityAnalysis
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.jobs.scripts import POSTPROCESS_HANDLER, PREPROCESS_HANDLER, AnalysisScript
from model_monitor.model_quality.alarms import MetricLimit, ModelQualityAlarms
from model_monitor.model_quality.baseline import ModelQualityBaseline
from model_monitor.model_quality.problem import Better, ProblemType, QualityColumns
from model_monitor.monitor.labelled import LabelledMonitor
from model_monitor.monitor.options import MonitorOptions, MonitorSettings
from model_monitor.s3_location import S3Location


class ModelQualityMonitor(LabelledMonitor):
    """Joins predictions with the labels that arrive later, and compares the model's metrics with the baseline's.

    Attributes:
        baseline: Files that runs compare with.
        problem: What the model predicts.

    Example:
        ```python
        ModelQualityMonitor(
            self,
            "ModelQuality",
            input=endpoint,
            problem=ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.5),
            ground_truth=GroundTruth(location=S3Location.of(bucket, "labels")),
            baseline=Baseline.from_asset("validated.csv", DatasetFormat.csv()),
            columns=QualityColumns(ground_truth="defaulted", probability="score"),
            output=S3Location.of(bucket, "monitoring"),
            alarms=ModelQualityAlarms(metrics={"recall": MetricLimit.baseline(tolerance=0.05)}),
        )
        ```
    """

    MONITOR_TYPE = "ModelQuality"
    WORDS = "model-quality"
    METRICS = metrics.MODEL_QUALITY

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        problem: ProblemType,
        ground_truth: GroundTruth,
        baseline: Baseline,
        output: S3Location,
        columns: QualityColumns | None = None,
        thresholds: Mapping[str, float | MetricLimit] | None = None,
        tolerance: float | None = None,
        preprocessor: AnalysisScript | None = None,
        postprocessor: AnalysisScript | None = None,
        alarms: ModelQualityAlarms | None = None,
        **options: Unpack[MonitorOptions],
    ) -> None:
        """Makes baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored: an endpoint, batch transform, or a model that is served elsewhere.
            problem: What the model predicts, and where it is in captured records.
            ground_truth: Where labels are put, and how long they take to arrive.
            baseline: How good the model was, usually from a validation dataset with predictions and labels.
            output: Where baselines and reports are kept, below `baselines/<schedule>/` and `reports/<schedule>/`, which
                also holds the merged records, so that no other monitor reads them; several monitors may share it.
            columns: Columns of the baseline's dataset; needed with a dataset only.
            thresholds: From when on single metrics are a violation: a number, or how much worse than the baseline's
                value (`MetricLimit.baseline`), in the metric's own unit. Not of F0.5, which runs never report as
                broken. Default: `tolerance` decides.
            tolerance: How much worse than the baseline's value every other metric may be before it is a violation: a
                share of that value, 0 to 1. An error rate may rise by as much as its counterpart may fall. AWS suggests
                the baseline's value itself, which traffic like the baseline's breaks by chance in about every second
                run (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html); 0
                keeps that. Default: 0.05 where a job computes the baseline; 0 where the baseline is files, of
                `Baseline.from_files` or of a model package: their limits are taken as somebody wrote them.
            preprocessor: Script that runs on every record. Default: none.
            postprocessor: Script that runs after the analysis. Default: none.
            alarms: Default: any violation, failed runs, silence, missing traffic and missing labels.
            **options: See `MonitorOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        alarms, thresholds = alarms or ModelQualityAlarms(), thresholds or {}
        settings = MonitorSettings.of(options, hourly_limit_seconds=self.HOURLY_LIMIT_SECONDS)
        for metric in thresholds:
            problem.require_threshold(metric)
        for metric, limit in (*thresholds.items(), *alarms.metrics.items()):
            problem.require_limit(metric, limit)
        if columns is not None:
            columns.require_fitting(problem)
        super().__init__(scope, id, input=input, output=output, settings=settings, ground_truth=ground_truth)
        self.problem = problem
        pre = preprocessor.bind(self, "Preprocessor", handler=PREPROCESS_HANDLER) if preprocessor else None
        post = postprocessor.bind(self, "Postprocessor", handler=POSTPROCESS_HANDLER) if postprocessor else None
        self.baseline = ModelQualityBaseline(
            self,
            "Baseline",
            baseline=baseline,
            job=self._baseline_job(preprocessor=pre, postprocessor=post),
            problem=problem,
            columns=columns,
            thresholds=thresholds,
            tolerance=tolerance,
        )
        analysis = ModelQualityAnalysis(problem, ground_truth, pre.uri if pre else None, post.uri if post else None)
        self._running = self._run(analysis, self.baseline)
        self._make_alarms(alarms)

    def metric_quality(self, name: str) -> cloudwatch.Metric:
        """A metric of the model's quality.

        Args:
            name: Such as `recall`, `auc`, `weighted_f1` or `rmse`; those of the problem type.

        Raises:
            ConfigurationError: This kind of problem has no such metric.
        """
        self.problem.require_metric(name)
        return self._metrics.service(name, statistic=cloudwatch.Stats.AVERAGE, label=name.replace("_", " "))

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
        late = late_periods(self._metrics.period, self.ground_truth.delay)
        return factory.quality(name, metric, limit=threshold, below=below, happened=happened, late_periods=late)
