"""The wire: JSON 1.1 requests in, answers and errors out, and the ARN that policies are checked against."""

import json
from email.utils import formatdate
from typing import Any

from sandbox.errors import AwsError
from sandbox.process import clock
from sandbox.sagemaker import unserved
from sandbox.sagemaker.api import OPERATIONS, Request
from sandbox.sagemaker.kinds import ENDPOINT, KINDS, Kind
from sandbox.sagemaker.validation import service_model, validate
from sandbox.seams import Response

TARGET_PREFIX = "SageMaker."
_CONTENT_TYPE = "application/x-amz-json-1.1"
_VERBS = ("Create", "Describe", "Update", "Delete", "Start", "Stop")


async def handle(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Response:
    """Serve one call of the control plane."""
    try:
        return _answer(200, call(_action(headers), _decode(body), headers))
    except AwsError as error:
        return _answer(error.status, {"__type": error.code, "message": error.message}, error.code)


def call(action: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Validate a request and run its operation.

    Raises:
        AwsError: Whatever AWS would answer, or UnknownOperationException for what the sandbox does not have.
    """
    if action not in OPERATIONS:
        raise _unknown(action)
    validate(action, body)
    return OPERATIONS[action](Request(body, headers))


def resource_arn(_path: str, headers: dict[str, str], body: bytes) -> str:
    """The ARN that a call acts on; ``*`` for List calls and for what has none.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    action = _action(headers)
    try:
        members = _decode(body)
    except AwsError:
        return "*"
    if action in ("AddTags", "ListTags", "DeleteTags"):
        return str(members.get("ResourceArn", "*"))
    if action == "UpdateModelPackage":
        return str(members.get("ModelPackageArn", "*"))
    if action == "UpdateEndpointWeightsAndCapacities":
        return ENDPOINT.arn(str(members.get("EndpointName", "*")))
    kind = _kind_of(action)
    return kind.arn(str(members.get(kind.name_member, "*"))) if kind else "*"


def runtime_resource_arn(path: str, _headers: dict[str, str], _body: bytes) -> str:
    """The ARN of the endpoint that an InvokeEndpoint path names."""
    return ENDPOINT.arn(path.split("/")[2])


def _kind_of(action: str) -> Kind | None:
    for verb in _VERBS:
        for kind in KINDS:
            if action == verb + kind.operation:
                return kind
    return None


def _action(headers: dict[str, str]) -> str:
    return headers.get("x-amz-target", "").removeprefix(TARGET_PREFIX)


def _decode(body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body or b"{}", object_hook=_without_nulls)
    except ValueError as error:
        raise AwsError("SerializationException", f"the request is not JSON: {error}") from error
    if not isinstance(members, dict):
        raise AwsError("SerializationException", "the request must be a JSON object")
    return members


def _without_nulls(members: dict[str, Any]) -> dict[str, Any]:
    """A member that is null is as good as absent, as for AWS."""
    return {name: value for name, value in members.items() if value is not None}


def _answer(status: int, members: dict[str, Any], error_code: str | None = None) -> Response:
    # Who asks for the time gets that of the sandbox.
    headers = {"Content-Type": _CONTENT_TYPE, "Date": formatdate(clock.time(), usegmt=True)}
    if error_code:
        headers["x-amzn-ErrorType"] = error_code
    return status, headers, json.dumps(members).encode()


def _unknown(action: str) -> AwsError:
    if action not in service_model().operation_names:
        return AwsError("UnknownOperationException", f"SageMaker has no operation {action!r}")
    return unserved.operation(action, OPERATIONS)
