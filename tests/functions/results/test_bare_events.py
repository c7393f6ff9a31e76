"""Events of AWS that lack what is not documented, and that come twice."""

import json

import pytest

from results.lookup import NotListedError


@pytest.fixture(params=["event", "description", "environment", "list"])
def bare(request, runs, aws):
    """Return a function that gives an event with name and status only; the rest is told by ever fewer places."""

    def make(name):
        described = aws.jobs[name]
        places = ["event", "description", "environment", "list"]
        level = places.index(request.param)
        described["request"]["Environment"]["sagemaker_monitoring_schedule_name"] = "Credit-data-quality"
        if level > 1:
            del described["request"]["MonitoringScheduleArn"]
        if level > 2:
            del described["request"]["Environment"]["sagemaker_monitoring_schedule_name"]
            described.pop("ExitMessage", None)
        if level == 0:
            return runs.event(name)
        return runs.event(name, MonitoringScheduleArn=None, ExitMessage=None, FailureReason=None, ProcessingJobArn=None)

    return make


def status_of(aws):
    return [json.loads(event["Detail"])["status"] for event in aws.events]


def test_a_run_with_violations_is_told_whatever_the_event_lacks(bare, runs, aws, metrics, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    assert runs.handle(bare(name)) == {"handled": 1}
    assert status_of(aws) == ["CompletedWithViolations"]
    assert metrics() == {"Executions": 1, "FailedExecutions": 0, "NoData": 0, "Violations": 2}
    assert len(aws.messages) == 1


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_other_runs_are_told_whatever_the_event_lacks(bare, runs, aws, metrics, status):
    reason = "AlgorithmError: no disk" if status == "Failed" else None
    assert runs.handle(bare(runs.add(status, reason=reason))) == {"handled": 1}
    assert status_of(aws) == [status]
    assert metrics()["Executions"] == 1
    assert json.loads(aws.events[0]["Detail"]).get("failureReason", "").startswith(reason or "")


def test_everything_happens_once_although_bare_and_full_events_come_twice(bare, runs, aws, metrics, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    events = [bare(name), runs.event(name)]
    assert sum(runs.handle(event)["handled"] for event in events * 2) == 1
    assert runs.handle({"sweep": True}) == {"handled": 0}
    assert metrics()["Executions"] == 1
    assert (len(aws.messages), len(aws.events)) == (1, 1)


def test_a_run_that_is_not_listed_as_ended_yet_is_left_to_the_retry(runs, aws):
    name = runs.add("CompletedWithViolations")
    aws.jobs[name].pop("ExitMessage")
    aws.executions[0]["MonitoringExecutionStatus"] = "InProgress"
    event = runs.event(name)
    with pytest.raises(NotListedError, match="is not listed as ended yet"):
        runs.handle(event)
    assert aws.keys("state") == []

    aws.executions[0]["MonitoringExecutionStatus"] = "CompletedWithViolations"
    assert runs.handle(event) == {"handled": 1}
    assert status_of(aws) == ["CompletedWithViolations"]


def test_an_exit_message_that_says_nothing_known_is_looked_up(runs, aws):
    name = runs.add("CompletedWithViolations", exit_message="Bias analysis has ended")
    assert runs.handle(runs.event(name)) == {"handled": 1}
    assert status_of(aws) == ["CompletedWithViolations"]


def test_a_job_that_can_no_longer_be_described_is_handled_with_what_the_event_tells(runs, aws):
    event = runs.event(runs.add("Completed"))
    aws.jobs.clear()
    assert runs.handle(event) == {"handled": 1}
    assert status_of(aws) == ["Completed"]


def test_a_job_of_somebody_else_s_schedule_is_not_even_described(runs, aws):
    name = runs.add("Completed")
    arn = "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/another"
    assert runs.handle(runs.event(name, MonitoringScheduleArn=arn)) == {"handled": 0}
    assert aws.count("DescribeProcessingJob") == 0


@pytest.mark.parametrize("event", [{}, {"detail": None}, {"detail": {}}, {"detail": {"ProcessingJobStatus": "Failed"}}])
def test_an_event_that_names_no_job_is_left_alone(runs, event):
    assert runs.handle(event) == {"handled": 0}


def test_events_and_the_sweep_agree_about_a_job_that_had_no_data(runs, aws, metrics):
    name = runs.add("Failed", reason="Job inputs had no data")
    runs.handle(runs.event(name))
    assert metrics()["NoData"] == 1
    assert status_of(aws) == ["NoData"]
    assert aws.messages == []
