"""The schedule expressions that Model Monitor takes.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.sagemaker.errors import refuse

NOW = "NOW"
_HOUR = timedelta(hours=1)
_HOURS_A_DAY = 24
_GRAMMAR = re.compile(
    r"cron\(0 (?:(?P<each>\*)|(?P<start>\d{1,2})(?:/(?P<every>\d{1,2}))?) (?P<day>[?*]) \* (?P<week>[?*]) \*\)"
)

DEFAULT_EXPRESSION = "cron(0 0 ? * * *)"
"""What a schedule without ScheduleConfig runs by. AWS chooses the hour of the day itself; ours is midnight."""


@dataclass(frozen=True)
class Cron:
    """Every ``every`` hours from hour ``start`` of the day on, UTC.

    The count goes past midnight: ``17/12`` runs at 17:00 and 05:00. It starts anew each day at ``start``.

    Args:
        start: 0..23.
        every: 1..24.
    """

    start: int
    every: int

    @property
    def period(self) -> timedelta:
        """The shortest time between two runs."""
        remainder = _HOURS_A_DAY % self.every
        return timedelta(hours=remainder or self.every)

    def next_after(self, moment: datetime) -> datetime:
        """The first run later than ``moment``."""
        candidate = _whole_hour(moment) + _HOUR
        while not self._runs_at(candidate):
            candidate += _HOUR
        return candidate

    def previous_before(self, moment: datetime) -> datetime:
        """The last run earlier than ``moment``."""
        candidate = _whole_hour(moment - timedelta(microseconds=1))
        while not self._runs_at(candidate):
            candidate -= _HOUR
        return candidate

    def _runs_at(self, moment: datetime) -> bool:
        return (moment.hour - self.start) % _HOURS_A_DAY % self.every == 0


def parse(expression: str) -> Cron | None:
    """The meaning of an expression; None for ``NOW``.

    Raises:
        AwsError: ValidationException for what Model Monitor does not take.
    """
    if expression == NOW:
        return None
    match = _GRAMMAR.fullmatch(expression)
    # AWS stores cron(0 * * * ? *) too: one of day-of-month and day-of-week is "?", the other "*".
    if match is None or match["day"] == match["week"]:
        raise _not_taken(expression)
    if match["each"]:
        return Cron(start=0, every=1)
    start, every = int(match["start"]), int(match["every"] or _HOURS_A_DAY)
    if start >= _HOURS_A_DAY or not 1 <= every <= _HOURS_A_DAY:
        raise _not_taken(expression)
    return Cron(start, every)


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _not_taken(expression: str) -> Exception:
    return refuse(
        f"Invalid ScheduleExpression '{expression}': expected NOW, hourly cron(0 * ? * * *), daily "
        "cron(0 [00-23] ? * * *) or every n hours cron(0 [00-23]/[01-24] ? * * *)"
    )
