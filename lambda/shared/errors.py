"""Which error of AWS means what to these functions."""

from __future__ import annotations

from botocore import exceptions
from botocore.exceptions import ClientError

_MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NotFound", "ResourceNotFound"}
_DENIED = {
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "Forbidden",
    "KMS.DisabledException",
    "KMS.NotFoundException",
}
_TRANSIENT = {
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


def code(error: Exception) -> str:
    """Return the error code of a `ClientError`, or an empty string for anything else."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""


def message(error: Exception) -> str:
    """Return AWS's own words: the message of a `ClientError`, or the text of anything else."""
    return error.response.get("Error", {}).get("Message", "") if isinstance(error, ClientError) else str(error)


def is_missing(error: Exception) -> bool:
    """Say whether the bucket, object or resource that was asked for does not exist."""
    # SageMaker answers a missing job, model, endpoint or endpoint configuration with the unmodelled ValidationException
    # (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html).
    return code(error) in _MISSING or message(error).startswith("Could not find ")


def is_denied(error: Exception) -> bool:
    """Say whether the caller may not do this. S3 answers so for a missing key, too, without `s3:ListBucket`."""
    return code(error) in _DENIED


def is_transient(error: Exception) -> bool:
    """Say whether the same call can be expected to work a little later."""
    return isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError) or code(error) in _TRANSIENT
