"""Schedule expressions: the documented grammar and nothing else, and the times they mean."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from sandbox.errors import AwsError
from sandbox.sagemaker.monitoring import cron
from sandbox.sagemaker.monitoring.cron import Cron

HOURS = timedelta(hours=1)
crons = st.builds(Cron, start=st.integers(0, 23), every=st.integers(1, 24))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("expression", "meaning"),
    [
        ("cron(0 * ? * * *)", Cron(0, 1)),
        ("cron(0 * * * ? *)", Cron(0, 1)),
        ("cron(0 5 ? * * *)", Cron(5, 24)),
        ("cron(0 17/12 ? * * *)", Cron(17, 12)),
        ("cron(0 0/2 ? * * *)", Cron(0, 2)),
        ("NOW", None),
    ],
)
def test_documented_expressions_are_taken(expression: str, meaning: Cron | None) -> None:
    assert cron.parse(expression) == meaning


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 hour)",
        "now",
        "cron(5 * ? * * *)",
        "cron(0 24 ? * * *)",
        "cron(0 0/0 ? * * *)",
        "cron(0 0/25 ? * * *)",
        "cron(0 */2 ? * * *)",
        "cron(0 * ? * MON *)",
        "cron(0 * * * * *)",
        "cron(0 * ? * ? *)",
        "cron(0 * ? * *)",
        "",
    ],
)
def test_anything_else_is_refused_with_the_grammar(expression: str) -> None:
    with pytest.raises(AwsError, match=r"hourly cron\(0 \* \? \* \* \*\)"):
        cron.parse(expression)


def test_the_count_goes_past_midnight() -> None:
    evening = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert Cron(17, 12).next_after(evening) == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    assert Cron(17, 12).previous_before(evening) == datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(("every", "hours"), [(1, 1), (2, 2), (24, 24), (5, 4), (9, 6)])
def test_the_period_is_the_shortest_gap(every: int, hours: int) -> None:
    schedule = Cron(0, every)
    first = schedule.next_after(datetime(2026, 3, 1, tzinfo=UTC))
    times = [first]
    for _ in range(30):
        times.append(schedule.next_after(times[-1]))
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) == hours * HOURS
    assert schedule.period == hours * HOURS


@given(crons, moments)
def test_the_next_run_is_a_later_full_hour_within_a_day(schedule: Cron, moment: datetime) -> None:
    following = schedule.next_after(moment)
    assert moment < following <= moment + 24 * HOURS + timedelta(microseconds=1)
    assert (following.minute, following.second, following.microsecond) == (0, 0, 0)


@given(crons, moments)
def test_previous_and_next_enclose_a_moment_without_a_run_between(schedule: Cron, moment: datetime) -> None:
    before = schedule.previous_before(moment)
    assert before < moment
    assert schedule.next_after(before) >= moment


@given(crons, moments)
def test_windows_of_successive_runs_join_without_gap_or_overlap(schedule: Cron, moment: datetime) -> None:
    first = schedule.next_after(moment)
    assert schedule.previous_before(schedule.next_after(first)) == first
