"""Turns a scheduled time into the processing job that AWS would make for it.

Names, environment and inputs follow descriptions of real monitoring jobs.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.sagemaker import aws, s3_uri, state
from sandbox.sagemaker.kinds import ENDPOINT
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.window import Window
from sandbox.sagemaker.state import Document

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

NO_DATA = "Job inputs had no data"
_CAPTURE_FORMAT = {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
_BASELINE_FOLDERS = {
    "ConstraintsResource": ("constraints", "baseline_constraints", "/opt/ml/processing/baseline/constraints"),
    "StatisticsResource": ("baseline", "baseline_statistics", "/opt/ml/processing/baseline/stats"),
}
_SCRIPT_FOLDERS = {
    "RecordPreprocessorSourceUri": (
        "pre_processor_script",
        "record_preprocessor_script",
        "/opt/ml/processing/code/preprocessing",
    ),
    "PostAnalyticsProcessorSourceUri": (
        "post_processor_script",
        "post_analytics_processor_script",
        "/opt/ml/processing/code/postprocessing",
    ),
}


class CannotRunError(Exception):
    """An execution fails without a job; the message is its FailureReason."""


def processing_job(schedule: Document, job: MonitoringJob, scheduled: datetime, window: Window) -> Document:
    """The CreateProcessingJob request of one execution.

    Raises:
        CannotRunError: The window has no data, or the sandbox does not run this kind of monitor.
    """
    if job.monitoring_type != "DataQuality" or job.endpoint_name is None:
        raise CannotRunError(
            f"the sandbox runs data-quality monitors of endpoints, not {job.monitoring_type} of "
            f"{'an endpoint' if job.endpoint_name else 'batch transform'}"
        )
    capture = _capture_uri(job.endpoint_name)
    s3 = aws.s3_client(job.role_arn)
    data = list(_captured_hours(s3, capture, job, window))
    if not data:
        raise CannotRunError(NO_DATA)
    files = list(_files(job))
    environment = {
        **job.environment,
        **_environment(schedule, job, capture, window),
        **{variable: path for _, variable, path in files},
    }
    request: Document = {
        "ProcessingJobName": f"model-monitoring-{scheduled:%Y%m%d%H%M}-{secrets.token_hex(12)}",
        "ProcessingInputs": [item for item, _, _ in files] + data,
        "ProcessingOutputConfig": {"Outputs": [_output(schedule, job, scheduled)]},
        "ProcessingResources": {"ClusterConfig": job.cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": job.max_runtime},
        "AppSpecification": {
            "ImageUri": job.application["ImageUri"],
            **{
                name: job.application[name]
                for name in ("ContainerEntrypoint", "ContainerArguments")
                if name in job.application
            },
        },
        "Environment": environment,
        "RoleArn": job.role_arn,
    }
    if job.kms_key_id:
        request["ProcessingOutputConfig"]["KmsKeyId"] = job.kms_key_id
    if job.network:
        request["NetworkConfig"] = job.network
    return request


def _capture_uri(endpoint_name: str) -> str:
    endpoint = state.find(ENDPOINT, endpoint_name)
    summary = endpoint and endpoint.get("DataCaptureConfig")
    if not summary:
        raise CannotRunError(f"endpoint {endpoint_name} has no data capture")
    return str(summary["DestinationS3Uri"])


def _captured_hours(s3: "S3Client", capture: str, job: MonitoringJob, window: Window) -> Iterator[Document]:
    """An input for every hour folder that holds data, of all variants."""
    local_path = job.source["EndpointInput"]["LocalPath"].rstrip("/")
    bucket, prefix = s3_uri.split(s3_uri.join(capture, str(job.endpoint_name)))
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/", Delimiter="/")
    number = 0
    for variant in (item["Prefix"].removeprefix(f"{prefix}/") for item in listed.get("CommonPrefixes", [])):
        for hour in window.hours():
            below = f"{variant}{hour:%Y/%m/%d/%H}"
            if s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/{below}/", MaxKeys=1).get("Contents"):
                number += 1
                path = f"{job.endpoint_name}/{below}"
                yield _input(f"endpoint_input_{number}", s3_uri.join(capture, path), f"{local_path}/{path}")


def _files(job: MonitoringJob) -> Iterator[tuple[Document, str, str]]:
    """Baseline files and scripts: the input, the variable that names it, and its path in the container."""
    sources = [
        (folder, job.baseline[resource]["S3Uri"])
        for resource, folder in _BASELINE_FOLDERS.items()
        if job.baseline.get(resource, {}).get("S3Uri")
    ]
    sources += [
        (folder, job.application[script]) for script, folder in _SCRIPT_FOLDERS.items() if script in job.application
    ]
    for (name, variable, local_path), uri in sources:
        yield _input(name, uri, local_path), variable, f"{local_path}/{uri.rsplit('/', 1)[-1]}"


def _environment(schedule: Document, job: MonitoringJob, capture: str, window: Window) -> dict[str, str]:
    start = f"{window.start:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "dataset_format": json.dumps(_CAPTURE_FORMAT, separators=(",", ":")),
        "dataset_source": job.source["EndpointInput"]["LocalPath"],
        "end_time": f"{window.end:%Y-%m-%dT%H:%M:%SZ}",
        "metric_time": start,
        "monitoring_input_type": "ENDPOINT_INPUT",
        "output_path": job.output["LocalPath"],
        "publish_cloudwatch_metrics": job.environment.get("publish_cloudwatch_metrics", "Enabled"),
        "sagemaker_endpoint_datacapture_prefix": capture,
        "sagemaker_endpoint_name": str(job.endpoint_name),
        "sagemaker_monitoring_schedule_name": schedule["MonitoringScheduleName"],
        "start_time": start,
    }


def _output(schedule: Document, job: MonitoringJob, scheduled: datetime) -> Document:
    uri = s3_uri.join(
        job.output["S3Uri"],
        str(job.endpoint_name),
        schedule["MonitoringScheduleName"],
        f"{scheduled:%Y/%m/%d/%H}",
    )
    return {
        "OutputName": "result",
        "S3Output": {"S3Uri": uri, "LocalPath": job.output["LocalPath"], "S3UploadMode": job.output["S3UploadMode"]},
        "AppManaged": False,
    }


def _input(name: str, uri: str, local_path: str) -> Document:
    return {
        "InputName": name,
        "AppManaged": False,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": local_path,
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }
