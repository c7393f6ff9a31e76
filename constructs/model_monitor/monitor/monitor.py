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
)
from constructs import Construct, IConstruct

from model_monitor.alarms import metrics
from model_monitor.alarms.description import AlarmTexts
from model_monitor.alarms.factory import AlarmFactory
from model_monitor.alarms.options import MonitorAlarms
from model_monitor.baseline.resource import BaselineFiles, BaselineJob
from model_monitor.engine import Analysis, MonitorDefinition, RunningMonitor
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.jobs.compute import MonitorNetwork
from model_monitor.monitor.job_role import job_statements
from model_monitor.monitor.options import MonitorSettings
from model_monitor.s3_location import S3Location

_NAME_LENGTH = 63
_JOB_NAME_LENGTH = 40
_WHY_WILDCARDS = (
    "SageMaker names the log streams of jobs; metrics, network interfaces and Describe actions have no resources."
)
_VIOLATIONS = "CompletedWithViolations"


@jsii.implements(iam.IGrantable, ec2.IConnectable)
class Monitor(Construct):
    """A monitor of one endpoint, or of the batch transform jobs of one model.

    It can be granted access (`bucket.grant_read(monitor)`) and, in a VPC, be connected to (`Connections`).

    Attributes:
        input: What is monitored.
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

    HOURLY_LIMIT_SECONDS = 3600
    """Longest run on an hourly schedule.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html
    """

    FINAL_JOBS: Mapping[str, Sequence[Any]] = {}
    """What the event of a run's last job has, where a run has several jobs."""

    METRICS = ""
    """Last part of the namespace of the service's metrics."""

    def __init__(
        self, scope: Construct, id: str, *, input: MonitorInput, output: S3Location, settings: MonitorSettings
    ) -> None:
        super().__init__(scope, id)
        self.input = input
        self.schedule = settings.schedule
        self.monitoring_schedule_name = Names.unique_resource_name(self, max_length=_NAME_LENGTH, separator="-").lower()
        self.reports = self._place_of_reports(output)
        self.engine = settings.engine
        self.role: iam.IRole = self._in_this_stack(settings.role) if settings.role else self._make_role()
        self.alarms: list[cloudwatch.Alarm] = []
        self._settings = settings
        self._output = output
        self._tags = {**Stack.of(self).tags.tag_values(), **settings.tags}
        self._security_groups = self._make_security_groups(settings.network)
        self._metrics = metrics.MonitorMetrics(
            metrics.namespace(input, self.METRICS),
            metrics.dimensions(input, self.monitoring_schedule_name),
            settings.schedule.period or Duration.hours(1),
        )
        self._grant_run(settings)
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
        """Runs that found no captured traffic or, where predictions are compared with labels, no labels."""
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
        return self._on_run(id, target, {"ProcessingJobStatus": ["Completed"], **self.FINAL_JOBS}, "ends")

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
        running = self._require_running()
        # AWS documents no event of an execution; the job of one is announced, with the ARN of its schedule.
        # https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html
        return events.Rule(
            self,
            id,
            description=f"When a run of {self.monitoring_schedule_name} {happens}",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Processing Job State Change"],
                detail={
                    "MonitoringScheduleArn": [running.schedule_arn, {"prefix": running.single_runs_arn}],
                    **detail,
                },
            ),
            targets=[target],
        )

    def _require_running(self) -> RunningMonitor:
        assert self._running is not None, "a subclass sets it in its constructor"
        return self._running

    def _baseline_job(
        self, *, preprocessor: S3Location | None = None, postprocessor: S3Location | None = None
    ) -> BaselineJob:
        """The baseline is computed with the settings of the runs."""
        settings = self._settings
        for script in (preprocessor, postprocessor):
            if script is not None:
                script.grant_read(self.role)
        return BaselineJob(
            name=self.monitoring_schedule_name[:_JOB_NAME_LENGTH].strip("-"),
            monitor_type=self.MONITOR_TYPE,
            endpoint_name=self.input.endpoint_name,
            output=self._output.join("baselines", self.monitoring_schedule_name),
            role=self.role,
            image_uri=self.engine.image_uri(self, self.MONITOR_TYPE),
            compute=settings.compute,
            network=settings.network,
            security_group_ids=self._security_group_ids,
            encryption_key=settings.encryption_key,
            environment=settings.environment,
            preprocessor=preprocessor,
            postprocessor=postprocessor,
            tags=self._tags,
            dimensions=self._metrics.dimensions,
        )

    def _run(self, analysis: Analysis, baseline: BaselineFiles, *after: IConstruct) -> RunningMonitor:
        settings, dependency = self._settings, self.input.dependency
        return self.engine.run(
            self,
            MonitorDefinition(
                name=self.monitoring_schedule_name,
                analysis=analysis,
                input=self.input,
                schedule=settings.schedule,
                baseline=baseline,
                output=self.reports,
                role=self.role,
                compute=settings.compute,
                network=settings.network,
                security_group_ids=self._security_group_ids,
                encryption_key=settings.encryption_key,
                environment=settings.environment,
                tags=self._tags,
                after=[self.role, *after, *([dependency] if dependency else [])],
            ),
        )

    def _alarm_factory(self) -> AlarmFactory:
        texts = AlarmTexts(
            self.input.title,
            self.WORDS,
            self.monitoring_schedule_name,
            self.reports.uri,
            self._settings.runbook_url,
        )
        return AlarmFactory(self, texts)

    def _make_common_alarms(self, alarms: MonitorAlarms) -> None:
        factory, made = self._alarm_factory(), self.alarms
        if alarms.any_violation:
            made.append(factory.any_violation(self.metric_violations()))
        if alarms.execution_failed:
            made.append(factory.execution_failed(self.metric_failed_executions()))
        # A single run has no next one to wait for.
        if alarms.silence_after is not None and self.schedule.period is not None:
            made.append(factory.silence(self.metric_signs_of_life(), alarms.silence_after, self.schedule.period))
        if alarms.no_data_after is not None and self.schedule.period is not None:
            runs, period = alarms.no_data_after, self.schedule.period
            made.append(factory.no_data(self.metric_no_data(), runs, period, labels_uri=self._labels_uri))

    def _place_of_reports(self, output: S3Location) -> S3Location:
        """Where the service is told to write; it appends the endpoint, if there is one, the schedule and the time."""
        return output.join("reports")

    @property
    def _labels_uri(self) -> str | None:
        """Where labels are expected, by a monitor that needs them."""
        return None

    @property
    def _security_group_ids(self) -> list[str]:
        return [group.security_group_id for group in self._security_groups]

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

    def _grant_run(self, settings: MonitorSettings) -> None:
        for location in self.input.reads:
            location.grant_read(self.role)
        self.reports.grant_read_write(self.role)
        self.engine.grant_images(self, self.role, self.MONITOR_TYPE)
        for used in (settings.encryption_key, settings.compute.volume_key):
            if used is not None:
                used.grant(self.role, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
        statements = job_statements(Stack.of(self), in_vpc=settings.network.vpc is not None)
        for statement in statements:
            self.role.add_to_principal_policy(statement)
            acknowledge_wildcards(self.role, statement.resources, _WHY_WILDCARDS)
