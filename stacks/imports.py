"""Existing resources that the file names."""

from __future__ import annotations

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

from model_monitor import MonitorCompute, MonitorNetwork, S3Location
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.notify import Channel, Email, Https
from stacks.configuration.values import Location


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


def _vpc(scope: Construct, vpc_id: str) -> ec2.IVpc:
    # Zones are only used to pick subnets, which the file names itself.
    return ec2.Vpc.from_vpc_attributes(scope, "Vpc", vpc_id=vpc_id, availability_zones=["unused"])


def _subnet(scope: Construct, subnet_id: str) -> ec2.ISubnet:
    return ec2.Subnet.from_subnet_attributes(
        scope, subnet_id, subnet_id=subnet_id, availability_zone="unused", route_table_id="unused"
    )
