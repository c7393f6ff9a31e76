"""Mutes of monitors: who writes them, which alarms they cover, and what becomes of alarms that are in ALARM.

A mute is a document beside the registry (`results/mutes.py`), which the results function reads for every run. The mute
rules of CloudWatch hold back the actions of an alarm; here only one alarm has actions, so that they could not mute one
feature or one monitor, and the messages of runs would go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from model_monitor_cli import alarms as alarms_module, runs, synthetic, times
from model_monitor_cli.alarms import Alarm
from model_monitor_cli.exits import CommandError, UsageError
from model_monitor_cli.inventory import Monitor
from results import mutes
from results.mutes import Mute, MuteError
from shared import s3
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

LONGEST = timedelta(days=31)
_COMMON = ("Endpoint", "MonitoringSchedule")


class MutesUnreadableError(CommandError):
    """The mutes of a monitor cannot be read."""


@dataclass(frozen=True)
class Muted:
    """A mute of a monitor.

    Attributes:
        monitor: Its short name.
        subject: What is muted, in words.
        since: First nominal time of runs for which it holds.
        until: It holds for runs before.
        reason: Why, in the words of whoever muted it.
        origin: `command`, or `code` for what the code of the stack mutes.
        stack: That stack.
    """

    monitor: str
    subject: str
    since: datetime
    until: datetime
    reason: str | None
    origin: str = "command"
    stack: str | None = None

    @classmethod
    def of(cls, monitor: Monitor, mute: Mute) -> Muted:
        """Return a mute of the command as it is shown."""
        return cls(monitor.name, mute.subject, mute.since, mute.until, mute.reason)

    @classmethod
    def of_code(cls, monitor: Monitor, mute: Mute) -> Muted:
        """Return a mute of the code as it is shown."""
        return replace(cls.of(monitor, mute), origin="code", stack=monitor.entry.stack)

    def sentence(self, now: datetime) -> str:
        """Return it in words."""
        since = f" from {times.clock_time(self.since, now)}" if self.since > now else ""
        why = f" ({self.reason})" if self.reason else ""
        until = times.clock_time(self.until, now)
        return f"{self.monitor}: {self.subject} is muted{since} until {until} UTC{why}{self.where}"

    @property
    def where(self) -> str:
        """Where it was said, if not by the command."""
        if self.origin == "command":
            return ""
        return f", in the code of the stack {self.stack}" if self.stack else ", in the code of its stack"

    @property
    def how_to_end(self) -> str:
        """What ends a mute of the code."""
        return (
            f"{self.monitor}: {self.subject} is muted{self.where}. Remove it there (mute(...) of the monitor or the "
            "monitoring, or 'mutes' in monitoring.yaml), and deploy"
        )


@dataclass(frozen=True)
class Cleared:
    """An alarm that was in ALARM when what it watches was muted.

    Attributes:
        title: What it says happened.
        monitor: Whose alarm it is.
        back_by: When it is back in OK; None if nobody can bring it back.
    """

    title: str
    monitor: str
    back_by: datetime | None


def mutes_of(monitor: Monitor, now: datetime) -> list[Mute]:
    """Return the mutes of a monitor that hold or are still to come.

    Raises:
        MutesUnreadableError: They cannot be read.
    """
    if monitor.registry is None:
        return []
    try:
        return [mute for mute in mutes.read_all(monitor.registry, monitor.schedule_name) if mute.until > now]
    except (MuteError, s3.ObjectError) as error:
        place = mutes.location(monitor.registry, monitor.schedule_name)
        raise MutesUnreadableError(f"{place} mutes nothing, delete or correct it: {error}") from error


def of_code(monitor: Monitor, now: datetime, chosen: Sequence[Mute] | None = None) -> list[Muted]:
    """Return what the code of a monitor's stack mutes, now or later.

    Args:
        monitor: The monitor.
        now: The service's time.
        chosen: Mutes of what is meant; None for all.
    """
    same = None if chosen is None else {_identity(mute) for mute in chosen}
    found = [mute for mute in mutes.of_code(monitor.entry) if mute.until > now]
    return [Muted.of_code(monitor, mute) for mute in found if same is None or _identity(mute) in same]


def span_of(context: Context, monitor: Monitor, start: datetime | None, length: str) -> tuple[datetime, datetime]:
    """Return beginning and end of a mute, as nominal times of runs.

    Args:
        context: AWS.
        monitor: The monitor.
        start: The beginning; None for now, which includes a run that is under way.
        length: As typed.

    Raises:
        UsageError: No length of time, or a longer one than anybody should mute.
    """
    span = times.parse_span(length)
    if not span or span > LONGEST:
        raise UsageError(
            f"--for: got '{length}', expected a length such as 4h, 90m or 2d, at most {LONGEST.days} days; what is "
            "muted for good is left out in code (docs/alarms.md)"
        )
    if start is not None:
        return start, start + span
    now = context.now()
    under_way = [run.scheduled for run in runs.runs_of(context, monitor.schedule_name, most=2) if not run.is_over]
    return min([now.replace(minute=0, second=0, microsecond=0), *under_way]), now + span


def add(monitor: Monitor, added: Sequence[Mute], now: datetime) -> None:
    """Mute something; a mute of the same thing is replaced, and those that are over are dropped."""
    same = {_identity(mute) for mute in added}
    kept = [mute for mute in mutes_of(monitor, now) if _identity(mute) not in same]
    _write(monitor, [*kept, *added])


def remove(monitor: Monitor, now: datetime, chosen: Sequence[Mute] | None) -> list[Mute]:
    """End mutes; return those that were ended.

    Args:
        monitor: The monitor.
        now: The service's time.
        chosen: Mutes of what is to be heard again; None for all.
    """
    found = mutes_of(monitor, now)
    same = None if chosen is None else {_identity(mute) for mute in chosen}
    ended = [mute for mute in found if same is None or _identity(mute) in same]
    if ended:
        _write(monitor, [mute for mute in found if mute not in ended])
    return ended


def metrics_of(context: Context, alarm: Alarm) -> list[tuple[str, dict[str, str]]]:
    """Return the metrics that an alarm watches, with their dimensions beside endpoint and schedule.

    Raises:
        UsageError: To mute them would mute nothing, or more than anybody wants.
    """
    described = context.cloudwatch.describe_alarms(AlarmNames=[alarm.name], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    found = [_metric(item) for item in alarms_module.metrics_of(described[0])] if described else []
    if any(namespace != synthetic.NAMESPACE for namespace, _, _ in found) or not found:
        raise UsageError(f"'{alarm.title}' watches a metric that the results function does not publish; disable it")
    if any(name == mutes.SIGN_OF_LIFE for _, name, _ in found):
        raise UsageError(
            f"'{alarm.title}' cannot be muted: it says that nobody is watching. Leave it out in code "
            "(silence_after=None), or disable the actions of the alarm that notifies"
        )
    return [(name, dimensions) for _, name, dimensions in found]


def clear(context: Context, monitor: Monitor, found: Iterable[Alarm], added: Sequence[Mute]) -> list[Cleared]:
    """Bring the alarms of what was muted back to OK, which else would stay in ALARM, and hide others, all the time.

    Args:
        context: AWS.
        monitor: The monitor.
        found: Its alarms.
        added: Mutes.
    """
    cleared = []
    in_alarm = [alarm.name for alarm in found if alarm.state == "ALARM"]
    titles = {alarm.name: alarm.title for alarm in found}
    described = context.cloudwatch.describe_alarms(AlarmNames=in_alarm)["MetricAlarms"] if in_alarm else []
    for item in described:
        watched = [_metric(metric) for metric in alarms_module.metrics_of(item)]
        if not all(any(mute.hides_metric(name, dims) for mute in added) for _, name, dims in watched):
            continue
        try:
            script = synthetic.Script.of(item)
        except synthetic.NotUnderstoodError:
            cleared.append(Cleared(titles[item["AlarmName"]], monitor.name, None))
            continue
        synthetic.publish(context, script, bad=False)
        cleared.append(Cleared(titles[item["AlarmName"]], monitor.name, context.now() + script.length))
    return cleared


def _metric(metric: Mapping[str, Any]) -> tuple[str, str, dict[str, str]]:
    dimensions = {item["Name"]: item["Value"] for item in metric.get("Dimensions", []) if item["Name"] not in _COMMON}
    return metric.get("Namespace", ""), metric["MetricName"], dimensions


def _write(monitor: Monitor, kept: Sequence[Mute]) -> None:
    place = _place(monitor)
    if kept:
        s3.write(place, json.dumps({"mutes": [mute.document() for mute in kept]}, indent=2))
    else:
        s3.delete(place)


def _place(monitor: Monitor) -> S3Uri:
    assert monitor.registry is not None, "what was found in a registry knows it"
    return mutes.location(monitor.registry, monitor.schedule_name)


def _identity(mute: Mute) -> tuple[str | None, str | None, str]:
    return mute.feature, mute.metric, json.dumps(dict(mute.dimensions), sort_keys=True)
