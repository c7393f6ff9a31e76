"""The span that an execution analyses."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.errors import AwsError
from sandbox.sagemaker.monitoring import window
from sandbox.sagemaker.monitoring.window import Window

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_an_hourly_run_takes_the_hour_before() -> None:
    assert window.of({"ScheduleExpression": "cron(0 * ? * * *)"}, TEN) == Window(at(9), at(10))


def test_a_daily_run_takes_the_day_before() -> None:
    assert window.of({"ScheduleExpression": "cron(0 10 ? * * *)"}, at(10, day=2)) == Window(at(10), at(10, day=2))


def test_given_offsets_are_from_the_scheduled_time() -> None:
    config = {
        "ScheduleExpression": "NOW",
        "DataAnalysisStartTime": "-PT5H",
        "DataAnalysisEndTime": "-PT1H30M",
    }
    assert window.of(config, TEN) == Window(at(5), at(8, 30))


def test_a_window_that_starts_within_an_hour_reads_that_hours_folder() -> None:
    assert list(Window(at(8, 30), at(10)).hours()) == [at(8), at(9)]
    assert list(Window(at(8), at(8, 1)).hours()) == [at(8)]


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ({}, "required with the schedule expression NOW"),
        ({"DataAnalysisStartTime": "-PT5H"}, "must be given together"),
        ({"DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT1H"}, "later than DataAnalysisStartTime"),
        ({"DataAnalysisStartTime": "-P2D", "DataAnalysisEndTime": "-PT0H"}, "at most 24 hours"),
        ({"DataAnalysisStartTime": "-1H", "DataAnalysisEndTime": "-PT0H"}, "expected an ISO 8601 duration"),
        ({"DataAnalysisStartTime": "-PT", "DataAnalysisEndTime": "-PT0H"}, "expected an ISO 8601 duration"),
    ],
)
def test_impossible_times_are_refused(times: dict[str, str], reason: str) -> None:
    with pytest.raises(AwsError, match=reason):
        window.check({"ScheduleExpression": "NOW", **times})


def test_a_day_long_window_is_taken() -> None:
    times = {"DataAnalysisStartTime": "-P1D", "DataAnalysisEndTime": "-PT0H"}
    window.check({"ScheduleExpression": "NOW", **times})


@pytest.mark.parametrize("sign", ["-", ""])
def test_offsets_move_both_edges_back(sign: str) -> None:
    moment = datetime(2026, 1, 10, 22, tzinfo=UTC)
    span = window.Window(moment - timedelta(hours=1), moment)
    earlier = span.earlier({"StartTimeOffset": f"{sign}P1DT2H", "EndTimeOffset": f"{sign}PT30M"})
    assert (span.start - earlier.start, span.end - earlier.end) == (timedelta(hours=26), timedelta(minutes=30))
    assert span.earlier({}) == span
