"""Starting, stopping and running monitors by hand."""

from __future__ import annotations

import aws_cdk as cdk
import jsii
from aws_cdk import CfnOutput, aws_iam as iam
from constructs import Construct

from model_monitor.internal.access import assume_statement
from model_monitor.internal.checking import checked
from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.permissions import allow
from model_monitor.s3_location import S3Location


@checked
class ScheduleControl(Construct):
    """A function for people and pipelines: starts, stops and runs any monitor. Made by `add_schedule_control`.

    Attributes:
        role: The role of the function.

    Example:
        ```sh
        echo '{"action": "stop", "schedule": "credit-dataquality-1234"}' > stop.json
        aws lambda invoke --function-name <ControlName> --payload fileb://stop.json answer.json
        ```
    """

    def __init__(self, scope: Construct, id: str, *, subject: str, registry: S3Location, access_path: str) -> None:
        """Make the function.

        Args:
            scope: Parent.
            id: Construct id.
            subject: What is monitored, for people who meet the function in the console.
            registry: Where the monitors are registered.
            access_path: IAM path of the roles that it may assume.
        """
        super().__init__(scope, id)
        self._function = MonitoringFunction(
            self,
            "Function",
            handler="schedule_control.handler.handler",
            description=f"Starts, stops or runs once a monitor of {subject}",
            environment={"REGISTRY_URI": registry.uri},
        )
        self.role: iam.Role = self._function.role
        registry.grant_read(self.role)
        allow(self.role, [assume_statement(self, access_path)], "Each model has an access role of its own.")
        CfnOutput(
            self,
            "Name",
            value=self._function.function_name,
            description='Control function: {"action": "start|stop|run", "schedule": "..."}',
        )

    @property
    def function(self) -> cdk.aws_lambda.IFunction:
        """The function. Whoever may invoke it may start, stop and run the monitors."""
        return jsii.unsafe_cast(self._function, cdk.aws_lambda.IFunction)
