"""The state of what is deployed, as `status` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from model_monitor_cli import alarms as alarms_module, capture, muting, runs, times
from model_monitor_cli.alarms import Alarm
from model_monitor_cli.endpoints import describe_endpoint
from model_monitor_cli.inventory import Model, Monitor, side_by_side
from results.executions import Outcome
from shared import errors, schedules
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_BAD = (Outcome.VIOLATIONS, Outcome.FAILED, Outcome.STOPPED)


@dataclass(frozen=True)
class CaptureState:
    """What is captured of a model's traffic.

    Attributes:
        is_on: Whether the endpoint captures; None where there is no endpoint, and others write the records.
        place: Where records lie; None if nobody knows.
        sampling: Share of the requests in percent.
        last: When the newest object begins.
    """

    is_on: bool | None
    place: str | None
    sampling: int | None
    last: datetime | None


@dataclass(frozen=True)
class LastRun:
    """The last run of a monitor that has ended.

    Attributes:
        scheduled: Its nominal time.
        outcome: Such as `CompletedWithViolations` or `NoData`.
        violations: How many; None where there is no report.
        reason: Why it failed.
    """

    scheduled: datetime
    outcome: str
    violations: int | None
    reason: str


@dataclass(frozen=True)
class MonitorState:
    """A monitor.

    Attributes:
        name: Short name.
        schedule: Name of the schedule.
        schedule_status: What SageMaker says; `Deleted` where there is none any more.
        last: The last run that has ended.
        running_since: Nominal time of a run that is under way.
        next: Nominal time of the next run.
        alarms: Its alarms.
        mutes: What is muted, and until when, in sentences.
    """

    name: str
    schedule: str
    schedule_status: str
    last: LastRun | None
    running_since: datetime | None
    next: datetime | None
    alarms: tuple[Alarm, ...]
    mutes: tuple[str, ...] = ()

    @property
    def alarms_in_alarm(self) -> tuple[Alarm, ...]:
        """Those that are in ALARM."""
        return tuple(alarm for alarm in self.alarms if alarm.state == "ALARM")

    @property
    def troubles(self) -> list[str]:
        """What is wrong, in sentences; the monitor's own alarms are told one by one."""
        found = []
        if self.schedule_status != "Scheduled":
            found.append(f"the schedule of {self.name} is {self.schedule_status}")
        if self.last and self.last.outcome in {outcome.value for outcome in _BAD}:
            what = f"{self.last.violations} violations" if self.last.violations else self.last.outcome
            found.append(f"the last run of {self.name}: {what}{f' ({self.last.reason})' if self.last.reason else ''}")
        found += [f"{self.name}: {alarm.title}" for alarm in self.alarms_in_alarm]
        return found


@dataclass(frozen=True)
class ModelState:
    """A model and its monitors.

    Attributes:
        name: As in the inventory.
        title: In words.
        endpoint_status: None where SageMaker does not serve the model; `Deleted` where the endpoint is gone.
        capture: What is captured.
        monitors: Its monitors.
        composites: The composite alarms, which notify.
    """

    name: str
    title: str
    endpoint_status: str | None
    capture: CaptureState
    monitors: tuple[MonitorState, ...]
    composites: tuple[Alarm, ...]

    @property
    def troubles(self) -> list[str]:
        """What is wrong, in sentences."""
        found = []
        if self.endpoint_status not in (None, "InService"):
            found.append(f"the endpoint is {self.endpoint_status}")
        if self.capture.is_on is False:
            found.append("data capture is off")
        for monitor in self.monitors:
            found += monitor.troubles
        return found


def states(context: Context, models: Sequence[Model]) -> list[ModelState]:
    """Return the states of models."""
    alarms = alarms_module.find_alarms(context)
    return side_by_side(lambda model: _model_state(context, model, alarms), models)


def _model_state(context: Context, model: Model, alarms: Sequence[Alarm]) -> ModelState:
    endpoint = describe_endpoint(context, model.endpoint) if model.endpoint else None
    monitors = tuple(_monitor_state(context, monitor, alarms) for monitor in model.monitors)
    composites = {
        alarm.name: alarm
        for monitor in model.monitors
        for alarm in alarms_module.composites_of(alarms, monitor.schedule_name)
    }
    return ModelState(
        name=model.name,
        title=model.title,
        endpoint_status=(endpoint["EndpointStatus"] if endpoint else "Deleted") if model.endpoint else None,
        capture=_capture_state(context, model, endpoint),
        monitors=monitors,
        composites=tuple(composites.values()),
    )


def _capture_state(context: Context, model: Model, endpoint: dict[str, Any] | None) -> CaptureState:
    if model.endpoint:
        config = (endpoint or {}).get("DataCaptureConfig") or {}
        is_on = bool(config.get("EnableCapture")) and config.get("CaptureStatus") == "Started"
        place = capture.captured_in(endpoint) if endpoint else None
        state = CaptureState(is_on, str(place) if place else None, config.get("CurrentSamplingPercentage"), None)
    else:
        place = captured_by_others(context, model)
        state = CaptureState(None, str(place) if place else None, None, None)
    newest = capture.newest(place) if place else None
    return replace(state, last=newest.time if newest else None)


def captured_by_others(context: Context, model: Model) -> S3Uri | None:
    """Return where the records of a model lie that has no endpoint, as its job definitions tell."""
    for monitor in model.monitors:
        definition = job_definition(context, monitor)
        for key, value in (definition or {}).items():
            if key.endswith("JobInput") and "BatchTransformInput" in value:
                # Of batch transform, a monitor reads what the folder of inputs or outputs below it names.
                return S3Uri.parse(value["BatchTransformInput"]["DataCapturedDestinationS3Uri"])
    return None


def job_definition(context: Context, monitor: Monitor) -> dict[str, Any] | None:
    """Return the job definition of a monitor, or None if schedule or definition are gone."""
    schedule = schedules.describe(monitor.schedule_name)
    name = schedule["MonitoringScheduleConfig"].get("MonitoringJobDefinitionName") if schedule else None
    if name is None:
        return None
    sagemaker = context.sagemaker
    describe = {
        "DataQuality": sagemaker.describe_data_quality_job_definition,
        "ModelQuality": sagemaker.describe_model_quality_job_definition,
        "ModelBias": sagemaker.describe_model_bias_job_definition,
        "ModelExplainability": sagemaker.describe_model_explainability_job_definition,
    }[monitor.entry.type]
    try:
        return dict(describe(JobDefinitionName=name))
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def _monitor_state(context: Context, monitor: Monitor, alarms: Sequence[Alarm]) -> MonitorState:
    schedule = schedules.describe(monitor.schedule_name)
    found = runs.runs_of(context, monitor.schedule_name)
    ended = next((run for run in found if run.is_over), None)
    running = next((run for run in found if not run.is_over), None)
    config = schedule["MonitoringScheduleConfig"].get("ScheduleConfig", {}) if schedule else {}
    is_on = schedule is not None and schedule["MonitoringScheduleStatus"] == "Scheduled"
    return MonitorState(
        name=monitor.name,
        schedule=monitor.schedule_name,
        schedule_status=schedule["MonitoringScheduleStatus"] if schedule else "Deleted",
        last=_last(monitor, ended) if ended else None,
        running_since=running.scheduled if running else None,
        next=times.next_run(config.get("ScheduleExpression", ""), context.now()) if is_on else None,
        alarms=alarms_module.of_schedule(alarms, monitor.schedule_name),
        mutes=_mutes(context, monitor),
    )


def _mutes(context: Context, monitor: Monitor) -> tuple[str, ...]:
    now = context.now()
    try:
        found = [muting.Muted.of(monitor, mute).sentence(now) for mute in muting.mutes_of(monitor, now)]
    except muting.MutesUnreadableError as error:
        found = [str(error)]
    return (*found, *(mute.sentence(now) for mute in muting.of_code(monitor, now)))


def _last(monitor: Monitor, run: runs.Run) -> LastRun:
    violations = None
    if run.outcome and run.outcome.has_report:
        violations = runs.report_of(runs.execution_of(monitor.entry, run)).count
    return LastRun(run.scheduled, run.outcome.value if run.outcome else run.status, violations, run.reason)
