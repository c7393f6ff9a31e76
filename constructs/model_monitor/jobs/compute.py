"""Machines and network of baseline jobs and monitor runs (both get the same)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from aws_cdk import Duration, Size, SizeRoundingBehavior, Token, aws_ec2 as ec2, aws_kms as kms

from model_monitor.errors import ConfigurationError

_MAX_INSTANCES = 100
_MAX_VOLUME_GIB = 16384
_MAX_SUBNETS = 16
_MAX_SECURITY_GROUPS = 5
_MAX_RUNTIME_SECONDS = 86400
_DEFAULT_RUNTIME = Duration.hours(1)
# Families whose disks are NVMe drives of the host: a "d" after the generation (m5d, r5dn), and these accelerated ones.
_LOCAL_DISKS = re.compile(r"^ml\.([a-z]+[0-9]+[a-z]*d[a-z]*|g4dn|g5|g6e?|p4de?|p5e?n?|trn[12]n?)\.")


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
    volume_size: Size = field(default_factory=lambda: Size.gibibytes(20))
    volume_key: kms.IKey | None = None
    max_runtime: Duration | None = None

    def __post_init__(self) -> None:
        if not Token.is_unresolved(self.instance_type) and not self.instance_type.startswith("ml."):
            raise ConfigurationError(
                got=f"instance_type={self.instance_type!r}",
                expected="a SageMaker instance type such as 'ml.m5.xlarge'",
                fix=f"write 'ml.{self.instance_type}' if that is what you mean",
            )
        if not Token.is_unresolved(self.instance_count) and not 1 <= self.instance_count <= _MAX_INSTANCES:
            raise ConfigurationError(
                got=f"instance_count={self.instance_count}", expected="1 to 100", fix="choose such a number"
            )
        self._require_volume()
        self._require_runtime()

    @property
    def runtime(self) -> Duration:
        """`max_runtime`, or its default."""
        return self.max_runtime or _DEFAULT_RUNTIME

    @property
    def max_runtime_seconds(self) -> int | None:
        """`runtime` in seconds; `None` while it is a token."""
        return None if self.runtime.is_unresolved() else int(self.runtime.to_seconds())

    def within(self, limit_seconds: int | None) -> MonitorCompute:
        """The same machines, with a default run time that is at most a limit. A chosen run time stays.

        Args:
            limit_seconds: The limit, if there is one.
        """
        if self.max_runtime is not None or limit_seconds is None:
            return self
        return replace(self, max_runtime=Duration.seconds(min(limit_seconds, int(_DEFAULT_RUNTIME.to_seconds()))))

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
                got=f"volume_key with {self.instance_type}, whose disks are local",
                expected="no key for such a type: its hardware encrypts the disks, and the service refuses a key",
                fix="leave volume_key out",
            )
        if self.volume_size.is_unresolved():
            return
        size = float(self.volume_size.to_gibibytes(rounding=SizeRoundingBehavior.NONE))
        if not size.is_integer() or not 1 <= size <= _MAX_VOLUME_GIB:
            raise ConfigurationError(
                got=f"volume_size of {size:g} GiB", expected="1 to 16384 whole GiB", fix="choose such a size"
            )

    def _require_runtime(self) -> None:
        if self.max_runtime is None or self.max_runtime.is_unresolved():
            return
        seconds = float(self.max_runtime.to_seconds(integral=False))
        if not seconds.is_integer() or not 1 <= seconds <= _MAX_RUNTIME_SECONDS:
            raise ConfigurationError(
                got=f"max_runtime of {seconds:g} seconds",
                expected="1 to 86400 whole seconds",
                fix="choose such a duration",
            )


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

    vpc: ec2.IVpc | None = None
    subnets: ec2.SubnetSelection | None = None
    security_groups: Sequence[ec2.ISecurityGroup] = ()
    isolation: bool | None = None
    encrypt_traffic: bool = True

    def __post_init__(self) -> None:
        if self.vpc is None and (self.subnets is not None or self.security_groups):
            raise ConfigurationError(
                got="subnets or security_groups without a vpc", expected="a vpc with them", fix="pass vpc=..."
            )
        if len(self.security_groups) > _MAX_SECURITY_GROUPS:
            raise ConfigurationError(
                got=f"{len(self.security_groups)} security groups", expected="at most 5", fix="merge some of them"
            )

    @cached_property
    def subnet_ids(self) -> list[str]:
        """Identifiers of the chosen subnets; empty without a VPC."""
        if self.vpc is None:
            return []
        selection = self.subnets or ec2.SubnetSelection(subnets=self.vpc.private_subnets or self.vpc.isolated_subnets)
        ids = list(self.vpc.select_subnets(**selection._values).subnet_ids)
        if not ids:
            raise ConfigurationError(
                got="a vpc without private and isolated subnets",
                expected="subnets whose jobs reach S3 through a VPC endpoint or a NAT",
                fix="choose some with subnets=ec2.SubnetSelection(...)",
            )
        if len(ids) > _MAX_SUBNETS:
            raise ConfigurationError(
                got=f"{len(ids)} subnets",
                expected="at most 16",
                fix="choose fewer with subnets=ec2.SubnetSelection(...)",
            )
        return ids
