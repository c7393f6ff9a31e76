"""The inputs of monitoring jobs: captured data, labels, merged records, baselines, scripts, configurations.

Names and paths follow descriptions of real monitoring jobs; those of batch transform were not seen.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.sagemaker import s3_uri, state
from sandbox.sagemaker.kinds import ENDPOINT
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.occasion import CannotRunError, Occasion
from sandbox.sagemaker.monitoring.window import Window
from sandbox.sagemaker.state import Document

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

GROUND_TRUTH_PATH = "/opt/ml/processing/groundtruth"
CONFIG_PATH = "/opt/ml/processing/input/config"
MERGE_FOLDER = "merge"
"""Below the monitor's output: where its merge jobs write."""
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
_DAY = timedelta(days=1)


def capture_uri(job: MonitoringJob) -> str:
    """Where the endpoint or the batch transform jobs capture to.

    Raises:
        CannotRunError: The endpoint does not capture any more.
    """
    if job.endpoint_name is None:
        return str(job.data["DataCapturedDestinationS3Uri"])
    endpoint = state.find(ENDPOINT, job.endpoint_name)
    summary = endpoint and endpoint.get("DataCaptureConfig")
    if not summary:
        raise CannotRunError(f"endpoint {job.endpoint_name} has no data capture")
    return str(summary["DestinationS3Uri"])


def captured(occasion: Occasion, s3: "S3Client") -> list[Document]:
    """An input for every hour folder of an endpoint that holds data, or for every manifest of batch transform."""
    job = occasion.job
    if job.endpoint_name is None:
        return list(_manifests(occasion, s3))
    return _numbered("endpoint_input", _hours_of_variants(s3, capture_uri(job), job, occasion.window))


def labels(occasion: Occasion, s3: "S3Client") -> list[Document]:
    """An input for every hour in which labels of the captures may have been collected, and were."""
    root = str(occasion.job.source["GroundTruthS3Input"]["S3Uri"])
    found = _hours(s3, root, occasion.collected)
    places = ((s3_uri.join(root, hour), f"{GROUND_TRUTH_PATH}/{hour}") for hour in found)
    return _numbered("groundtruth_input", places)


def merged(occasion: Occasion, s3: "S3Client") -> list[Document]:
    """An input for every hour of the window that the merge job found labelled captures of."""
    job = occasion.job
    root = merge_uri(job)
    if job.endpoint_name is not None:
        return _numbered("endpoint_input", _hours_of_variants(s3, root, job, occasion.window))
    root = s3_uri.join(root, occasion.schedule_name)
    places = ((s3_uri.join(root, hour), f"{job.local_path}/{hour}") for hour in _hours(s3, root, occasion.window))
    return _numbered("batch_transform_input", places)


def merge_uri(job: MonitoringJob) -> str:
    """Where the merge jobs of a monitor write."""
    return s3_uri.join(job.output["S3Uri"], MERGE_FOLDER)


def files(job: MonitoringJob) -> Iterator[tuple[Document, str, str]]:
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
        yield s3_input(name, uri, local_path), variable, f"{local_path}/{uri.rsplit('/', 1)[-1]}"


def s3_input(name: str, uri: str, local_path: str, data_type: str = "S3Prefix") -> Document:
    """A ProcessingInput as the service writes it."""
    return {
        "InputName": name,
        "AppManaged": False,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": local_path,
            "S3DataType": data_type,
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }


def _numbered(name: str, places: Iterator[tuple[str, str]]) -> list[Document]:
    return [s3_input(f"{name}_{number}", uri, path) for number, (uri, path) in enumerate(places, start=1)]


def _hours_of_variants(s3: "S3Client", root: str, job: MonitoringJob, window: Window) -> Iterator[tuple[str, str]]:
    """Location and local path of every hour with data, of all variants of the endpoint."""
    bucket, prefix = s3_uri.split(s3_uri.join(root, str(job.endpoint_name)))
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/", Delimiter="/")
    for variant in (item["Prefix"].removeprefix(f"{prefix}/") for item in listed.get("CommonPrefixes", [])):
        folder = f"{job.endpoint_name}/{variant.rstrip('/')}"
        for hour in _hours(s3, s3_uri.join(root, folder), window):
            yield s3_uri.join(root, folder, hour), f"{job.local_path}/{folder}/{hour}"


def _manifests(occasion: Occasion, s3: "S3Client") -> Iterator[Document]:
    """The manifests of the transform jobs that started in the window: of their outputs when labels are merged."""
    job = occasion.job
    side = "output" if job.needs_labels else "input"
    root = s3_uri.join(capture_uri(job), side)
    number = 0
    for hour in _hours(s3, root, occasion.window):
        bucket, prefix = s3_uri.split(s3_uri.join(root, hour))
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/"):
            for item in page.get("Contents", []):
                number += 1
                name = item["Key"].rsplit("/", 1)[-1].removesuffix(".json")
                path = f"{job.local_path}/{side}/{hour}/{name}"
                uri = f"s3://{bucket}/{item['Key']}"
                yield s3_input(f"batch_transform_input_{number}", uri, path, "ManifestFile")


def _hours(s3: "S3Client", root: str, window: Window) -> Iterator[str]:
    """The ``yyyy/mm/dd/hh`` below a location that hold objects and data of the window; one call for each day."""
    wanted = [f"{hour:%Y/%m/%d/%H}" for hour in window.hours()]
    bucket, prefix = s3_uri.split(root)
    below = f"{prefix.rstrip('/')}/" if prefix else ""
    for day in _days(window):
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{below}{day:%Y/%m/%d}/", Delimiter="/")
        present = {item["Prefix"].removeprefix(below).rstrip("/") for item in listed.get("CommonPrefixes", [])}
        yield from (hour for hour in wanted if hour in present)


def _days(window: Window) -> Iterator[datetime]:
    day = window.start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < window.end:
        yield day
        day += _DAY
