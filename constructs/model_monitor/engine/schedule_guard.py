"""What CloudFormation is made to ask before it changes or deletes a monitoring schedule."""

from __future__ import annotations

from aws_cdk import CustomResource, Stack, aws_iam as iam
from constructs import Construct, IConstruct

from model_monitor.engine.schedule_control import one_time_prefix
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.internal.provider import StackProvider

_RESOURCE_TYPE = "Custom::MonitoringScheduleGuard"
# The service names the jobs of runs: <kind>-<yyyyMMddHHmm>-<24 hexadecimal digits>. In published outputs the kinds are
# groundtruth-merge, model-monitoring and model-quality-monitoring. Those of Clarify's monitors are not published, so
# nothing is assumed about how they end: model-explainability-monitoring would make names that are too long.
_JOBS_OF_RUNS = (
    "groundtruth-merge-*",
    "model-monitoring-*",
    "model-quality-monitoring-*",
    "model-bias-*",
    "model-explainability-*",
)


class ScheduleGuardProvider(StackProvider):
    """Ends runs before CloudFormation touches their schedules."""

    ID = "ModelMonitorScheduleGuardProvider"
    PACKAGE = "schedule_guard"
    BEGINS = "Ends the run of a SageMaker monitor before its schedule is changed or deleted"
    WAITS = "Waits until no run of a SageMaker monitor is in flight"


class ScheduleGuard(Construct):
    """Lets no change and no deletion of a schedule fail because a run is in flight.

    The service refuses both while a run is pending or in progress, and CloudFormation gives up at once. Two resources
    are needed, because CloudFormation updates what something depends on first, and deletes it last: one is updated
    before the schedule, the other is deleted before it.
    """

    def __init__(self, scope: Construct, id: str, *, schedule_name: str, revision: str) -> None:
        """Makes the resource that is updated before the schedule.

        Args:
            scope: Parent.
            id: Construct id.
            schedule_name: Name of the schedule.
            revision: A text that changes whenever the schedule will.
        """
        super().__init__(scope, id)
        self._schedule_name = schedule_name
        self._provider = ScheduleGuardProvider.of(self)
        self._grant()
        self._before_change = self._resource("BeforeChange", revision)

    def watch(self, schedule: Construct) -> None:
        """Puts the guard before and behind the schedule.

        Args:
            schedule: The schedule.
        """
        schedule.node.add_dependency(self._before_change)
        self._resource("BeforeDeletion", "never changes").node.add_dependency(schedule)

    def after(self, construct: IConstruct) -> None:
        """Lets a run go on until something else has succeeded."""
        self._before_change.node.add_dependency(construct)

    def _resource(self, id: str, revision: str) -> CustomResource:
        resource = CustomResource(
            self,
            id,
            service_token=self._provider.service_token,
            resource_type=_RESOURCE_TYPE,
            pascal_case_properties=False,
            properties={"ScheduleName": self._schedule_name, "Revision": revision},
        )
        for function in self._provider.functions:
            if function.role is not None:
                resource.node.add_dependency(function.role)
        return resource

    def _grant(self) -> None:
        stack = Stack.of(self)

        def arn(resource: str, name: str) -> str:
            return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

        statements = [
            iam.PolicyStatement(
                actions=["sagemaker:DescribeMonitoringSchedule", "sagemaker:StopMonitoringSchedule"],
                resources=[arn("monitoring-schedule", self._schedule_name)],
            ),
            iam.PolicyStatement(
                actions=["sagemaker:StopProcessingJob"],
                resources=[arn("processing-job", name) for name in _JOBS_OF_RUNS],
            ),
            # A definition cannot be deleted while single runs refer to it: the guard deletes their schedules first.
            iam.PolicyStatement(
                actions=["sagemaker:DeleteMonitoringSchedule"],
                resources=[arn("monitoring-schedule", f"{one_time_prefix(self._schedule_name)}*")],
            ),
            # Neither has resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
            iam.PolicyStatement(
                actions=["sagemaker:ListMonitoringExecutions", "sagemaker:ListMonitoringSchedules"], resources=["*"]
            ),
        ]
        for function in self._provider.functions:
            for statement in statements:
                function.add_to_role_policy(statement)
                acknowledge_wildcards(
                    function,
                    statement.resources,
                    "SageMaker names the jobs of runs, the time names single runs, and listing has no resources.",
                )
