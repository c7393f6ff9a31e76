"""Starting, stopping and running monitors by hand."""

from __future__ import annotations

from aws_cdk import CfnOutput
from constructs import Construct

from model_monitor.internal.access import assume_statement
from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.s3_location import S3Location


class ScheduleControl(Construct):
    """A function for people and pipelines: starts, stops and runs any monitor. Made by `add_schedule_control`.

    Attributes:
        function: The function. Whoever may invoke it may start, stop and run the monitors.

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
        self.function = MonitoringFunction(
            self,
            "Function",
            handler="schedule_control.handler.handler",
            description=f"Starts, stops or runs once a monitor of {subject}",
            environment={"REGISTRY_URI": registry.uri},
        )
        registry.grant_read(self.function)
        statement = assume_statement(self, access_path)
        self.function.add_to_role_policy(statement)
        acknowledge_wildcards(self.function, statement.resources, "Each model has an access role of its own.")
        CfnOutput(
            self,
            "Name",
            value=self.function.function_name,
            description='Control function: {"action": "start|stop|run", "schedule": "..."}',
        )
