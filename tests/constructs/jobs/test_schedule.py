from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from aws_cdk import CfnParameter, Duration, Stack
from hypothesis import given, strategies as st

from model_monitor import ConfigurationError, MonitorSchedule

Refused = Callable[..., AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("schedule", "expression", "hours"),
    [
        (MonitorSchedule.hourly(), "cron(0 * ? * * *)", 1),
        (MonitorSchedule.daily(), "cron(0 0 ? * * *)", 24),
        (MonitorSchedule.daily(hour=23), "cron(0 23 ? * * *)", 24),
        (MonitorSchedule.every(hours=6), "cron(0 0/6 ? * * *)", 6),
        (MonitorSchedule.every(hours=12, starting=17), "cron(0 17/12 ? * * *)", 12),
        (MonitorSchedule.expression("cron(0 * * * ? *)"), "cron(0 * * * ? *)", 1),
        (MonitorSchedule.expression(" cron(0 07 ? * * *) "), "cron(0 07 ? * * *)", 24),
        (MonitorSchedule.expression("cron(0 17/12 ? * * *)"), "cron(0 17/12 ? * * *)", 12),
    ],
)
def test_writes_the_grammar_of_the_service(schedule: MonitorSchedule, expression: str, hours: int) -> None:
    assert schedule.schedule_expression == expression
    assert schedule.period is not None
    assert schedule.period.to_hours() == hours
    assert schedule.is_hourly == (hours == 1)


@given(hours=st.integers(1, 24), starting=st.integers(0, 23))
def test_every_schedule_that_a_factory_makes_is_one_that_expression_accepts(hours: int, starting: int) -> None:
    made = MonitorSchedule.every(hours=hours, starting=starting)
    read = MonitorSchedule.expression(made.schedule_expression)
    assert read.schedule_expression == made.schedule_expression
    assert read.period is not None
    assert read.period.to_hours() == hours


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 hour)",
        "cron(30 * ? * * *)",
        "cron(0 24 ? * * *)",
        "cron(0 0/0 ? * * *)",
        "cron(0 0/25 ? * * *)",
        "cron(0 8 ? * MON-FRI *)",
        "cron(0 * * * * *)",
        "NOW",
        "",
    ],
)
def test_refuses_what_the_service_would_refuse(expression: str, refused: Refused) -> None:
    with refused(repr(expression), "cron(0 H/N ? * * *)", "MonitorSchedule.hourly()"):
        MonitorSchedule.expression(expression)


@given(st.text(max_size=30))
def test_any_other_text_is_refused_with_a_reason(text: str) -> None:
    if not text.strip().startswith("cron(0 "):
        with pytest.raises(ConfigurationError):
            MonitorSchedule.expression(text)


@pytest.mark.parametrize("hour", [-1, 24, 3.5])
def test_refuses_an_hour_that_does_not_exist(hour: int, refused: Refused) -> None:
    with refused(f"hour={hour}", "expected a"):
        MonitorSchedule.daily(hour=hour)
    with refused(f"starting={hour}", "expected a"):
        MonitorSchedule.every(hours=2, starting=hour)


@pytest.mark.parametrize("hours", [0, 25, 1.5])
def test_refuses_a_step_that_the_service_does_not_know(hours: int, refused: Refused) -> None:
    with refused(f"hours={hours}", "whole "):
        MonitorSchedule.every(hours=hours)


def test_a_single_run_has_a_window_and_no_period() -> None:
    once = MonitorSchedule.once(start=Duration.days(1), end=Duration.hours(1))
    assert (once.schedule_expression, once.period) == ("NOW", None)
    assert (once.analysis_start, once.analysis_end) == ("-PT24H", "-PT1H")
    assert not once.is_hourly


def test_the_window_of_a_single_run_ends_at_the_run_by_default() -> None:
    assert MonitorSchedule.once(start=Duration.hours(6)).analysis_end == "-PT0H"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (Duration.hours(1), Duration.hours(1)),
        (Duration.hours(1), Duration.hours(2)),
        (Duration.hours(26), Duration.hours(1)),
        (Duration.minutes(90), Duration.hours(0)),
        (Duration.hours(2), Duration.minutes(30)),
    ],
)
def test_refuses_a_window_that_is_empty_too_long_or_in_parts_of_hours(
    start: Duration, end: Duration, refused: Refused
) -> None:
    with refused("before the run", "at most 24 hours"):
        MonitorSchedule.once(start=start, end=end)


def test_defers_the_check_of_an_expression_that_is_a_token(stack: Stack) -> None:
    expression = CfnParameter(stack, "Cron").value_as_string
    schedule = MonitorSchedule.expression(expression)
    assert schedule.schedule_expression == expression
    assert schedule.is_hourly
