"""What to do about the known ways in which a SageMaker processing job fails.

The texts on the left are parts of messages that AWS gives as FailureReason, ExitMessage or API error; each is
matched without regard to case, the first match wins.
"""

from __future__ import annotations

import re

_HINTS: tuple[tuple[str, str], ...] = (
    (
        r"line \d+.*(\d+ values|unexpected end of data|quote)",
        "fix that line of the dataset: every row needs one value for each column, and quotes must be closed",
    ),
    (
        r"ResourceLimitExceeded|service limit '[^']*' is",
        "ask for a higher quota for this instance type 'for processing job usage' in the Service Quotas console, "
        "or choose another instance type",
    ),
    (
        r"Could not find image|RepositoryNotFound|ImageNotFound|pull (access|image)|manifest unknown",
        "the image does not exist in this region or the job role may not pull it (ecr:BatchGetImage, "
        "ecr:GetAuthorizationToken); check the account number of the image for the region",
    ),
    (
        r"No space left on device|DiskFull|disk (is )?full",
        "give the job a bigger volume (VolumeSizeInGB); the data must fit on it",
    ),
    (
        r"OutOfMemory|out of memory|MemoryError|Java heap space|exit code:? 137",
        "the data did not fit into memory: choose a bigger instance type",
    ),
    (
        r"MaxRuntime|maximum (run ?time|runtime)|exceeded .*time",
        "the job took longer than MaxRuntimeInSeconds: choose a bigger instance, give it less data, or allow more time",
    ),
    (
        r"(connect timeout|timed out|could not connect|ConnectTimeout|unable to reach).*(s3|endpoint|amazonaws)"
        r"|S3.*(timeout|timed out|unreachable)",
        "the job cannot reach S3: its subnets need an S3 gateway endpoint (and a route to it), and the security group "
        "must let HTTPS out",
    ),
    (
        r"InsufficientCapacity|capacity error|CapacityError|insufficient.*capacity",
        "AWS has no free instance of this type at the moment: try again later or choose another instance type",
    ),
    (
        r"kms|KMS",
        "the job role needs kms:Decrypt and kms:GenerateDataKey on the key, and the key policy must allow it",
    ),
    (
        r"PassRole|cannot be assumed|unable to assume|could not assume|not able to assume",
        "the role must trust sagemaker.amazonaws.com, and the caller needs iam:PassRole on it",
    ),
    (
        r"No S3 objects found|NoSuchKey|NoSuchBucket|does not exist",
        "check that the S3 location exists, holds objects, has no doubled slash, and lies in this region",
    ),
    (
        r"AccessDenied|Access Denied|not authorized|Forbidden|\b403\b",
        "the job role lacks a permission: it needs s3:GetObject and s3:ListBucket on its input, s3:PutObject on its "
        "output, and the KMS key's permissions if they are encrypted",
    ),
    (
        r"preprocess|postprocess",
        "the processing script failed: run its handler on a captured record on your own machine",
    ),
    (
        r"Throttling|TooManyRequests|Rate exceeded|InternalServerError|InternalError|internal error",
        "this is AWS's own trouble and passes: try again",
    ),
)


def hint(*texts: str | None) -> str | None:
    """Return what to do about a failure, or None for one that is not known.

    Args:
        *texts: What AWS said: failure reason, exit message, error code.

    Example:
        >>> hint("ClientError: No space left on device")
        'give the job a bigger volume (VolumeSizeInGB); the data must fit on it'
    """
    said = "\n".join(text for text in texts if text)
    return next((advice for pattern, advice in _HINTS if re.search(pattern, said, re.IGNORECASE)), None)
