"""The processing jobs that compute a baseline."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.jobs.container import OUTPUT_PATH
from baseline.kind import NextJob
from baseline.properties import Properties
from shared import clients, errors, failures
from shared.console import Console
from shared.logs import log

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeProcessingJobResponseTypeDef as Job

PROFILE_SUFFIX = "-profile"
_ACTIVE = ("InProgress", "Stopping")


def job_name(properties: Properties, request_id: str, *, is_profile: bool) -> str:
    """Return the name of a job: the same for every retry of one request, so that a retry starts nothing twice."""
    request = hashlib.sha256(request_id.encode()).hexdigest()[:8]
    return f"{properties.name}-{request}" + (PROFILE_SUFFIX if is_profile else "")


def job_request(properties: Properties, name: str, job: NextJob) -> dict[str, Any]:
    """Return the arguments of `CreateProcessingJob`.

    Args:
        properties: What the stack asks for.
        name: Name of the job.
        job: What its container is given, and where it writes.

    Raises:
        BaselineError: The user's environment sets a variable that belongs to the contract with the container.
    """
    settings, container = properties.job, job.container
    assert settings is not None
    reserved = sorted(container.environment.keys() & settings.environment.keys())
    if reserved:
        raise BaselineError(f"Environment sets {', '.join(reserved)}, which the baseline job sets itself; leave it out")
    result = {"S3Uri": str(job.output), "LocalPath": OUTPUT_PATH, "S3UploadMode": "EndOfJob"}
    outputs: dict[str, Any] = {"Outputs": [{"OutputName": container.output_name, "S3Output": result}]}
    if properties.output_kms_key_id:
        outputs["KmsKeyId"] = properties.output_kms_key_id
    request: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": settings.role_arn,
        "AppSpecification": {"ImageUri": settings.image_uri},
        "ProcessingInputs": container.inputs,
        "ProcessingOutputConfig": outputs,
        "ProcessingResources": {"ClusterConfig": dict(settings.cluster)},
        "StoppingCondition": {"MaxRuntimeInSeconds": settings.max_runtime_seconds},
        "Environment": {**settings.environment, **container.environment},
    }
    if settings.network:
        request["NetworkConfig"] = dict(settings.network)
    if settings.tags:
        request["Tags"] = list(settings.tags)
    return request


def create(request: dict[str, Any]) -> None:
    """Start a job; one of this name that exists already was started by an earlier try of the same request.

    Raises:
        BaselineError: SageMaker refuses it.
    """
    name = request["ProcessingJobName"]
    try:
        clients.sagemaker().create_processing_job(**request)
    except ClientError as error:
        if errors.code(error) == "ResourceInUse":
            log("job exists already", job=name)
            return
        if errors.is_transient(error):
            raise
        raise BaselineError(_with_hint(f"the baseline job {name} could not be started: {error}", str(error))) from error
    log("job started", job=name)


def is_active(job: Job | None) -> bool:
    """Say whether a job still runs or is being stopped."""
    return job is not None and job["ProcessingJobStatus"] in _ACTIVE


def timeout_text(name: str, minutes: int, end: str) -> str:
    """Explain a job for which a deployment may not wait any longer; `end` says what has become of it."""
    return (
        f"the baseline job {name} had not ended {minutes} minutes after the request and {end}: CloudFormation "
        "waits for an hour at most. Choose a bigger instance type or more instances, or give a sample of the data; or "
        "compute the baseline outside of the deployment and give its files"
    )


def failure_text(job: Job, properties: Properties) -> str:
    """Explain a job that has failed, was stopped, or has written nothing."""
    name, status = job["ProcessingJobName"], job["ProcessingJobStatus"]
    title = f"the baseline job {name}" + (f" for endpoint {properties.endpoint}" if properties.endpoint else "")
    reason, message = job.get("FailureReason"), job.get("ExitMessage")
    if status == "Completed":
        what = f"{title} has ended but wrote no {' and '.join(properties.kind.type.results)}"
    else:
        what = f"{title} {'was stopped' if status == 'Stopped' else 'has failed'}"
    # The reason often ends with what the job said itself; once is enough.
    said_already = bool(reason and message and message.strip() in reason)
    parts = [what, f"reason: {reason}" if reason else ""]
    parts += [f"exit message: {message}" if message and not said_already else ""]
    text = _with_hint("; ".join(part.strip().rstrip(".") for part in parts if part), reason, message)
    return f"{text}. Log: {Console.of_arn(job['ProcessingJobArn']).job_logs(name)}"


def _with_hint(text: str, *said: str | None) -> str:
    advice = failures.hint(*said)
    return f"{text}. What to do: {advice}" if advice else text
