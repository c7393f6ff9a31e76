"""What keeps changes and deletions of a schedule from failing, and registers the monitor with the results function."""

from __future__ import annotations

import json

from aws_cdk import CustomResource
from constructs import Construct, IConstruct

from model_monitor.engine.definition import MonitorDefinition
from model_monitor.internal.lazy import lazy_json
from model_monitor.internal.stacks import KnownStack, stack_of
from model_monitor.internal.statements import Statement

_RESOURCE_TYPE = "Custom::MonitoringScheduleGuard"
GUARD_TAG = "model-monitor:guard"
"""Tag of the schedule that names its guard: one that was made for other services must leave the schedule alone."""
REGISTRY_TAG = "model-monitor:registry"
"""Tag of the schedule that says where its monitor is registered: programs find monitors by it."""
# The service names the jobs of runs; those of Clarify's monitors are not published, so nothing is assumed about how
# they end: model-explainability-monitoring would make names that are too long.
_JOBS_OF_RUNS = (
    "groundtruth-merge-*",
    "model-monitoring-*",
    "model-quality-monitoring-*",
    "model-bias-*",
    "model-explainability-*",
)
# Names of single runs end in "-run-" and the time; a schedule's name has 63 characters at most.
_MAX_BASE = 44
# What CDK ends generated names with, and what alone tells the monitors of a stack with a long name apart.
_HASH_LENGTH = 8
_MAX_PROBE = 57
_WHY_WILDCARDS = "SageMaker names the jobs of runs, the time names single runs, and listing has no resources."


def one_time_prefix(schedule_name: str) -> str:
    """Return how the names of the schedules of single runs begin; no two monitors of a stack share it."""
    if len(schedule_name) <= _MAX_BASE:
        return f"{schedule_name}-run-"
    readable = schedule_name[: _MAX_BASE - _HASH_LENGTH - 1].rstrip("-")
    return f"{readable}-{schedule_name[-_HASH_LENGTH:]}-run-"


def probe_name(schedule_name: str) -> str:
    """Return the name under which a deployment asks whether this account may make schedules at all."""
    return f"{schedule_name[:_MAX_PROBE]}-probe"


class ScheduleGuard(Construct):
    """Let no change and no deletion of a schedule fail because a run is in flight.

    The service refuses both while a run is pending or in progress, and CloudFormation gives up at once. Two resources
    are needed, because CloudFormation updates what something depends on first, and deletes it last: one is updated
    before the schedule, the other is deleted before it. The second also registers the monitor while it exists.
    """

    def __init__(
        self, scope: Construct, id: str, *, definition: MonitorDefinition, revision: str, after: IConstruct
    ) -> None:
        """Make the resource that is updated before the schedule.

        Args:
            scope: Parent.
            id: Construct id.
            definition: The monitor.
            revision: A text that changes whenever the schedule will.
            after: Let a run go on until this has succeeded.
        """
        super().__init__(scope, id)
        self._definition = definition

        # The monitor, and whose functions look after it; both are known at synthesis.
        self.owner = f"{definition.name}@{stack_of(definition.deployment).stack_name}"
        definition.access.allow(_statements(stack_of(self, parent=scope), definition.name), _WHY_WILDCARDS)
        self.before_change = self._resource("BeforeChange", {"Revision": revision}, after)

    def watch(self, schedule: Construct) -> None:
        """Put the guard behind the schedule, which has to be made after `before_change`.

        Args:
            schedule: The schedule.
        """
        registry = self._definition.registry.join(f"{self._definition.name}.json")
        registry.grant_read_write(self._definition.access)
        registry.grant_delete(self._definition.access)
        registration = lazy_json(self, lambda: json.loads(json.dumps(self._definition.registration())))
        properties: dict[str, object] = {"RegistryUri": registry.uri, "Monitor": registration}
        self._resource("BeforeDeletion", properties, schedule)

    def _resource(self, id: str, properties: dict[str, object], after: IConstruct) -> CustomResource:
        definition = self._definition
        return definition.deployment.resource(
            self,
            id,
            type=_RESOURCE_TYPE,
            access=definition.access,
            properties={"ScheduleName": definition.name, "Owner": self.owner, **properties},
            after=[after],
        )


def _statements(stack: KnownStack, schedule_name: str) -> list[Statement]:
    def arn(resource: str, name: str) -> str:
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

    single_runs = arn("monitoring-schedule", f"{one_time_prefix(schedule_name)}*")
    return [
        Statement(
            actions=[
                "sagemaker:DescribeMonitoringSchedule",
                "sagemaker:ListTags",
                "sagemaker:StartMonitoringSchedule",
                "sagemaker:StopMonitoringSchedule",
            ],
            resources=[arn("monitoring-schedule", schedule_name)],
        ),
        Statement(
            actions=[
                "sagemaker:CreateMonitoringSchedule",
                "sagemaker:DeleteMonitoringSchedule",
                "sagemaker:DescribeMonitoringSchedule",
            ],
            # A definition cannot be deleted while single runs refer to it: the guard deletes their schedules first.
            resources=[single_runs, arn("monitoring-schedule", probe_name(schedule_name))],
        ),
        Statement(
            actions=["sagemaker:StopProcessingJob"], resources=[arn("processing-job", name) for name in _JOBS_OF_RUNS]
        ),
        # Neither has resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
        Statement(actions=["sagemaker:ListMonitoringExecutions", "sagemaker:ListMonitoringSchedules"], resources=["*"]),
    ]
