"""Shadow endpoints: models that a Clarify job brings up for itself, and the URL at which its container asks them.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-run.html
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.sagemaker import aws

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient

_POLL_SECONDS = 0.05
_NAME_PREFIX = "sm-clarify"
_OK, _NOT_FOUND, _BAD_GATEWAY = 200, 404, 502


class ShadowError(Exception):
    """The model cannot be asked; the message becomes the job's FailureReason."""


@contextmanager
def endpoint(predictor: dict[str, Any], role_arn: str, log: Callable[[list[str]], None]) -> Iterator[str]:
    """Serve ``predictor.model_name`` as long as the block lasts, through the API and with the role's permissions.

    Yields:
        A URL that answers as the model does.

    Raises:
        ShadowError: The role may not do it, there is no such model, or it does not come up.
    """
    client = aws.sagemaker_client(role_arn)
    token = secrets.token_hex(6)
    name = f"{predictor.get('endpoint_name_prefix') or _NAME_PREFIX}-{token}"
    config = f"{_NAME_PREFIX}-config-{token}"
    try:
        with (
            _made(
                lambda: client.create_endpoint_config(
                    EndpointConfigName=config, ProductionVariants=[_variant(predictor)]
                ),
                lambda: client.delete_endpoint_config(EndpointConfigName=config),
            ),
            _made(
                lambda: client.create_endpoint(EndpointName=name, EndpointConfigName=config),
                lambda: client.delete_endpoint(EndpointName=name),
            ),
        ):
            log([f"created endpoint {name} for model {predictor['model_name']}"])
            _wait_until_in_service(client, name)
            with relay(name, role_arn) as url:
                yield url
        log([f"deleted endpoint {name}"])
    except (ClientError, BotoCoreError) as error:
        raise ShadowError(f"shadow endpoint for model {predictor['model_name']}: {error}") from error


@contextmanager
def relay(endpoint_name: str, role_arn: str) -> Iterator[str]:
    """A URL on the loopback interface that passes requests on to InvokeEndpoint, as long as the block lasts."""
    path = f"/{secrets.token_urlsafe()}"
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(path, endpoint_name, aws.runtime_client(role_arn)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="clarify-relay", daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{path}"
    finally:
        server.shutdown()
        server.server_close()


def _variant(predictor: dict[str, Any]) -> Any:
    return {
        "VariantName": "AllTraffic",
        "ModelName": predictor["model_name"],
        "InstanceType": predictor.get("instance_type") or "ml.m5.xlarge",
        "InitialInstanceCount": predictor.get("initial_instance_count") or 1,
    }


def _wait_until_in_service(client: "SageMakerClient", name: str) -> None:
    while True:
        described = client.describe_endpoint(EndpointName=name)
        if described["EndpointStatus"] == "InService":
            return
        if described["EndpointStatus"] == "Failed":
            raise ShadowError(f"shadow endpoint {name} failed: {described.get('FailureReason', '')}")
        time.sleep(_POLL_SECONDS)


@contextmanager
def _made(create: Callable[[], object], delete: Callable[[], object]) -> Iterator[None]:
    """A resource that lasts as long as the block. What went wrong in the block matters more than a failed delete."""
    create()
    try:
        yield
    except BaseException:
        with suppress(ClientError, BotoCoreError):
            delete()
        raise
    delete()


def _handler(path: str, endpoint_name: str, runtime: Any) -> type[BaseHTTPRequestHandler]:
    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path != path:
                self._answer(_NOT_FOUND, "text/plain", b"not the URL of this job")
                return
            try:
                answer = runtime.invoke_endpoint(
                    EndpointName=endpoint_name,
                    Body=body,
                    ContentType=self.headers.get("Content-Type", "text/csv"),
                    Accept=self.headers.get("Accept", "*/*"),
                )
                self._answer(_OK, answer["ContentType"], answer["Body"].read())
            except ClientError as error:
                response: dict[str, Any] = dict(error.response)
                status = int(response.get("OriginalStatusCode") or _BAD_GATEWAY)
                self._answer(status, "text/plain", str(error).encode())

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Requests are not worth a line."""

    return Relay
