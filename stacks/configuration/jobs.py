"""Machines and network of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_cdk import Duration, Size, aws_ec2 as ec2
from constructs import Construct
from pydantic import Field, model_validator

from model_monitor import MonitorCompute, MonitorNetwork
from stacks.configuration.base import StrictModel, refuse
from stacks.configuration.values import ONCE, KeyArn, matching

if TYPE_CHECKING:
    from stacks.imports import Imports

InstanceType = Annotated[
    str,
    *matching(
        r"ml\.[a-z0-9-]+\.[a-z0-9-]+",
        expected="a SageMaker instance type such as ml.m5.xlarge",
        fix="write it with 'ml.' in front",
        example="ml.m5.xlarge",
    ),
]


VpcId = Annotated[
    str,
    *matching(
        "vpc-[0-9a-f]{8,17}", expected="the id of a VPC", fix="copy it from the VPC console", example="vpc-0a1b2c3d"
    ),
]
SubnetId = Annotated[
    str,
    *matching(
        "subnet-[0-9a-f]{8,17}",
        expected="the id of a subnet",
        fix="copy it from the VPC console",
        example="subnet-0a1b2c3d",
    ),
]
SecurityGroupId = Annotated[
    str,
    *matching(
        "sg-[0-9a-f]{8,17}",
        expected="the id of a security group",
        fix="copy it from the VPC console",
        example="sg-0a1b2c3d",
    ),
]


class ComputeConfig(StrictModel):
    """Machines of baseline jobs and runs."""

    instance_type: InstanceType = "ml.m5.xlarge"
    """Processing instance type. The default is enough for millions of records an hour."""
    instance_count: int = Field(default=1, ge=1, le=100)
    """Number of machines."""
    volume_size_gib: int = Field(default=20, ge=1, le=16384)
    """Disk of each machine in GiB; the data of a run must fit."""
    volume_key: KeyArn | None = None
    """KMS key of the disks. Left out: the key of everything else that is stored."""
    max_runtime_minutes: int | None = Field(default=None, ge=1, le=1440)
    """A job that takes longer is stopped. At most the time between two runs. Left out: an hour;
    half an hour for model quality and bias on an hourly schedule, whose two jobs share the hour. A baseline job has
    less if need be, since CloudFormation waits for it."""

    def build(self, imports: Imports) -> MonitorCompute:
        """Return the library's machines."""
        with imports.at("volume_key"):
            volume_key = imports.key(self.volume_key) if self.volume_key else None
        return MonitorCompute(
            instance_type=self.instance_type,
            instance_count=self.instance_count,
            volume_size=Size.gibibytes(self.volume_size_gib),
            volume_key=volume_key,
            max_runtime=Duration.minutes(self.max_runtime_minutes) if self.max_runtime_minutes else None,
        )


class NetworkConfig(StrictModel):
    """Network of baseline jobs and runs."""

    vpc: VpcId | None = None
    """Run jobs inside this VPC, which then needs an S3 endpoint or a NAT. Left out: SageMaker's own network."""
    subnets: Annotated[list[SubnetId], ONCE] = Field(default_factory=list, max_length=16)
    """Subnets of the VPC; needed with `vpc`."""
    security_groups: Annotated[list[SecurityGroupId], ONCE] = Field(default_factory=list, max_length=5)
    """Security groups of the jobs. Left out: a new one without inbound rules."""
    isolation: bool | None = None
    """Cut the analyzer off the network; the platform moves the data. Left out: it is, except for
    explainability monitors, whose jobs call the model."""
    encrypt_traffic: bool = True
    """Encrypt what the machines of one job send each other."""

    @model_validator(mode="after")
    def _require_both(self) -> NetworkConfig:
        if self.vpc is not None and not self.subnets:
            raise refuse(expected="'subnets' beside 'vpc'", fix="add 'subnets: [subnet-..., subnet-...]'")
        if self.vpc is None and (self.subnets or self.security_groups):
            raise refuse(expected="'vpc' beside 'subnets' and 'security_groups'", fix="add 'vpc: vpc-...'")
        return self

    def build(self, imports: Imports) -> MonitorNetwork:
        """Return the library's network; nothing is looked up in the account."""
        if self.vpc is None:
            return MonitorNetwork(isolation=self.isolation, encrypt_traffic=self.encrypt_traffic)
        scope = imports.network_scope()
        return MonitorNetwork(
            vpc=_vpc(scope, self.vpc),
            subnets=ec2.SubnetSelection(subnets=[_subnet(scope, subnet) for subnet in self.subnets]),
            security_groups=[
                ec2.SecurityGroup.from_security_group_id(scope, group, group) for group in self.security_groups
            ],
            isolation=self.isolation,
            encrypt_traffic=self.encrypt_traffic,
        )


def _vpc(scope: Construct, vpc_id: str) -> ec2.IVpc:
    # Zones are only used to pick subnets, which the file names itself.
    return ec2.Vpc.from_vpc_attributes(scope, "Vpc", vpc_id=vpc_id, availability_zones=["unused"])


def _subnet(scope: Construct, subnet_id: str) -> ec2.ISubnet:
    return ec2.Subnet.from_subnet_attributes(
        scope, subnet_id, subnet_id=subnet_id, availability_zone="unused", route_table_id="unused"
    )
