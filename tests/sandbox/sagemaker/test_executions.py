"""Executions: due on the sandbox's clock, one processing job each, told as AWS tells them."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOUR = timedelta(hours=1)
SLOW_SCRIPT = "import time\ndef preprocess_handler(record):\n    time.sleep(600)\n"


@pytest.fixture(scope="module")
def baseline(session_world: Any) -> dict[str, Any]:
    """A baseline of the model's answer (twice the sum of two inputs) and its inputs."""
    rows = [(n % 40, float(n)) for n in range(200)]
    table = "answer,age,income\n" + "\n".join(f"{2.0 * (a + i)},{float(a)},{i}" for a, i in rows)
    job = session_world.job()
    source = {**job["ProcessingInputs"][0]["S3Input"], "S3Uri": session_world.put("training/baseline.csv", table)}
    output = job["ProcessingOutputConfig"]["Outputs"][0]
    uri = f"s3://{session_world.bucket}/monitor-baseline"
    finished = session_world.run_job(
        ProcessingInputs=[{"InputName": "baseline_dataset_input", "S3Input": source}],
        ProcessingOutputConfig={"Outputs": [{**output, "S3Output": {**output["S3Output"], "S3Uri": uri}}]},
    )
    assert finished["ProcessingJobStatus"] == "Completed"
    return {
        "ConstraintsResource": {"S3Uri": f"{uri}/constraints.json"},
        "StatisticsResource": {"S3Uri": f"{uri}/statistics.json"},
    }


def slow_definition(world: Any, endpoint: str) -> str:
    script = world.put("code/slow.py", SLOW_SCRIPT)
    specification = {"ImageUri": world.analyzer, "RecordPreprocessorSourceUri": script}
    name: str = world.make_definition(endpoint, DataQualityAppSpecification=specification)
    return name


def test_traffic_like_the_baseline_completes(world: Any, endpoint: str, baseline: dict[str, Any]) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint, DataQualityBaselineConfig=baseline))
    for number in range(100):
        world.invoke(endpoint, f"{float(number % 40)},{float(number * 2)}\n")
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed"
    assert execution["ScheduledTime"] == due
    assert execution["CreationTime"] >= due
    assert "FailureReason" not in execution
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)
    assert described["LastMonitoringExecutionSummary"] == execution


def test_drifted_traffic_completes_with_violations(world: Any, endpoint: str, baseline: dict[str, Any]) -> None:
    definition = world.make_definition(endpoint, DataQualityBaselineConfig=baseline)
    schedule = world.make_schedule(definition)
    started = world.full_hour()
    for number in range(100):
        world.invoke(endpoint, f"{float(number % 40)},{1000.0 + number}\n")
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations"
    prefix = f"reports/{endpoint}/{schedule}/{due:%Y/%m/%d/%H}"
    violations = json.loads(world.read(f"{prefix}/constraint_violations.json"))["violations"]
    assert "baseline_drift_check" in {item["constraint_check_type"] for item in violations}

    job_name = execution["ProcessingJobArn"].rsplit("/", 1)[-1]
    assert re.fullmatch(rf"model-monitoring-{due:%Y%m%d%H%M}-[0-9a-f]{{24}}", job_name)
    job = world.sagemaker.describe_processing_job(ProcessingJobName=job_name)
    assert job["MonitoringScheduleArn"].endswith(f"/{schedule.lower()}")
    assert job["Environment"] == {
        "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
        "baseline_statistics": "/opt/ml/processing/baseline/stats/statistics.json",
        "dataset_format": '{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}',
        "dataset_source": "/opt/ml/processing/input/endpoint",
        "start_time": f"{started:%Y-%m-%dT%H:%M:%SZ}",
        "end_time": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        "metric_time": f"{started:%Y-%m-%dT%H:%M:%SZ}",
        "monitoring_input_type": "ENDPOINT_INPUT",
        "output_path": "/opt/ml/processing/output",
        "publish_cloudwatch_metrics": "Enabled",
        "sagemaker_endpoint_datacapture_prefix": f"s3://{world.bucket}/capture",
        "sagemaker_endpoint_name": endpoint,
        "sagemaker_monitoring_schedule_name": schedule,
    }
    (data,) = [item for item in job["ProcessingInputs"] if item["InputName"] == "endpoint_input_1"]
    folder = f"{endpoint}/AllTraffic/{started:%Y/%m/%d/%H}"
    assert data["S3Input"]["S3Uri"] == f"s3://{world.bucket}/capture/{folder}"
    assert data["S3Input"]["LocalPath"] == f"/opt/ml/processing/input/endpoint/{folder}"
    _metrics_arrived(world, endpoint, schedule, started)


def _metrics_arrived(world: Any, endpoint: str, schedule: str, window_start: datetime) -> None:
    points = world.box.client("cloudwatch").get_metric_statistics(
        Namespace="aws/sagemaker/Endpoints/data-metrics",
        MetricName="feature_baseline_drift_income",
        Dimensions=[
            {"Name": "Endpoint", "Value": endpoint},
            {"Name": "MonitoringSchedule", "Value": schedule},
        ],
        StartTime=window_start,
        EndTime=window_start + HOUR,
        Period=3600,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert [point["Maximum"] > 0.1 for point in points] == [True]


@pytest.mark.parametrize(("setting", "lengths"), [("both", {2, 3}), ("two", {2}), ("three", {3})])
def test_metrics_have_the_dimensions_that_are_set(
    world: Any, endpoint: str, baseline: dict[str, Any], setting: str, lengths: set[int]
) -> None:
    assert world.box.settings().feature_metric_dimensions == "both"
    world.box.change(feature_metric_dimensions=setting)
    try:
        schedule = world.make_schedule(world.make_definition(endpoint, DataQualityBaselineConfig=baseline))
        world.invoke(endpoint, "1.0,2.0\n")
        world.move_to_next_hour()
    finally:
        world.box.change(feature_metric_dimensions="both")
    listed = world.box.client("cloudwatch").list_metrics(
        Namespace="aws/sagemaker/Endpoints/data-metrics",
        MetricName="feature_baseline_drift_income",
        Dimensions=[{"Name": "MonitoringSchedule", "Value": schedule}],
    )["Metrics"]
    assert {len(metric["Dimensions"]) for metric in listed} == lengths


def test_the_data_of_all_variants_are_read_together(world: Any, endpoint: str) -> None:
    config = world.unique("config")
    variant = {"ModelName": world.make_model(), "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=config,
        ProductionVariants=[{**variant, "VariantName": "Champion"}, {**variant, "VariantName": "Challenger"}],
        DataCaptureConfig=world.capture(),
    )
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    world.settled(endpoint)
    schedule = world.make_schedule(world.make_definition(endpoint))
    for name in ("Champion", "Challenger", "Champion"):
        world.invoke(endpoint, "1,2\n", TargetVariant=name)
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed"
    statistics = json.loads(world.read(f"reports/{endpoint}/{schedule}/{due:%Y/%m/%d/%H}/statistics.json"))
    assert statistics["dataset"]["item_count"] == 3


def test_an_hour_without_traffic_fails_without_a_job(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint))
    execution = world.due_execution(schedule)
    assert (execution["MonitoringExecutionStatus"], execution["FailureReason"]) == ("Failed", "Job inputs had no data")
    assert "ProcessingJobArn" not in execution


def test_time_alone_brings_a_schedule_due(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint))
    due = world.full_hour() + HOUR
    world.box.advance(due - world.box.now() - timedelta(seconds=1))
    assert world.executions(schedule) == []
    (execution,) = world.eventually(lambda: world.executions(schedule), timeout=10)
    assert execution["ScheduledTime"] == due
    assert execution["CreationTime"] - due < timedelta(seconds=5)


def test_every_missed_hour_runs_oldest_first(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint))
    first = world.full_hour() + HOUR
    world.box.advance(first + 2 * HOUR - world.box.now() + timedelta(seconds=1))
    world.box.wait_until_idle()
    executions = world.executions(schedule, SortBy="CreationTime", SortOrder="Ascending")
    assert [execution["ScheduledTime"] for execution in executions] == [first, first + HOUR, first + 2 * HOUR]


def test_a_long_jump_runs_the_latest_48_hours(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint))
    world.box.advance(timedelta(hours=60))
    world.box.wait_until_idle()
    executions = world.executions(schedule, SortBy="ScheduledTime", MaxResults=100)
    assert len(executions) == 48
    assert executions[0]["ScheduledTime"] == world.full_hour()
    assert executions[-1]["ScheduledTime"] == world.full_hour() - 47 * HOUR


def test_now_runs_once_and_at_once(world: Any, endpoint: str) -> None:
    definition = world.make_definition(endpoint)
    world.invoke(endpoint)
    schedule = world.make_schedule(definition, "NOW", DataAnalysisStartTime="-PT1H", DataAnalysisEndTime="-PT0H")
    world.box.wait_until_idle()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed"
    world.move_to_next_hour()
    assert len(world.executions(schedule)) == 1


def test_a_stopped_schedule_does_not_run(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint))
    world.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=schedule)
    world.schedule_in(schedule, "Stopped")
    world.move_to_next_hour()
    assert world.executions(schedule) == []


def test_a_running_execution_protects_its_schedule_until_its_job_is_stopped(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(slow_definition(world, endpoint))
    world.invoke(endpoint)
    world.box.advance(HOUR)
    running = world.eventually(lambda: world.executions(schedule, StatusEquals="InProgress"))
    with pytest.raises(ClientError, match="while it has an execution in status InProgress"):
        world.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    job = running[0]["ProcessingJobArn"].rsplit("/", 1)[-1]
    world.sagemaker.stop_processing_job(ProcessingJobName=job)
    world.eventually(lambda: world.executions(schedule, StatusEquals="Stopped"))
    world.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    assert [execution["MonitoringExecutionStatus"] for execution in world.executions(schedule)] == ["Stopped"]


def test_a_running_job_does_not_hold_up_the_next_hour(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(slow_definition(world, endpoint))
    world.invoke(endpoint)
    world.box.advance(HOUR)
    (running,) = world.eventually(lambda: world.executions(schedule, StatusEquals="InProgress"))
    world.box.advance(HOUR)
    (later,) = world.eventually(lambda: world.executions(schedule, StatusEquals="Failed"))
    assert later["ScheduledTime"] == running["ScheduledTime"] + HOUR
    assert later["FailureReason"] == "Job inputs had no data"
    world.sagemaker.stop_processing_job(ProcessingJobName=running["ProcessingJobArn"].rsplit("/", 1)[-1])


def test_a_role_that_may_not_look_for_data_fails_the_execution(world: Any, endpoint: str) -> None:
    schedule = world.make_schedule(world.make_definition(endpoint, RoleArn=world.make_role("logs:*")))
    execution = world.due_execution(schedule)
    assert execution["MonitoringExecutionStatus"] == "Failed"
    assert "AccessDenied" in execution["FailureReason"]


def test_executions_are_filtered(world: Any, endpoint: str) -> None:
    definition = world.make_definition(endpoint)
    schedule = world.make_schedule(definition)
    due = world.move_to_next_hour()
    for criterion in (
        {"EndpointName": endpoint},
        {"MonitoringJobDefinitionName": definition},
        {"EndpointName": endpoint, "StatusEquals": "Failed", "MonitoringTypeEquals": "DataQuality"},
        {"EndpointName": endpoint, "ScheduledTimeAfter": due - HOUR, "ScheduledTimeBefore": due + HOUR},
    ):
        found = world.sagemaker.list_monitoring_executions(**criterion)["MonitoringExecutionSummaries"]
        assert [item["MonitoringScheduleName"] for item in found] == [schedule]
    later = {"EndpointName": endpoint, "ScheduledTimeAfter": datetime(2100, 1, 1, tzinfo=UTC)}
    assert world.sagemaker.list_monitoring_executions(**later)["MonitoringExecutionSummaries"] == []
