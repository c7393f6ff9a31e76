"""The data-quality monitor: drift, missing values, types and allowed values of what an endpoint is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch, aws_iam as iam, aws_kms as kms
from constructs import Construct

from model_monitor import metrics
from model_monitor.alarms import AlarmFactory, AlarmTexts, DataQualityAlarms
from model_monitor.baseline import Baseline
from model_monitor.baseline_files import BaselineFiles, BaselineJob
from model_monitor.categorical import CategoricalFeatures
from model_monitor.compute import MonitorCompute, MonitorNetwork
from model_monitor.constraints import ConstraintOverrides
from model_monitor.endpoint import MonitoredEndpoint
from model_monitor.engine import IMonitorEngine, MonitorDefinition, require_runtime
from model_monitor.errors import ConfigurationError
from model_monitor.monitor import Monitor
from model_monitor.s3_location import S3Location
from model_monitor.schedule import MonitorSchedule
from model_monitor.scripts import POSTPROCESS_HANDLER, PREPROCESS_HANDLER, AnalysisScript

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html
_HOURLY_LIMIT_SECONDS = 3600
_JOB_NAME_LENGTH = 40


class DataQualityMonitor(Monitor):
    """Compares the traffic of every period with a baseline, feature by feature.

    Attributes:
        baseline: Files that runs compare with.

    Example:
        ```python
        monitor = DataQualityMonitor(
            self,
            "DataQuality",
            endpoint=endpoint,
            baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()),
            output=S3Location.of(bucket, "monitoring"),
        )
        monitor.metric_feature_drift("age").create_alarm(self, "Age", threshold=0.2, evaluation_periods=3)
        ```
    """

    MONITOR_TYPE = "DataQuality"
    WORDS = "data-quality"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: MonitoredEndpoint,
        baseline: Baseline,
        output: S3Location,
        schedule: MonitorSchedule | None = None,
        constraints: ConstraintOverrides | None = None,
        categorical: CategoricalFeatures | Sequence[str] | None = None,
        preprocessor: AnalysisScript | None = None,
        postprocessor: AnalysisScript | None = None,
        alarms: DataQualityAlarms | None = None,
        compute: MonitorCompute | None = None,
        network: MonitorNetwork | None = None,
        encryption_key: kms.IKey | None = None,
        role: iam.IRole | None = None,
        engine: IMonitorEngine | None = None,
        environment: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        runbook_url: str | None = None,
    ) -> None:
        """Makes baseline, job definition, schedule and alarms.

        Args:
            scope: Parent.
            id: Construct id.
            endpoint: What is monitored.
            baseline: What its traffic is compared with.
            output: Where baselines and reports are kept, below `baselines/<schedule>/` and
                `reports/<endpoint>/<schedule>/`; several monitors may share it.
            schedule: When runs happen. Default: hourly.
            constraints: Changes to the suggested constraints. Default: none.
            categorical: Columns to compare by the shares of their values, or `"auto"` for all that the drift distance
                cannot see. Excludes `preprocessor`. Default: none; the deployment names the columns that need it.
            preprocessor: Script that runs on every record. Default: none.
            postprocessor: Script that runs after the analysis. Default: none.
            alarms: Default: any violation, failed runs, silence and missing traffic.
            compute: Machines of baseline job and runs. Default: one ml.m5.xlarge with 20 GiB.
            network: Network of baseline job and runs. Default: isolated, without a VPC.
            encryption_key: Key of reports, baselines and disks. Default: the key of `output`'s bucket decides.
            role: Role of baseline job and runs. Default: a new one with what they need. The needed statements are also
                added to a given role; an imported one must have them.
            engine: Who runs the monitor. Default: Amazon SageMaker Model Monitor.
            environment: Variables for the scripts.
            tags: Tags of jobs, definition and schedule, beside those of the stack.
            runbook_url: Named in alarms.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        schedule = schedule or MonitorSchedule.hourly()
        compute = compute or MonitorCompute()
        network = network or MonitorNetwork()
        constraints = constraints or ConstraintOverrides()
        alarms = alarms or DataQualityAlarms()
        chosen = _chosen_categories(categorical, preprocessor)
        require_runtime(schedule, compute, hourly_limit_seconds=_HOURLY_LIMIT_SECONDS)
        _require_metrics(constraints, alarms)
        super().__init__(
            scope,
            id,
            endpoint=endpoint,
            output=output,
            schedule=schedule,
            compute=compute,
            network=network,
            namespace=metrics.DATA_QUALITY_ENDPOINT_NAMESPACE,
            encryption_key=encryption_key,
            role=role,
            engine=engine,
            environment=environment or {},
            tags=tags or {},
        )
        pre = preprocessor.bind(self, "Preprocessor", handler=PREPROCESS_HANDLER) if preprocessor else None
        post = postprocessor.bind(self, "Postprocessor", handler=POSTPROCESS_HANDLER) if postprocessor else None
        for script in (pre, post):
            if script is not None:
                script.grant_read(self.role)
        security_group_ids = [group.security_group_id for group in self._security_groups]
        self.baseline = BaselineFiles(
            self,
            "Baseline",
            baseline=baseline,
            job=BaselineJob(
                name=self.monitoring_schedule_name[:_JOB_NAME_LENGTH].strip("-"),
                monitor_type=self.MONITOR_TYPE,
                endpoint_name=endpoint.endpoint_name,
                output=output.join("baselines", self.monitoring_schedule_name),
                role=self.role,
                image_uri=self.engine.image_uri(self),
                compute=compute,
                network=network,
                security_group_ids=security_group_ids,
                encryption_key=encryption_key,
                environment=environment or {},
                preprocessor=pre,
                postprocessor=post,
                categorical=chosen,
                overrides=constraints,
                tags=self._tags,
                dimensions=self._metrics.dimensions,
            ),
        )
        for feature in constraints.features:
            self.baseline.require_feature(feature)
        self._running = self.engine.run_data_quality(
            self,
            MonitorDefinition(
                name=self.monitoring_schedule_name,
                endpoint=endpoint,
                schedule=schedule,
                baseline=self.baseline,
                output=self.reports,
                role=self.role,
                compute=compute,
                network=network,
                security_group_ids=security_group_ids,
                encryption_key=encryption_key,
                environment=environment or {},
                preprocessor_uri=self.baseline.preprocessor_uri or (pre.uri if pre else None),
                postprocessor_uri=post.uri if post else None,
                tags=self._tags,
                after=[self.role, *([endpoint.dependency] if endpoint.dependency else [])],
            ),
        )
        self._make_alarms(alarms, runbook_url)

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

    def _make_alarms(self, alarms: DataQualityAlarms, runbook_url: str | None) -> None:
        texts = AlarmTexts(
            self.endpoint.endpoint_name, self.WORDS, self.monitoring_schedule_name, self.reports.uri, runbook_url
        )
        factory = AlarmFactory(self, texts)
        made: list[cloudwatch.Alarm] = [
            factory.drift(feature, self.metric_feature_drift(feature), threshold)
            for feature, threshold in alarms.drift.items()
        ]
        made += [
            self._mean_shift_alarm(factory, feature, deviations, alarms.mean_shift_minimum_records)
            for feature, deviations in alarms.mean_shift.items()
        ]
        if alarms.any_violation:
            made.append(factory.any_violation(self.metric_violations()))
        if alarms.execution_failed:
            made.append(factory.execution_failed(self.metric_failed_executions()))
        # A single run has no next one to wait for.
        if alarms.silence_after is not None and self.schedule.period is not None:
            made.append(factory.silence(self.metric_signs_of_life(), alarms.silence_after, self.schedule.period))
        if alarms.no_data_after is not None and self.schedule.period is not None:
            made.append(factory.no_data(self.metric_no_data(), alarms.no_data_after, self.schedule.period))
        self.alarms.extend(made)

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
            got="categorical together with a preprocessor",
            expected="one of them: the service runs a single script",
            fix="turn the columns into text in your script and leave categorical out",
        )
    return categorical if isinstance(categorical, CategoricalFeatures) else CategoricalFeatures.of(categorical)


def _require_metrics(constraints: ConstraintOverrides, alarms: DataQualityAlarms) -> None:
    if constraints.emit_metrics is False and (alarms.drift or alarms.mean_shift):
        raise ConfigurationError(
            got="alarms on features together with emit_metrics=False",
            expected="feature metrics where there are alarms on them",
            fix="leave emit_metrics out, or the alarms",
        )
