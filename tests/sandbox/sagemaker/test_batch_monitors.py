"""Monitors of batch transform: they read what the manifests of an hour name."""

import json
from typing import Any

import pytest

from capture_writer import CaptureLayout, CaptureWriter, Payload


def transform(world: Any, model: str, place: str, rows: str, *, join: str = "None") -> None:
    """Run a batch transform job that captures to ``<place>/capture``."""
    name = world.unique("rows")
    root = f"s3://{world.bucket}/{place}"
    request = world.transform(
        model,
        world.put(f"{place}/{name}/rows.csv", rows),
        f"{root}/{name}/out",
        DataCaptureConfig={"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True},
        DataProcessing={"JoinSource": join},
    )
    world.sagemaker.create_transform_job(**request)
    world.box.wait_until_idle()
    assert (
        world.sagemaker.describe_transform_job(TransformJobName=request["TransformJobName"])["TransformJobStatus"]
        == "Completed"
    )


def test_data_quality_is_that_of_all_inputs_of_the_hour(world: Any, model: str) -> None:
    place = world.unique("batch")
    hour = world.full_hour()
    transform(world, model, place, "1,2\n3,4\n")
    transform(world, model, place, "5,6\n")
    source = world.of_batch(f"s3://{world.bucket}/{place}/capture")
    schedule = world.make_schedule_of("DataQuality", source)
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    job = world.job_of(execution)
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
    schedule = world.make_schedule_of("DataQuality", source)
    execution = world.due_execution(schedule)
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
    schedule = world.make_schedule_of("ModelQuality", source, baseline, ProblemType="Regression")
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    job = world.job_of(execution)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", execution
    assert json.loads(job["Environment"]["dataset_format"]) == {
        "sagemakerMergeJson": {
            "captureIndexNames": ["batchTransformOutput"],
            "originalDatasetFormat": {"csv": {"header": "false"}},
        }
    }
    report = f"reports/{schedule}/{due:%Y/%m/%d/%H}"
    metrics = json.loads(world.read(f"{report}/statistics.json"))["regression_metrics"]
    assert metrics["mae"]["value"] == 2.0


SEX_BIAS = {
    "version": "1.0",
    "headers": ["age", "sex", "approved"],
    "label": "approved",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
}
# The model answers twice the sum of age and sex: above 21, the outcome is positive.
APPROVED_FROM = 21


def people() -> list[tuple[int, int]]:
    """Ages, and sex 0 or 1: half of sex 0 and all of sex 1 are approved."""
    return [(11 if number % 2 or sex else 5, sex) for number in range(60) for sex in (0, 1)]


@pytest.fixture(scope="module")
def bias_baseline(session_world: Any) -> str:
    """The location of an analysis.json in which both sexes were treated nearly alike."""
    metrics = [{"name": "DPPL", "description": "Difference in Positive Proportions", "value": 0.02}]
    facets = {"sex": [{"value_or_threshold": "0", "metrics": metrics}]}
    section = {"label": "approved", "label_value_or_threshold": "1", "facets": facets}
    text = json.dumps({"version": "1.0", "post_training_bias_metrics": section})
    uri: str = session_world.put("batch-bias/analysis.json", text)
    return uri


def test_bias_is_that_of_outputs_joined_with_their_inputs(world: Any, model: str, bias_baseline: str) -> None:
    place = world.unique("batch")
    rows = people()
    transform(world, model, place, "".join(f"{age},{sex}\n" for age, sex in rows), join="Input")
    (output,) = [key for key in world.keys(f"{place}/") if key.endswith(".out")]
    found = [line.split(",") for line in world.read(output).splitlines()]
    labels = {identifier: int(float(value) > APPROVED_FROM) for _, _, value, identifier, _ in found}
    source = world.of_batch(
        f"s3://{world.bucket}/{place}/capture",
        labels=world.put_labels(labels, world.box.now()),
        ProbabilityAttribute="0",
        ProbabilityThresholdAttribute=APPROVED_FROM,
    )
    config = world.put(f"{place}/analysis_config.json", json.dumps(SEX_BIAS))
    baseline = {"ConstraintsResource": {"S3Uri": bias_baseline}}
    schedule = world.make_schedule_of("ModelBias", source, baseline, ConfigUri=config)
    hour = world.full_hour()
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    job = world.job_of(execution)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", job
    assert job["ProcessingJobName"].startswith("model-bias-monitoring-")
    (merged,) = world.keys(f"reports/merge/{schedule}/{hour:%Y/%m/%d/%H}/")
    record = json.loads(world.read(merged).splitlines()[0])
    assert record["captureData"]["batchTransformOutput"]["data"] == ",".join(found[0][:3])
    report = f"reports/{schedule}/{due:%Y/%m/%d/%H}"
    violations = json.loads(world.read(f"{report}/constraint_violations.json"))["violations"]
    assert {item["metric_name"] for item in violations} == {"DPPL"}
    published = world.box.client("cloudwatch").list_metrics(
        Namespace="aws/sagemaker/ModelMonitoring/bias-metrics",
        Dimensions=[{"Name": "MonitoringSchedule", "Value": schedule}],
    )["Metrics"]
    assert published


def test_bias_of_a_model_served_elsewhere_is_that_of_what_its_service_writes(world: Any, bias_baseline: str) -> None:
    place, now = world.unique("elsewhere"), world.box.now()
    root = f"s3://{world.bucket}/{place}"
    rows = people()
    with CaptureWriter(
        root,
        endpoint_name="loans",
        layout=CaptureLayout.BATCH_CSV,
        join_inputs=True,
        create_client=lambda: world.s3,
    ) as writer:
        for number, row in enumerate(rows):
            approved = int(row[0] == 11)
            identifier = f"{place}-{number}"
            writer.write(Payload.csv(row), Payload.csv([approved]), inference_id=identifier, inference_time=now)
    labels = world.put_labels({f"{place}-{number}": int(age == 11) for number, (age, _) in enumerate(rows)}, now)
    schedule = world.make_schedule_of(
        "ModelBias",
        world.of_batch(f"{root}/loans", labels=labels, InferenceAttribute="0"),
        {"ConstraintsResource": {"S3Uri": bias_baseline}},
        ConfigUri=world.put(f"{place}/analysis_config.json", json.dumps(SEX_BIAS)),
    )
    execution = world.due_execution(schedule)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", execution


def test_bias_of_predictions_without_inputs_fails_with_the_remedy(world: Any, model: str, bias_baseline: str) -> None:
    place = world.unique("batch")
    transform(world, model, place, "5,1\n11,0\n")
    (output,) = [key for key in world.keys(f"{place}/") if key.endswith(".out")]
    labels = {line.split(",")[1]: 1 for line in world.read(output).splitlines()}
    source = world.of_batch(
        f"s3://{world.bucket}/{place}/capture",
        labels=world.put_labels(labels, world.box.now()),
        InferenceAttribute="0",
    )
    schedule = world.make_schedule_of(
        "ModelBias",
        source,
        {"ConstraintsResource": {"S3Uri": bias_baseline}},
        ConfigUri=world.put(f"{place}/analysis_config.json", json.dumps(SEX_BIAS)),
    )
    execution = world.due_execution(schedule)
    assert execution["MonitoringExecutionStatus"] == "Failed"
    assert "DataProcessing.JoinSource=Input" in execution["FailureReason"]


def test_attributions_are_those_of_the_inputs_of_the_hour(world: Any, model: str) -> None:
    place = world.unique("batch")
    transform(world, model, place, "1,10\n2,20\n")
    transform(world, model, place, "3,30\n")
    config = {
        "version": "1.0",
        "headers": ["age", "income"],
        "methods": {"shap": {"baseline": [[0, 0]], "num_samples": 20}},
        "predictor": {
            "model_name": model,
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "content_type": "text/csv",
            "accept_type": "text/csv",
        },
    }
    values = {"global_shap_values": {"age": 1.0, "income": 100.0}, "expected_value": 0.0}
    analysis = {"version": "1.0", "explanations": {"kernel_shap": {"label0": values}}}
    constraints = world.put(f"{place}/analysis.json", json.dumps(analysis))
    schedule = world.make_schedule_of(
        "ModelExplainability",
        world.of_batch(f"s3://{world.bucket}/{place}/capture"),
        {"ConstraintsResource": {"S3Uri": constraints}},
        ConfigUri=world.put(f"{place}/analysis_config.json", json.dumps(config)),
        role=world.make_role("s3:*", "logs:*", "cloudwatch:*", "sagemaker:*"),
    )
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    job = world.job_of(execution)
    assert execution["MonitoringExecutionStatus"] == "Completed", job
    assert json.loads(job["Environment"]["dataset_format"]) == {"csv": {"header": "false"}}
    report = f"reports/{schedule}/{due:%Y/%m/%d/%H}"
    found = json.loads(world.read(f"{report}/analysis.json"))["explanations"]["kernel_shap"]["label0"]
    assert found["global_shap_values"] == pytest.approx({"age": 4.0, "income": 40.0})
