"""Executions that merge captures with labels first: the merge job, and everything that can end them early."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

REGRESSION = {"ProblemType": "Regression"}


def test_the_merge_job_reads_captures_and_labels_of_the_window(world: Any, endpoint: str) -> None:
    hour = world.full_hour()
    world.invoke(endpoint, InferenceId="mine")
    labels = world.put_labels({"not-mine": 1}, world.box.now())
    schedule = world.make_schedule_of("ModelQuality", world.of_endpoint(endpoint, labels=labels), **REGRESSION)
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    name = execution["ProcessingJobArn"].rsplit("/", 1)[-1]
    assert re.fullmatch(rf"groundtruth-merge-{due:%Y%m%d%H%M}-[0-9a-f]{{24}}", name)
    merge = world.sagemaker.describe_processing_job(ProcessingJobName=name)
    assert merge["MonitoringScheduleArn"].endswith(f"/{schedule.lower()}")
    root, folder = f"s3://{world.bucket}", f"{endpoint}/AllTraffic/{hour:%Y/%m/%d/%H}"
    times = {"start_time": f"{hour:%Y-%m-%dT%H:%M:%SZ}", "end_time": f"{due:%Y-%m-%dT%H:%M:%SZ}"}
    assert merge["AppSpecification"]["ImageUri"].endswith("/sagemaker-model-monitor-groundtruth-merger")
    inputs = {
        item["InputName"]: (item["S3Input"]["S3Uri"], item["S3Input"]["LocalPath"])
        for item in merge["ProcessingInputs"]
    }
    assert inputs == {
        "groundtruth_input_1": (
            f"{root}/labels/{hour:%Y/%m/%d/%H}",
            f"/opt/ml/processing/groundtruth/{hour:%Y/%m/%d/%H}",
        ),
        "endpoint_input_1": (f"{root}/capture/{folder}", f"/opt/ml/processing/input/endpoint/{folder}"),
    }
    assert merge["Environment"] == {
        "dataset_format": '{"sagemakerCaptureJson":{"captureIndexNames":null}}',
        "dataset_source": "/opt/ml/processing/input/endpoint",
        "ground_truth_source": "/opt/ml/processing/groundtruth",
        "monitoring_input_type": "ENDPOINT_INPUT",
        "output_path": "/opt/ml/processing/output",
        **times,
    }
    assert merge["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] == f"{root}/reports/merge"


def test_captures_without_any_label_fail_without_a_job(world: Any, endpoint: str) -> None:
    world.invoke(endpoint)
    source = world.of_endpoint(endpoint, labels=f"s3://{world.bucket}/no-labels", InferenceAttribute="0")
    schedule = world.make_schedule_of("ModelQuality", source, **REGRESSION)
    execution = world.due_execution(schedule)
    assert (execution["MonitoringExecutionStatus"], execution["FailureReason"]) == ("Failed", "Job inputs had no data")
    assert "ProcessingJobArn" not in execution


def test_a_merge_that_fails_fails_the_execution_with_its_reason(world: Any, endpoint: str) -> None:
    world.invoke(endpoint, InferenceId="mine")
    labels = world.put_labels({"mine": 1}, world.box.now())
    role = world.make_role("s3:GetObject", "s3:ListBucket", "logs:*")
    source = world.of_endpoint(endpoint, labels=labels, InferenceAttribute="0")
    world_role, world.role = world.role, role
    try:
        definition = world.make_definition_of("ModelQuality", source, **REGRESSION)
    finally:
        world.role = world_role
    schedule = world.make_schedule(definition, monitoring_type="ModelQuality")
    execution = world.due_execution(schedule)
    assert execution["MonitoringExecutionStatus"] == "Failed"
    assert execution["FailureReason"].startswith("ClientError: Failed to upload output result to s3://")
    assert "/groundtruth-merge-" in execution["ProcessingJobArn"]


def test_a_window_that_offsets_turn_round_says_so(world: Any, endpoint: str) -> None:
    source = world.of_endpoint(endpoint, labels=f"s3://{world.bucket}/labels", EndTimeOffset="-PT1H")
    schedule = world.make_schedule_of("ModelQuality", source, **REGRESSION)
    execution = world.due_execution(schedule)
    assert execution["FailureReason"].startswith("the window is empty after the offsets")


def test_offsets_must_be_durations(world: Any, endpoint: str) -> None:
    source = world.of_endpoint(endpoint, labels=f"s3://{world.bucket}/labels", StartTimeOffset="-P1W")
    with pytest.raises(ClientError, match="Invalid time offset '-P1W'"):
        world.make_definition_of("ModelQuality", source, **REGRESSION)
