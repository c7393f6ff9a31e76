"""Changes, replacements and the end of a monitor whose run is in flight; and the function that people control it by.

The tests of this file build on each other.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import loan_app
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

STACK = "LifecycleOfLoans"
ENDPOINT = "lifecycle"
REPLACEMENT = "lifecycle-replaced"
HANGING = "1000,3000,12,9"
"""A call over which the monitor's script hangs."""


@pytest.fixture(scope="module")
def first(account):
    return loan_app.Variant(
        baseline=loan_app.baseline_csv(account.folder / "lifecycle.csv", seed=51, count=800),
        stack=STACK,
        endpoint=ENDPOINT,
        preprocessor=Path(__file__).parent / "scripts" / "hang.py",
    )


@pytest.fixture(scope="module")
def deployed(account, first):
    account.deploy(first)
    return account


def control(account, **request):
    """Ask the function as people do; return its answer, or the text of its error."""
    answer = account.box.client("lambda").invoke(
        FunctionName=account.output("ControlName"), Payload=json.dumps(request)
    )
    document = json.loads(answer["Payload"].read())
    return document["errorMessage"] if "FunctionError" in answer else document


def hanging_run(account, eventually, endpoint=ENDPOINT):
    """Let a run begin that does not end by itself; return its processing job."""
    account.send([HANGING], endpoint=endpoint)
    account.box.advance(timedelta(hours=1))

    def running():
        return [run for run in account.executions(endpoint) if run["MonitoringExecutionStatus"] == "InProgress"]

    eventually(running)
    (run,) = running()
    return run["ProcessingJobArn"].rpartition("/")[2]


def job_status(account, job):
    return account.box.client("sagemaker").describe_processing_job(ProcessingJobName=job)["ProcessingJobStatus"]


def order_of_events(account):
    """The stack's last operation: resource type and status of each event, oldest first."""
    events = account.box.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
    last = []
    for event in events:
        last.append((event["ResourceType"], event["ResourceStatus"]))
        if event["ResourceType"] == "AWS::CloudFormation::Stack" and event["ResourceStatus"] == "UPDATE_IN_PROGRESS":
            break
    return last[::-1]


def test_people_stop_and_start_a_schedule_by_its_function(deployed):
    schedule = deployed.outputs["Schedule"]
    for action, status in (("stop", "Stopped"), ("start", "Scheduled")):
        assert control(deployed, action=action, schedule=schedule) == {"schedule": schedule, "status": "Pending"}
        deployed.box.wait_until_idle()
        assert deployed.schedule()["MonitoringScheduleStatus"] == status


def test_the_function_refuses_what_it_does_not_know(deployed):
    assert "got 'unknown', expected one of " in control(deployed, action="stop", schedule="unknown")
    assert "expected one of start, stop, run" in control(
        deployed, action="restart", schedule=deployed.outputs["Schedule"]
    )


def test_a_run_on_demand_reports_at_once_and_raises_no_alarm(deployed, eventually):
    box, before = deployed.box, len(deployed.box.outbox())
    deployed.send(loan_app.applicants(250, seed=52, inflation=3), endpoint=ENDPOINT)
    box.advance(timedelta(minutes=6))  # captures are written every few minutes
    box.wait_until_idle()

    answer = control(deployed, action="run", schedule=deployed.outputs["Schedule"])
    box.wait_until_idle()

    runs = [run for run in deployed.executions(ENDPOINT) if run["MonitoringScheduleName"] == answer["schedule"]]
    assert [run["MonitoringExecutionStatus"] for run in runs] == ["CompletedWithViolations"]
    eventually(lambda: len(box.outbox()) > before)
    (message,) = box.outbox()[before:]
    assert answer["schedule"] in message["body"]
    assert "amount" in message["body"]
    metrics = box.client("cloudwatch").list_metrics(
        MetricName="Violations", Dimensions=[{"Name": "MonitoringSchedule", "Value": answer["schedule"]}]
    )
    assert len(metrics["Metrics"]) == 1
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"


def test_an_update_ends_the_run_in_flight_and_changes_the_schedule_in_place(deployed, first, eventually):
    schedule, old, before = deployed.schedule(), deployed.definition(), len(deployed.box.outbox())
    job = hanging_run(deployed, eventually)

    deployed.deploy(replace(first, drift_threshold=0.35))

    assert job_status(deployed, job) == "Stopped"
    # It is told, but no reason to wake anybody.
    eventually(lambda: any(job in mail["body"] for mail in deployed.box.outbox()[before:]))
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"
    assert deployed.definition()["JobDefinitionName"] != old["JobDefinitionName"]
    assert deployed.definition_names() == [deployed.definition()["JobDefinitionName"]]
    now = deployed.schedule()
    assert now["MonitoringScheduleStatus"] == "Scheduled"
    assert (now["MonitoringScheduleArn"], now["CreationTime"]) == (
        schedule["MonitoringScheduleArn"],
        schedule["CreationTime"],
    )


def test_the_run_goes_on_until_there_is_something_to_change_to_and_is_ended_before_the_change(deployed):
    events = order_of_events(deployed)
    steps = [
        ("AWS::SageMaker::DataQualityJobDefinition", "UPDATE_COMPLETE"),
        ("Custom::MonitoringScheduleGuard", "UPDATE_IN_PROGRESS"),
        ("Custom::MonitoringScheduleGuard", "UPDATE_COMPLETE"),
        ("AWS::SageMaker::MonitoringSchedule", "UPDATE_IN_PROGRESS"),
        ("AWS::SageMaker::MonitoringSchedule", "UPDATE_COMPLETE"),
    ]
    assert [event for event in events if event in steps] == steps, events


def test_the_next_run_happens_without_a_gap(deployed):
    deployed.send(loan_app.applicants(250, seed=53), endpoint=ENDPOINT)

    run = deployed.next_run(endpoint=ENDPOINT)

    assert run["MonitoringExecutionStatus"] == "Completed"
    job = deployed.box.client("sagemaker").describe_processing_job(
        ProcessingJobName=run["ProcessingJobArn"].rpartition("/")[2]
    )
    (constraints,) = [item for item in job["ProcessingInputs"] if item["InputName"] == "constraints"]
    assert constraints["S3Input"]["S3Uri"] == deployed.output("Constraints")


def test_endpoint_and_baseline_are_replaced_over_a_run_in_flight(deployed, first, eventually):
    old = deployed.output("Constraints")
    job = hanging_run(deployed, eventually)
    retrained = loan_app.baseline_csv(deployed.folder / "lifecycle-retrained.csv", seed=54, count=800)

    deployed.deploy(replace(first, baseline=retrained, endpoint=REPLACEMENT))

    assert job_status(deployed, job) == "Stopped"
    assert deployed.output("Constraints") != old
    assert deployed.schedule()["EndpointName"] == REPLACEMENT
    assert deployed.schedule()["MonitoringScheduleStatus"] == "Scheduled"
    assert deployed.definition_names() == [deployed.definition()["JobDefinitionName"]]
    endpoints = deployed.box.client("sagemaker").list_endpoints()["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in endpoints] == [REPLACEMENT]


def test_destroy_over_a_run_in_flight_leaves_nothing(deployed, eventually):
    job = hanging_run(deployed, eventually, endpoint=REPLACEMENT)

    deployed.destroy()

    assert job_status(deployed, job) == "Stopped"
    sagemaker = deployed.box.client("sagemaker")
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert deployed.definition_names() == []
    assert sagemaker.list_endpoints()["Endpoints"] == []
