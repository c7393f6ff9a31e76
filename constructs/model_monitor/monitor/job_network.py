"""Who may reach the jobs of a monitor that run in a VPC, and each other."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork


def job_security_groups(
    scope: Construct, network: MonitorNetwork, compute: MonitorCompute, *, description: str
) -> Sequence[cdk.aws_ec2.ISecurityGroup]:
    """Return the security groups of a monitor's jobs; none without a VPC.

    Args:
        scope: The monitor.
        network: Network, with a VPC or without.
        compute: Machines.
        description: Of a group that is made.
    """
    if network.vpc is None or network.security_groups:
        return network.security_groups
    group = cdk.aws_ec2.SecurityGroup(scope, "SecurityGroup", vpc=network.vpc, description=description)
    if compute.instance_count > 1:
        # The machines of a job send each other their shares of the data.
        group.connections.allow_internally(cdk.aws_ec2.Port.all_traffic(), "Machines of one job")
    return [group]
