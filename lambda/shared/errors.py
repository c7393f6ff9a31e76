"""Which error of AWS means what to these functions."""

from __future__ import annotations

import re

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
# What AWS answers while the role or the policy that a deployment has just made is not known everywhere yet:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
_REFUSED = {"403", "AccessDenied", "AccessDeniedException", "Forbidden"}
_REFUSAL = re.compile(
    r"is not authorized to perform|no identity-based policy allows"
    r"|could not assume role|cannot be assumed|unable to assume",
    re.IGNORECASE,
)
# Botocore's own list of throttling codes, and the bare status of answers without a body, such as those of HeadObject.
_TRANSIENT = {
    "429",
    "500",
    "502",
    "503",
    "504",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "KMS.ThrottlingException",
    "LimitExceededException",
    "OperationAborted",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
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


def is_refusal(error: BaseException | None) -> bool:
    """Say whether IAM has refused a call, be it that the error is the refusal or that it was raised because of one.

    SageMaker says of a role that it may not use, or does not know yet, that its request is not valid.
    """
    if isinstance(error, ClientError) and (code(error) in _REFUSED or _REFUSAL.search(message(error))):
        return True
    return error is not None and is_refusal(error.__cause__)


def is_refusal_of_role(error: Exception) -> bool:
    """Say whether it is the function's own role that IAM has refused: it may not act as another one."""
    return isinstance(error, ClientError) and error.operation_name == "AssumeRole" and is_refusal(error)


def is_transient(error: Exception) -> bool:
    """Say whether the same call can be expected to work a little later."""
    broken = (exceptions.ConnectionError, exceptions.HTTPClientError, exceptions.IncompleteReadError)
    return isinstance(error, broken) or code(error) in _TRANSIENT
