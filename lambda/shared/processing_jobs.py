"""Processing jobs: their descriptions, and how they are stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared import clients, errors
from shared.logs import log

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeProcessingJobResponseTypeDef as Job


def describe(name: str) -> Job | None:
    """Return the description of a job, or None when there is no such job."""
    try:
        return clients.sagemaker().describe_processing_job(ProcessingJobName=name)
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def stop(name: str) -> None:
    """Ask a job to stop; one that has ended or never was is fine."""
    try:
        clients.sagemaker().stop_processing_job(ProcessingJobName=name)
    except ClientError as error:
        # Since somebody looked, the job may have ended by itself; SageMaker then answers with a ValidationException.
        if not errors.is_missing(error) and errors.code(error) != "ValidationException":
            raise
        return
    log("job asked to stop", job=name)
