"""Clarify jobs: the model behind a shadow endpoint, with the permissions of the job's role; explainability monitors."""

import json
from typing import Any

import pytest

SHADOW_ACTIONS = (
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateEndpoint",
    "sagemaker:DescribeEndpoint",
    "sagemaker:InvokeEndpoint",
    "sagemaker:DeleteEndpoint",
    "sagemaker:DeleteEndpointConfig",
)
BROKEN = "def model_fn(model_dir):\n    raise RuntimeError('no such file')\n"


@pytest.fixture(scope="module")
def role(session_world: Any) -> str:
    arn: str = session_world.make_role("s3:*", "logs:*", *SHADOW_ACTIONS)
    return arn


def config_of(model: str, baseline: Any = None, **predictor: str) -> dict[str, Any]:
    shap = {"baseline": baseline or [[0, 0]], "num_samples": 20, "agg_method": "mean_abs"}
    asked = predictor or {"model_name": model, "instance_type": "ml.m5.large", "initial_instance_count": 1}
    return {
        "version": "1.0",
        "dataset_type": "text/csv",
        "headers": ["age", "income"],
        "methods": {"shap": shap},
        "predictor": {**asked, "content_type": "text/csv", "accept_type": "text/csv"},
    }


def explain(
    world: Any, role: str, config: Any, config_name: str = "analysis_config.json", **changes: Any
) -> dict[str, Any]:
    """Run a Clarify job on ten rows; its outputs are in ``explained/``."""
    text = config if isinstance(config, str) else json.dumps(config)
    name = world.unique("explain")
    rows = "\n".join(f"{n},{10 * n}" for n in range(10))
    sources = {
        "dataset": (world.put(f"{name}/data.csv", rows), "/opt/ml/processing/input/data"),
        "analysis_config": (world.put(f"{name}/{config_name}", text), "/opt/ml/processing/input/config"),
    }
    output = {"S3Uri": f"s3://{world.bucket}/explained", "LocalPath": "/opt/ml/processing/output"}
    finished: dict[str, Any] = world.run_job(
        ProcessingJobName=name,
        AppSpecification={"ImageUri": world.clarify},
        ProcessingInputs=[
            {
                "InputName": input_name,
                "S3Input": {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"},
            }
            for input_name, (uri, path) in sources.items()
        ],
        ProcessingOutputConfig={
            "Outputs": [{"OutputName": "analysis_result", "S3Output": {**output, "S3UploadMode": "EndOfJob"}}]
        },
        Environment={},
        RoleArn=role,
        **changes,
    )
    return finished


def shadows(world: Any) -> list[str]:
    """What is left of shadow endpoints; a deleted one is listed until its model has stopped."""
    world.box.wait_until_idle()
    endpoints = world.sagemaker.list_endpoints(NameContains="sm-clarify")["Endpoints"]
    configs = world.sagemaker.list_endpoint_configs(NameContains="sm-clarify")["EndpointConfigs"]
    return [item["EndpointName"] for item in endpoints] + [item["EndpointConfigName"] for item in configs]


def log_of(world: Any, job: str) -> str:
    logs = world.box.client("logs")
    group = "/aws/sagemaker/ProcessingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job)["logStreams"]
    events = logs.get_log_events(logGroupName=group, logStreamName=streams[0]["logStreamName"])["events"]
    return "\n".join(event["message"] for event in events)


def test_a_job_asks_a_shadow_endpoint_that_is_gone_afterwards(world: Any, role: str, model: str) -> None:
    job = explain(world, role, config_of(model))
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    values = json.loads(world.read("explained/analysis.json"))["explanations"]["kernel_shap"]["label0"]
    # The model answers twice the sum: on average 2 * 4.5 of the age and 2 * 45 of the income.
    assert values["global_shap_values"] == pytest.approx({"age": 9.0, "income": 90.0})
    log = log_of(world, job["ProcessingJobName"])
    assert f"for model {model}" in log
    assert "deleted endpoint sm-clarify-" in log
    assert shadows(world) == []


def test_the_shap_baseline_may_be_in_s3_and_the_endpoint_exist_already(
    world: Any, role: str, model: str, capturing_endpoint: str
) -> None:
    baseline = world.put("shap/baseline.csv", "1,1\n")
    job = explain(world, role, config_of(model, baseline, endpoint_name=capturing_endpoint))
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert world.read("explained/explanations_shap/baseline.csv").splitlines()[1] in ("1,1", "1.0,1.0")


@pytest.mark.parametrize("missing", ["sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint"])
def test_a_role_that_may_not_make_the_shadow_endpoint_fails_the_job(world: Any, model: str, missing: str) -> None:
    role = world.make_role("s3:*", "logs:*", *(action for action in SHADOW_ACTIONS if action != missing))
    job = explain(world, role, config_of(model))
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"AlgorithmError: shadow endpoint for model {model}: ")
    assert missing in job["FailureReason"]
    assert shadows(world) == []


def test_a_role_that_may_not_ask_the_model_fails_the_job(world: Any, model: str) -> None:
    role = world.make_role("s3:*", "logs:*", *(item for item in SHADOW_ACTIONS if "Invoke" not in item))
    job = explain(world, role, config_of(model))
    assert "sagemaker:InvokeEndpoint" in job["FailureReason"]
    assert shadows(world) == []


def test_a_model_that_does_not_load_fails_the_job_with_its_reason(world: Any, role: str) -> None:
    job = explain(world, role, config_of(world.make_model(BROKEN)))
    assert "no such file" in job["FailureReason"]
    assert shadows(world) == []


def test_an_isolated_job_cannot_reach_a_model(world: Any, role: str, model: str) -> None:
    job = explain(world, role, config_of(model), NetworkConfig={"EnableNetworkIsolation": True})
    assert job["FailureReason"].endswith("which a container with network isolation cannot reach")


@pytest.mark.parametrize(
    ("config", "name", "reason"),
    [
        ("{", "analysis_config.json", "analysis_config.json is not JSON"),
        ("[]", "analysis_config.json", "must hold a JSON object"),
        ("{}", "config.json", "give the job an input whose object is called analysis_config.json"),
        ('{"methods": {"shap": {"baseline": "x"}}}', "analysis_config.json", "methods.shap.baseline: Invalid S3 URI"),
        (
            '{"methods": {"shap": {"baseline": "s3://no-such-bucket-here/x.csv"}}}',
            "analysis_config.json",
            "could not read the SHAP baseline s3://no-such-bucket-here/x.csv",
        ),
    ],
)
def test_a_configuration_that_cannot_be_used_fails_the_job(
    world: Any, role: str, config: str, name: str, reason: str
) -> None:
    assert reason in explain(world, role, config, name)["FailureReason"]


def test_an_explainability_monitor_notices_a_changed_order(world: Any, role: str, model: str) -> None:
    endpoint = world.make_endpoint()
    config = config_of(model)
    baseline = {"explanations": {"kernel_shap": {"label0": {"global_shap_values": {"age": 9.0, "income": 0.5}}}}}
    constraints = world.put("explainability/analysis.json", json.dumps({"version": "1.0", **baseline}))
    uri = world.put("explainability/analysis_config.json", json.dumps(config))
    schedule = world.make_schedule_of(
        "ModelExplainability",
        world.of_endpoint(endpoint, InferenceAttribute="0"),
        {"ConstraintsResource": {"S3Uri": constraints}},
        role=role,
        ConfigUri=uri,
    )
    for number in range(10):
        world.invoke(endpoint, f"{number},{10 * number}\n")
    due = world.move_to_next_hour()
    (execution,) = world.executions(schedule)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", execution
    name = execution["ProcessingJobArn"].rsplit("/", 1)[-1]
    assert name.startswith(f"model-explainability-{due:%Y%m%d%H%M}-")
    job = world.sagemaker.describe_processing_job(ProcessingJobName=name)
    assert [item["InputName"] for item in job["ProcessingInputs"]] == [
        "analysis_config",
        "constraints",
        "endpoint_input_1",
    ]
    assert job["Environment"]["analysis_type"] == "MODEL_EXPLAINABILITY"
    assert job["Environment"]["inference_attribute"] == "0"
    report = f"reports/{endpoint}/{schedule}/{due:%Y/%m/%d/%H}"
    (violation,) = json.loads(world.read(f"{report}/constraint_violations.json"))["violations"]
    assert violation["constraint_check_type"] == "feature_attribution_drift_check"
    assert shadows(world) == []
    world.remove_schedules()
    world.sagemaker.delete_endpoint(EndpointName=endpoint)
