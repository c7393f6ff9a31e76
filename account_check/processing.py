"""Processing jobs that this program starts itself."""

from __future__ import annotations

from typing import Any

from account_check.bench import Bench
from account_check.monitoring import OUTPUT_PATH, cluster

_DATASET_PATH = "/opt/ml/processing/input/baseline_dataset_input"
_SCRIPT_PATH = "/opt/ml/processing/input/record_preprocessor_script_input"
_MAX_RUNTIME = 1800


def baseline_request(
    bench: Bench,
    thing: str,
    *,
    dataset: str,
    output: str,
    role: str,
    script: str | None = None,
    isolated: bool = False,
) -> dict[str, Any]:
    """Return a CreateProcessingJob request for a baseline of data quality.

    Args:
        bench: The run.
        thing: What the job is called in this run.
        dataset: Location of a CSV file with a header.
        output: Where statistics and constraints go.
        role: The job's role.
        script: Location of a record preprocessing script.
        isolated: With network isolation.
    """
    inputs = [_input("baseline_dataset_input", dataset, _DATASET_PATH)]
    environment = {
        "dataset_format": '{"csv": {"header": true}}',
        "dataset_source": _DATASET_PATH,
        "output_path": OUTPUT_PATH,
        "publish_cloudwatch_metrics": "Disabled",
    }
    if script is not None:
        inputs.append(_input("record_preprocessor_script_input", script, _SCRIPT_PATH))
        environment["record_preprocessor_script"] = f"{_SCRIPT_PATH}/{script.rsplit('/', 1)[-1]}"
    s3_output = {"S3Uri": output, "LocalPath": OUTPUT_PATH, "S3UploadMode": "EndOfJob"}
    return {
        "ProcessingJobName": bench.named(thing),
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "monitoring_output", "S3Output": s3_output}]},
        "ProcessingResources": {"ClusterConfig": cluster(bench)},
        "AppSpecification": {"ImageUri": bench.account.image_uri("analyzer")},
        "StoppingCondition": {"MaxRuntimeInSeconds": _MAX_RUNTIME},
        "Environment": environment,
        "NetworkConfig": {"EnableNetworkIsolation": isolated},
        "RoleArn": role,
        "Tags": bench.tags,
    }


def run_job(bench: Bench, request: dict[str, Any]) -> dict[str, Any]:
    """Run a processing job to its end and return its description."""
    sagemaker, name = bench.account.client("sagemaker"), request["ProcessingJobName"]
    bench.ledger.add(f"processing job {name}", lambda: bench.forget_job(name))
    bench.accepted(lambda: sagemaker.create_processing_job(**request))

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = sagemaker.describe_processing_job(ProcessingJobName=name)
        return None if described["ProcessingJobStatus"] in ("InProgress", "Stopping") else described

    bench.say("waiting for the job")
    return bench.until(ended, every=15, minutes=40, what=f"the end of the job {name}")


def _input(name: str, uri: str, path: str) -> dict[str, Any]:
    source = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": source}
