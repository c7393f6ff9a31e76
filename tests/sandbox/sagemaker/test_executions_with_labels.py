"""Model-quality and bias executions: a merge job, then the analysis of what found its label."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

HOUR = timedelta(hours=1)
CONSTRAINTS = {
    "version": 0.0,
    "regression_constraints": {"mae": {"threshold": 1.0, "comparison_operator": "GreaterThanThreshold"}},
}
REGRESSION = {"ProblemType": "Regression"}
CLASSIFIER = """
def model_fn(model_dir):
    return 20

def transform_fn(limit, body, content_type, accept):
    return "\\n".join(str(int(float(line.split(",")[0]) > limit)) for line in body.strip().splitlines()), "text/csv"
"""


@pytest.fixture(scope="module")
def baseline(session_world: Any) -> dict[str, Any]:
    uri = session_world.put("quality-baseline/constraints.json", json.dumps(CONSTRAINTS))
    return {"ConstraintsResource": {"S3Uri": uri}}


def merge_job_of(world: Any, analysis: dict[str, Any]) -> dict[str, Any]:
    suffix = "-".join(analysis["ProcessingJobName"].rsplit("-", 2)[1:])
    described: dict[str, Any] = world.describe_job(f"groundtruth-merge-{suffix}")
    return described


def inputs_of(job: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        item["InputName"]: (item["S3Input"]["S3Uri"], item["S3Input"]["LocalPath"]) for item in job["ProcessingInputs"]
    }


def send_labelled(world: Any, endpoint: str, *, error: float) -> str:
    """Ten requests whose labels differ from the prediction by ``error``; gives the location of the labels."""
    labels = {}
    for number in range(10):
        answer = float(world.invoke(endpoint, f"{number},1\n", InferenceId=f"{endpoint}-{number}"))
        labels[f"{endpoint}-{number}"] = answer + error
    location: str = world.put_labels(labels, world.box.now())
    return location


def test_bad_predictions_complete_with_violations_after_two_jobs(
    world: Any, endpoint: str, baseline: dict[str, Any]
) -> None:
    hour = world.full_hour()
    labels = send_labelled(world, endpoint, error=3.0)
    source = world.of_endpoint(endpoint, labels=labels, InferenceAttribute="0")
    schedule = world.make_schedule_of("ModelQuality", source, baseline, **REGRESSION)
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations"
    analysis = world.job_of(execution)
    merge = merge_job_of(world, analysis)
    assert re.fullmatch(rf"model-quality-monitoring-{due:%Y%m%d%H%M}-[0-9a-f]{{24}}", analysis["ProcessingJobName"])
    assert merge["MonitoringScheduleArn"] == analysis["MonitoringScheduleArn"]
    assert merge["ProcessingEndTime"] <= analysis["ProcessingStartTime"]

    root, folder = f"s3://{world.bucket}", f"{endpoint}/AllTraffic/{hour:%Y/%m/%d/%H}"
    assert "ExitMessage" not in merge
    assert inputs_of(analysis) == {
        "constraints": (f"{root}/quality-baseline/constraints.json", "/opt/ml/processing/baseline/constraints"),
        "endpoint_input_1": (f"{root}/reports/merge/{folder}", f"/opt/ml/processing/input/endpoint/{folder}"),
    }
    report = f"reports/{endpoint}/{schedule}/{due:%Y/%m/%d/%H}"
    (violation,) = json.loads(world.read(f"{report}/constraint_violations.json"))["violations"]
    assert violation["metric_name"] == "mae"


def test_good_predictions_complete(world: Any, endpoint: str, baseline: dict[str, Any]) -> None:
    labels = send_labelled(world, endpoint, error=0.5)
    source = world.of_endpoint(endpoint, labels=labels, InferenceAttribute="0")
    schedule = world.make_schedule_of("ModelQuality", source, baseline, **REGRESSION)
    execution = world.due_execution(schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed"
    assert execution["MonitoringType"] == "ModelQuality"


def test_offsets_let_labels_come_later(world: Any, endpoint: str, baseline: dict[str, Any]) -> None:
    hour = world.full_hour()
    answer = float(world.invoke(endpoint, "1,1\n", InferenceId="late-1"))
    world.move_to_next_hour()
    labels = world.put_labels({"late-1": answer}, world.box.now())
    members = {"InferenceAttribute": "0", "StartTimeOffset": "-PT1H", "EndTimeOffset": "-PT1H"}
    source = world.of_endpoint(endpoint, labels=labels, ProbabilityThresholdAttribute=0.5, **members)
    schedule = world.make_schedule_of("ModelQuality", source, baseline, **REGRESSION)
    execution = world.due_execution(schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed"
    environment = world.job_of(execution)["Environment"]
    assert environment["start_time"] == environment["metric_time"] == f"{hour:%Y-%m-%dT%H:%M:%SZ}"
    assert environment["end_time"] == f"{hour + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    assert environment["probability_threshold_attribute"] == "0.500000"


def test_labels_of_other_predictions_fail_after_the_merge(world: Any, endpoint: str) -> None:
    world.invoke(endpoint, InferenceId="mine")
    labels = world.put_labels({"not-mine": 1}, world.box.now())
    source = world.of_endpoint(endpoint, labels=labels, InferenceAttribute="0")
    schedule = world.make_schedule_of("ModelQuality", source, **REGRESSION)
    execution = world.due_execution(schedule)
    assert (execution["MonitoringExecutionStatus"], execution["FailureReason"]) == ("Failed", "Job inputs had no data")
    assert "/groundtruth-merge-" in execution["ProcessingJobArn"]
    statistics = json.loads(world.read("reports/merge/.merge_statistics.json"))
    assert (statistics["captured"], statistics["matched"]) == (1, 0)
    window = world.job_of(execution)["Environment"]
    assert [statistics[edge] for edge in ("start_time", "end_time")] == [window["start_time"], window["end_time"]]


def test_a_bias_monitor_compares_predictions_with_labels_by_group(world: Any) -> None:
    endpoint = world.make_endpoint(world.make_config(world.make_model(CLASSIFIER), world.capture()))
    labels = {}
    for number in range(40):
        body, truth = f"{number},{number % 2}\n", int(number > 20 or number % 2)
        world.invoke(endpoint, body, InferenceId=f"{endpoint}-{number}")
        labels[f"{endpoint}-{number}"] = truth
    config = {
        "version": "1.0",
        "headers": ["age", "group", "approved"],
        "label": "approved",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "group", "value_or_threshold": [1]}],
    }
    metrics = [{"name": "AD", "description": "Accuracy Difference (AD)", "value": 0.01}]
    facets = {"group": [{"value_or_threshold": "1", "metrics": metrics}]}
    analysis = {
        "version": "1.0",
        "post_training_bias_metrics": {"label": "approved", "label_value_or_threshold": "1", "facets": facets},
    }
    constraints = world.put("bias/analysis.json", json.dumps(analysis))
    source = world.of_endpoint(endpoint, labels=world.put_labels(labels, world.box.now()), InferenceAttribute="0")
    schedule = world.make_schedule_of(
        "ModelBias",
        source,
        {"ConstraintsResource": {"S3Uri": constraints}},
        ConfigUri=world.put("bias/analysis_config.json", json.dumps(config)),
    )
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", execution
    job = world.job_of(execution)
    assert job["ProcessingJobName"].startswith(f"model-bias-monitoring-{due:%Y%m%d%H%M}-")
    assert merge_job_of(world, job)["ProcessingJobStatus"] == "Completed"
    assert inputs_of(job)["analysis_config"] == (
        f"s3://{world.bucket}/bias/analysis_config.json",
        "/opt/ml/processing/input/config",
    )
    assert json.loads(job["Environment"]["dataset_format"]) == {
        "sagemakerMergeJson": {"captureIndexNames": ["endpointInput", "endpointOutput"], "originalDatasetFormat": None}
    }
    report = f"reports/{endpoint}/{schedule}/{due:%Y/%m/%d/%H}/constraint_violations.json"
    assert {item["metric_name"] for item in json.loads(world.read(report))["violations"]} == {"AD"}
    found = world.box.client("cloudwatch").list_metrics(Namespace="aws/sagemaker/Endpoints/bias-metrics")["Metrics"]
    assert "bias_metric_AD" in {metric["MetricName"] for metric in found}
    world.remove_schedules()
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
