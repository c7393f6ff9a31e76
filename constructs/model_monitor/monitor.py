"""What all kinds of monitors have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jsii
from aws_cdk import (
    Duration,
    Names,
    Stack,
    aws_cloudwatch as cloudwatch,
    aws_ec2 as ec2,
    aws_events as events,
    aws_iam as iam,
    aws_kms as kms,
)
from constructs import Construct

from model_monitor import metrics
from model_monitor.compute import MonitorCompute, MonitorNetwork
from model_monitor.endpoint import MonitoredEndpoint
from model_monitor.engine import IMonitorEngine, ModelMonitorEngine, RunningMonitor
from model_monitor.limits import require_environment, require_tags
from model_monitor.nag import acknowledge_wildcards
from model_monitor.s3_location import S3Location
from model_monitor.schedule import MonitorSchedule

_NAME_LENGTH = 63
_WHY_WILDCARDS = (
    "SageMaker names the log streams of jobs; metrics, network interfaces and Describe actions have no resources."
)
_VIOLATIONS = "CompletedWithViolations"


@jsii.implements(iam.IGrantable, ec2.IConnectable)
class Monitor(Construct):
    """A monitor of one endpoint.

    It can be granted access (`bucket.grant_read(monitor)`) and, in a VPC, be connected to (`Connections`).

    Attributes:
        endpoint: What is monitored.
        schedule: When.
        monitoring_schedule_name: Name of the schedule.
        reports: Where reports are written.
        role: Role of baseline job and runs.
        alarms: All alarms, in the order in which they were made.
    """

    MONITOR_TYPE = ""
    """Kind of monitor, as the service calls it."""

    WORDS = ""
    """Kind of monitor, as people call it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: MonitoredEndpoint,
        output: S3Location,
        schedule: MonitorSchedule,
        compute: MonitorCompute,
        network: MonitorNetwork,
        namespace: str,
        encryption_key: kms.IKey | None,
        role: iam.IRole | None,
        engine: IMonitorEngine | None,
        environment: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        require_environment(environment)
        require_tags(tags)
        self.endpoint = endpoint
        self.schedule = schedule
        self.monitoring_schedule_name = Names.unique_resource_name(self, max_length=_NAME_LENGTH, separator="-").lower()
        self.reports = output.join("reports")
        self.engine: IMonitorEngine = engine or ModelMonitorEngine()
        self.role: iam.IRole = self._in_this_stack(role) if role else self._make_role()
        self.alarms: list[cloudwatch.Alarm] = []
        self._tags = {**Stack.of(self).tags.tag_values(), **tags}
        self._security_groups = self._make_security_groups(network)
        self._metrics = metrics.MonitorMetrics(
            namespace,
            {"Endpoint": endpoint.endpoint_name, "MonitoringSchedule": self.monitoring_schedule_name},
            schedule.period or Duration.hours(1),
        )
        self._grant_run(network, encryption_key, compute)
        self._running: RunningMonitor | None = None

    @property
    def monitoring_schedule_arn(self) -> str:
        """ARN of the schedule."""
        return self._require_running().schedule_arn

    @property
    @jsii.member(jsii_name="connections")
    def connections(self) -> ec2.Connections:
        """Network connections of the jobs; empty without a VPC."""
        return ec2.Connections(security_groups=list(self._security_groups))

    @property
    @jsii.member(jsii_name="grantPrincipal")
    def grant_principal(self) -> iam.IPrincipal:
        """The role that baseline job and runs have."""
        return self.role.grant_principal

    def metric(self, name: str, *, statistic: str = cloudwatch.Stats.AVERAGE) -> cloudwatch.Metric:
        """Any metric that the analyzer publishes for this monitor.

        Args:
            name: Its name. The `metric_*` methods know the documented ones.
            statistic: Default: average.
        """
        return self._metrics.service(name, statistic=statistic)

    def metric_executions(self) -> cloudwatch.Metric:
        """Runs that have ended, whatever came out."""
        return self._metrics.own(metrics.EXECUTIONS)

    def metric_failed_executions(self) -> cloudwatch.Metric:
        """Runs that failed; those without traffic are not among them."""
        return self._metrics.own(metrics.FAILED_EXECUTIONS)

    def metric_no_data(self) -> cloudwatch.Metric:
        """Runs that found no captured traffic."""
        return self._metrics.own(metrics.NO_DATA)

    def metric_violations(self) -> cloudwatch.Metric:
        """Violations that runs reported."""
        return self._metrics.own(metrics.VIOLATIONS)

    def metric_signs_of_life(self) -> cloudwatch.Metric:
        """Runs that have ended and deployments of the monitor: the data points of one metric, whatever their value.

        A sum of two metrics would have no value in a period in which one of them has none.
        """
        return self._metrics.own(
            metrics.EXECUTIONS, statistic=cloudwatch.Stats.SAMPLE_COUNT, label="runs and deployments"
        )

    def on_completed(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """Reacts to every run that came to its end, with or without violations.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the service's event.
        """
        return self._on_run(id, target, {"ProcessingJobStatus": ["Completed"]}, "ends")

    def on_violation(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """Reacts to every run that found violations, for example by retraining.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the service's event, whose `ProcessingOutputConfig` names the report.
        """
        detail: dict[str, Sequence[Any]] = {
            "ProcessingJobStatus": ["Completed"],
            "ExitMessage": [{"prefix": _VIOLATIONS}],
        }
        return self._on_run(id, target, detail, "finds violations")

    def on_failed(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """Reacts to every run that failed or was stopped.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the service's event with its `FailureReason`.
        """
        return self._on_run(id, target, {"ProcessingJobStatus": ["Failed", "Stopped"]}, "fails")

    def on_ended(self, id: str, *, target: events.IRuleTarget) -> events.Rule:
        """Reacts to every run that has a job, however it ended.

        Args:
            id: Construct id of the rule.
            target: What is called; it gets the service's event.
        """
        return self._on_run(id, target, {"ProcessingJobStatus": ["Completed", "Failed", "Stopped"]}, "has ended")

    def _on_run(
        self, id: str, target: events.IRuleTarget, detail: Mapping[str, Sequence[Any]], happens: str
    ) -> events.Rule:
        # AWS documents no event of an execution; the job of one is announced, with the ARN of its schedule.
        # https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html
        return events.Rule(
            self,
            id,
            description=f"When a run of {self.monitoring_schedule_name} {happens}",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Processing Job State Change"],
                detail={"MonitoringScheduleArn": [self.monitoring_schedule_arn], **detail},
            ),
            targets=[target],
        )

    def _require_running(self) -> RunningMonitor:
        assert self._running is not None, "a subclass sets it in its constructor"
        return self._running

    def _make_role(self) -> iam.Role:
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
            description=f"Baseline job and runs of the {self.WORDS} monitor {self.monitoring_schedule_name}",
        )

    def _in_this_stack(self, role: iam.IRole) -> iam.IRole:
        # A role that another stack owns gets its statements in a policy of this one: in its own policy they would refer
        # to this stack's resources, while this stack already refers to the role.
        if isinstance(role, iam.Role) and Stack.of(role) is not Stack.of(self):
            return iam.Role.from_role_arn(self, "Role", role.role_arn)
        return role

    def _make_security_groups(self, network: MonitorNetwork) -> Sequence[ec2.ISecurityGroup]:
        if network.vpc is None or network.security_groups:
            return network.security_groups
        return [
            ec2.SecurityGroup(
                self, "SecurityGroup", vpc=network.vpc, description=f"Jobs of monitor {self.monitoring_schedule_name}"
            )
        ]

    def _grant_run(self, network: MonitorNetwork, key: kms.IKey | None, compute: MonitorCompute) -> None:
        self.endpoint.capture_location.grant_read(self.role)
        self.reports.grant_read_write(self.role)
        self.engine.grant_image(self, self.role)
        for used in (key, compute.volume_key):
            if used is not None:
                used.grant(self.role, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
        statements = [*_log_statements(Stack.of(self)), _metric_statement()]
        if network.vpc is not None:
            statements.append(_vpc_statement())
        for statement in statements:
            self.role.add_to_principal_policy(statement)
            acknowledge_wildcards(self.role, statement.resources, _WHY_WILDCARDS)


def _log_statements(stack: Stack) -> list[iam.PolicyStatement]:
    group = "/aws/sagemaker/ProcessingJobs"
    return [
        iam.PolicyStatement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[
                f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{group}",
                f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{group}:*",
            ],
        )
    ]


def _metric_statement() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
        conditions={"StringLike": {"cloudwatch:namespace": list(metrics.SERVICE_NAMESPACE_PATTERNS)}},
    )


def _vpc_statement() -> iam.PolicyStatement:
    # https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createprocessingjob-perms
    return iam.PolicyStatement(
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
        resources=["*"],  # interfaces do not exist yet, and Describe actions have no resources
    )
