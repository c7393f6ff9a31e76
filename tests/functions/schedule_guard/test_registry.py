"""The guard that is made after a schedule tells the results function of the monitor."""

import json
from datetime import UTC, datetime

import pytest

from schedule_guard.errors import GuardError
from schedule_guard.resource import OWNER_TAG
from tests.functions.framework import Framework

NAME = "credit-data-quality"
URI = f"s3://out/registry/{NAME}.json"
MONITOR = {"schedule": NAME, "type": "DataQuality", "title": "endpoint credit", "metrics": {"drift": ["age"]}}
SCHEDULE_ARN = "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/x"
CREATED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC).timestamp()
LATER = CREATED + 86400


class Guard(Framework):
    """Send requests at a time that the test chooses."""

    def send(self, kind, *, started=CREATED, old=None, **changes):
        properties = {
            "ScheduleName": NAME,
            "Owner": "stack-1",
            "RegistryUri": URI,
            "Monitor": json.dumps(MONITOR),
            **changes,
        }
        event = self.request(kind, {name: value for name, value in properties.items() if value is not None})
        before = {"OldResourceProperties": {**properties, **old}} if old is not None else {}
        self.accept(event | before)
        self.event |= {"Started": started}

    def do(self, kind, **more):
        self.send(kind, **more)
        self.first = self.poll()
        self.finish()


@pytest.fixture
def guard(aws, monkeypatch):
    monkeypatch.setattr("schedule_guard.resource._SETTLE_SECONDS", 0)
    aws.schedules[NAME] = {"status": "Scheduled"}
    return Guard("Custom::MonitoringScheduleGuard", "guard")


def run_in_flight(aws):
    job = "model-monitoring-202611210300-0123456789abcdef01234567"
    aws.jobs[job] = {"request": {"ProcessingJobName": job}, "status": "InProgress", "polls": 0}
    time = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    aws.executions.append(
        {
            "MonitoringScheduleName": NAME,
            "ScheduledTime": time,
            "CreationTime": time,
            "LastModifiedTime": time,
            "MonitoringExecutionStatus": "InProgress",
            "ProcessingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:processing-job/{job}",
        }
    )


def test_a_creation_registers_the_monitor(guard, aws):
    guard.do("Create")
    assert aws.get_json(URI) == {**MONITOR, "registered": "2026-11-21T03:00:00Z"}
    assert aws.puts[f"registry/{NAME}.json"]["ContentType"] == "application/json"


@pytest.mark.parametrize(("status", "registered"), [("Completed", "03:00:08"), ("InProgress", "03:00:00")])
def test_a_run_that_has_just_ended_is_left_to_who_knew_the_monitor_before(guard, aws, status, registered):
    run_in_flight(aws)
    ended = datetime(2026, 11, 21, 3, 0, 7, 500, tzinfo=UTC)
    aws.executions[0] |= {"LastModifiedTime": ended, "MonitoringExecutionStatus": status}
    guard.do("Create")
    assert aws.get_json(URI)["registered"] == f"2026-11-21T{registered}Z"


def test_an_update_says_anew_what_the_monitor_is_and_keeps_since_when(guard, aws):
    guard.do("Create")
    changed = {**MONITOR, "title": "endpoint fraud"}
    guard.do("Update", started=LATER, old={}, Monitor=json.dumps(changed))
    assert aws.get_json(URI) == {**changed, "registered": "2026-11-21T03:00:00Z"}


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"registered": "yesterday"}'])
def test_an_entry_that_nobody_can_read_is_made_anew(guard, aws, content):
    aws.put(URI, content)
    guard.do("Update", started=LATER, old={})
    assert aws.get_json(URI)["registered"] == "2026-11-22T03:00:00Z"


def test_a_refusal_is_not_taken_for_an_entry_that_nobody_can_read(guard, aws):
    guard.do("Create")
    aws.fail("GetObject", "AccessDenied", "Access Denied", status=403)
    guard.send("Update", old={})
    guard.event["Started"] = guard.event["Deadline"] - 52 * 60
    assert guard.poll() == {"IsComplete": False}
    assert guard.poll() == {"IsComplete": True}
    assert aws.get_json(URI)["registered"] == "2026-11-21T03:00:00Z"


def test_a_schedule_that_exists_again_is_registered_since_then(guard, aws):
    guard.do("Create")
    guard.do("Create", started=LATER)
    assert aws.get_json(URI)["registered"] == "2026-11-22T03:00:00Z"


def test_to_register_a_monitor_ends_no_run(guard, aws):
    run_in_flight(aws)
    guard.do("Create")
    guard.do("Update", old={})
    assert aws.count("StopProcessingJob") == 0


def test_another_place_in_the_registry_takes_over(guard, aws):
    guard.do("Create")
    new = f"s3://out/shared/{NAME}.json"
    guard.do("Update", started=LATER, old={"RegistryUri": URI}, RegistryUri=new)
    assert aws.get_json(new)["registered"] == "2026-11-22T03:00:00Z"
    assert aws.keys("registry") == []


@pytest.mark.parametrize("error", [("AccessDenied", 403), ("NoSuchBucket", 404)])
def test_an_old_place_that_is_out_of_reach_is_left(guard, aws, error):
    guard.do("Create")
    aws.fail("HeadObject", error[0], status=error[1])
    guard.do("Update", old={"RegistryUri": URI}, RegistryUri=f"s3://out/shared/{NAME}.json")
    assert aws.keys("shared") == [f"shared/{NAME}.json"]


def test_a_deletion_stops_the_schedule_and_then_removes_the_entry(guard, aws):
    guard.do("Create")
    guard.send("Delete")
    aws.schedules[NAME] = {"status": "Pending"}
    assert guard.poll() == {"IsComplete": False}
    assert aws.keys("registry") == [f"registry/{NAME}.json"]
    aws.schedules[NAME] = {"status": "Scheduled"}
    guard.do("Delete")
    assert aws.schedules[NAME]["status"] == "Stopped"
    assert aws.keys("registry") == []


def test_a_deletion_can_be_repeated(guard, aws):
    guard.do("Create")
    guard.do("Delete")
    guard.do("Delete")
    assert aws.keys("registry") == []


def test_a_deletion_removes_the_entry_even_if_the_schedule_is_out_of_reach(guard, aws):
    guard.do("Create")
    aws.fail("DescribeMonitoringSchedule", "AccessDeniedException", "no", times=100)
    guard.do("Delete")
    assert aws.keys("registry") == []


def test_a_monitor_that_has_moved_to_another_guard_is_left_alone(guard, aws):
    """Its entry there stays, its schedule goes on, its run is not stopped."""
    run_in_flight(aws)
    guard.do("Create")
    aws.tags[SCHEDULE_ARN] = {OWNER_TAG: "stack-2"}
    guard.do("Delete")
    assert aws.keys("registry") == []
    assert aws.schedules[NAME]["status"] == "Scheduled"
    assert aws.count("StopProcessingJob") == 0


@pytest.mark.parametrize("tags", [{}, {"team": "risk"}, {OWNER_TAG: "stack-1"}])
def test_a_schedule_without_the_tag_is_the_guard_s_own(guard, aws, tags):
    guard.do("Create")
    aws.tags[SCHEDULE_ARN] = tags
    guard.do("Delete")
    assert aws.schedules[NAME]["status"] == "Stopped"


def test_a_guard_without_an_owner_does_not_ask(guard, aws):
    aws.tags[SCHEDULE_ARN] = {OWNER_TAG: "stack-2"}
    guard.do("Delete", Owner=None)
    assert aws.schedules[NAME]["status"] == "Stopped"
    assert aws.count("ListTags") == 0


def test_an_entry_that_another_guard_has_written_meanwhile_stays(guard, aws):
    guard.do("Create")
    guard.do("Create", Owner="stack-2")
    aws.tags[SCHEDULE_ARN] = {OWNER_TAG: "stack-2"}
    guard.do("Delete", Owner="stack-1")
    assert aws.keys("registry") == [f"registry/{NAME}.json"]
    guard.do("Delete", Owner="stack-2")
    assert aws.keys("registry") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"RegistryUri": "bucket/x"}, "RegistryUri: got 'bucket/x', expected an S3 URI"),
        ({"RegistryUri": None}, "RegistryUri: got 'None'"),
        ({"Monitor": "{"}, "Monitor: got '{', expected JSON"),
        ({"Monitor": "[]"}, r"Monitor: got '\[\]', expected a JSON object"),
    ],
)
def test_mistakes_are_explained(guard, changes, words):
    with pytest.raises(GuardError, match=words):
        guard.send("Create", **changes)
