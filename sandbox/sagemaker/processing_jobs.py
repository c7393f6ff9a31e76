"""The processing-job operations.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
"""

from typing import Any

from sandbox.errors import AwsError
from sandbox.process import clock
from sandbox.sagemaker import jobs, s3_uri, state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.jobs.runner import Finished
from sandbox.sagemaker.kinds import PROCESSING_JOB
from sandbox.sagemaker.reading import serve_describe, serve_list
from sandbox.sagemaker.state import Document

_DEFAULT_MAX_RUNTIME = 86400
"""One day; the reference has no seen value."""

serve_describe(PROCESSING_JOB)
serve_list(PROCESSING_JOB, default_order="Ascending")


@operation("CreateProcessingJob")
def create_processing_job(request: Request) -> dict[str, Any]:
    """Queue a job."""
    _check(request.body)
    request.require_pass_role(request.body["RoleArn"])
    return {"ProcessingJobArn": start(request.body)["ProcessingJobArn"]}


@operation("StopProcessingJob")
def stop_processing_job(request: Request) -> dict[str, Any]:
    """Have a job end: Stopping, then Stopped."""
    name = request.body["ProcessingJobName"]
    with state.LOCK:
        job = state.get(PROCESSING_JOB, name)
        if job["ProcessingJobStatus"] == "InProgress":
            jobs.stop(job)
        elif job["ProcessingJobStatus"] != "Stopping":
            raise refuse(
                f"The request was rejected because the processing job {name} is in status "
                f"{job['ProcessingJobStatus']}; only an InProgress job can be stopped."
            )
    return {}


@operation("DeleteProcessingJob")
def delete_processing_job(request: Request) -> dict[str, Any]:
    """Forget a job that has ended; its name is free again, its logs and outputs stay."""
    name = request.body["ProcessingJobName"]
    with state.LOCK:
        job = state.get(PROCESSING_JOB, name)
        if job["ProcessingJobStatus"] in ("InProgress", "Stopping"):
            raise AwsError(
                "ResourceInUse",
                f"Processing job {name} is in status {job['ProcessingJobStatus']}: only a job that is Completed, "
                "Failed or Stopped can be deleted.",
            )
        state.remove(PROCESSING_JOB, name)
    return {}


def start(request: Document, on_finished: Finished | None = None, **members: Any) -> Document:
    """Create a job and queue it.

    Args:
        request: As of CreateProcessingJob.
        on_finished: Told of the job in its final status.
        members: What the service itself adds, e.g. MonitoringScheduleArn.
    """
    job = state.add(
        PROCESSING_JOB,
        {"StoppingCondition": {"MaxRuntimeInSeconds": _DEFAULT_MAX_RUNTIME}, **request},
        ProcessingJobStatus="InProgress",
        LastModifiedTime=clock.time(),
        **members,
    )
    jobs.submit(job, on_finished)
    return job


def _check(body: Document) -> None:
    for item in body.get("ProcessingInputs", []):
        if "S3Input" in item:
            s3_uri.split(item["S3Input"]["S3Uri"])
            if "LocalPath" not in item["S3Input"]:
                raise refuse(f"LocalPath is required for processing input {item['InputName']}")
    for output in body.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "S3Output" in output:
            s3_uri.split(output["S3Output"]["S3Uri"])
            if "LocalPath" not in output["S3Output"]:
                raise refuse(f"LocalPath is required for processing output {output['OutputName']}")
    names = [item["InputName"] for item in body.get("ProcessingInputs", [])]
    if len(set(names)) != len(names):
        raise refuse(f"Processing input names must be unique, got {', '.join(names)}")
