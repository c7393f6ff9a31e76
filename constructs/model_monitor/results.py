"""What happens when a run has ended: own metrics, a message that people can read, and an event."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, Size, aws_events as events, aws_events_targets as targets
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.internal.access import assume_statement
from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.permissions import allow
from model_monitor.internal.stacks import KnownStack, stack_of
from model_monitor.internal.statements import Statement
from model_monitor.internal.unchecked import make
from model_monitor.run_events import EVENT_SOURCE
from model_monitor.s3_location import S3Location

# To count records means to read up to a thousand objects, one after the other; a sweep looks at all monitors.
_TIMEOUT = Duration.minutes(5)
# A function has CPU in proportion to its memory, and a page of 500 features reads two files of tens of megabytes.
_MEMORY = Size.mebibytes(512)
_WHY_WILDCARDS = "SageMaker names the jobs of runs; listing runs and publishing metrics have no resources to name."
# The service names the jobs of runs: <kind>-<yyyyMMddHHmm>-<24 hexadecimal digits>. In published outputs the kinds are
# model-monitoring, model-quality-monitoring and groundtruth-merge; of Clarify's monitors only the beginning is certain.
JOB_NAME_PREFIXES = (
    "groundtruth-merge-",
    "model-bias-",
    "model-explainability-",
    "model-monitoring-",
    "model-quality-monitoring-",
)


class Results(Construct):
    """Read every run's report once, publish metrics, tell people what was found, and send an event.

    AWS's event of a run's job is only a call to look: its documentation names neither the schedule nor the result, it
    may come twice, and it may be lost. A run without traffic has no job at all. So the function looks up what the event
    does not say, and every hour looks for runs that nobody told it of.

    Attributes:
        function: The function.
    """

    def __init__(
        self, scope: Construct, id: str, *, subject: str, registry: S3Location, state: S3Location, access_path: str
    ) -> None:
        """Make the function and its two rules.

        Args:
            scope: Parent.
            id: Construct id.
            subject: What is monitored, for people who meet function and rules in the console.
            registry: Where the monitors are registered.
            state: Where the function notes which runs it has handled.
            access_path: IAM path of the roles that it may assume.
        """
        super().__init__(scope, id)
        self._subject = subject
        self.function = MonitoringFunction(
            self,
            "Function",
            handler="results.handler.handler",
            description=f"Metrics, message and event of every run of a monitor of {subject}",
            environment={
                "REGISTRY_URI": registry.uri,
                "STATE_URI": state.uri,
                "METRIC_NAMESPACE": metrics.OWN_NAMESPACE,
            },
            timeout=_TIMEOUT,
            memory=_MEMORY,
        )
        registry.grant_read(self.function.role)
        state.grant_read_write(self.function.role)
        statements = [assume_statement(self, access_path), *_statements(stack_of(self, parent=scope))]
        allow(self.function.role, statements, _WHY_WILDCARDS)
        self._call_when_jobs_end()
        self._call_every_hour()

    def write_tables(self, place: S3Location) -> None:
        """Have the function write what runs find as rows.

        Args:
            place: Where.
        """
        place.grant_write(self.function.role)
        self.function.add_environment("TABLES_URI", place.uri)

    def _call_when_jobs_end(self) -> None:
        detail: dict[str, Any] = {
            "ProcessingJobStatus": ["Completed", "Failed", "Stopped"],
            "$or": [
                {"MonitoringScheduleArn": [{"exists": True}]},
                {"ProcessingJobName": [{"prefix": prefix} for prefix in JOB_NAME_PREFIXES]},
            ],
        }
        events.Rule(
            self,
            "RunEnded",
            description=f"A monitor's processing job has ended: the results function of {self._subject} looks at it",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"], detail_type=["SageMaker Processing Job State Change"], detail=detail
            ),
            targets=[make(targets.LambdaFunction, self.function)],
        )

    def _call_every_hour(self) -> None:
        sweep = events.RuleTargetInput.from_object({"sweep": True})
        events.Rule(
            self,
            "Sweep",
            description=f"Looks for runs of {self._subject} whose event was lost, or that had no traffic",
            schedule=events.Schedule.rate(Duration.hours(1)),
            targets=[make(targets.LambdaFunction, self.function, {"event": sweep})],
        )


def _statements(stack: KnownStack) -> list[Statement]:
    jobs = stack.format_arn(service="sagemaker", resource="processing-job", resource_name="*")
    bus = stack.format_arn(service="events", resource="event-bus", resource_name="default")
    return [
        Statement(actions=["sagemaker:DescribeProcessingJob"], resources=[jobs]),
        # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
        Statement(actions=["sagemaker:ListMonitoringExecutions"], resources=["*"]),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
            conditions={"StringEquals": {"cloudwatch:namespace": metrics.OWN_NAMESPACE}},
        ),
        Statement(
            actions=["events:PutEvents"],
            resources=[bus],
            conditions={"StringEquals": {"events:source": EVENT_SOURCE}},
        ),
    ]
