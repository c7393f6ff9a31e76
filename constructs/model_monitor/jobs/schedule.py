"""When a monitor runs and which hours of data it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aws_cdk import Duration, Token

from model_monitor.errors import ConfigurationError

_HOURS_OF_A_DAY = 24
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html: hourly, daily, every n hours;
# the marks for day of month and day of week are accepted in either order.
_CRON = re.compile(r"^cron\(0 (?P<hours>\*|[0-9]{1,2}(?:/[0-9]{1,2})?) (?:\? \* \*|\* \* \?) \*\)$")
_ONCE = "NOW"


@dataclass(frozen=True)
class MonitorSchedule:
    """When a monitor runs. All times are UTC; a run starts up to 20 minutes after its time.

    Use the factories; the service accepts nothing that they cannot express
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html).

    Attributes:
        schedule_expression: What the service is given.
        period: Time between runs, `None` for a single run.
        analysis_start: ISO 8601 offset of the window's start from the run's time. `None`: the previous run's time.
        analysis_end: ISO 8601 offset of the window's end. `None`: the run's time.
    """

    schedule_expression: str
    period: Duration | None
    analysis_start: str | None = None
    analysis_end: str | None = None

    @classmethod
    def hourly(cls) -> MonitorSchedule:
        """Runs at the start of every hour, on the data of the hour before."""
        return cls("cron(0 * ? * * *)", Duration.hours(1))

    @classmethod
    def daily(cls, *, hour: int = 0) -> MonitorSchedule:
        """Runs once a day, on the data of the 24 hours before.

        Args:
            hour: Hour of the day, 0 to 23, UTC. Default: midnight.
        """
        _require_hour("hour", hour)
        return cls(f"cron(0 {hour} ? * * *)", Duration.hours(_HOURS_OF_A_DAY))

    @classmethod
    def every(cls, *, hours: int, starting: int = 0) -> MonitorSchedule:
        """Runs every few hours.

        Args:
            hours: Hours between two runs, 1 to 24.
            starting: Hour of the day of the first run, 0 to 23, UTC. Default: midnight.
        """
        _require_hour("starting", starting)
        if int(hours) != hours or not 1 <= hours <= _HOURS_OF_A_DAY:
            raise ConfigurationError(
                got=f"hours={hours}",
                expected="1 to 24 whole hours between two runs",
                fix="the service runs at least once a day and at most once an hour",
            )
        return cls(f"cron(0 {starting}/{hours} ? * * *)", Duration.hours(hours))

    @classmethod
    def expression(cls, expression: str) -> MonitorSchedule:
        """Takes a cron expression of the service's grammar.

        Args:
            expression: `cron(0 * ? * * *)`, `cron(0 H ? * * *)` or `cron(0 H/N ? * * *)`.

        Raises:
            ConfigurationError: The service would refuse it. `rate()`, minutes and week days do not exist here.
        """
        if Token.is_unresolved(expression):
            # A shorter runtime limit than needed is safe; the period only matters for checks and alarms.
            return cls(expression, Duration.hours(1))
        match = _CRON.match(expression.strip())
        if match is None:
            raise _bad_expression(expression)
        hours = match["hours"]
        if hours == "*":
            return cls(expression.strip(), Duration.hours(1))
        start, _, step = hours.partition("/")
        if int(start) >= _HOURS_OF_A_DAY or (step and not 1 <= int(step) <= _HOURS_OF_A_DAY):
            raise _bad_expression(expression)
        return cls(expression.strip(), Duration.hours(int(step) if step else _HOURS_OF_A_DAY))

    @classmethod
    def once(cls, *, start: Duration, end: Duration | None = None) -> MonitorSchedule:
        """Runs one time, as soon as it is deployed, and never again.

        Args:
            start: How long before the run the window of data starts; whole hours, at most 24 hours before `end`.
            end: How long before the run the window ends; whole hours. Default: the window ends at the run.
        """
        end = end or Duration.hours(0)
        first, last = float(start.to_hours(integral=False)), float(end.to_hours(integral=False))
        if not 0 < first - last <= _HOURS_OF_A_DAY or not first.is_integer() or not last.is_integer():
            raise ConfigurationError(
                got=f"a window from {first:g} h to {last:g} h before the run",
                expected="whole hours, a start before the end, and at most 24 hours of data",
                fix="choose a larger start, or split the window into several runs",
            )
        return cls(_ONCE, None, f"-PT{first:g}H", f"-PT{last:g}H")

    @property
    def is_hourly(self) -> bool:
        """Whether runs follow each other by one hour."""
        return self.period is not None and self.period.to_hours() == 1


def _require_hour(name: str, hour: int) -> None:
    if int(hour) != hour or not 0 <= hour < _HOURS_OF_A_DAY:
        raise ConfigurationError(got=f"{name}={hour}", expected="an hour from 0 to 23 (UTC)", fix="choose such an hour")


def _bad_expression(expression: str) -> ConfigurationError:
    return ConfigurationError(
        got=f"the schedule {expression!r}",
        expected="cron(0 * ? * * *), cron(0 H ? * * *) or cron(0 H/N ? * * *) with H 0 to 23 and N 1 to 24",
        fix="use MonitorSchedule.hourly(), .daily(hour=...), .every(hours=...) or .once(start=...); "
        "rate(), minutes and week days are not supported by the service",
    )
