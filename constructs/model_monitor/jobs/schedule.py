"""When a monitor runs and which hours of data it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aws_cdk import Duration

from model_monitor.errors import Call, ConfigurationError, OptionName, Setting, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token

_HOURS_OF_A_DAY = 24
_MOST_HOURS = 8784  # a year; captured records are hardly kept longer
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html: hourly, daily, every n hours;
# the marks for day of month and day of week are accepted in either order.
_CRON = re.compile(r"cron\(0 (?P<hours>\*|[0-9]{1,2}(?:/[0-9]{1,2})?) (?:\? \* \*|\* \* \?) \*\)")
_ONCE = "NOW"


@checked
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
    @checked
    def hourly(cls) -> MonitorSchedule:
        """Run at the start of every hour, on the data of the hour before."""
        return cls("cron(0 * ? * * *)", Duration.hours(1))

    @classmethod
    @checked
    def daily(cls, *, hour: int = 0) -> MonitorSchedule:
        """Run once a day, on the data of the 24 hours before.

        Args:
            hour: Hour of the day, 0 to 23, UTC. Default: midnight.
        """
        _require_hour("hour", hour)
        return cls(f"cron(0 {hour} ? * * *)", Duration.hours(_HOURS_OF_A_DAY))

    @classmethod
    @checked
    def every(cls, *, hours: int, starting: int = 0) -> MonitorSchedule:
        """Run every few hours.

        Args:
            hours: Hours between two runs, 1 to 24.
            starting: Hour of the day of the first run, 0 to 23, UTC. Default: midnight.
        """
        _require_hour("starting", starting)
        if is_token(hours) or not 1 <= hours <= _HOURS_OF_A_DAY:
            raise ConfigurationError(
                option="hours",
                value=hours,
                expected="1 to 24 whole hours between two runs",
                fix="the service runs at least once a day and at most once an hour",
            )
        return cls(f"cron(0 {starting}/{hours} ? * * *)", Duration.hours(hours))

    @classmethod
    @checked
    def expression(cls, expression: str) -> MonitorSchedule:
        """Take a cron expression of the service's grammar.

        Args:
            expression: `cron(0 * ? * * *)`, `cron(0 H ? * * *)` or `cron(0 H/N ? * * *)`.

        Raises:
            ConfigurationError: The service would refuse it. `rate()`, minutes and week days do not exist here.
        """
        if is_token(expression):
            # A shorter runtime limit than needed is safe; the period only matters for checks and alarms.
            return cls(expression, Duration.hours(1))
        match = _CRON.fullmatch(expression.strip())
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
    @checked
    def once(cls, *, start: Duration, end: Duration | None = None) -> MonitorSchedule:
        """Run one time, as soon as it is deployed, and never again.

        Args:
            start: How long before the run the window of data starts; whole hours, at most 24 hours before `end`.
            end: How long before the run the window ends; whole hours. Default: the window ends at the run.
        """
        first, last = _hours("start", start), 0.0 if end is None else _hours("end", end)
        whole = first.is_integer() and last.is_integer()
        if not whole or not 0 < first - last <= _HOURS_OF_A_DAY or first > _MOST_HOURS:
            raise ConfigurationError(
                got=f"a window from {first:g} to {last:g} hours before the run",
                expected=f"whole hours, a start before the end, at most {_HOURS_OF_A_DAY} hours of data, and at most "
                f"{_MOST_HOURS} hours before the run",
                fix="choose another start, or split the window into several runs",
            )
        return cls(_ONCE, None, f"-PT{first:g}H", f"-PT{last:g}H")

    @property
    def is_hourly(self) -> bool:
        """Whether runs follow each other by one hour."""
        return self.period is not None and self.period.to_hours() == 1


def _require_hour(name: str, hour: int) -> None:
    if is_token(hour) or not 0 <= hour < _HOURS_OF_A_DAY:
        raise ConfigurationError(
            option=name,
            value=hour,
            expected="an hour from 0 to 23 (UTC)",
            fix="midnight is 0, three in the afternoon 15",
        )


def _hours(name: str, duration: Duration) -> float:
    if duration.is_unresolved():
        raise ConfigurationError(
            option=name,
            got=(OptionName(name), " of an unknown length"),
            expected="a duration that is known at synthesis",
            fix=("write ", Setting(name, Call("Duration.hours", ...))),
        )
    return float(duration.to_hours(integral=False))


def _bad_expression(expression: str) -> ConfigurationError:
    return ConfigurationError(
        option="expression",
        got=("the schedule ", Shown(expression)),
        expected="cron(0 * ? * * *), cron(0 H ? * * *) or cron(0 H/N ? * * *) with H 0 to 23 and N 1 to 24",
        fix=(
            "write ",
            Shown(Call("MonitorSchedule.hourly")),
            ", ",
            Shown(Call("MonitorSchedule.daily", hour=3)),
            " or ",
            Shown(Call("MonitorSchedule.every", hours=6)),
            "; the service supports no minutes, no weekdays and no rate()",
        ),
    )
