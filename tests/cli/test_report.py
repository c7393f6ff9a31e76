"""`model-monitor report`: a run in the terminal, as a page, and beside others."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import Result

from model_monitor_cli.exits import Exit, UsageError
from tests.cli.conftest import World
from tests.report.conftest import numbers, statistics

SCHEDULE = "credit-reported-9a8b7c6d"
Command = Callable[..., Result]


def _rows(first: int) -> str:
    return "".join(f"{first + number},{number % 7}.5\n" for number in range(300))


@pytest.fixture(scope="module")
def hours(world: World) -> list[datetime]:
    """Runs of a monitor over two hours, the first like the baseline, the second with a shifted column."""
    baseline = statistics(
        numbers("_c0", [float(number) for number in range(300)], kind="Integral"),
        numbers("_c1", [number % 7 + 0.5 for number in range(300)]),
        records=300,
    )
    constraints = {
        "version": 0.0,
        "features": [
            {"name": "_c0", "inferred_type": "Integral", "completeness": 1.0},
            {"name": "_c1", "inferred_type": "Fractional", "completeness": 1.0},
        ],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
            },
        },
    }
    world.put(f"s3://monitoring/baselines/{SCHEDULE}/statistics.json", json.dumps(baseline))
    world.put(f"s3://monitoring/baselines/{SCHEDULE}/constraints.json", json.dumps(constraints))
    world.make_schedule(SCHEDULE, tags={}, captured="s3://captures/reported")
    world.register(SCHEDULE, short_name="reported", examples="s3://captures/reported/input")
    world.box.wait_until_idle()
    for first in (0, 200):
        now = world.box.now()
        place = f"s3://captures/reported/input/{now:%Y/%m/%d/%H}"
        world.put(f"s3://captures/reported-data/{first}.csv", _rows(first))
        manifest = [{"prefix": "s3://captures/reported-data/"}, f"{first}.csv"]
        world.put(f"{place}/{now:%M}-manifest.json", json.dumps(manifest))
        world.box.advance(timedelta(hours=1))
        world.box.wait_until_idle()
    listed = world.box.client("sagemaker").list_monitoring_executions(
        MonitoringScheduleName=SCHEDULE, SortBy="ScheduledTime", SortOrder="Ascending"
    )["MonitoringExecutionSummaries"]
    return [
        item["ScheduledTime"].astimezone(UTC)
        for item in listed
        if item["MonitoringExecutionStatus"] in ("Completed", "CompletedWithViolations")
    ]


def test_the_last_run_is_shown_with_what_changed_and_what_to_do(hours: list[datetime], command: Command) -> None:
    shown = command("report", "credit", "reported")
    assert shown.exit_code == Exit.TROUBLE
    words = " ".join(shown.stdout.split())
    assert "1 violation; 300 records (baseline: 300)" in words
    assert "mean: 149.5 -> 349.5" in words
    assert "_c0: values outside of the baseline's range in 200 of 300 records looked at, for example:" in words
    assert "s3://captures/reported-data/200.csv, line 101" in words
    assert "_█" in words
    assert "constraints.features._c0.drift_threshold" in words
    assert "retrain with recent data" in words


def test_another_run_is_chosen_by_its_time(hours: list[datetime], command: Command) -> None:
    shown = command("report", "credit", "reported", "--at", f"{hours[0]:%Y-%m-%dT%H:%M}")
    assert (shown.exit_code, "no violations; 300 records" in shown.stdout) == (Exit.FINE, True)
    assert "Largest differences from the baseline: _c0 0 %, _c1 0 %" in shown.stdout


def test_a_program_gets_json_and_people_a_page(hours: list[datetime], command: Command, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    shown = command("report", "credit", "reported", "--html", str(page), "--json")
    document = json.loads(shown.stdout)
    (violation,) = document["violations"]
    assert (violation["feature"], violation["change"]) == ("_c0", {"what": "mean", "before": "149.5", "now": "349.5"})
    assert [past["violations"] for past in document["history"]] == [0, 1]
    assert document["file"] == str(page)
    assert document["page"] is None, "no results function has run here"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_runs_are_compared(hours: list[datetime], command: Command, tmp_path: Path) -> None:
    page, times = tmp_path / "compared.html", [f"{hour:%Y-%m-%dT%H:%M}Z" for hour in hours]
    names = ["--compare", f"clean={times[0]}", "--compare", f"shift={times[1]}"]
    shown = command("report", "credit", "reported", *names, "--html", str(page))
    assert shown.exit_code == Exit.TROUBLE
    assert "clean" in shown.stdout
    assert "_c0, drift" in shown.stdout
    assert "Violations by feature" in page.read_text(encoding="utf-8")
    document = json.loads(command("report", "credit", "reported", *names, "--json").stdout)
    assert [(run["name"], len(run["violations"])) for run in document["runs"]] == [("clean", 0), ("shift", 1)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--at", "yesterday"), "got the time 'yesterday', expected one such as"),
        (("--at", "2020-01-01T00:00"), "has no run '2020-01-01 00:00'; its last ones"),
        (("--execution", "no-such-job"), "has no run 'no-such-job'"),
        (("--compare", "a=2020-01-01T00:00", "--at", "2020-01-01T00:00"), "leave --at and --execution out"),
        (("--html", "/no/such/folder/report.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_shown_is_reported(
    hours: list[datetime], command: Command, options: tuple[str, ...], expected: str
) -> None:
    shown = command("report", "credit", "reported", *options)
    assert isinstance(shown.exception, UsageError)
    assert expected in str(shown.exception)


def test_a_monitor_without_a_run_says_so(command: Command) -> None:
    shown = command("report", "credit", "strict")
    assert isinstance(shown.exception, UsageError)
    assert "has had no run yet" in str(shown.exception)
