"""Settings of the file as the values that the construct library takes."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import (
    Duration,
    Size,
    aws_ec2 as ec2,
    aws_iam as iam,
    aws_kms as kms,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
)
from constructs import Construct

from model_monitor import (
    AnalysisScript,
    Baseline,
    CategoricalDriftMethod,
    ConstraintOverrides,
    DataQualityAlarms,
    DatasetFormat,
    DataType,
    DriftMethod,
    FeatureConstraints,
    MonitorCompute,
    MonitorNetwork,
    MonitorSchedule,
    S3Location,
)
from stacks.configuration.alarms import DataQualityAlarmsConfig
from stacks.configuration.baseline import BaselineConfig, Csv, DatasetBaseline, FileBaseline, Format, format_of
from stacks.configuration.constraints import ConstraintsConfig, FeatureConstraintsConfig
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.notify import Channel, Email, Https
from stacks.configuration.schedule import Cron, Daily, Every, Schedule
from stacks.configuration.values import Location

_FORMATS = {"csv": DatasetFormat.csv, "json_lines": DatasetFormat.json_lines, "parquet": DatasetFormat.parquet}


class Imports:
    """Existing resources that the file names by ARN or id. Each is imported once, however often it is named."""

    def __init__(self, scope: Construct) -> None:
        self._scope = Construct(scope, "Imports")
        self._keys: dict[str, kms.IKey] = {}
        self._roles: dict[str, iam.IRole] = {}
        self._networks = 0

    def key(self, arn: str) -> kms.IKey:
        """A KMS key."""
        if arn not in self._keys:
            self._keys[arn] = kms.Key.from_key_arn(self._scope, arn, arn)
        return self._keys[arn]

    def role(self, arn: str) -> iam.IRole:
        """A role."""
        if arn not in self._roles:
            self._roles[arn] = iam.Role.from_role_arn(self._scope, arn, arn)
        return self._roles[arn]

    def topic(self, arn: str) -> sns.ITopic:
        """A topic."""
        return sns.Topic.from_topic_arn(self._scope, arn, arn)

    def location(self, location: Location) -> S3Location:
        """A place in S3, with its key."""
        if isinstance(location, str):
            return S3Location.from_uri(location)
        key = self.key(location.encryption_key) if location.encryption_key else None
        return S3Location.from_uri(location.location, encryption_key=key)

    def compute(self, config: ComputeConfig) -> MonitorCompute:
        """Machines."""
        return MonitorCompute(
            instance_type=config.instance_type,
            instance_count=config.instance_count,
            volume_size=Size.gibibytes(config.volume_size_gib),
            volume_key=self.key(config.volume_key) if config.volume_key else None,
            max_runtime=Duration.minutes(config.max_runtime_minutes) if config.max_runtime_minutes else None,
        )

    def network(self, config: NetworkConfig) -> MonitorNetwork:
        """Network; nothing is looked up in the account."""
        if config.vpc is None:
            return MonitorNetwork(isolation=config.isolation, encrypt_traffic=config.encrypt_traffic)
        self._networks += 1
        scope = Construct(self._scope, f"Network{self._networks}")
        return MonitorNetwork(
            vpc=_vpc(scope, config.vpc),
            subnets=ec2.SubnetSelection(subnets=[_subnet(scope, subnet) for subnet in config.subnets]),
            security_groups=[
                ec2.SecurityGroup.from_security_group_id(scope, group, group) for group in config.security_groups
            ],
            isolation=config.isolation,
            encrypt_traffic=config.encrypt_traffic,
        )

    def channel(self, channel: Channel) -> sns.ITopicSubscription:
        """A subscription."""
        if isinstance(channel, Email):
            return subscriptions.EmailSubscription(channel.email)
        if isinstance(channel, Https):
            return subscriptions.UrlSubscription(channel.https)
        return subscriptions.SqsSubscription(sqs.Queue.from_queue_arn(self._scope, channel.sqs, channel.sqs))

    def baseline(self, config: BaselineConfig) -> Baseline:
        """What the traffic is compared with."""
        if isinstance(config, DatasetBaseline):
            location = self.location(config.dataset)
            return Baseline.from_dataset(location, dataset_format(config.format, location.key))
        if isinstance(config, FileBaseline):
            return Baseline.from_asset(config.file, dataset_format(config.format, config.file.name))
        return Baseline.from_files(
            statistics=self.location(config.statistics), constraints=self.location(config.constraints)
        )


def dataset_format(config: Format | None, name: str) -> DatasetFormat:
    """How a dataset is stored; told from the name when the file does not say it."""
    if isinstance(config, Csv):
        return DatasetFormat.csv(header=config.csv.header)
    known = config or format_of(name)
    assert known is not None, "the configuration model requires a format where the name has none"
    return _FORMATS[known]()


def schedule(config: Schedule) -> MonitorSchedule:
    """When a monitor runs."""
    if isinstance(config, Daily):
        return MonitorSchedule.daily(hour=config.daily.hour)
    if isinstance(config, Every):
        return MonitorSchedule.every(hours=config.every.hours, starting=config.every.starting)
    if isinstance(config, Cron):
        return MonitorSchedule.expression(config.cron)
    if isinstance(config, str):
        return MonitorSchedule.hourly() if config == "hourly" else MonitorSchedule.daily()
    return MonitorSchedule.once(
        start=Duration.hours(config.once.start_hours_before), end=Duration.hours(config.once.end_hours_before)
    )


def script(source: Path | str) -> AnalysisScript:
    """A script beside the file, or one in S3."""
    if isinstance(source, Path):
        return AnalysisScript.from_asset(source)
    return AnalysisScript.from_location(S3Location.from_uri(source))


def constraints(config: ConstraintsConfig) -> ConstraintOverrides:
    """Changes to the suggested constraints."""
    return ConstraintOverrides(
        drift_threshold=config.drift_threshold,
        drift_method=DriftMethod[config.drift_method.upper()] if config.drift_method else None,
        drift_enabled=config.drift_enabled,
        categorical_drift_threshold=config.categorical_drift_threshold,
        categorical_drift_method=(
            CategoricalDriftMethod[config.categorical_drift_method.upper()] if config.categorical_drift_method else None
        ),
        data_type_threshold=config.data_type_threshold,
        domain_threshold=config.domain_threshold,
        emit_metrics=config.emit_metrics,
        features={name: _feature(feature) for name, feature in config.features.items()},
    )


def alarms(config: DataQualityAlarmsConfig) -> DataQualityAlarms:
    """Which alarms a monitor has."""
    return DataQualityAlarms(
        drift=config.drift,
        mean_shift=config.mean_shift,
        mean_shift_minimum_records=config.mean_shift_minimum_records,
        any_violation=config.any_violation,
        execution_failed=config.execution_failed,
        silence_after=None if config.silence_after == "never" else config.silence_after,
        no_data_after=None if config.no_data_after == "never" else config.no_data_after,
    )


def _feature(config: FeatureConstraintsConfig) -> FeatureConstraints:
    return FeatureConstraints(
        enabled=config.enabled,
        drift_enabled=config.drift_enabled,
        drift_threshold=config.drift_threshold,
        completeness=config.completeness,
        allowed_values=config.allowed_values,
        data_type=DataType[config.data_type.upper()] if config.data_type else None,
    )


def _vpc(scope: Construct, vpc_id: str) -> ec2.IVpc:
    # Zones are only used to pick subnets, which the file names itself.
    return ec2.Vpc.from_vpc_attributes(scope, "Vpc", vpc_id=vpc_id, availability_zones=["unused"])


def _subnet(scope: Construct, subnet_id: str) -> ec2.ISubnet:
    return ec2.Subnet.from_subnet_attributes(
        scope, subnet_id, subnet_id=subnet_id, availability_zone="unused", route_table_id="unused"
    )
