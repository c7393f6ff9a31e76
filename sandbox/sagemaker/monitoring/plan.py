"""Turns an execution into the processing jobs that AWS would make for it.

Monitors with ground truth run two: one merges the captures with their labels, the other analyses what was merged.
Names, environments, inputs and outputs follow descriptions of real monitoring jobs.
"""

from sandbox.sagemaker import aws, s3_uri
from sandbox.sagemaker.monitoring import inputs, variables
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.occasion import NO_DATA, CannotRunError, Occasion
from sandbox.sagemaker.state import Document

_MERGE_KIND = "groundtruth-merge"
_ANALYSIS_KINDS = {
    "DataQuality": "model-monitoring",
    "ModelQuality": "model-quality-monitoring",
    # The last two were not seen. With "-monitoring", the names of the last one would be longer than the 63 allowed.
    "ModelBias": "model-bias-monitoring",
    "ModelExplainability": "model-explainability",
}
MERGE_IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-groundtruth-merger"
"""The merge container of the sandbox's region, beside the analyzer's.

https://docs.aws.amazon.com/sagemaker/latest/dg/ecr-us-east-1.html
"""


def first_job(occasion: Occasion) -> Document:
    """The CreateProcessingJob request with which an execution begins.

    Raises:
        CannotRunError: The window has no data.
    """
    job = occasion.job
    if occasion.window.start >= occasion.window.end:
        raise CannotRunError(
            f"the window is empty after the offsets: {occasion.window.start:%Y-%m-%dT%H:%MZ} to "
            f"{occasion.window.end:%Y-%m-%dT%H:%MZ}; EndTimeOffset must not exceed StartTimeOffset by the whole window"
        )
    captured = inputs.captured(occasion, aws.s3_client(job.role_arn))
    if not captured:
        raise CannotRunError(NO_DATA)
    return _merge_job(occasion, captured) if job.needs_labels else _analysis_job(occasion, captured)


def job_after_merge(occasion: Occasion) -> Document:
    """The CreateProcessingJob request that follows a merge.

    Raises:
        CannotRunError: No capture has found its label.
    """
    merged = inputs.merged(occasion, aws.s3_client(occasion.job.role_arn))
    if not merged:
        raise CannotRunError(NO_DATA)
    return _analysis_job(occasion, merged)


def _merge_job(occasion: Occasion, captured: list[Document]) -> Document:
    job = occasion.job
    labels = inputs.labels(occasion, aws.s3_client(job.role_arn))
    if not labels:
        raise CannotRunError(NO_DATA)
    return {
        **_common(job),
        "ProcessingJobName": occasion.job_name(_MERGE_KIND),
        "ProcessingInputs": labels + captured,
        "ProcessingOutputConfig": _output(job, inputs.merge_uri(job), "EndOfJob"),
        "AppSpecification": {"ImageUri": MERGE_IMAGE},
        "Environment": variables.merging(occasion),
    }


def _analysis_job(occasion: Occasion, data: list[Document]) -> Document:
    job = occasion.job
    files = list(inputs.files(job))
    uri = job.application.get("ConfigUri")
    config = [inputs.s3_input("analysis_config", uri, inputs.CONFIG_PATH)] if uri else []
    members = ("ImageUri", "ContainerEntrypoint", "ContainerArguments")
    return {
        **_common(job),
        "ProcessingJobName": occasion.job_name(_ANALYSIS_KINDS[job.monitoring_type]),
        "ProcessingInputs": [*config, *(item for item, _, _ in files), *data],
        "ProcessingOutputConfig": _output(job, _report_uri(occasion), job.output["S3UploadMode"]),
        "AppSpecification": {name: job.application[name] for name in members if name in job.application},
        "Environment": {
            **job.environment,
            **variables.analysing(occasion),
            **{variable: path for _, variable, path in files},
        },
    }


def _common(job: MonitoringJob) -> Document:
    return {
        "ProcessingResources": {"ClusterConfig": job.cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": job.max_runtime},
        "RoleArn": job.role_arn,
        **({"NetworkConfig": job.network} if job.network else {}),
    }


def _output(job: MonitoringJob, uri: str, upload_mode: str) -> Document:
    s3_output = {"S3Uri": uri, "LocalPath": job.output["LocalPath"], "S3UploadMode": upload_mode}
    output = {"OutputName": "result", "S3Output": s3_output, "AppManaged": False}
    return {"Outputs": [output], **({"KmsKeyId": job.kms_key_id} if job.kms_key_id else {})}


def _report_uri(occasion: Occasion) -> str:
    # Reports of batch transform have no endpoint in their path.
    endpoint = [occasion.job.endpoint_name] if occasion.job.endpoint_name else []
    hour = f"{occasion.scheduled:%Y/%m/%d/%H}"
    return s3_uri.join(occasion.job.output["S3Uri"], *endpoint, occasion.schedule_name, hour)
