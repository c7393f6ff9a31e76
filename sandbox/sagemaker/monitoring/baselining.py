"""Baselines that a definition names by the job that makes them, not by their files.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataQualityBaselineConfig.html
"""

import time
from dataclasses import replace

from sandbox.sagemaker import s3_uri, state
from sandbox.sagemaker.kinds import PROCESSING_JOB
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.occasion import CannotRunError
from sandbox.sagemaker.state import Document

_POLL_SECONDS = 0.1
_FILES = {
    "DataQuality": {"ConstraintsResource": "constraints.json", "StatisticsResource": "statistics.json"},
    "ModelQuality": {"ConstraintsResource": "constraints.json"},
    "ModelBias": {"ConstraintsResource": "analysis.json"},
    "ModelExplainability": {"ConstraintsResource": "analysis.json"},
}
"""What a baselining job of each type leaves below its output."""


def resolved(job: MonitoringJob) -> MonitoringJob:
    """The job with the files of its baselining job, once that has ended, where it names no files itself.

    Raises:
        CannotRunError: There is no such job, or it did not complete.
    """
    name = job.baseline.get("BaseliningJobName")
    missing = {resource: file for resource, file in _FILES[job.monitoring_type].items() if resource not in job.baseline}
    if not name or "ConstraintsResource" not in missing:
        return job
    folder = _output(_ended(name))
    files = {resource: {"S3Uri": s3_uri.join(folder, file)} for resource, file in missing.items()}
    return replace(job, baseline={**job.baseline, **files})


def _ended(name: str) -> Document:
    while True:
        job = state.find(PROCESSING_JOB, name)
        if job is None:
            raise CannotRunError(f"the baselining job {name} does not exist")
        status = job["ProcessingJobStatus"]
        if status == "Completed":
            return job
        if status in ("Failed", "Stopped"):
            raise CannotRunError(f"the baselining job {name} has the status {status}")
        time.sleep(_POLL_SECONDS)


def _output(job: Document) -> str:
    for output in job.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "S3Output" in output:
            return str(output["S3Output"]["S3Uri"])
    raise CannotRunError(f"the baselining job {job['ProcessingJobName']} has no output in S3")
