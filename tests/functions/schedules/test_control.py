"""Schedules are started, stopped and run once on demand."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings, strategies as st

from schedule_control import handler as handler_module
from schedule_control.handler import ControlError, handler

NAME = "credit-data-quality"
CONFIG = {
    "MonitoringJobDefinitionName": "credit-data-quality-1",
    "MonitoringType": "DataQuality",
    "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
}
# What each action asks of SageMaker after it has looked at the schedule.
CALLS = {
    "StopMonitoringSchedule": "stop",
    "StartMonitoringSchedule": "start",
    "ListMonitoringSchedules": "run",
    "ListMonitoringExecutions": "run",
    "DeleteMonitoringSchedule": "run",
    "CreateMonitoringSchedule": "run",
}


@pytest.fixture
def schedules(aws, monkeypatch):
    monkeypatch.setenv("REGISTRY_URI", "s3://out/registry")
    register(aws, NAME)
    aws.schedules[NAME] = {"status": "Scheduled", "config": CONFIG}
    return aws.schedules


def register(aws, name):
    document = {
        "schedule": name,
        "type": "DataQuality",
        "title": "endpoint credit",
        "reports": "s3://out/reports",
        "registered": "2026-11-21T03:00:00Z",
        "access_role": "arn:aws:iam::111122223333:role/access",
    }
    aws.put(f"s3://out/registry/{name}.json", document)


def ask(action, **more):
    return handler({"action": action, "schedule": NAME, **more}, None)


@pytest.mark.parametrize(
    ("action", "before", "after"), [("stop", "Scheduled", "Stopped"), ("start", "Stopped", "Scheduled")]
)
def test_a_schedule_is_switched_and_asking_again_changes_nothing(schedules, aws, action, before, after):
    schedules[NAME]["status"] = before
    assert ask(action) == {"schedule": NAME, "status": "Pending"}
    aws.DescribeMonitoringSchedule(NAME)
    assert ask(action) == {"schedule": NAME, "status": after}
    assert aws.count(f"{action.capitalize()}MonitoringSchedule") == 1


def test_a_schedule_that_is_being_changed_is_refused(schedules):
    schedules[NAME]["status"] = "Pending"
    with pytest.raises(ControlError, match=r"is being changed .* try again in a minute"):
        ask("stop")


def test_a_run_is_a_schedule_of_its_own_with_the_same_definition(schedules):
    answer = ask("run", start="-PT6H", end="-PT1H30M")
    assert re.fullmatch(NAME + r"-run-\d{14}", answer["schedule"])
    assert schedules[answer["schedule"]]["config"] == {
        **CONFIG,
        "ScheduleConfig": {
            "ScheduleExpression": "NOW",
            "DataAnalysisStartTime": "-PT360M",
            "DataAnalysisEndTime": "-PT90M",
        },
    }


def test_a_run_looks_at_the_last_hour_unless_told(schedules):
    config = schedules[ask("run")["schedule"]]["config"]["ScheduleConfig"]
    assert (config["DataAnalysisStartTime"], config["DataAnalysisEndTime"]) == ("-PT60M", "-PT0M")


def test_a_run_counts_from_the_clock_of_the_service(schedules, monkeypatch):
    described = handler_module.schedules.describe(NAME)
    headers = {"ResponseMetadata": {"HTTPHeaders": {"date": "Sat, 21 Nov 2026 09:00:00 GMT"}}}
    monkeypatch.setattr(handler_module.schedules, "describe", lambda _name: {**described, **headers})

    run = ask("run", start="2026-11-21T03:00:00Z", end="2026-11-21T04:00:00Z")["schedule"]

    assert run == f"{NAME}-run-20261121090000"
    config = schedules[run]["config"]["ScheduleConfig"]
    assert (config["DataAnalysisStartTime"], config["DataAnalysisEndTime"]) == ("-PT360M", "-PT300M")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 24 * 60))
def test_times_become_durations_before_now(schedules, end, length):
    now = datetime.now(UTC)
    times = {"start": now - timedelta(minutes=end + length), "end": now - timedelta(minutes=end)}
    texts = {name: f"{time:%Y-%m-%dT%H:%M:%S}Z" for name, time in times.items()}
    config = schedules[ask("run", **texts)["schedule"]]["config"]["ScheduleConfig"]
    assert int(config["DataAnalysisEndTime"][3:-1]) == pytest.approx(end, abs=1)
    assert int(config["DataAnalysisStartTime"][3:-1]) == pytest.approx(end + length, abs=1)


def test_earlier_runs_are_deleted_when_they_have_ended(schedules, aws):
    ended, running, new = (f"{NAME}-run-2026112103000{number}" for number in range(3))
    for name, status in ((ended, "Completed"), (running, "InProgress"), (new, None)):
        schedules[name] = {"status": "Scheduled"}
        if status:
            execution = {
                "MonitoringScheduleName": name,
                "ScheduledTime": aws.now,
                "MonitoringExecutionStatus": status,
            }
            aws.executions.append(execution)
    current = ask("run")["schedule"]
    assert set(schedules) == {NAME, running, new, current}


def test_names_stay_within_the_limit(schedules, aws):
    long = "x" * 63
    register(aws, long)
    schedules[long] = {"status": "Scheduled", "config": CONFIG}
    assert len(handler({"action": "run", "schedule": long}, None)["schedule"]) == 63


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"action": "pause"}, "action: got 'pause', expected one of start, stop, run"),
        ({"action": "stop", "schedule": "unknown"}, "schedule: got 'unknown'"),
        ({"action": "stop", "schedule": None}, "schedule: got None"),
        ({"start": "yesterday"}, "start: got 'yesterday', expected a time such as"),
        ({"start": "-P"}, "start: got '-P'"),
        ({"start": "-PT30H"}, "expected more than nothing and at most 24 hours"),
        ({"start": "-PT1H", "end": "-PT2H"}, "expected more than nothing"),
        ({"end": "2999-01-01T00:00:00Z"}, "end: got 2999-01-01T00:00:00Z, which is in the future"),
    ],
)
def test_mistakes_are_explained(schedules, event, words):
    with pytest.raises(ControlError, match=words):
        handler({"action": "run", "schedule": NAME, **event}, None)
    assert set(schedules) == {NAME}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "is not authorized to perform"),
        ("ThrottlingException", "Rate exceeded"),
        ("ResourceLimitExceeded", "The account-level service limit has been reached"),
    ],
    ids=["denied", "throttled", "over the limit"],
)
def test_what_aws_refuses_is_an_error_in_its_words_and_never_an_answer(schedules, aws, operation, code, words):
    """boto3 has tried five times before a throttled call ends here; the caller gets the error, and asks again."""
    action, earlier = CALLS[operation], f"{NAME}-run-20261121020000"
    schedules[NAME]["status"] = "Stopped" if action == "start" else "Scheduled"
    schedules[earlier] = {"status": "Scheduled"}
    ended = {"MonitoringScheduleName": earlier, "ScheduledTime": aws.now, "MonitoringExecutionStatus": "Completed"}
    aws.executions.append(ended)
    before = set(schedules)
    aws.fail(operation, code, words)

    with pytest.raises(ClientError, match=rf"\({code}\).*{operation}.*: {words}"):
        ask(action)

    assert set(schedules) <= before, "nothing was made"
    ask(action)
    assert earlier not in schedules or action != "run", "what was left over is cleared by the next request"


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceUnavailable"])
def test_a_schedule_that_cannot_be_looked_at_for_now_is_not_called_missing(schedules, aws, code):
    aws.fail("DescribeMonitoringSchedule", code)
    with pytest.raises(ClientError, match=code):
        ask("stop")
    assert schedules[NAME]["status"] == "Scheduled"


@pytest.mark.parametrize("name", ["another", f"{NAME}-run-20261121020000", "", 7])
def test_only_schedules_of_monitors_are_controlled_and_the_answer_names_them(schedules, aws, name):
    """A one-time run cannot be switched: its monitor can."""
    register(aws, "debit")
    aws.schedules["another"] = {"status": "Scheduled", "config": CONFIG}
    with pytest.raises(ControlError, match=rf"schedule: got {name!r}, expected one of {NAME}, debit"):
        handler({"action": "stop", "schedule": name}, None)
    assert {schedule["status"] for schedule in schedules.values()} == {"Scheduled"}


def test_without_any_monitor_the_answer_says_so(schedules, aws):
    aws.DeleteObject("out", f"registry/{NAME}.json")
    with pytest.raises(ControlError, match="expected one of none, since no monitor is deployed"):
        ask("stop")


def test_a_schedule_that_somebody_has_deleted_is_named(schedules):
    del schedules[NAME]
    with pytest.raises(ControlError, match=f"schedule {NAME} has been deleted; deploy the monitor's stack again"):
        ask("stop")


@pytest.mark.parametrize("action", ["run", "stop"])
def test_schedules_are_controlled_under_the_role_of_their_monitor(schedules, aws, action):
    ask(action)
    actors = {(operation in ("GetObject", "ListObjectsV2", "AssumeRole"), actor) for operation, _, actor in aws.actors}
    assert actors == {(True, None), (False, "access")}
