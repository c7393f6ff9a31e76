"""Clients of this very sandbox, acting as a role: what a container or the service's own agents hold."""

import threading
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from sandbox import seams
from sandbox.boto import make_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sagemaker.client import SageMakerClient

_CONFIG = Config(
    s3={"addressing_style": "path"},
    retries={"max_attempts": 2},
    max_pool_connections=10,
    connect_timeout=5,
    read_timeout=60,
)

_SESSION = "SageMaker"
_clients: dict[tuple[str, str, str], "S3Client"] = {}
_lock = threading.Lock()


def s3_client(role_arn: str) -> "S3Client":
    """An S3 client with the credentials of a role; its policies are enforced. Made once for each role.

    Must not be used on the event loop: the calls come back to it.
    """
    key = (seams.account_id(), seams.region(), role_arn)
    with _lock:
        if key not in _clients:
            _clients[key] = _client("s3", role_arn)
        return _clients[key]


def sagemaker_client(role_arn: str) -> "SageMakerClient":
    """A SageMaker client with the credentials of a role; see `s3_client`."""
    client: SageMakerClient = _client("sagemaker", role_arn)
    return client


def runtime_client(role_arn: str) -> Any:
    """A client of SageMaker's runtime with the credentials of a role; see `s3_client`."""
    return _client("sagemaker-runtime", role_arn)


def _client(service: str, role_arn: str) -> Any:
    credentials: dict[str, Any] = dict(seams.role_credentials(role_arn, _SESSION))
    return make_client(
        service, endpoint_url=seams.endpoint_url(), region_name=seams.region(), config=_CONFIG, **credentials
    )


def reset() -> None:
    """Forget the clients: a reset ends the sessions of their roles."""
    with _lock:
        _clients.clear()


def container_environment(role_arn: str) -> dict[str, str]:
    """Environment variables with which code in a container reaches the sandbox as its role."""
    credentials = seams.role_credentials(role_arn, _SESSION)
    return {
        **{name.upper(): value for name, value in credentials.items()},
        "AWS_ENDPOINT_URL": seams.endpoint_url(),
        "AWS_REGION": seams.region(),
        "AWS_DEFAULT_REGION": seams.region(),
    }
