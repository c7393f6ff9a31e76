"""Runs on demand: a schedule of its own that looks at a stretch of traffic once, and is deleted afterwards.

It is named after the monitor's schedule, so that the results function knows whose run it is: it sends its message and
its event (with `oneTime`), and publishes its metrics under the run's own name. Runs of the monitor itself, their
metrics and their alarms are not touched.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from model_monitor_cli import runs, times
from model_monitor_cli.exits import CommandError, UsageError
from model_monitor_cli.inventory import Monitor
from model_monitor_cli.output import Progress
from model_monitor_cli.runs import Run
from shared import errors, schedules

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

LONGEST = timedelta(hours=24)
"""https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html"""
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_OFFSET = re.compile(r"[+-]?P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGER = 0.5, 15.0, 1.3
_PATIENCE_OF_CLEANING = timedelta(minutes=10)
_EXAMPLES = "a time in UTC such as 2026-11-21T03:00, or 03:00 for today"


class RunError(CommandError):
    """A run does not end, or leaves something behind."""


class NotStartedError(RunError):
    """Nothing was started."""


@dataclass(frozen=True)
class Window:
    """A stretch of traffic, in UTC."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        end = f"{self.end:%H:%M}" if self.end.date() == self.start.date() else times.minute(self.end)
        return f"{times.minute(self.start)} to {end} UTC"


@dataclass(frozen=True)
class Delays:
    """How long a monitor waits for labels before it looks at traffic: offsets of its job definition."""

    start: timedelta = timedelta(0)
    end: timedelta = timedelta(0)

    @classmethod
    def of(cls, definition: dict[str, Any]) -> Delays:
        """Read them from a job definition."""
        for key, value in definition.items():
            if key.endswith("JobInput"):
                source = value.get("EndpointInput") or value.get("BatchTransformInput") or {}
                return cls(_duration(source.get("StartTimeOffset")), _duration(source.get("EndTimeOffset")))
        return cls()


def window_of(
    start: str | None, end: str | None, last: str | None, now: datetime, delays: Delays, *, period: timedelta = _HOUR
) -> Window:
    """Return the window that a command line asks for; by default the last whole period and what came since.

    Args:
        start: A time, as typed.
        end: A time, as typed.
        last: A length of time, as typed.
        now: The service's time.
        delays: Of the monitor.
        period: Time between two runs of the monitor.

    Raises:
        UsageError: The options contradict each other, or no run can look at this window.
    """
    if last is not None and (start is not None or end is not None):
        raise UsageError("give either --last, or --start and --end")
    latest = now - delays.end
    until = parse_time("--end", end, now) if end is not None else latest
    if start is not None:
        since = parse_time("--start", start, now)
    elif last is None:  # what a run of the monitor looks at, and what came since
        since = max(until.replace(minute=0, second=0, microsecond=0) - period, until - LONGEST)
    else:
        length = times.parse_span(last)
        if not length:
            raise UsageError(f"--last: got '{last}', expected a length of time such as 2h, 90m or 1d")
        since = until - length
    window = Window(since, until)
    if not timedelta(0) < window.end - window.start <= LONGEST:
        raise UsageError(f"got {window}, expected a window of more than nothing and at most 24 hours")
    if window.end > latest + _MINUTE:
        why = f": the monitor waits {times.span(delays.end.total_seconds())} for labels" if delays.end else ""
        raise UsageError(f"got {window}, expected one that has ended by {times.minute(latest)} UTC{why}")
    return window


def name_of(context: Context, monitor: Monitor) -> str:
    """Return the name of the schedule that does a run of a monitor now."""
    return schedules.one_time_name(monitor.schedule_name, context.now())


def start(context: Context, monitor: Monitor, window: Window, delays: Delays, name: str) -> None:
    """Start a run.

    Args:
        context: AWS.
        monitor: Whose run it is.
        window: What it looks at.
        delays: Of the monitor.
        name: Name of the schedule that does it.

    Raises:
        NotStartedError: The monitor's schedule is gone, or the caller may not start runs.
    """
    schedule = schedules.describe(monitor.schedule_name)
    if schedule is None:
        raise NotStartedError(
            f"the schedule {monitor.schedule_name} has been deleted; deploy the stack of {monitor.model} again"
        )
    first, last = analysis_offsets(window, delays, context.now())
    try:
        context.sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                **schedule["MonitoringScheduleConfig"],
                "ScheduleConfig": {
                    "ScheduleExpression": "NOW",
                    "DataAnalysisStartTime": first,
                    "DataAnalysisEndTime": last,
                },
            },
        )
    except ClientError as error:
        if not errors.is_refusal(error):
            raise
        raise NotStartedError(
            f"you may not start runs ({errors.message(error)}); they need sagemaker:CreateMonitoringSchedule, and "
            "iam:PassRole on the role of the monitor's jobs. The function of add_schedule_control() may start them, too"
        ) from error


def analysis_offsets(window: Window, delays: Delays, now: datetime) -> tuple[str, str]:
    """Return beginning and end of a window as the service takes them: whole minutes before now.

    They are rounded into the window. Rounded out of it, the hour before it would be read as well, since records are
    read by the folders of hours. Only a window that ends now is not cut: its last minute may hold all of its records.
    """
    start = math.floor((now - window.start - delays.start) / _MINUTE)
    ago = now - window.end - delays.end
    is_hour = window.end.replace(minute=0, second=0, microsecond=0) == window.end
    end = 0 if ago < _MINUTE and not is_hour else math.ceil(ago / _MINUTE)
    return f"-PT{max(start, 0)}M", f"-PT{max(end, 0)}M"


def wait(
    context: Context,
    name: str,
    progress: Progress,
    *,
    timeout: timedelta,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Run:
    """Wait until a run has ended, and return it.

    Raises:
        RunError: It did not end in time.
    """
    began, pause = clock(), _FIRST_PAUSE
    while True:
        found = runs.runs_of(context, name, most=1)
        if found and found[0].is_over:
            return found[0]
        passed = clock() - began
        if passed > timeout.total_seconds():
            state = found[0].status if found else "not started"
            raise RunError(f"the run is {state} after {times.span(passed)}; wait longer with --timeout")
        progress.tell(f"{_progress(found[0] if found else None)} ({times.span(passed)})")
        sleep(pause)
        pause = min(pause * _LONGER, _LONGEST_PAUSE)


def clean_up(
    name: str,
    progress: Progress,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Stop what still runs, and delete the schedule of the run. SageMaker keeps the run itself in its list.

    Raises:
        RunError: The schedule cannot be deleted; the text says how to delete it.
    """
    began, pause = clock(), _FIRST_PAUSE
    while schedules.describe(name) is not None:
        in_flight = schedules.executions_in_flight(name)
        for execution in in_flight:
            schedules.stop_job(execution)
        if not in_flight:
            schedules.delete(name)
        if clock() - began > _PATIENCE_OF_CLEANING.total_seconds():
            raise RunError(
                f"the schedule {name} of this run could not be deleted; delete it when the run has ended: "
                f"aws sagemaker delete-monitoring-schedule --monitoring-schedule-name {name}"
            )
        progress.tell("deleting the schedule of the run")
        sleep(pause)
        pause = min(pause * _LONGER, _LONGEST_PAUSE)


def _progress(run: Run | None) -> str:
    if run is None:
        return "waiting for SageMaker to start it, which takes some minutes"
    job = run.summary.get("ProcessingJobArn", "").rpartition("/")[2]
    return f"{run.status}{f', job {job}' if job else ''}"


def _duration(text: str | None) -> timedelta:
    match = _OFFSET.fullmatch(text or "")
    if match is None:
        return timedelta(0)
    return timedelta(**{unit: int(match[unit] or 0) for unit in ("days", "hours", "minutes")})


def parse_time(option: str, text: str, now: datetime) -> datetime:
    """Return a time as people type it, in UTC.

    Raises:
        UsageError: It is none.
    """
    if match := _CLOCK.fullmatch(text.strip()):
        hour, minute = int(match[1]), int(match[2])
        if hour < 24 and minute < 60:  # noqa: PLR2004 - a clock
            return now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    try:
        time_ = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"{option}: got '{text}', expected {_EXAMPLES}") from None
    return time_.astimezone(UTC) if time_.tzinfo else time_.replace(tzinfo=UTC)
