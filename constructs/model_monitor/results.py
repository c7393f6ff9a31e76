"""What happens when a run has ended: own metrics and a message that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import (
    Duration,
    Stack,
    aws_events as events,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_kms as kms,
    aws_sns as sns,
)
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.served_elsewhere import ServedElsewhere
from model_monitor.internal.functions import MonitoringFunction
from model_monitor.internal.lazy import lazy_json
from model_monitor.internal.nag import acknowledge, acknowledge_wildcards
from model_monitor.monitor.labelled import LabelledMonitor
from model_monitor.monitor.monitor import Monitor
from model_monitor.s3_location import S3Location

# To count records means to read up to a thousand objects, one after the other.
_TIMEOUT = Duration.minutes(5)
_WHY_WILDCARDS = "SageMaker names the jobs of runs; listing runs and publishing metrics have no resources to name."


class Results(Construct):
    """Reads every run's report once, publishes metrics that AWS does not, and tells people what was found.

    It is called by the event of a run's job. Events can be lost, and a run without traffic has no job, so it also looks
    for itself every hour.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic: sns.ITopic,
        state: S3Location,
        encryption_key: kms.IKey | None,
        runbook_url: str | None,
    ) -> None:
        """Makes the function.

        Args:
            scope: Parent.
            id: Construct id.
            topic: Where messages go.
            state: Where the function notes which runs it has handled.
            encryption_key: Key of the topic and of the function's variables.
            runbook_url: Named in messages.
        """
        super().__init__(scope, id)
        self._monitors: dict[str, dict[str, str]] = {}
        environment = {
            "MONITORS": lazy_json(self, lambda: self._monitors),
            "TOPIC_ARN": topic.topic_arn,
            "STATE_URI": state.uri,
            "METRIC_NAMESPACE": metrics.OWN_NAMESPACE,
            **({"RUNBOOK_URL": runbook_url} if runbook_url else {}),
        }
        self.function = MonitoringFunction(
            self,
            "Function",
            handler="results.handler.handler",
            description="Publishes metrics and a readable message for every run of a SageMaker monitor",
            environment=environment,
            timeout=_TIMEOUT,
        )
        topic.grant_publish(self.function)
        acknowledge(
            self,
            "AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
            "CDK's own permission to publish to an encrypted topic.",
        )
        if encryption_key is not None:
            encryption_key.grant(self.function, "kms:Decrypt", "kms:GenerateDataKey")
        state.grant_read_write(self.function)
        state.grant_delete(self.function)
        for statement in self._statements():
            self.function.add_to_role_policy(statement)
            acknowledge_wildcards(self.function, statement.resources, _WHY_WILDCARDS)
        events.Rule(
            self,
            "Sweep",
            description="Looks for runs whose event was lost, and for runs without traffic, which have none",
            schedule=events.Schedule.rate(Duration.hours(1)),
            targets=[targets.LambdaFunction(self.function, event=events.RuleTargetInput.from_object({"sweep": True}))],
        )

    def watch(self, monitor: Monitor) -> None:
        """Handles the runs of a monitor.

        Args:
            monitor: Any monitor of the monitoring.
        """
        watched = monitor.input
        self._monitors[monitor.monitoring_schedule_name] = {
            **({} if watched.endpoint_name is None else {"endpoint": watched.endpoint_name}),
            **({"model": watched.name} if isinstance(watched, ServedElsewhere) else {}),
            "type": monitor.MONITOR_TYPE,
            "reports": monitor.reports.uri,
            **({"captured": _captured(watched).uri} if isinstance(monitor, LabelledMonitor) else {}),
        }
        monitor.reports.grant_read(self.function)
        if isinstance(monitor, LabelledMonitor):
            for location in _counted(watched):
                location.grant_read(self.function)
        monitor.on_ended("Results", target=targets.LambdaFunction(self.function))

    def _statements(self) -> list[iam.PolicyStatement]:
        stack = Stack.of(self)
        jobs: Any = stack.format_arn(service="sagemaker", resource="processing-job", resource_name="*")
        return [
            iam.PolicyStatement(actions=["sagemaker:DescribeProcessingJob"], resources=[jobs]),
            # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
            iam.PolicyStatement(actions=["sagemaker:ListMonitoringExecutions"], resources=["*"]),
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
                conditions={"StringEquals": {"cloudwatch:namespace": metrics.OWN_NAMESPACE}},
            ),
        ]


def _captured(watched: MonitorInput) -> S3Location:
    """Where the records lie that labels are merged with; of batch transform the manifests of predictions.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
    """
    if isinstance(watched, MonitoredEndpoint):
        return watched.capture_location.join(watched.endpoint_name)
    return watched.capture_location.join("output")


def _counted(watched: MonitorInput) -> Sequence[S3Location]:
    """What must be read to count these records: where there are manifests, the objects that they name, too."""
    return (_captured(watched),) if isinstance(watched, MonitoredEndpoint) else watched.reads
