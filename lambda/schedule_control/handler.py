r"""Handler of the control function: start and stop a schedule, or look at a stretch of traffic once.

Example:
    ```sh
    aws lambda invoke --function-name <ControlFunctionName> --cli-binary-format raw-in-base64-out \
        --payload '{"action": "run", "schedule": "credit-data-quality", "start": "-PT6H", "end": "-PT0H"}' answer.json
    ```
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from results.monitor import Monitor
from results.registry import Registry
from shared import clients, schedules
from shared.logs import log
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeMonitoringScheduleResponseTypeDef as Schedule

_ACTIONS = ("start", "stop", "run")
_OFFSET = re.compile(r"-P(\d+D)?(T(\d+H)?(\d+M)?)?")
_LONGEST = timedelta(hours=24)
_DEFAULT_START, _DEFAULT_END = "-PT1H", "-PT0H"


class ControlError(Exception):
    """The request cannot be done; the text says why and what to do."""


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Do what was asked for. Asking again for a state that is reached already changes nothing.

    Args:
        event: `action` (`start`, `stop` or `run`), `schedule`, and for `run` optionally `start` and `end` of the
            traffic to look at: times in UTC (`2026-11-21T03:00:00Z`) or durations before now (`-PT6H`). Default is
            the last hour; 24 hours are the most.

    Returns:
        `schedule`, the name that does it, and its `status`. A run has a schedule of its own, which the next run of
        the same monitor deletes; its results arrive as those of any other run, its metrics under its own name.

    Raises:
        ControlError: The request is malformed, or the schedule is missing or being changed.
    """
    action, name = event.get("action"), event.get("schedule")
    if action not in _ACTIONS:
        raise ControlError(f"action: got {action!r}, expected one of {', '.join(_ACTIONS)}")
    monitor = _monitor(name)
    with monitor.access():
        schedule = schedules.describe(monitor.schedule)
        if schedule is None:
            raise ControlError(f"schedule {monitor.schedule} has been deleted; deploy the monitor's stack again")
        if action == "run":
            return _run(schedule, event)
        return _switch(schedule, on=action == "start")


def _monitor(name: object) -> Monitor:
    """Return the monitor of a schedule, which knows the role that may control it."""
    registry = Registry(S3Uri.parse(os.environ["REGISTRY_URI"]))
    monitor = registry.find(name) if isinstance(name, str) and name else None
    if monitor is None or monitor.one_time_run is not None:
        known = ", ".join(registry.names()) or "none, since no monitor is deployed"
        raise ControlError(f"schedule: got {name!r}, expected one of {known}")
    return monitor


def _switch(schedule: Schedule, *, on: bool) -> dict[str, str]:
    name, status = schedule["MonitoringScheduleName"], schedule["MonitoringScheduleStatus"]
    wanted = "Scheduled" if on else "Stopped"
    if status == wanted:
        return {"schedule": name, "status": status}
    if status == "Pending":
        raise ControlError(f"schedule {name} is being changed (Pending); try again in a minute")
    if on:
        schedules.start(name)
    else:
        schedules.stop(name)
    return {"schedule": name, "status": "Pending"}


def _run(schedule: Schedule, event: dict[str, Any]) -> dict[str, str]:
    name, now = schedule["MonitoringScheduleName"], _time_of(schedule)
    start = _offset("start", event.get("start", _DEFAULT_START), now)
    end = _offset("end", event.get("end", _DEFAULT_END), now)
    if not timedelta(0) < start - end <= _LONGEST:
        raise ControlError(f"got {start - end} from start to end, expected more than nothing and at most 24 hours")
    _delete_earlier_runs(name)
    run = schedules.one_time_name(name, now)
    config = schedule["MonitoringScheduleConfig"]
    # The service authorization reference lists iam:PassRole as an action that this one depends on: the caller needs it
    # on the role of the monitor's jobs, which the job definition names.
    clients.sagemaker().create_monitoring_schedule(
        MonitoringScheduleName=run,
        MonitoringScheduleConfig={
            **config,
            "ScheduleConfig": {
                "ScheduleExpression": "NOW",
                "DataAnalysisStartTime": _text(start),
                "DataAnalysisEndTime": _text(end),
            },
        },
    )
    log("one-time run asked for", schedule=run)
    return {"schedule": run, "status": "Pending"}


def _time_of(answer: Schedule) -> datetime:
    """Return the service's time when it gave an answer; offsets are counted from its clock."""
    date = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date) if date else datetime.now(UTC)


def _delete_earlier_runs(name: str) -> None:
    """Delete the one-time runs that have ended; one that has not begun, or not ended, is found the next time."""
    for earlier in schedules.one_time_runs(name):
        if schedules.executions(earlier) and not schedules.executions_in_flight(earlier):
            schedules.delete(earlier)


def _offset(where: str, text: object, now: datetime) -> timedelta:
    """Return how long before now a time is."""
    if isinstance(text, str) and (match := _OFFSET.fullmatch(text)) and any(match.group(1, 3, 4)):
        days, hours, minutes = (int((part or "0x")[:-1]) for part in match.group(1, 3, 4))
        return timedelta(days=days, hours=hours, minutes=minutes)
    try:
        time = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise ControlError(
            f"{where}: got {text!r}, expected a time such as 2026-11-21T03:00:00Z or a duration before now such "
            "as -PT6H"
        ) from None
    offset = now - (time if time.tzinfo else time.replace(tzinfo=UTC))
    if offset < -timedelta(minutes=1):
        raise ControlError(f"{where}: got {text}, which is in the future; expected a time up to now")
    return max(offset, timedelta(0))


def _text(offset: timedelta) -> str:
    return f"-PT{round(offset.total_seconds() / 60)}M"
