"""When a monitor runs."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, Tag

from model_monitor import MonitorSchedule
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import matching

Hour = Annotated[int, Field(ge=0, le=23)]

_HOUR = "([01]?[0-9]|2[0-3])"
_STEP = "(0?[1-9]|1[0-9]|2[0-4])"
CronExpression = Annotated[
    str,
    *matching(
        # https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
        rf"cron\(0 (\*|{_HOUR}(/{_STEP})?) (\? \* \*|\* \* \?) \*\)",
        expected="cron(0 * ? * * *), cron(0 H ? * * *) or cron(0 H/N ? * * *), H from 0 to 23 and N from 1 to 24",
        fix="write 'schedule: hourly', 'schedule: {daily: {hour: 3}}' or 'schedule: {every: {hours: 6}}'; "
        "the service supports no minutes, no weekdays and no rate()",
        example="cron(0 0/6 ? * * *)",
    ),
]


class DailyOptions(StrictModel):
    """Time of the daily run."""

    hour: Hour = 0
    """Hour of the day, 0 to 23, UTC."""


class Daily(StrictModel):
    """One run a day, on the data of the 24 hours before."""

    daily: DailyOptions
    """At which hour."""

    def build(self) -> MonitorSchedule:
        """Return the library's schedule."""
        return MonitorSchedule.daily(hour=self.daily.hour)


class EveryOptions(StrictModel):
    """Distance of runs."""

    hours: int = Field(ge=1, le=24)
    """Hours between two runs, 1 to 24."""
    starting: Hour = 0
    """Hour of the day of the first run, 0 to 23, UTC."""


class Every(StrictModel):
    """A run every few hours."""

    every: EveryOptions
    """How often."""

    def build(self) -> MonitorSchedule:
        """Return the library's schedule."""
        return MonitorSchedule.every(hours=self.every.hours, starting=self.every.starting)


class Cron(StrictModel):
    """A cron expression of the service's small grammar."""

    cron: CronExpression
    """`cron(0 * ? * * *)`, `cron(0 H ? * * *)` or `cron(0 H/N ? * * *)`, UTC."""

    def build(self) -> MonitorSchedule:
        """Return the library's schedule."""
        return MonitorSchedule.expression(self.cron)


class OnceOptions(StrictModel):
    """Which data a single run reads."""

    start_hours_before: int = Field(ge=1, le=8784)
    """How many hours before the run its data start."""
    end_hours_before: int = Field(default=0, ge=0, le=8784)
    """How many hours before the run its data end. At most 24 hours of data."""


class Once(StrictModel):
    """A single run, as soon as it is deployed."""

    once: OnceOptions
    """Which data it reads."""

    def build(self) -> MonitorSchedule:
        """Return the library's schedule."""
        return MonitorSchedule.once(
            start=Duration.hours(self.once.start_hours_before), end=Duration.hours(self.once.end_hours_before)
        )


Schedule = Annotated[
    Annotated[Literal["hourly", "daily"], Tag("<text>")]
    | Annotated[Daily, Tag("<daily>")]
    | Annotated[Every, Tag("<every>")]
    | Annotated[Cron, Tag("<cron>")]
    | Annotated[Once, Tag("<once>")],
    by_key(
        "daily",
        "every",
        "cron",
        "once",
        words=("hourly", "daily"),
        expected="hourly, daily, {daily: {hour: 3}}, {every: {hours: 6}}, {cron: 'cron(0 0/6 ? * * *)'} "
        "or {once: {start_hours_before: 24}}",
    ),
]


def schedule_of(config: Schedule) -> MonitorSchedule:
    """Return the library's schedule."""
    if isinstance(config, str):
        return MonitorSchedule.hourly() if config == "hourly" else MonitorSchedule.daily()
    return config.build()
