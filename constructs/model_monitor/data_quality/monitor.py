"""The data-quality monitor: drift, missing values, types and allowed values of what a model is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.alarms.factory import AlarmFactory, quoted
from model_monitor.baseline.source import Baseline
from model_monitor.data_quality import graphs
from model_monitor.data_quality.alarms import DataQualityAlarms
from model_monitor.data_quality.baseline import DataQualityBaseline
from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.data_quality.constraints import ConstraintOverrides
from model_monitor.data_quality.record_options import chosen_categories, guards_records, names_examples
from model_monitor.engine import DataQualityAnalysis
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.requirements import require_scriptable
from model_monitor.internal.access import AccessRole
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import granted_together
from model_monitor.jobs.scripts import POSTPROCESS_HANDLER, PREPROCESS_HANDLER, AnalysisScript
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import MonitorOptions, MonitorSettings, require_options
from model_monitor.mutes import Mute
from model_monitor.services import MonitoringServices


class _Required(TypedDict):
    baseline: Baseline


class DataQualityOptions(_Required, MonitorOptions, total=False):
    """Options of a data-quality monitor, beside those of every kind (see `MonitorOptions`).

    Attributes:
        baseline: What the traffic is compared with. Required.
        constraints: Changes to the suggested constraints. Default: none.
        categorical: Columns to compare by the shares of their values, or `"auto"` for all that the drift distance
            cannot see. Excludes `preprocessor`. Default: none; the deployment names the columns that need it.
        guard_records: Whether runs leave out, count and report records that do not have the columns of the baseline,
            by a generated script. Otherwise one request with a column of its own hides all drift. It cannot be `False`
            with `categorical`, whose script always does. Excludes `preprocessor`. Default: only with `categorical`.
        preprocessor: Script that runs on every record. Default: none.
        postprocessor: Script that runs after the analysis. Default: none.
        example_records: Whether messages, events and the report page name captured records that show a violation. For
            that, the access role may read the captured records, and the page beside the report shows single values of
            them. Default: they do, where no script of yours makes the columns.
        alarms: Default: any violation, failed runs, silence and missing traffic.
    """

    constraints: ConstraintOverrides | None
    categorical: CategoricalFeatures | Sequence[str] | str | None
    guard_records: bool | None
    preprocessor: AnalysisScript | None
    postprocessor: AnalysisScript | None
    example_records: bool | None
    alarms: DataQualityAlarms | None


@checked
class DataQualityMonitor(Monitor):
    """Compare the traffic of every period with a baseline, feature by feature.

    Attributes:
        baseline: Files that runs compare with.

    Example:
        ```python
        monitor = DataQualityMonitor(
            self,
            "DataQuality",
            input=endpoint,
            services=MonitoringServices(self, "Services"),
            baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()),
        )
        monitor.metric_feature_drift("age").create_alarm(self, "Age", threshold=0.2, evaluation_periods=1)
        ```
    """

    MONITOR_TYPE = "DataQuality"
    WORDS = "data-quality"
    METRICS = metrics.DATA_QUALITY

    @granted_together()
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        services: MonitoringServices,
        access: AccessRole | None = None,
        **options: Unpack[DataQualityOptions],
    ) -> None:
        """Make baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored: an endpoint, batch transform, or a model that is served elsewhere.
            services: Key, bucket, topic and functions.
            access: The role that the functions assume for this monitor. Default: a new one.
            **options: See `DataQualityOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        require_options(options, DataQualityOptions)
        constraints = options.get("constraints") or ConstraintOverrides()
        alarms = options.get("alarms") or DataQualityAlarms()
        preprocessor, postprocessor = options.get("preprocessor"), options.get("postprocessor")
        chosen = chosen_categories(options.get("categorical"), preprocessor)
        guards = guards_records(options.get("guard_records"), chosen, preprocessor)
        settings = MonitorSettings.of(options, hourly_limit_seconds=self.HOURLY_LIMIT_SECONDS)
        if preprocessor is not None:
            require_scriptable(input, option="preprocessor")
        if chosen is not None:
            require_scriptable(input, option="categorical")
        elif guards:
            require_scriptable(input, option="guard_records")
        super().__init__(scope, id, input=input, services=services, access=access, settings=settings)
        pre = preprocessor.bind(self, "Preprocessor", handler=PREPROCESS_HANDLER) if preprocessor else None
        post = postprocessor.bind(self, "Postprocessor", handler=POSTPROCESS_HANDLER) if postprocessor else None
        self.baseline = DataQualityBaseline(
            self,
            "Baseline",
            baseline=options["baseline"],
            job=self._baseline_job(preprocessor=pre, postprocessor=post),
            categorical=chosen,
            guards=guards,
            overrides=constraints,
            alarms=alarms,
        )
        self._warn(alarms.late_ones(constraints, computed=self.baseline.is_computed))
        analysis = DataQualityAnalysis(
            statistics_uri=self.baseline.statistics_uri,
            preprocessor_uri=self.baseline.preprocessor_uri or (pre.uri if pre else None),
            postprocessor_uri=post.uri if post else None,
        )
        self._names_examples = names_examples(options.get("example_records"), input, preprocessor)
        if guards or self._names_examples:
            for location in input.counted:
                location.grant_read(self._access)
        self._run(analysis, self.baseline)
        self._alarm_options = alarms
        self._make_alarms(alarms)

    def metric_feature_drift(self, feature: str) -> cloudwatch.Metric:
        """Return the distance of a feature's distribution to the baseline's, 0 to 1.

        A run reports distances above the drift threshold of the constraints only: 0 means that the feature was checked
        and lies within it. A run that could not check drift has no data point.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        return self._feature(feature, "drift", metrics.FEATURE_DRIFT, metrics.MAXIMUM, "drift")

    def metric_feature_completeness(self, feature: str) -> cloudwatch.Metric:
        """Return the share of records that have a value for a feature, 0 to 1.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        return self._feature(feature, "completeness", metrics.FEATURE_COMPLETENESS, metrics.MINIMUM, "completeness")

    def metric_feature_mean(self, feature: str) -> cloudwatch.Metric:
        """Return the mean of a numerical feature.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        return self._feature(feature, "mean", metrics.FEATURE_MEAN, metrics.AVERAGE, "mean")

    def metric_feature_count(self, feature: str) -> cloudwatch.Metric:
        """Return the number of records that have a value for a numerical feature.

        Args:
            feature: Its name in the baseline; a name that the baseline does not have fails the deployment.
        """
        return self._feature(feature, "mean", metrics.FEATURE_RECORDS, metrics.MAXIMUM, "records")

    def publish_for_dashboard(self, features: Sequence[str]) -> None:
        """Have runs publish the drift of features.

        Args:
            features: Their names in the baseline; a name that the baseline does not have fails the deployment.
        """
        for feature in features:
            self.metric_feature_drift(feature)

    def graphs(self) -> Sequence[cloudwatch.IWidget]:
        """Return graphs of what is published of features, with the thresholds of their alarms."""
        wanted = self._alarm_options

        def parts(feature: str) -> graphs.Parts:
            live, records = self.metric_feature_mean(feature), self.metric_feature_count(feature)
            return live, records, wanted.mean_shift_minimum_records

        shifts = {
            feature: self.baseline.mean_shift(feature, deviations) for feature, deviations in wanted.mean_shift.items()
        }
        return [
            *graphs.drift_graphs(self._drawn("drift"), wanted.drift, self.metric_feature_drift),
            *graphs.mean_graphs(shifts, parts),
            *graphs.completeness_graphs(self._drawn("completeness"), self.metric_feature_completeness),
            *(
                []
                if self.baseline.preprocessor_uri is None
                else [graphs.left_out_graph(self.metric_share_left_out(), wanted.maximum_left_out)]
            ),
        ]

    def metric_records_left_out(self) -> cloudwatch.Metric:
        """Return the number of records that a run left out because they do not have the columns of the baseline.

        AWS has no such metric: when a run has ended, its captured records are read and counted; of very many an even
        sample is, and the number is an estimate. Only with guarded records.
        """
        return self._metrics.own(metrics.RECORDS_LEFT_OUT, statistic=metrics.MAXIMUM, label="left out")

    def metric_share_left_out(self) -> cloudwatch.Metric:
        """Return the share of the records that a run left out, 0 to 1; see `metric_records_left_out`."""
        return self._metrics.own(metrics.SHARE_LEFT_OUT, statistic=metrics.MAXIMUM, label="share left out")

    def mute(self, *mutes: Mute) -> None:
        """Neither tell nor count something for a while; see `Monitor.mute`.

        Args:
            *mutes: What, and until when. A feature that the baseline is known not to have is refused.
        """
        for mute in mutes:
            if mute.feature_name is not None:
                self.baseline.require_known(mute.feature_name)
        super().mute(*mutes)

    def _registration(self) -> dict[str, object]:
        script, records = self.baseline.preprocessor_uri, self.input.inputs.uri
        guard = {"guard": {"records": records, "script": script}} if script is not None else {}
        examples = {"examples": records} if self._names_examples else {}
        return {**super()._registration(), **guard, **examples}

    def _feature(self, feature: str, kind: str, metric: str, statistic: str, label: str) -> cloudwatch.Metric:
        self.baseline.require_feature(feature)
        self._publish(kind, feature)
        return self._metrics.own(
            metric, statistic=statistic, extra_dimensions={"Feature": feature}, label=f"{feature} {label}"
        )

    def _make_alarms(self, alarms: DataQualityAlarms) -> None:
        factory = self._alarm_factory()
        self.alarms += [
            factory.limit(
                f"Drift{feature}",
                f"drift of {feature}",
                self.metric_feature_drift(feature),
                limit=threshold,
                happened=f"Feature {quoted(feature)} has drifted: its distance to the baseline is above {threshold:g}.",
            )
            for feature, threshold in alarms.drift.items()
        ]
        self.alarms += [
            self._mean_shift_alarm(factory, feature, deviations, alarms.mean_shift_minimum_records)
            for feature, deviations in alarms.mean_shift.items()
        ]
        self._make_common_alarms(alarms)
        maximum = alarms.maximum_left_out
        if self.baseline.preprocessor_uri is not None and maximum is not None:
            alarm = factory.limit(
                "LeftOut",
                "records are left out",
                self.metric_share_left_out(),
                limit=maximum,
                happened=f"More than {maximum:.4g} of the captured records do not have the columns of the baseline, "
                "and were not checked. Either clients send something new, and the baseline must be made again from "
                "such data, or somebody sends records that no client should send.",
            )
            self.alarms.append(alarm)

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
        return factory.limit(
            f"MeanShift{feature}",
            f"mean of {feature} has moved",
            shift,
            limit=limit,
            happened=f"The mean of feature {quoted(feature)} lies more than {deviations:g} standard deviations from "
            "the baseline's.",
        )
