"""Starting and stopping schedules by hand, and single runs in between."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack, aws_iam as iam
from constructs import Construct, IConstruct

from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.nag import acknowledge_wildcards

_ID = "ModelMonitorScheduleControl"
# Names of single runs end in "-run-" and the time; a schedule's name has 63 characters at most.
_MAX_BASE = 44
# What CDK ends generated names with, and what alone tells the monitors of a stack with a long name apart.
_HASH_LENGTH = 8


def one_time_prefix(schedule_name: str) -> str:
    """How the names of the schedules of single runs begin; no two monitors of a stack share it."""
    if len(schedule_name) <= _MAX_BASE:
        return f"{schedule_name}-run-"
    readable = schedule_name[: _MAX_BASE - _HASH_LENGTH - 1].rstrip("-")
    return f"{readable}-{schedule_name[-_HASH_LENGTH:]}-run-"


class ScheduleControl(Construct):
    """A function for people and pipelines: starts, stops and runs any monitor of the stack. One a stack.

    Example:
        ```sh
        echo '{"action": "stop", "schedule": "credit-dataquality-1234"}' > stop.json
        aws lambda invoke --function-name <Name> --payload fileb://stop.json answer.json
        ```
    """

    def __init__(self, scope: Construct, id: str) -> None:
        """Makes the function. Use `of`."""
        super().__init__(scope, id)
        self.function = MonitoringFunction(
            self,
            "Function",
            handler="schedule_control.handler.handler",
            description="Starts, stops or runs once a monitor of SageMaker endpoints and batch jobs",
        )
        CfnOutput(
            self,
            "Name",
            value=self.function.function_name,
            description='Control function: {"action": "start|stop|run", "schedule": "..."}',
        )
        listing = iam.PolicyStatement(
            # Neither has resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
            actions=["sagemaker:ListMonitoringExecutions", "sagemaker:ListMonitoringSchedules"],
            resources=["*"],
        )
        self.function.add_to_role_policy(listing)
        acknowledge_wildcards(self.function, listing.resources, "Listing schedules and runs has no resources.")

    @classmethod
    def of(cls, scope: IConstruct) -> ScheduleControl:
        """The control of the stack that the construct is in; made when first asked for."""
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, ScheduleControl) else cls(stack, _ID)

    def allow(self, schedule_name: str) -> None:
        """Lets the function control one more schedule.

        Args:
            schedule_name: Name of the schedule.
        """
        stack = Stack.of(self)

        def arn(name: str) -> str:
            return stack.format_arn(service="sagemaker", resource="monitoring-schedule", resource_name=name)

        statements = [
            iam.PolicyStatement(
                actions=[
                    "sagemaker:DescribeMonitoringSchedule",
                    "sagemaker:StartMonitoringSchedule",
                    "sagemaker:StopMonitoringSchedule",
                ],
                resources=[arn(schedule_name)],
            ),
            iam.PolicyStatement(
                actions=["sagemaker:CreateMonitoringSchedule", "sagemaker:DeleteMonitoringSchedule"],
                resources=[arn(f"{one_time_prefix(schedule_name)}*")],
            ),
        ]
        for statement in statements:
            self.function.add_to_role_policy(statement)
            acknowledge_wildcards(self.function, statement.resources, "Names of single runs end in their time.")
