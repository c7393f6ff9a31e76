"""What `doctor` knows of a monitor: everything that AWS says, asked for once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from model_monitor_cli import capture, runs, state, synthetic
from model_monitor_cli.alarms import Alarm, composites_of, of_schedule
from model_monitor_cli.doctor import cloud
from model_monitor_cli.inventory import Monitor
from model_monitor_cli.runs import Run
from shared import errors, processing_jobs, s3, schedules
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_TWO_DAYS = timedelta(hours=48)
_TOPIC = ":sns:"


@dataclass(frozen=True)
class Role:
    """The role of a monitor's jobs.

    Attributes:
        arn: Its ARN.
        exists: Whether it is there.
        trusts: Whether SageMaker may assume it.
    """

    arn: str
    exists: bool = True
    trusts: bool = True


@dataclass(frozen=True)
class Topic:
    """A topic that messages or alarms go to.

    Attributes:
        arn: Its ARN.
        exists: Whether it is there.
        confirmed: Protocols of the subscriptions that get messages, such as `email`.
        pending: Protocols of those that nobody has confirmed.
    """

    arn: str
    exists: bool = True
    confirmed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Everything that is known of one monitor.

    Attributes:
        now: The service's time.
        monitor: The monitor.
        endpoint: Description of the endpoint; None if it is gone, or there is none.
        endpoint_config: Description of the configuration that it uses.
        capturing_configs: Other configurations of the endpoint that capture.
        is_multi_model: Whether a model of it hosts several.
        captured: Where records lie.
        captured_problem: What is wrong with that location.
        newest: When the newest object of records begins.
        invocations: How often the endpoint was called in the last 24 hours; None if nobody knows.
        disk: Largest share of an instance's disk in use, in percent; None if nobody knows.
        definition: Description of the job definition.
        missing_baseline: Files of the baseline that do not exist.
        role: The role of the jobs.
        schedule: Description of the schedule.
        runs: The last runs, the newest first.
        job: Description of the job of the last run that has ended.
        labels: Where labels are expected; None for monitors that need none.
        newest_labels: Folder of hours that has the newest labels; None if there are none.
        last_execution_metric: When the last data point of `Executions` was written.
        label_coverage: The last one.
        alarms: Alarms of the monitor.
        composites: Composite alarms that combine them.
        topics: Where messages and alarms go.
        refused: Link -> why AWS did not answer what it needs.
    """

    now: datetime
    monitor: Monitor
    endpoint: Mapping[str, Any] | None = None
    endpoint_config: Mapping[str, Any] | None = None
    capturing_configs: tuple[str, ...] = ()
    is_multi_model: bool = False
    captured: str | None = None
    captured_problem: str | None = None
    newest: datetime | None = None
    invocations: float | None = None
    disk: float | None = None
    definition: Mapping[str, Any] | None = None
    missing_baseline: tuple[str, ...] = ()
    role: Role | None = None
    schedule: Mapping[str, Any] | None = None
    runs: tuple[Run, ...] = ()
    job: Mapping[str, Any] | None = None
    labels: str | None = None
    newest_labels: datetime | None = None
    last_execution_metric: datetime | None = None
    label_coverage: float | None = None
    alarms: tuple[Alarm, ...] = ()
    composites: tuple[Alarm, ...] = ()
    topics: tuple[Topic, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Run | None:
        """The last run that has ended."""
        return next((run for run in self.runs if run.is_over), None)

    @property
    def period(self) -> timedelta:
        """Time between two runs."""
        return self.monitor.entry.period

    @property
    def expression(self) -> str:
        """When the schedule runs."""
        config = (self.schedule or {}).get("MonitoringScheduleConfig", {})
        return str(config.get("ScheduleConfig", {}).get("ScheduleExpression", ""))


def gather(context: Context, monitor: Monitor, alarms: Sequence[Alarm] | None) -> Facts:
    """Ask AWS everything about a monitor; what it refuses is noted.

    Args:
        context: AWS.
        monitor: The monitor.
        alarms: All alarms of monitors, since listing them once is enough; None if that was refused.
    """
    own = of_schedule(alarms or (), monitor.schedule_name)
    composites = composites_of(alarms or (), monitor.schedule_name)
    known: dict[str, Any] = {"alarms": own, "composites": composites}
    refused = {"alarms": "DescribeAlarms was refused"} if alarms is None else {}
    questions: tuple[tuple[str, Callable[[Context, Monitor, Mapping[str, Any]], dict[str, Any]]], ...] = (
        ("schedule", _ask_schedule),
        ("endpoint", _ask_endpoint),
        ("capture", _ask_capture),
        ("baseline", _ask_baseline),
        ("schedule", _ask_role),
        ("execution", _ask_runs),
        ("execution", _ask_labels),
        ("metrics", _ask_metrics),
        ("subscriptions", _ask_topics),
    )
    for link, ask in questions:
        try:
            known.update(ask(context, monitor, known))
        except ClientError as error:
            if not errors.is_denied(error) and not errors.is_refusal(error):
                raise
            refused.setdefault(link, f"{error.operation_name} was refused: {errors.message(error)}")
    return Facts(now=context.now(), monitor=monitor, refused=refused, **known)


def _ask_schedule(context: Context, monitor: Monitor, _known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schedule": schedules.describe(monitor.schedule_name),
        "definition": state.job_definition(context, monitor),
    }


def _ask_endpoint(context: Context, monitor: Monitor, _known: Mapping[str, Any]) -> dict[str, Any]:
    return cloud.endpoint_facts(context, monitor.entry.endpoint) if monitor.entry.endpoint else {}


def _ask_capture(context: Context, _monitor: Monitor, known: Mapping[str, Any]) -> dict[str, Any]:
    endpoint, source = known.get("endpoint"), _input(known).get("BatchTransformInput")
    usage = cloud.usage(context, endpoint) if endpoint else {}
    try:
        if source:
            place: S3Uri | None = S3Uri.parse(source["DataCapturedDestinationS3Uri"])
        else:
            place = capture.captured_in(endpoint) if endpoint else None
    except ValueError as error:
        return {**usage, "captured_problem": str(error)}
    newest = capture.newest(place) if place else None
    return {**usage, "captured": str(place) if place else None, "newest": newest.time if newest else None}


def _ask_baseline(_context: Context, _monitor: Monitor, known: Mapping[str, Any]) -> dict[str, Any]:
    files = baseline_files(known.get("definition") or {})
    return {"missing_baseline": tuple(str(uri) for uri in files if not s3.exists(uri))}


def _ask_role(context: Context, _monitor: Monitor, known: Mapping[str, Any]) -> dict[str, Any]:
    arn = (known.get("definition") or {}).get("RoleArn")
    return {"role": Role(arn, *cloud.role(context, arn))} if arn else {}


def _ask_runs(context: Context, monitor: Monitor, _known: Mapping[str, Any]) -> dict[str, Any]:
    found = tuple(runs.runs_of(context, monitor.schedule_name))
    last = next((run for run in found if run.is_over), None)
    name = last.summary.get("ProcessingJobArn", "").rpartition("/")[2] if last else ""
    return {"runs": found, "job": processing_jobs.describe(name) if name else None}


def _ask_labels(_context: Context, _monitor: Monitor, known: Mapping[str, Any]) -> dict[str, Any]:
    place = _input(known).get("GroundTruthS3Input", {}).get("S3Uri")
    return {"labels": place, "newest_labels": capture.newest_hour(S3Uri.parse(place))} if place else {}


def _ask_metrics(context: Context, monitor: Monitor, _known: Mapping[str, Any]) -> dict[str, Any]:
    dimensions = {"Endpoint": monitor.entry.endpoint} if monitor.entry.endpoint else {}
    dimensions["MonitoringSchedule"] = monitor.schedule_name
    days = cloud.Span(context.now() - max(_TWO_DAYS, 3 * monitor.entry.period), context.now())
    executions = cloud.last_point(context, cloud.Metric(synthetic.NAMESPACE, "Executions", dimensions), days)
    coverage = cloud.last_point(context, cloud.Metric(synthetic.NAMESPACE, "LabelCoverage", dimensions), days)
    return {
        "last_execution_metric": executions[0] if executions else None,
        "label_coverage": coverage[1] if coverage else None,
    }


def _ask_topics(context: Context, monitor: Monitor, known: Mapping[str, Any]) -> dict[str, Any]:
    alarms = (*known["composites"], *known["alarms"])
    arns = [monitor.entry.topic, *(arn for alarm in alarms for arn in alarm.actions)]
    topics = [arn for arn in dict.fromkeys(filter(None, arns)) if _TOPIC in arn]
    return {"topics": tuple(Topic(arn, *cloud.subscriptions(context, arn)) for arn in topics)}


def baseline_files(definition: Mapping[str, Any]) -> list[S3Uri]:
    """Return the files that a job definition compares with."""
    config: Mapping[str, Any] = next((value for key, value in definition.items() if key.endswith("BaselineConfig")), {})
    return [S3Uri.parse(config[key]["S3Uri"]) for key in ("ConstraintsResource", "StatisticsResource") if key in config]


def _input(known: Mapping[str, Any]) -> Mapping[str, Any]:
    definition = known.get("definition") or {}
    found: Mapping[str, Any] = next((value for key, value in definition.items() if key.endswith("JobInput")), {})
    return found
