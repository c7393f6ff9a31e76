"""Lambda: who may give a function its role, whether Lambda may assume it, and how large variables may be."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.errors import AwsError
from sandbox.seams import Name, Response, can_be_assumed_by, get, require_permission_to_pass

_FUNCTIONS = "/2015-03-31/functions"
_LAMBDA = "lambda.amazonaws.com"
_FORBIDDEN, _BAD_REQUEST = 403, 400
_MOST_BYTES_OF_VARIABLES = 4096


def install() -> None:
    """Install it. Called once, before the server starts."""
    handlers = get(Name.SERVICE_HANDLERS)
    handlers["lambda"] = _checking_roles(handlers["lambda"])


def _checking_roles(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any) -> Any:
        given = _configuration(method, path, body)
        problem = variables_problem((given.get("Environment") or {}).get("Variables") or {})
        if problem is not None:
            return _error(_BAD_REQUEST, "InvalidParameterValueException", problem)
        role = given.get("Role")
        if role and get(Name.AUTH):
            try:
                require_permission_to_pass(headers, role, _LAMBDA)
            except AwsError as error:
                return _error(_FORBIDDEN, error.code, error.message)
            if not can_be_assumed_by(role, _LAMBDA):
                text = "The role defined for the function cannot be assumed by Lambda."
                return _error(_BAD_REQUEST, "InvalidParameterValueException", text)
        return await original(method, path, headers, body, query_params)

    return handle


def variables_problem(variables: Mapping[str, Any]) -> str | None:
    """AWS's message when the variables of a function are too large; None when they are not.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) <= _MOST_BYTES_OF_VARIABLES:
        return None
    return (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        f"exceeded the 4KB limit. String measured: {measured}"
    )


def _configuration(method: str, path: str, body: bytes) -> dict[str, Any]:
    """What CreateFunction or UpdateFunctionConfiguration gives a function; nothing for other calls."""
    creates = method == "POST" and path.rstrip("/") == _FUNCTIONS
    updates = method == "PUT" and path.startswith(_FUNCTIONS) and path.endswith("/configuration")
    if not (creates or updates):
        return {}
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _error(status: int, code: str, message: str) -> Response:
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return status, headers, json.dumps({"__type": code, "message": message}).encode()
