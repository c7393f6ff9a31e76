"""The only place that makes boto3 clients.

Clients are made at first use, so that importing a module calls nothing and the standard variables (`AWS_REGION`,
`AWS_ENDPOINT_URL`, ...) of the moment decide where they point. Inside of `acting_as` they carry the credentials of
another role.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sts import STSClient

# A function has about a minute. Botocore's own defaults (60 s each to connect and to read) would let one dead
# connection use all of it.
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 5},
)
# A role that a role has assumed keeps its credentials for an hour at most.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
_LIFETIME_SECONDS = 3600
_RENEWED_BEFORE_SECONDS = 600
# Each takes memory, and a function that lives long acts as more and more roles, with new credentials every hour.
_MOST_CLIENTS = 64

_making = Lock()


@dataclass(frozen=True)
class _Credentials:
    """Credentials of an assumed role."""

    access_key: str
    secret_key: str
    token: str
    expires: float

    @property
    def is_fresh(self) -> bool:
        return time.time() < self.expires - _RENEWED_BEFORE_SECONDS


_acting: ContextVar[_Credentials | None] = ContextVar("acting", default=None)
_assumed: dict[str, _Credentials] = {}


@contextmanager
def acting_as(role_arn: str | None, *, session_name: str = "model-monitoring") -> Iterator[None]:
    """Let the clients of a block act as a role; None for the function's own.

    Args:
        role_arn: The role, which must trust this function's role.
        session_name: What CloudTrail shows for the calls; 2 to 64 of letters, digits and `_=,.@-`.

    Raises:
        ClientError: The role cannot be assumed, or not yet.
    """
    before = _acting.set(_credentials(role_arn, session_name) if role_arn else None)
    try:
        yield
    finally:
        _acting.reset(before)


def _credentials(role_arn: str, session_name: str) -> _Credentials:
    known = _assumed.get(role_arn)
    if known is not None and known.is_fresh:
        return known
    answer = _sts().assume_role(RoleArn=role_arn, RoleSessionName=session_name[:64], DurationSeconds=_LIFETIME_SECONDS)[
        "Credentials"
    ]
    assumed = _Credentials(
        answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"], answer["Expiration"].timestamp()
    )
    _assumed[role_arn] = assumed
    return assumed


def forget() -> None:
    """Forget all clients and assumed roles; the next use makes them anew."""
    _made.cache_clear()
    _assumed.clear()


def s3() -> S3Client:
    """Return the S3 client of whoever acts."""
    client: S3Client = _client("s3", _acting.get())
    return client


def sagemaker() -> SageMakerClient:
    """Return the SageMaker client of whoever acts."""
    client: SageMakerClient = _client("sagemaker", _acting.get())
    return client


def cloudformation() -> CloudFormationClient:
    """Return the CloudFormation client of whoever acts."""
    client: CloudFormationClient = _client("cloudformation", _acting.get())
    return client


def cloudwatch() -> CloudWatchClient:
    """Return the CloudWatch client of whoever acts."""
    client: CloudWatchClient = _client("cloudwatch", _acting.get())
    return client


def sns() -> SNSClient:
    """Return the SNS client of whoever acts."""
    client: SNSClient = _client("sns", _acting.get())
    return client


def events() -> EventBridgeClient:
    """Return the EventBridge client of whoever acts."""
    client: EventBridgeClient = _client("events", _acting.get())
    return client


def _sts() -> STSClient:
    client: STSClient = _client("sts", None)
    return client


def _client(service: str, credentials: _Credentials | None) -> Any:  # noqa: ANN401 - one class for every service
    with _making:  # clients may be used by several threads at the same time, but not made
        return _made(service, credentials)


@lru_cache(maxsize=_MOST_CLIENTS)
def _made(service: str, credentials: _Credentials | None) -> Any:  # noqa: ANN401 - as above
    if credentials is None:
        return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]  # the name is one of those above
    return boto3.client(  # type: ignore[call-overload]  # as above
        service,
        config=_CONFIG,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )
