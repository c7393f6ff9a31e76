"""The functions behind every baseline of a stack."""

from __future__ import annotations

from aws_cdk import Size, aws_iam as iam

from model_monitor.alarms import metrics
from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.internal.provider import StackProvider


class BaselineProvider(StackProvider):
    """Runs baseline jobs for CloudFormation."""

    ID = "ModelMonitorBaselineProvider"
    PACKAGE = "baseline"
    BEGINS = "Starts, skips or stops the baseline job of a SageMaker monitor during a deployment"
    WAITS = "Waits for the baseline job of a SageMaker monitor and writes its effective constraints"
    # statistics.json has about 0.1 MB for every numerical feature, and is held in memory as a whole.
    MEMORY = Size.gibibytes(1)

    def grant_metrics(self, function: MonitoringFunction) -> None:
        """Lets a function publish to the monitoring's own namespace; the statement is merged with equal ones."""
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
                conditions={"StringEquals": {"cloudwatch:namespace": metrics.OWN_NAMESPACE}},
            )
        )
        acknowledge_wildcards(function, ["*"], "cloudwatch:PutMetricData has no resources; the namespace limits it.")
