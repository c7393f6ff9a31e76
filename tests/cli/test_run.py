"""Runs on demand: which window they look at, and that nothing of them stays behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from model_monitor_cli import on_demand
from model_monitor_cli.exits import UsageError
from model_monitor_cli.on_demand import Delays, Window
from model_monitor_cli.output import Progress
from shared import schedules

NOW = datetime(2026, 11, 21, 6, 7, 31, tzinfo=UTC)
NO_DELAY = Delays()
DAY_LATE = Delays(timedelta(days=1), timedelta(days=1))
SCHEDULE = "credit-dataquality-1a2b3c4d"


def at(hour, minute=0, second=0, day=21):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "delays", "window"),
    [
        ((None, None, None), NO_DELAY, Window(at(5), NOW)),
        ((None, None, "2h"), NO_DELAY, Window(at(4, 7, 31), NOW)),
        (("03:00", "04:00", None), NO_DELAY, Window(at(3), at(4))),
        (("2026-11-20T22:00Z", "2026-11-21T01:00+01:00", None), NO_DELAY, Window(at(22, day=20), at(0))),
        (("2026-11-21 02:00", None, None), NO_DELAY, Window(at(2), NOW)),
        ((None, None, None), DAY_LATE, Window(at(5, day=20), NOW - timedelta(days=1))),
    ],
)
def test_the_window_is_what_was_asked_for(options, delays, window):
    assert on_demand.window_of(*options, NOW, delays) == window


def test_the_window_of_a_monitor_that_runs_less_often_is_its_own_but_never_above_a_day():
    found = [on_demand.window_of(None, None, None, NOW, NO_DELAY, period=timedelta(hours=hours)) for hours in (6, 24)]
    assert found == [Window(at(0), NOW), Window(NOW - timedelta(hours=24), NOW)]


@pytest.mark.parametrize(
    ("options", "delays", "told"),
    [
        (("03:00", None, "1h"), NO_DELAY, "either --last, or --start and --end"),
        ((None, None, "soon"), NO_DELAY, "--last: got 'soon', expected a length of time such as 2h"),
        (("25:00", None, None), NO_DELAY, "--start: got '25:00', expected a time in UTC"),
        (("04:00", "03:00", None), NO_DELAY, "more than nothing and at most 24 hours"),
        ((None, None, "25h"), NO_DELAY, "more than nothing and at most 24 hours"),
        (("05:00", "09:00", None), NO_DELAY, "has ended by 2026-11-21 06:07 UTC"),
        (("03:00", "04:00", None), DAY_LATE, "has ended by 2026-11-20 06:07 UTC: the monitor waits 24 h for labels"),
    ],
)
def test_a_window_that_no_run_can_look_at_is_refused(options, delays, told):
    with pytest.raises(UsageError) as error:
        on_demand.window_of(*options, NOW, delays)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("window", "delays", "offsets"),
    [
        # From 05:00:31 to 05:59:31: no record of another hour's folder.
        (Window(at(5), at(6)), NO_DELAY, ("-PT67M", "-PT8M")),
        (Window(at(5), NOW), NO_DELAY, ("-PT67M", "-PT0M")),
        # Records of the last minute belong to a window that ends now, also when the call takes a moment.
        (Window(at(5), NOW - timedelta(seconds=2)), NO_DELAY, ("-PT67M", "-PT0M")),
        # The service takes the delays off once more.
        (Window(at(5, day=20), at(6, day=20)), DAY_LATE, ("-PT67M", "-PT8M")),
    ],
)
def test_offsets_stay_inside_the_window(window, delays, offsets):
    assert on_demand.analysis_offsets(window, delays, NOW) == offsets


def test_delays_are_read_from_the_job_definition():
    source = {"EndpointInput": {"StartTimeOffset": "-P1D", "EndTimeOffset": "PT2H30M"}}
    definition = {"JobDefinitionName": "x", "ModelQualityJobInput": source}
    assert Delays.of(definition) == Delays(timedelta(days=1), timedelta(hours=2, minutes=30))
    assert Delays.of({"DataQualityJobInput": {"EndpointInput": {}}}) == NO_DELAY


def one_time_runs():
    return schedules.one_time_runs(SCHEDULE)


def test_a_run_without_records_is_no_failure(command, world):
    result = command("run", "credit", "data-quality", "--last", "2h", "--json")

    assert result.exit_code == 3, result.output
    answer = json.loads(result.stdout)
    assert answer["outcome"] == "NoData"
    assert answer["reason"] == "no records were captured in this time"
    assert answer["run"].startswith(f"{SCHEDULE}-run-")
    assert abs(datetime.fromisoformat(answer["end"]) - world.box.now()) < timedelta(minutes=2)
    assert one_time_runs() == []


def test_ctrl_c_deletes_what_was_started(command, monkeypatch):
    seen = []

    def interrupted(*_arguments, **_options):
        seen.extend(one_time_runs())
        raise KeyboardInterrupt

    monkeypatch.setattr(on_demand, "wait", interrupted)

    result = command("run", "credit", "data-quality")

    assert result.exit_code == 130
    assert len(seen) == 1
    assert "stopping the run and deleting its schedule" in result.output
    assert one_time_runs() == []


def test_a_run_that_takes_too_long_is_given_up_with_its_state(context):
    moments = iter([0.0, 1.0, 4000.0])
    progress = Progress("the run")
    with pytest.raises(on_demand.RunError, match="the run is not started after 67 min; wait longer with --timeout"):
        on_demand.wait(
            context,
            "nothing-run-20261121060731",
            progress,
            timeout=timedelta(hours=1),
            sleep=lambda _: None,
            clock=lambda: next(moments),
        )
    assert progress.told == ["waiting for SageMaker to start it, which takes some minutes (1 s)"]


def test_a_run_of_a_monitor_without_schedule_says_what_to_do(command):
    result = command("run", "credit", "strict")
    assert result.exit_code != 0
    assert "credit-strict-5e6f7a8b has been deleted; deploy the stack of credit again" in str(result.exception)
