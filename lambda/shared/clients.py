"""The only place that makes boto3 clients.

Clients are made at first use, so that importing a module calls nothing and the standard variables (`AWS_REGION`,
`AWS_ENDPOINT_URL`, ...) of the moment decide where they point.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient

# A function has about a minute. Botocore's own defaults (60 s each to connect and to read) would let one dead
# connection use all of it.
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 5},
)


@cache
def s3() -> S3Client:
    """Return the S3 client of this process."""
    return boto3.client("s3", config=_CONFIG)


@cache
def sagemaker() -> SageMakerClient:
    """Return the SageMaker client of this process."""
    return boto3.client("sagemaker", config=_CONFIG)


@cache
def cloudwatch() -> CloudWatchClient:
    """Return the CloudWatch client of this process."""
    return boto3.client("cloudwatch", config=_CONFIG)


@cache
def sns() -> SNSClient:
    """Return the SNS client of this process."""
    return boto3.client("sns", config=_CONFIG)
