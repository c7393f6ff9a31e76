"""Lambda: whoever gives a function its role must be allowed to pass it, and Lambda to assume it."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.errors import AwsError
from sandbox.seams import Name, Response, can_be_assumed_by, get, require_permission_to_pass

_FUNCTIONS = "/2015-03-31/functions"
_LAMBDA = "lambda.amazonaws.com"
_FORBIDDEN, _BAD_REQUEST = 403, 400


def install() -> None:
    """Install it. Called once, before the server starts."""
    handlers = get(Name.SERVICE_HANDLERS)
    handlers["lambda"] = _checking_roles(handlers["lambda"])


def _checking_roles(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any) -> Any:
        role = _role_given(method, path, body)
        if role is not None and get(Name.AUTH):
            try:
                require_permission_to_pass(headers, role, _LAMBDA)
            except AwsError as error:
                return _error(_FORBIDDEN, error.code, error.message)
            if not can_be_assumed_by(role, _LAMBDA):
                text = "The role defined for the function cannot be assumed by Lambda."
                return _error(_BAD_REQUEST, "InvalidParameterValueException", text)
        return await original(method, path, headers, body, query_params)

    return handle


def _role_given(method: str, path: str, body: bytes) -> str | None:
    """The role that CreateFunction or UpdateFunctionConfiguration names."""
    creates = method == "POST" and path.rstrip("/") == _FUNCTIONS
    updates = method == "PUT" and path.startswith(_FUNCTIONS) and path.endswith("/configuration")
    if not (creates or updates):
        return None
    try:
        return json.loads(body).get("Role") or None
    except ValueError:
        return None


def _error(status: int, code: str, message: str) -> Response:
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return status, headers, json.dumps({"__type": code, "message": message}).encode()
