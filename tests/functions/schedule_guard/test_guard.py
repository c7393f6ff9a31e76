"""A schedule comes to rest before it is changed or deleted."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from schedule_guard import resource
from schedule_guard.errors import GuardError
from tests.functions.framework import Framework

NAME = "credit-data-quality"
LATE = 52 * 60 + 1
TIME = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class World(Framework):
    def __init__(self, aws):
        super().__init__("Custom::MonitoringScheduleGuard", "guard")
        self.aws = aws
        aws.schedules[NAME] = {"status": "Scheduled"}

    def add_run(self, status, *, schedule=NAME, job="model-monitoring-202611210300-0123456789abcdef01234567"):
        summary = {
            "MonitoringScheduleName": schedule,
            "ScheduledTime": TIME,
            "CreationTime": TIME,
            "LastModifiedTime": TIME,
            "MonitoringExecutionStatus": status,
        }
        if job:
            summary["ProcessingJobArn"] = f"arn:aws:sagemaker:us-east-1:111122223333:processing-job/{job}"
            self.aws.jobs[job] = {"request": {"ProcessingJobName": job}, "status": "InProgress", "polls": 0}
        self.aws.executions.append(summary)
        return summary

    def begin(self, kind, *, age=0, **properties):
        """Send a request, and poll for the first time."""
        self.age = age
        return super().begin(kind, {"ScheduleName": NAME, "Revision": "2", **properties})

    def delete(self):
        """Ask until the schedule may be deleted, as the CDK Provider framework does."""
        self.begin("Delete")
        while not self.poll()["IsComplete"]:
            self.end_stopped_runs()

    def end_stopped_runs(self):
        for execution in self.aws.executions:
            name = execution.get("ProcessingJobArn", "").rpartition("/")[2]
            if self.aws.jobs.get(name, {}).get("status") == "Stopping":
                execution["MonitoringExecutionStatus"] = "Stopped"


@pytest.fixture
def world(aws, monkeypatch):
    monkeypatch.setattr(resource, "_SETTLE_STEPS", 1)  # a step for each poll
    return World(aws)


def test_a_schedule_that_stops_within_seconds_is_not_polled_for(world, monkeypatch):
    monkeypatch.setattr(resource, "_SETTLE_STEPS", 3)
    monkeypatch.setattr(resource, "_SETTLE_SECONDS", 0.01)
    world.begin("Delete")
    assert world.poll()["IsComplete"]


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_a_schedule_that_does_not_exist_is_at_rest(world, aws, kind):
    aws.schedules.clear()
    world.begin(kind)
    assert world.poll()["IsComplete"]


def test_an_update_without_a_run_changes_nothing(world, aws):
    assert world.begin("Update")["PhysicalResourceId"] == f"{NAME}-guard"
    assert world.poll()["IsComplete"]
    assert aws.schedules[NAME]["status"] == "Scheduled"


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_change_ends_the_run_and_leaves_the_schedule_on(world, aws, kind):
    world.add_run("Completed", job=None)
    world.add_run("InProgress")
    world.begin(kind)
    assert not world.poll()["IsComplete"]
    world.end_stopped_runs()
    assert world.poll()["IsComplete"]
    assert aws.schedules[NAME]["status"] == "Scheduled"
    assert aws.count("StopMonitoringSchedule") == 0


def test_a_deletion_stops_the_schedule_then_the_run(world, aws):
    world.add_run("InProgress")
    assert world.begin("Delete")["PhysicalResourceId"] == "guard"
    assert aws.count("StopProcessingJob") == 0
    assert not world.poll()["IsComplete"]
    assert not world.poll()["IsComplete"]
    world.end_stopped_runs()
    assert world.poll()["IsComplete"]
    assert aws.schedules[NAME]["status"] == "Stopped"


def test_a_schedule_that_is_pending_is_waited_for(world, aws):
    aws.schedules[NAME] = {"status": "Pending", "next": "Scheduled"}
    world.begin("Update")
    assert world.poll()["IsComplete"]


def test_a_run_without_a_job_gets_one_and_is_stopped_then(world, aws):
    execution = world.add_run("Pending", job=None)
    world.begin("Update")
    assert not world.poll()["IsComplete"]
    aws.executions.remove(execution)
    world.add_run("InProgress")
    assert not world.poll()["IsComplete"]
    assert [job["status"] for job in aws.jobs.values()] == ["Stopping"]


def test_a_job_that_ends_by_itself_meanwhile_is_fine(world, aws):
    world.add_run("InProgress")
    aws.fail("StopProcessingJob", "ValidationException", "The request was rejected: the job is in status Completed")
    world.begin("Update")
    aws.executions[0]["MonitoringExecutionStatus"] = "Completed"
    assert world.poll()["IsComplete"]


def test_a_run_that_is_stopping_is_not_stopped_again(world, aws):
    world.add_run("Stopping")
    world.begin("Update")
    assert aws.count("StopProcessingJob") == 0
    assert not world.poll()["IsComplete"]


def test_one_time_runs_are_deleted_because_they_hold_the_definition(world, aws):
    running, done = f"{NAME}-run-20261121030000", f"{NAME}-run-20261121020000"
    for name in (running, done, f"{NAME}-run-book"):
        aws.schedules[name] = {"status": "Scheduled"}
    world.add_run("InProgress", schedule=running)
    world.begin("Update")
    assert not world.poll()["IsComplete"]
    world.end_stopped_runs()
    assert not world.poll()["IsComplete"]
    assert world.poll()["IsComplete"]
    assert set(aws.schedules) == {NAME, f"{NAME}-run-book"}


@pytest.mark.parametrize(("kind", "verb"), [("Update", "changed"), ("Delete", "deleted")])
def test_waiting_ends_with_the_name_of_the_run_and_its_job(world, aws, kind, verb):
    aws.schedules[NAME]["status"] = "Stopped"
    world.add_run("Stopping")
    with pytest.raises(GuardError) as caught:
        world.begin(kind, age=LATE)
    text = str(caught.value)
    assert f"cannot be {verb}: its run of 2026-11-21 03:00 UTC is still Stopping" in text
    assert "stop its processing job model-monitoring-202611210300-0123456789abcdef01234567" in text
    assert "#/processing-jobs/model-monitoring-202611210300" in text


def test_waiting_for_a_run_without_a_job_ends_with_its_time(world):
    world.add_run("Pending", job=None)
    with pytest.raises(GuardError, match="03:00 UTC is still Pending after 52 minutes and has no processing job yet"):
        world.begin("Update", age=LATE)


def test_waiting_for_a_schedule_that_does_not_settle_says_so(world, aws):
    aws.schedules[NAME]["status"] = "Pending"
    with pytest.raises(GuardError, match="cannot be changed: it is still Pending"):
        world.begin("Update", age=LATE)


def test_throttling_is_waited_out(world, aws):
    aws.fail("DescribeMonitoringSchedule", "ThrottlingException")
    world.begin("Update")
    assert world.poll()["IsComplete"]


def test_a_request_is_accepted_without_a_call_to_aws(world, aws):
    world.begin("Update")
    calls = len(aws.calls)
    world.accept({key: value for key, value in world.event.items() if key not in ("Started", "Deadline")})
    assert len(aws.calls) == calls


REFUSABLE = [
    "ListMonitoringSchedules",
    "DescribeMonitoringSchedule",
    "ListMonitoringExecutions",
    "DeleteMonitoringSchedule",
]


@pytest.mark.parametrize("operation", REFUSABLE)
def test_what_may_not_be_done_fails_with_the_words_of_aws_when_the_role_is_old(world, aws, operation):
    """A denial does not pass by itself then: to wait it out would hide the missing permission for an hour."""
    one_time_run = f"{NAME}-run-20261121030000"
    aws.schedules[one_time_run] = {"status": "Scheduled"}
    denial = f"is not authorized to perform: sagemaker:{operation}"
    aws.fail(operation, "AccessDeniedException", denial, times=100)

    with pytest.raises(ClientError, match=denial):
        world.begin("Update", age=121)


@pytest.mark.parametrize("operation", REFUSABLE)
def test_a_fresh_role_may_be_refused_at_every_step(world, aws, operation):
    aws.schedules[f"{NAME}-run-20261121030000"] = {"status": "Scheduled"}
    aws.fail(operation, "AccessDeniedException", "is not authorized to perform")
    world.begin("Create")
    assert aws.count(operation) == 1
    assert any(world.poll()["IsComplete"] for _ in range(2))
    assert set(aws.schedules) == {NAME}


@pytest.mark.parametrize("operation", [*REFUSABLE, "StopMonitoringSchedule"])
def test_a_deletion_does_not_fail_for_what_is_out_of_reach(world, aws, operation):
    aws.schedules[f"{NAME}-run-20261121030000"] = {"status": "Scheduled"}
    aws.fail(operation, "AccessDeniedException", "is not authorized to perform", times=100)
    world.begin("Delete")
    assert world.poll()["IsComplete"]


@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_a_run_whose_job_may_not_be_stopped_ends_by_itself(world, aws, kind):
    world.add_run("InProgress")
    aws.fail("StopProcessingJob", "AccessDeniedException", "is not authorized to perform", times=100)
    world.begin(kind, age=121)
    assert not world.poll()["IsComplete"]
    aws.executions[0]["MonitoringExecutionStatus"] = "Completed"
    assert world.poll()["IsComplete"]


def test_a_job_that_may_not_be_stopped_is_named_when_time_is_up(world, aws):
    world.add_run("InProgress")
    aws.fail("StopProcessingJob", "AccessDeniedException", "is not authorized to perform", times=100)
    with pytest.raises(GuardError, match="is still InProgress after 52 minutes; stop its processing job model-monitor"):
        world.begin("Update", age=LATE)


def test_a_missing_name_is_told(world):
    with pytest.raises(GuardError, match="ScheduleName: got ''"):
        world.begin("Update", ScheduleName="")
