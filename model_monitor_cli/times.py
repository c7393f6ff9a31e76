"""Times: when a schedule runs next, and how people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

RUN_DELAY = timedelta(minutes=20)
"""How late a run may start.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
"""
_HOUR = timedelta(hours=1)
_HOURS_OF_A_DAY = 24
# Both places of the question mark are taken by the service.
_CRON = re.compile(r"cron\(0 (?:(?P<each>\*)|(?P<start>\d{1,2})(?:/(?P<every>\d{1,2}))?) [?*] \* [?*] \*\)")
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_MINUTE_SECONDS, _HOUR_SECONDS, _DAY_SECONDS = 60, 3600, 86400


def next_run(expression: str, now: datetime) -> datetime | None:
    """Return the next nominal time of a schedule, or None for one that does not run again or is not understood.

    Args:
        expression: Such as `cron(0 * ? * * *)`.
        now: The time.

    Example:
        >>> next_run("cron(0 17/12 ? * * *)", datetime(2026, 11, 21, 6, 30, tzinfo=UTC)).hour
        17
    """
    match = _CRON.fullmatch(expression)
    if match is None:
        return None
    start = 0 if match["each"] else int(match["start"])
    every = 1 if match["each"] else int(match["every"] or _HOURS_OF_A_DAY)
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    while (hour.hour - start) % _HOURS_OF_A_DAY % every:
        hour += _HOUR
    return hour


def parse_span(text: str) -> timedelta | None:
    """Return a length of time such as `2h`, `90m`, `1d` or `1h30m`, or None for anything else."""
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def ago(time: datetime, now: datetime) -> str:
    """Return how long ago a time was, in one unit: `6 min`, `3 h`, `2 days`."""
    return span((now - time).total_seconds())


def span(seconds: float) -> str:
    """Return a length of time in the unit that fits."""
    seconds = max(seconds, 0)
    if seconds < _MINUTE_SECONDS:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR_SECONDS:
        return f"{seconds / _MINUTE_SECONDS:.0f} min"
    if seconds < 2 * _DAY_SECONDS:
        return f"{seconds / _HOUR_SECONDS:.0f} h"
    return f"{seconds / _DAY_SECONDS:.0f} days"


def minute(time: datetime) -> str:
    """Return a time as people read it, to the minute, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}"


def clock_time(time: datetime, now: datetime) -> str:
    """Return a time, without the date if it is of today (UTC)."""
    time, now = time.astimezone(UTC), now.astimezone(UTC)
    return f"{time:%H:%M}" if time.date() == now.date() else minute(time)
