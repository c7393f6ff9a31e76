"""The data-quality monitor: drift, missing values, types and allowed values of what an endpoint is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.alarms.factory import AlarmFactory
from model_monitor.baseline.source import Baseline
from model_monitor.data_quality.alarms import DataQualityAlarms
from model_monitor.data_quality.baseline import DataQualityBaseline
from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.data_quality.constraints import ConstraintOverrides
from model_monitor.engine import DataQualityAnalysis
from model_monitor.errors import ConfigurationError, OptionName, Setting
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.jobs.scripts import POSTPROCESS_HANDLER, PREPROCESS_HANDLER, AnalysisScript
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import MonitorOptions, MonitorSettings
from model_monitor.s3_location import S3Location


class DataQualityMonitor(Monitor):
    """Compares the traffic of every period with a baseline, feature by feature.

    Attributes:
        baseline: Files that runs compare with.

    Example:
        ```python
        monitor = DataQualityMonitor(
            self,
            "DataQuality",
            input=endpoint,
            baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()),
            output=S3Location.of(bucket, "monitoring"),
        )
        monitor.metric_feature_drift("age").create_alarm(self, "Age", threshold=0.2, evaluation_periods=3)
        ```
    """

    MONITOR_TYPE = "DataQuality"
    WORDS = "data-quality"
    METRICS = metrics.DATA_QUALITY

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        baseline: Baseline,
        output: S3Location,
        constraints: ConstraintOverrides | None = None,
        categorical: CategoricalFeatures | Sequence[str] | None = None,
        preprocessor: AnalysisScript | None = None,
        postprocessor: AnalysisScript | None = None,
        alarms: DataQualityAlarms | None = None,
        **options: Unpack[MonitorOptions],
    ) -> None:
        """Makes baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored: an endpoint, batch transform, or a model that is served elsewhere.
            baseline: What its traffic is compared with.
            output: Where baselines and reports are kept, below `baselines/<schedule>/` and
                `reports/<endpoint>/<schedule>/`; several monitors may share it.
            constraints: Changes to the suggested constraints. Default: none.
            categorical: Columns to compare by the shares of their values, or `"auto"` for all that the drift distance
                cannot see. Excludes `preprocessor`. Default: none; the deployment names the columns that need it.
            preprocessor: Script that runs on every record. Default: none.
            postprocessor: Script that runs after the analysis. Default: none.
            alarms: Default: any violation, failed runs, silence and missing traffic.
            **options: See `MonitorOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        constraints = constraints or ConstraintOverrides()
        alarms = alarms or DataQualityAlarms()
        chosen = _chosen_categories(categorical, preprocessor)
        settings = MonitorSettings.of(options, hourly_limit_seconds=self.HOURLY_LIMIT_SECONDS)
        _require_metrics(constraints, alarms)
        super().__init__(scope, id, input=input, output=output, settings=settings)
        pre = preprocessor.bind(self, "Preprocessor", handler=PREPROCESS_HANDLER) if preprocessor else None
        post = postprocessor.bind(self, "Postprocessor", handler=POSTPROCESS_HANDLER) if postprocessor else None
        self.baseline = DataQualityBaseline(
            self,
            "Baseline",
            baseline=baseline,
            job=self._baseline_job(preprocessor=pre, postprocessor=post),
            categorical=chosen,
            overrides=constraints,
        )
        analysis = DataQualityAnalysis(
            statistics_uri=self.baseline.statistics_uri,
            preprocessor_uri=self.baseline.preprocessor_uri or (pre.uri if pre else None),
            postprocessor_uri=post.uri if post else None,
        )
        self._running = self._run(analysis, self.baseline)
        self._make_alarms(alarms)

    def metric_feature_drift(self, feature: str) -> cloudwatch.Metric:
        """Distance of a feature's distribution to the baseline's, 0 to 1.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        self.baseline.require_feature(feature)
        return self._metrics.service(
            metrics.feature_drift(feature), statistic=cloudwatch.Stats.MAXIMUM, label=f"{feature} drift"
        )

    def metric_feature_completeness(self, feature: str) -> cloudwatch.Metric:
        """Share of records that have a value for a feature, 0 to 1.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        self.baseline.require_feature(feature)
        return self._metrics.service(
            metrics.feature_completeness(feature),
            statistic=cloudwatch.Stats.MINIMUM,
            extra_dimensions={"Feature": feature},
            label=f"{feature} completeness",
        )

    def metric_feature_mean(self, feature: str) -> cloudwatch.Metric:
        """Mean of a numerical feature.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        self.baseline.require_feature(feature)
        return self._metrics.service(
            metrics.feature_data(feature), statistic=cloudwatch.Stats.AVERAGE, label=f"{feature} mean"
        )

    def metric_feature_count(self, feature: str) -> cloudwatch.Metric:
        """Number of records that have a value for a numerical feature.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        self.baseline.require_feature(feature)
        return self._metrics.service(
            metrics.feature_data(feature), statistic=cloudwatch.Stats.SAMPLE_COUNT, label=f"{feature} records"
        )

    def _make_alarms(self, alarms: DataQualityAlarms) -> None:
        factory = self._alarm_factory()
        self.alarms += [
            factory.drift(feature, self.metric_feature_drift(feature), threshold)
            for feature, threshold in alarms.drift.items()
        ]
        self.alarms += [
            self._mean_shift_alarm(factory, feature, deviations, alarms.mean_shift_minimum_records)
            for feature, deviations in alarms.mean_shift.items()
        ]
        self._make_common_alarms(alarms)

    def _mean_shift_alarm(
        self, factory: AlarmFactory, feature: str, deviations: float, minimum: int
    ) -> cloudwatch.Alarm:
        mean, limit = self.baseline.mean_shift(feature, deviations)
        shift = cloudwatch.MathExpression(
            # Parentheses: the baseline's mean may be negative.
            expression=f"IF(records >= {minimum}, ABS(mean - ({mean})), 0)",
            using_metrics={"mean": self.metric_feature_mean(feature), "records": self.metric_feature_count(feature)},
            period=self._metrics.period,
            label=f"{feature}: distance of the mean to the baseline's",
        )
        return factory.mean_shift(feature, shift, limit, deviations)


def _chosen_categories(
    categorical: CategoricalFeatures | Sequence[str] | None, preprocessor: AnalysisScript | None
) -> CategoricalFeatures | None:
    if categorical is None:
        return None
    if preprocessor is not None:
        raise ConfigurationError(
            option="categorical",
            got=(OptionName("categorical"), " together with ", OptionName("preprocessor")),
            expected="one of them: the service runs a single script",
            fix=("turn the columns into text in your script and leave ", OptionName("categorical"), " out"),
        )
    return categorical if isinstance(categorical, CategoricalFeatures) else CategoricalFeatures.of(categorical)


def _require_metrics(constraints: ConstraintOverrides, alarms: DataQualityAlarms) -> None:
    if constraints.emit_metrics is False and (alarms.drift or alarms.mean_shift):
        raise ConfigurationError(
            option=("constraints", "emit_metrics"),
            got=("alarms on features together with ", Setting("emit_metrics", False)),
            expected="feature metrics where there are alarms on them",
            fix=("leave ", OptionName("emit_metrics"), " out, or the alarms"),
        )
