"""Monitors of batch transform: they read what the manifests of an hour name."""

import json
from typing import Any

import pytest


@pytest.fixture(scope="module")
def model(session_world: Any) -> str:
    name: str = session_world.make_model()
    return name


def transform(world: Any, model: str, place: str, rows: str) -> None:
    """Run a batch transform job that captures to ``<place>/capture``."""
    name = world.unique("transform")
    root = f"s3://{world.bucket}/{place}"
    source = world.put(f"{place}/{name}/rows.csv", rows)
    world.sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=model,
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"{root}/{name}/out", "Accept": "text/csv", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        DataCaptureConfig={"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True},
    )
    world.box.wait_until_idle()
    assert world.sagemaker.describe_transform_job(TransformJobName=name)["TransformJobStatus"] == "Completed"


def only_execution(world: Any, schedule: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The execution and its job."""
    (execution,) = world.executions(schedule)
    name = execution["ProcessingJobArn"].rsplit("/", 1)[-1]
    return execution, world.sagemaker.describe_processing_job(ProcessingJobName=name)


def test_data_quality_is_that_of_all_inputs_of_the_hour(world: Any, model: str) -> None:
    place = world.unique("batch")
    hour = world.full_hour()
    transform(world, model, place, "1,2\n3,4\n")
    transform(world, model, place, "5,6\n")
    source = world.of_batch(f"s3://{world.bucket}/{place}/capture")
    schedule = world.make_schedule(world.make_definition_of("DataQuality", source))
    due = world.move_to_next_hour()
    execution, job = only_execution(world, schedule)
    assert execution["MonitoringExecutionStatus"] == "Completed", execution
    assert "EndpointName" not in execution
    inputs = [item["S3Input"] for item in job["ProcessingInputs"]]
    assert {item["S3DataType"] for item in inputs} == {"ManifestFile"}
    assert [item["InputName"] for item in job["ProcessingInputs"]] == [
        "batch_transform_input_1",
        "batch_transform_input_2",
    ]
    prefix = f"s3://{world.bucket}/{place}/capture/input/{hour:%Y/%m/%d/%H}/"
    assert all(item["S3Uri"].startswith(prefix) for item in inputs)
    assert len({item["LocalPath"] for item in inputs}) == 2
    environment = job["Environment"]
    assert environment["dataset_format"] == '{"csv":{"header":"false"}}'
    assert environment["monitoring_input_type"] == "BATCH_TRANSFORM_INPUT"
    assert "sagemaker_endpoint_name" not in environment
    statistics = json.loads(world.read(f"reports/{schedule}/{due:%Y/%m/%d/%H}/statistics.json"))
    assert statistics["dataset"]["item_count"] == 3
    assert [feature["numerical_statistics"]["mean"] for feature in statistics["features"]] == [3.0, 4.0]
    names = world.box.client("cloudwatch").list_metrics(
        Namespace="aws/sagemaker/ModelMonitoring/data-metrics",
        Dimensions=[{"Name": "MonitoringSchedule", "Value": schedule}],
    )["Metrics"]
    assert names


def test_an_hour_without_a_transform_job_has_no_data(world: Any) -> None:
    source = world.of_batch(f"s3://{world.bucket}/no-batch-yet")
    schedule = world.make_schedule(world.make_definition_of("DataQuality", source))
    world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["FailureReason"] == "Job inputs had no data"


def test_model_quality_merges_outputs_with_labels_by_their_ids(world: Any, model: str) -> None:
    place = world.unique("batch")
    transform(world, model, place, "".join(f"{n},1\n" for n in range(10)))
    (output,) = [key for key in world.keys(f"{place}/") if key.endswith(".out")]
    rows = [line.split(",") for line in world.read(output).splitlines()]
    labels = world.put_labels({identifier: float(value) + 2 for value, identifier, _ in rows}, world.box.now())
    source = world.of_batch(f"s3://{world.bucket}/{place}/capture", labels=labels, InferenceAttribute="0")
    constraint = {"mae": {"threshold": 1.0, "comparison_operator": "GreaterThanThreshold"}}
    text = json.dumps({"version": 0.0, "regression_constraints": constraint})
    baseline = {"ConstraintsResource": {"S3Uri": world.put(f"{place}/constraints.json", text)}}
    definition = world.make_definition_of("ModelQuality", source, baseline, ProblemType="Regression")
    schedule = world.make_schedule(definition, monitoring_type="ModelQuality")
    due = world.move_to_next_hour()
    execution, job = only_execution(world, schedule)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", execution
    assert json.loads(job["Environment"]["dataset_format"]) == {
        "sagemakerMergeJson": {
            "captureIndexNames": ["endpointOutput"],
            "originalDatasetFormat": {"csv": {"header": "false"}},
        }
    }
    report = f"reports/{schedule}/{due:%Y/%m/%d/%H}"
    metrics = json.loads(world.read(f"{report}/statistics.json"))["regression_metrics"]
    assert metrics["mae"]["value"] == 2.0
