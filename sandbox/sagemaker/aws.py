"""Clients of this very sandbox, acting as a role: what a container or the service's own agents hold."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from sandbox import seams

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_CONFIG = Config(
    s3={"addressing_style": "path"},
    retries={"max_attempts": 2},
    max_pool_connections=10,
    connect_timeout=5,
    read_timeout=60,
)


def s3_client(role_arn: str, session_name: str) -> "S3Client":
    """An S3 client with the credentials of a role; its policies are enforced.

    Must not be used on the event loop: the calls come back to it.
    """
    credentials: dict[str, Any] = dict(seams.role_credentials(role_arn, session_name))
    return boto3.session.Session().client(
        "s3", endpoint_url=seams.endpoint_url(), region_name=seams.region(), config=_CONFIG, **credentials
    )


def container_environment(role_arn: str, session_name: str) -> dict[str, str]:
    """Environment variables with which code in a container reaches the sandbox as its role."""
    credentials = seams.role_credentials(role_arn, session_name)
    return {
        **{name.upper(): value for name, value in credentials.items()},
        "AWS_ENDPOINT_URL": seams.endpoint_url(),
        "AWS_REGION": seams.region(),
        "AWS_DEFAULT_REGION": seams.region(),
    }
