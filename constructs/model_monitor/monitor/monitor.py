"""What all kinds of monitors have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import (
    Names,
    aws_cloudwatch as cloudwatch,
    aws_iam as iam,
)
from constructs import Construct, IConstruct

from model_monitor.alarms import metrics
from model_monitor.alarms.commands import Commands, short_name
from model_monitor.alarms.description import AlarmTexts
from model_monitor.alarms.factory import AlarmFactory
from model_monitor.alarms.options import MonitorAlarms
from model_monitor.alarms.two_limits import warn
from model_monitor.baseline.resource import BaselineJob, BaselineResource
from model_monitor.dashboard import layout
from model_monitor.engine import Analysis, MonitorDefinition, RunningMonitor
from model_monitor.errors import ConfigurationError
from model_monitor.inputs.monitor_input import MonitorInput, called
from model_monitor.inputs.requirements import require_apart
from model_monitor.internal.access import AccessRole
from model_monitor.internal.amounts import hours, hours_of
from model_monitor.internal.arns import role_arn, topic_arn
from model_monitor.internal.checking import checked
from model_monitor.internal.connectable import Connectable
from model_monitor.internal.permissions import allow_key
from model_monitor.internal.reachable import require_reachable, require_reachable_place
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.statements import Statement
from model_monitor.jobs.settings import JobSettings
from model_monitor.monitor.graphs import run_graphs
from model_monitor.monitor.job_network import job_security_groups
from model_monitor.monitor.job_role import grant_to_jobs, job_role
from model_monitor.monitor.options import MonitorSettings
from model_monitor.mutes import Mute, Mutes, require_audible, unknown_alarm, warn_if_over
from model_monitor.run_events import RunEvents
from model_monitor.s3_location import S3Location
from model_monitor.services import MonitoringServices

REPORT_PAGE = "monitoring-report.html"
"""Name of the page that the results function writes beside the files of a run."""
_NAME_LENGTH = 63
_JOB_NAME_LENGTH = 40


@jsii.implements(iam.IGrantable, Connectable)
@checked
class Monitor(RunEvents):
    """A monitor of an endpoint, of the batch transform jobs of a model, or of a model that is served elsewhere.

    It can be granted access (`bucket.grant_read(monitor)`) and, in a VPC, be connected to (`Connections`).

    Attributes:
        input: What is monitored.
        short_name: What people call it beside its endpoint: the construct id, `data-quality` for `DataQuality`.
        schedule: When.
        monitoring_schedule_name: Name of the schedule.
        reports: Where the service is told to write reports; it appends the endpoint, if there is one, the schedule and
            the time.
        role: Role of baseline job and runs.
        alarms: All alarms, in the order in which they were made.
        warnings: What the synthesis warns of.
    """

    MONITOR_TYPE = ""
    """Kind of monitor, as the service calls it."""

    WORDS = ""
    """Kind of monitor, as people call it."""

    HOURLY_LIMIT_SECONDS = 3600
    """Longest run on an hourly schedule.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html
    """

    INHERITED = frozenset(
        ["compute", "encryption_key", "engine", "network", "output", "report_page", "runbook_url", "tags"]
    )
    """Options that a monitoring gives to its monitors."""

    METRICS = ""
    """Last part of the namespace of the service's metrics."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        services: MonitoringServices,
        access: AccessRole | None,
        settings: MonitorSettings,
    ) -> None:
        output = settings.output or services.output
        require_apart(output, input, option="output")
        super().__init__(scope, id)
        stack_of(self, parent=scope)
        self._require_reachable(settings)
        self.input = input
        self.short_name = short_name(id)
        self.schedule = settings.schedule
        self.monitoring_schedule_name = Names.unique_resource_name(self, max_length=_NAME_LENGTH, separator="-").lower()
        self.engine = settings.engine
        words = f"the {self.WORDS} monitor {self.monitoring_schedule_name}"
        self.role = job_role(self, settings.role, description=f"Baseline job and runs of {words}")
        self.alarms: list[cloudwatch.Alarm] = []
        self.warnings: list[ConfigurationError] = []
        self._services = services
        self._access = access or services.access_role(self, "Access", subject=input.title)
        self._runbook_url = settings.runbook_url
        self._report_page = settings.report_page
        self._output = output
        # A place of its own: roles of other monitors must not open it, and runs that merge records with labels analyse
        # all that lies below <place>/merge/<endpoint>.
        self.reports = self._output.join("reports", self.monitoring_schedule_name)
        self._security_groups = job_security_groups(
            self, settings.network, settings.compute, description=f"Jobs of monitor {self.monitoring_schedule_name}"
        )
        self._jobs = JobSettings(
            role=self.role,
            compute=settings.compute,
            network=settings.network,
            security_group_ids=[group.security_group_id for group in self._security_groups],
            encryption_key=settings.encryption_key or services.encryption_key,
            environment=settings.environment,
            tags={**stack_of(self).stack.tags.tag_values(), **settings.tags},
        )
        self._metrics = metrics.MonitorMetrics(
            metrics.namespace(input, self.METRICS),
            metrics.dimensions(input, self.monitoring_schedule_name),
            settings.schedule.period or hours(1),
        )
        self._published: dict[str, list[object]] = {}
        self._mutes = Mutes()
        self._tells_capture_age = False
        self._grant_jobs()
        self._grant_functions()

    def _warn(self, warnings: Sequence[ConfigurationError]) -> None:
        self.warnings += warnings
        warn(self, warnings)

    @property
    def monitoring_schedule_arn(self) -> str:
        """ARN of the schedule."""
        return self._running.schedule_arn

    @property
    @jsii.member(jsii_name="connections")
    def connections(self) -> cdk.aws_ec2.Connections:
        """Network connections of the jobs; empty without a VPC."""
        return cdk.aws_ec2.Connections(security_groups=list(self._security_groups))

    @property
    @jsii.member(jsii_name="grantPrincipal")
    def grant_principal(self) -> iam.IPrincipal:
        """The role that baseline job and runs have."""
        return self.role.grant_principal

    def metric(
        self,
        name: str,
        *,
        statistic: str = metrics.AVERAGE,
        dimensions: Mapping[str, str] | None = None,
    ) -> cloudwatch.Metric:
        """Return any metric that the service publishes for this monitor, for graphs.

        Its data points carry the start of the analysed window as time; those that are a day old take up to two days to
        appear (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html). For alarms use
        the `metric_*` methods, whose metrics are written when a run has ended.

        Args:
            name: Its name.
            statistic: Default: average.
            dimensions: Dimensions beside `Endpoint` and `MonitoringSchedule`. Default: none.
        """
        return self._metrics.service(name, statistic=statistic, extra_dimensions=dimensions)

    def metric_executions(self) -> cloudwatch.Metric:
        """Return the number of runs that have ended, whatever came out."""
        return self._metrics.own(metrics.EXECUTIONS)

    def metric_failed_executions(self) -> cloudwatch.Metric:
        """Return the number of runs that failed; those without traffic are not among them."""
        return self._metrics.own(metrics.FAILED_EXECUTIONS, statistic=metrics.MAXIMUM)

    def metric_no_data(self) -> cloudwatch.Metric:
        """Return the number of runs that found no captured traffic or, where labels are needed, no labels."""
        return self._metrics.own(metrics.NO_DATA, statistic=metrics.MAXIMUM)

    def metric_violations(self) -> cloudwatch.Metric:
        """Return the number of violations that a run reported."""
        return self._metrics.own(metrics.VIOLATIONS, statistic=metrics.MAXIMUM)

    def metric_signs_of_life(self) -> cloudwatch.Metric:
        """Return runs that have ended and deployments of the monitor: the data points of one metric, of any value.

        A sum of two metrics would have no value in a period in which one of them has none.
        """
        return self._metrics.own(metrics.EXECUTIONS, statistic=metrics.SAMPLE_COUNT, label="runs and deployments")

    def metric_capture_age(self) -> cloudwatch.Metric:
        """Return how many seconds ago the newest record was captured, looked up when a run ends.

        Whoever asks for it lets the results function list the captured records.
        """
        if not self._tells_capture_age:
            self._tells_capture_age = True
            self.input.records.grant_read(self._access)
        return self._metrics.own(metrics.CAPTURE_AGE, statistic=metrics.MAXIMUM)

    def mute(self, *mutes: Mute) -> None:
        """Neither tell nor count something for a while: no metrics, no alarms, no messages. Runs and events go on.

        `model-monitor mute` does the same at once and without a deployment, and `model-monitor status` shows both.

        Args:
            *mutes: What, and until when.

        Raises:
            ConfigurationError: There is no such alarm, or it is the one that says that nobody is watching.
        """
        for mute in mutes:
            warn_if_over(self, mute)
            if not self.take_mute(mute):
                raise unknown_alarm(mute, self.alarm_titles)

    @property
    def alarm_titles(self) -> list[str]:
        """What the names of the alarms say happened, such as `drift of age`."""
        return list(self._mutes.watched)

    @property
    def alarm_names(self) -> list[str]:
        """Names of the alarms, in the order of `alarms`."""
        return [self._alarm_texts.name(title) for title in self.alarm_titles]

    def take_mute(self, mute: Mute) -> bool:
        """Mute what this monitor has of it, and return whether there is anything.

        Args:
            mute: A mute of a monitoring, which may be about another of its monitors.

        Raises:
            ConfigurationError: It is about the alarm that says that nobody is watching.
        """
        require_audible(mute)
        return self._mutes.add(mute)

    def widgets(self) -> list[cloudwatch.IWidget]:
        """Return graphs for a dashboard of your own: violations, runs, and what is published beside its limits."""
        return [*run_graphs({"violations": self}, width=layout.HALF), *self.graphs()]

    def publish_for_dashboard(self, features: Sequence[str]) -> None:
        """Have runs publish what `widgets` would otherwise lack.

        Args:
            features: Features that are to be drawn, beside those with an alarm.
        """

    def graphs(self) -> Sequence[cloudwatch.IWidget]:
        """Return graphs of what only this kind of monitor measures."""
        return ()

    def _drawn(self, kind: str) -> list[Any]:
        """Return what runs publish of one kind of metric."""
        return list(self._published.get(kind, ()))

    def _schedule_names(self) -> list[str]:
        return [self.monitoring_schedule_name]

    def _runs_in_words(self) -> str:
        return f"the {self.WORDS} monitor of {self.input.title}"

    def _publish(self, kind: str, what: object) -> None:
        """Have the results function publish one more metric of every run."""
        published = self._published.setdefault(kind, [])
        if what not in published:
            published.append(what)

    def _baseline_job(
        self, *, preprocessor: S3Location | None = None, postprocessor: S3Location | None = None
    ) -> BaselineJob:
        for script in (preprocessor, postprocessor):
            if script is not None:
                script.grant_read(self.role)
        return BaselineJob(
            name=self.monitoring_schedule_name[:_JOB_NAME_LENGTH].strip("-"),
            schedule_name=self.monitoring_schedule_name,
            monitor_type=self.MONITOR_TYPE,
            endpoint_name=self.input.endpoint_name,
            output=self._output.join("baselines", self.monitoring_schedule_name),
            settings=self._jobs,
            image_uri=self.engine.image_uri(self, self.MONITOR_TYPE),
            preprocessor=preprocessor,
            postprocessor=postprocessor,
            dimensions=self._metrics.dimensions,
            access=self._access,
            deployment=self._services.deployment,
        )

    def _run(self, analysis: Analysis, baseline: BaselineResource, *after: IConstruct) -> None:
        dependency = self.input.dependency
        self._running: RunningMonitor = self.engine.run(
            self,
            MonitorDefinition(
                name=self.monitoring_schedule_name,
                analysis=analysis,
                input=self.input,
                schedule=self.schedule,
                baseline=baseline,
                output=self.reports,
                settings=self._jobs,
                after=[self.role, *after, *([dependency] if dependency else [])],
                access=self._access,
                deployment=self._services.deployment,
                registry=self._services.registry,
                registration=self._registration,
            ),
        )

    def _registration(self) -> dict[str, object]:
        """What the results function must know of this monitor: lambda/README.md."""
        period = self.schedule.period
        document = {
            "schedule": self.monitoring_schedule_name,
            "short_name": self.short_name,
            "type": self.MONITOR_TYPE,
            "title": self.input.title,
            "endpoint": self.input.endpoint_name,
            "model": self.input.model_name,
            "jobs": self.input.jobs_name,
            "reports": self.reports.uri,
            "records": self.input.records.uri if self._tells_capture_age else None,
            "access_role": role_arn(self._access),
            "topic": topic_arn(self._services.topic),
            "runbook": self._runbook_url,
            "period_hours": None if period is None else hours_of(period),
            "reactions": self._reactions or None,
            "metrics": dict(sorted(self._published.items())) or None,
            "page": None if self._report_page else False,
            "mutes": self._mutes.documents,
            "stack": stack_of(self).stack_name if self._mutes.documents else None,
        }
        return {name: value for name, value in document.items() if value is not None}

    @property
    def commands(self) -> Commands:
        """What the command line calls this monitor."""
        name = called(self.input)
        return Commands((name, self.short_name) if name else (self.monitoring_schedule_name,))

    @property
    def _alarm_texts(self) -> AlarmTexts:
        return AlarmTexts(
            self.input.title,
            self.WORDS,
            self.monitoring_schedule_name,
            self.reports.uri,
            self._runbook_url,
            self.commands,
        )

    def _alarm_factory(self) -> AlarmFactory:
        return AlarmFactory(self, self._alarm_texts, watch=self._mutes.watch)

    def _make_common_alarms(self, alarms: MonitorAlarms) -> None:
        factory, made = self._alarm_factory(), self.alarms
        if alarms.any_violation:
            made.append(factory.any_violation(self.metric_violations()))
        if alarms.execution_failed:
            made.append(factory.execution_failed(self.metric_failed_executions()))
        period = self.schedule.period
        if period is None:  # a single run has no next one to wait for
            return
        if alarms.silence_after is not None:
            silence = factory.silence(self.metric_signs_of_life(), alarms.silence_after, period)
            # The baseline comes first, whose deployment is a sign of life: until then it would tell people of silence.
            silence.node.add_dependency(self._running.construct)
            made.append(silence)
        if alarms.no_data_after is not None:
            runs = alarms.no_data_after
            made.append(factory.no_data(self.metric_no_data(), runs, period, labels_uri=self._labels_uri))

    @property
    def _labels_uri(self) -> str | None:
        """Where labels are expected, by a monitor that needs them."""
        return None

    def _require_reachable(self, settings: MonitorSettings) -> None:
        """Check what the user brings; what the services bring was checked with them."""
        require_reachable(settings.encryption_key, self, option="encryption_key")
        require_reachable(settings.role, self, option="role")
        require_reachable(settings.compute.volume_key, self, option=("compute", "volume_key"))
        require_reachable(settings.network.vpc, self, option=("network", "vpc"))
        require_reachable_place(settings.output, self, option="output")

    def _grant_jobs(self) -> None:
        for location in self.input.reads:
            location.grant_read(self.role)
        self.reports.grant_read_write(self.role)
        self.engine.grant_images(self, self.role, self.MONITOR_TYPE)
        grant_to_jobs(self, self._jobs)

    def _grant_functions(self) -> None:
        self.reports.grant_read(self._access)
        if self._report_page:
            self.reports.grant_write_named(self._access, REPORT_PAGE)
            # The page is encrypted like the run's own files. The role has the services' key already.
            key = self._jobs.encryption_key
            if key is not None and key is not self._services.encryption_key:
                allow_key(self._access, key, "kms:Decrypt", "kms:GenerateDataKey")
        # Baseline jobs and schedules, also those of single runs, are made with the role of the jobs.
        passing = Statement(
            actions=["iam:PassRole"],
            resources=[role_arn(self.role)],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
        self._access.allow([passing], "The role is named.")
