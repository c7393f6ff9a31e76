"""State changes on the event bus, as rules see them."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

Listen = Callable[[dict[str, Any]], Callable[[], list[dict[str, Any]]]]


@pytest.fixture
def listen(client: Callable[..., Any], queue: Callable[..., Any], unique: str) -> Iterator[Listen]:
    """Put a rule for a pattern of SageMaker's events in place; give a way to read what matched."""
    events = client("events")

    def start(pattern: dict[str, Any]) -> Callable[[], list[dict[str, Any]]]:
        arn, read = queue("events.amazonaws.com")
        events.put_rule(Name=unique, EventPattern=json.dumps({"source": ["aws.sagemaker"], **pattern}))
        events.put_targets(Rule=unique, Targets=[{"Id": "queue", "Arn": arn}])
        return lambda: [json.loads(body) for body in read()]

    yield start
    events.remove_targets(Rule=unique, Ids=["queue"])
    events.delete_rule(Name=unique)


def test_a_jobs_end_is_an_event_like_its_description(world: Any, listen: Listen) -> None:
    detail_pattern = {"ProcessingJobStatus": ["Completed"], "ExitMessage": [{"prefix": "Completed:"}]}
    received = listen({"detail-type": ["SageMaker Processing Job State Change"], "detail": detail_pattern})
    job = world.run_job()
    (event,) = world.eventually(received)
    assert event["resources"] == [job["ProcessingJobArn"]]
    detail = event["detail"]
    assert detail["ProcessingJobName"] == job["ProcessingJobName"]
    assert detail["CreationTime"] == pytest.approx(job["CreationTime"].timestamp() * 1000, abs=1)
    assert detail["ProcessingInputs"][0]["InputName"] == "baseline_dataset_input"
    assert "MonitoringScheduleArn" not in detail


def test_a_failed_jobs_event_holds_the_reason(world: Any, listen: Listen) -> None:
    received = listen({"detail": {"ProcessingJobStatus": ["Failed"]}})
    job = world.run_job(AppSpecification={"ImageUri": "unknown"})
    (event,) = world.eventually(received)
    assert event["detail"]["FailureReason"] == job["FailureReason"]


def test_a_monitoring_jobs_event_names_its_schedule_and_comes_after_the_execution_is_told(
    world: Any, listen: Listen
) -> None:
    endpoint = world.make_endpoint()
    schedule = world.make_schedule(world.make_definition(endpoint))
    received = listen({"detail": {"ProcessingJobStatus": ["Completed"], "MonitoringScheduleArn": [{"exists": True}]}})
    world.invoke(endpoint)
    world.box.advance(timedelta(hours=1))
    (event,) = world.eventually(received)
    assert event["detail"]["MonitoringScheduleArn"].endswith(f":monitoring-schedule/{schedule.lower()}")
    assert event["detail"]["ExitMessage"].startswith("Completed: ")
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed"
    assert execution["ProcessingJobArn"] == event["detail"]["ProcessingJobArn"]
    world.remove_schedules()
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


@pytest.fixture
def changed(world: Any) -> Iterator[Callable[..., None]]:
    """Change settings for one test."""
    before = world.box.settings().document()
    yield world.box.change
    world.box.wait_until_idle()
    world.box.change(**before)


def test_bare_events_name_neither_the_schedule_nor_the_result(
    world: Any, listen: Listen, changed: Callable[..., None]
) -> None:
    changed(bare_job_events=True)
    received = listen({"detail": {"ProcessingJobStatus": ["Completed"]}})
    job = world.run_job()
    (event,) = world.eventually(received)
    assert event["detail"]["ProcessingJobName"] == job["ProcessingJobName"]
    assert not {"MonitoringScheduleArn", "ExitMessage"} & event["detail"].keys()
    assert job["ExitMessage"].startswith("Completed")


def test_events_come_twice_or_not_at_all(world: Any, listen: Listen, changed: Callable[..., None]) -> None:
    received = listen({"detail": {"ProcessingJobStatus": ["Failed"]}})

    def told_of_a_failed_job() -> int:
        world.run_job(AppSpecification={"ImageUri": "unknown"})
        world.box.wait_until_idle()
        return len(received())

    changed(repeated_events=True)
    assert told_of_a_failed_job() == 2
    changed(repeated_events=False, lost_events=1.0)
    assert told_of_a_failed_job() == 0
    changed(lost_events=0.5)
    # A job that fails has two events, its start and its end: every second one is the end or the start.
    assert told_of_a_failed_job() + told_of_a_failed_job() in (0, 2)
    changed(lost_events=0.0)
    assert told_of_a_failed_job() == 1


def test_an_endpoints_life_is_told_in_order(world: Any, listen: Listen) -> None:
    received = listen({"detail-type": ["SageMaker Endpoint State Change"]})
    endpoint = world.make_endpoint()
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
    told: list[dict[str, Any]] = []

    def all_told() -> bool:
        told.extend(event["detail"] for event in received())
        return len(told) >= 3

    world.eventually(all_told)
    told.sort(key=lambda detail: detail["LastModifiedTime"])
    assert [detail["EndpointStatus"] for detail in told] == ["CREATING", "IN_SERVICE", "DELETING"]
    assert {detail["EndpointName"] for detail in told} == {endpoint}
