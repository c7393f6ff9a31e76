"""Dashboards: the body must be a JSON object, which MiniStack does not look at."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, Response, get, replace

_MESSAGE = "The field DashboardBody must be a valid JSON object"


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.PUT_DASHBOARD, _checking_call)
    replace(Name.STACK_DASHBOARD, _checking_stack)


def _checking_call(original: Callable[..., Response]) -> Callable[..., Response]:
    def call(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:
        body = data.get("DashboardBody") or (params.get("DashboardBody") or [""])[0]
        if not _is_object(body):
            error: Response = get(Name.CLOUDWATCH_ERROR)(
                "InvalidParameterInput", _MESSAGE, 400, use_json=is_json, use_cbor=is_cbor
            )
            return error
        return original(params, data, is_cbor, is_json)

    return call


def _checking_stack(original: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def put(name: str, body: str) -> str:
        if not _is_object(body):
            raise ValueError(_MESSAGE)
        return original(name, body)

    return put


def _is_object(body: str) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
