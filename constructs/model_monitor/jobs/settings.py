"""How the jobs of a monitor run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_iam as iam, aws_kms as kms

from model_monitor.internal.amounts import gibibytes_of
from model_monitor.internal.arns import key_arn
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork


@dataclass(frozen=True)
class JobSettings:
    """What the baseline job and the runs of a monitor have in common: they get the same of everything.

    Attributes:
        role: Role of the jobs.
        compute: Machines.
        network: Network; whether it is isolated is decided.
        security_group_ids: Of the network, when it has a VPC.
        encryption_key: Key of output and disks.
        environment: The user's own variables.
        tags: Of jobs, definition and schedule.
    """

    role: iam.IRole
    compute: MonitorCompute
    network: MonitorNetwork
    security_group_ids: Sequence[str]
    encryption_key: kms.IKey | None
    environment: Mapping[str, str]
    tags: Mapping[str, str]

    @property
    def cluster(self) -> dict[str, Any]:
        """The machines, in the words of `CreateProcessingJob`."""
        key = self.compute.disk_key(self.encryption_key)
        return {
            "InstanceType": self.compute.instance_type,
            "InstanceCount": self.compute.instance_count,
            "VolumeSizeInGB": gibibytes_of(self.compute.volume_size),
            **({"VolumeKmsKeyId": key_arn(key)} if key else {}),
        }

    @property
    def network_config(self) -> dict[str, Any]:
        """The network, in the words of `CreateProcessingJob`."""
        vpc = {"Subnets": self.network.subnet_ids, "SecurityGroupIds": list(self.security_group_ids)}
        return {
            "EnableNetworkIsolation": self.network.isolation,
            "EnableInterContainerTrafficEncryption": self.network.encrypt_traffic,
            **({"VpcConfig": vpc} if self.network.vpc is not None else {}),
        }
