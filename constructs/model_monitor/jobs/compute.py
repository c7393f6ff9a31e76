"""Machines and network of baseline jobs and monitor runs (both get the same)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import aws_cdk as cdk
from aws_cdk import Duration, Size, aws_kms as kms

from model_monitor.errors import Call, ConfigurationError, OptionName, Setting, Shown
from model_monitor.internal.amounts import gibibytes, gibibytes_of, is_late, seconds, seconds_of
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token

_INSTANCE_TYPE = re.compile(r"ml\.[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|metal|[0-9]*x?large|metal-[0-9]+xl)")
_MAX_INSTANCES = 100
_MAX_VOLUME_GIB = 16384
_MAX_SUBNETS = 16
_MAX_SECURITY_GROUPS = 5
_MAX_RUNTIME_SECONDS = 86400
_DEFAULT_RUNTIME_SECONDS = 3600
# Families whose disks are NVMe drives of the host: a "d" after the generation (m5d, r5dn), and these accelerated ones.
_LOCAL_DISKS = re.compile(r"ml\.([a-z]+[0-9]+[a-z]*d[a-z]*|g4dn|g5|g6e?|p4de?|p5e?n?|trn[12]n?)\.")


@checked
@dataclass(frozen=True)
class MonitorCompute:
    """The machines that jobs run on.

    Limits: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringClusterConfig.html.

    Attributes:
        instance_type: Processing instance type. Default: `ml.m5.xlarge`, enough for millions of records an hour.
        instance_count: Number of machines. Default: 1.
        volume_size: Disk of each machine; a run's data must fit. Default: 20 GiB.
        volume_key: KMS key of the disk. Default: the monitoring's own key; none for types with local NVMe disks, whose
            hardware encrypts them and which refuse a key.
        max_runtime: A run that takes longer is stopped. Default: one hour; half an hour for model quality and bias on
            an hourly schedule, whose two jobs share the hour. A baseline job has less if need be, since CloudFormation
            waits for it (see `Baseline.from_dataset`).
    """

    instance_type: str = "ml.m5.xlarge"
    instance_count: int = 1
    volume_size: Size = field(default_factory=lambda: gibibytes(20))
    volume_key: kms.IKey | None = None
    max_runtime: Duration | None = None

    def __post_init__(self) -> None:
        require_instance_type(self.instance_type, example="ml.m5.xlarge")
        require_instance_count(self.instance_count)
        self._require_volume()
        self._require_runtime()

    @property
    def runtime(self) -> Duration:
        """`max_runtime`, or its default."""
        return self.max_runtime or seconds(_DEFAULT_RUNTIME_SECONDS)

    @property
    def max_runtime_seconds(self) -> int | None:
        """`runtime` in seconds; `None` while it is a token."""
        return None if is_late(self.runtime) else int(seconds_of(self.runtime))

    def within(self, limit_seconds: int | None) -> MonitorCompute:
        """The same machines, with a default run time that is at most a limit. A chosen run time stays.

        Args:
            limit_seconds: The limit, if there is one.
        """
        if self.max_runtime is not None or limit_seconds is None:
            return self
        return replace(self, max_runtime=seconds(min(limit_seconds, _DEFAULT_RUNTIME_SECONDS)))

    def disk_key(self, default: kms.IKey | None) -> kms.IKey | None:
        """The key of the disks: the chosen one, else the default, and none where the hardware does it.

        Args:
            default: Key of the monitoring.

        Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingClusterConfig.html
        """
        return self.volume_key or (None if _LOCAL_DISKS.match(self.instance_type) else default)

    def _require_volume(self) -> None:
        if self.volume_key is not None and _LOCAL_DISKS.match(self.instance_type):
            raise ConfigurationError(
                option="volume_key",
                got=(OptionName("volume_key"), f" with {self.instance_type}, whose disks are local"),
                expected="no key for such a type: its hardware encrypts the disks, and the service refuses a key",
                fix=("leave ", OptionName("volume_key"), " out"),
            )
        if is_late(self.volume_size):
            return
        size = float(gibibytes_of(self.volume_size))
        if not size.is_integer() or not 1 <= size <= _MAX_VOLUME_GIB:
            raise ConfigurationError(
                option="volume_size",
                got=(OptionName("volume_size"), f" of {size:g} GiB"),
                expected=f"1 to {_MAX_VOLUME_GIB} whole GiB",
                fix=("write for example ", Setting("volume_size", Call("Size.gibibytes", 20))),
            )

    def _require_runtime(self) -> None:
        if self.max_runtime is None or is_late(self.max_runtime):
            return
        given = float(seconds_of(self.max_runtime))
        if not given.is_integer() or not 1 <= given <= _MAX_RUNTIME_SECONDS:
            raise ConfigurationError(
                option="max_runtime",
                got=(OptionName("max_runtime"), f" of {given:g} seconds"),
                expected=f"1 to {_MAX_RUNTIME_SECONDS} whole seconds",
                fix=("write for example ", Setting("max_runtime", Call("Duration.minutes", 60))),
            )


@checked
@dataclass(frozen=True)
class MonitorNetwork:
    """The network that jobs run in.

    Attributes:
        vpc: Runs jobs inside this VPC, which then needs an S3 endpoint or a NAT. Default: SageMaker's own network.
        subnets: Which subnets. Default: the private ones, or the isolated ones if there are no others.
        security_groups: Default: a new one without inbound rules.
        isolation: Cuts the container off the network; the platform moves the data. Default: on, except for
            explainability monitors, whose jobs call the model.
        encrypt_traffic: Encrypts what machines of one job send each other. Default: on.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringNetworkConfig.html
    """

    vpc: cdk.aws_ec2.IVpc | None = None
    subnets: cdk.aws_ec2.SubnetSelection | None = None
    security_groups: Sequence[cdk.aws_ec2.ISecurityGroup] = ()
    isolation: bool | None = None
    encrypt_traffic: bool = True

    def __post_init__(self) -> None:
        if self.vpc is None and (self.subnets is not None or self.security_groups):
            raise ConfigurationError(
                option="vpc",
                got=(OptionName("subnets"), " or ", OptionName("security_groups"), " without ", OptionName("vpc")),
                expected="the VPC that they belong to",
                fix=("add ", Setting("vpc")),
            )
        if len(self.security_groups) > _MAX_SECURITY_GROUPS:
            raise ConfigurationError(
                option="security_groups",
                got=f"{len(self.security_groups)} security groups",
                expected=f"at most {_MAX_SECURITY_GROUPS}",
                fix="merge some of them",
            )

    @cached_property
    def subnet_ids(self) -> list[str]:
        """Identifiers of the chosen subnets; empty without a VPC."""
        if self.vpc is None:
            return []
        selection = self.subnets or cdk.aws_ec2.SubnetSelection(
            subnets=self.vpc.private_subnets or self.vpc.isolated_subnets
        )
        ids = list(self.vpc.select_subnets(**selection._values).subnet_ids)
        if not ids:
            raise ConfigurationError(
                option=("network", "subnets"),
                got="a VPC without private and isolated subnets",
                expected="subnets whose jobs reach S3 through a VPC endpoint or a NAT",
                fix=("choose some with ", Setting("subnets", Call("ec2.SubnetSelection", ...))),
            )
        if len(ids) > _MAX_SUBNETS:
            raise ConfigurationError(
                option=("network", "subnets"),
                got=f"{len(ids)} subnets",
                expected=f"at most {_MAX_SUBNETS}",
                fix=("choose fewer with ", Setting("subnets", Call("ec2.SubnetSelection", ...))),
            )
        return ids


def require_instance_type(instance_type: str, *, example: str) -> None:
    """Check the form of an instance type; which ones exist depends on the region.

    Args:
        instance_type: What was given; a token is taken as it is.
        example: One that is right, for the message.

    Raises:
        ConfigurationError: It cannot be one of SageMaker's.
    """
    if is_token(instance_type) or _INSTANCE_TYPE.fullmatch(instance_type):
        return
    looks_like_ec2 = _INSTANCE_TYPE.fullmatch(f"ml.{instance_type}")
    raise ConfigurationError(
        option="instance_type",
        value=instance_type,
        expected=("a SageMaker instance type such as ", Shown(example)),
        fix=("write ", Shown(f"ml.{instance_type}" if looks_like_ec2 else example)),
    )


def require_instance_count(count: int) -> None:
    """Check a number of machines.

    Raises:
        ConfigurationError: The service would refuse it.
    """
    if not is_token(count) and not 1 <= count <= _MAX_INSTANCES:
        raise ConfigurationError(
            option="instance_count", value=count, expected=f"1 to {_MAX_INSTANCES}", fix="one is enough for most models"
        )
