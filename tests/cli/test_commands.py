"""`status` and `doctor` against an embedded AWS, the program's start, and its exit codes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoRegionError

from model_monitor_cli import app, refusals
from model_monitor_cli.exits import UsageError

ROOT = Path(__file__).resolve().parents[2]


def test_status_shows_monitors_and_what_is_wrong_with_them(command):
    result = command("status")

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["model", "credit"]
    assert "captures to s3://captures/credit/input, no record yet" in lines[1]
    rows = {line.split()[0]: line for line in lines[3:] if line.strip()}
    assert "Scheduled" in rows["data-quality"]
    assert "Deleted" in rows["strict"]
    assert "not run yet" in rows["strict"]


def test_status_prints_json(command):
    result = command("status", "credit", "--json")

    (model,) = json.loads(result.stdout)["models"]
    assert model["troubles"] == ["the schedule of strict is Deleted"]
    assert [found["schedule_status"] for found in model["monitors"]] == ["Scheduled", "Deleted"]


def test_doctor_stops_at_the_first_broken_link(command):
    result = command("doctor", "credit", "strict")

    assert result.exit_code == 1
    assert "✘ schedule: The schedule credit-strict-5e6f7a8b does not exist" in result.stdout
    assert "fix: Deploy the monitor's stack" in result.stdout
    assert "subscriptions" not in result.stdout
    assert "subscriptions" in command("doctor", "credit", "strict", "--all").stdout


def test_doctor_asks_for_everything_it_judges(command):
    result = command("doctor", "credit", "data-quality", "--json")

    (diagnosis,) = json.loads(result.stdout)["monitors"]
    states = {verdict["link"]: (verdict["state"], verdict["check"]) for verdict in diagnosis["verdicts"]}
    assert states["endpoint"] == ("whole", "")
    assert states["capture"] == ("broken", "capture-records")
    assert states["baseline"] == ("broken", "baseline-files")
    assert states["schedule"] == ("whole", "")
    assert states["alarms"] == ("broken", "alarms-exist")


def test_a_wrong_name_is_wrong_use(command):
    result = command("doctor", "loans")
    assert isinstance(result.exception, UsageError)
    assert result.exception.code == 2


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListTags"),
            "AWS refused ListTags: An error occurred (AccessDeniedException) when calling the ListTags operation: no; "
            "ask for that permission",
        ),
        (
            ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "ListTags"),
            "AWS does not accept the credentials",
        ),
        (NoRegionError(), "You must specify a region; give --region, or set AWS_REGION or a region in your profile"),
    ],
)
def test_refusals_of_aws_say_what_to_do(error, told):
    assert told in refusals.explain(error)


@pytest.mark.parametrize(("error", "code"), [(UsageError("no such monitor"), 2), (NoRegionError(), 3)])
def test_errors_end_the_program_with_their_code_and_no_traceback(error, code, monkeypatch, capsys):
    def fail():
        raise error

    monkeypatch.setattr(app, "make_app", lambda: fail)
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == code
    assert "model-monitor: " in capsys.readouterr().err


def test_help_is_quick_and_loads_neither_boto3_nor_the_cdk():
    code = (
        "import sys; from model_monitor_cli import app; sys.argv = ['model-monitor', '--help']\n"
        "try:\n    app.main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "loaded = {'boto3', 'aws_cdk', 'jsii', 'model_monitor'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert done.returncode == 0, done.stderr
    assert "status" in done.stdout
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 1.0
