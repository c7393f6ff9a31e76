"""Custom resources: failures that do not hang, and the Delete requests that AWS sends after a rollback.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
"""

import contextvars
import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.platform.cloudformation import auto_delete
from sandbox.seams import Name, get, replace, run_reentrant

_REASON_LENGTH = 300

# Set on the thread that invokes a provider for CloudFormation, for as long as it waits.
_is_direct: contextvars.ContextVar[bool] = contextvars.ContextVar("is_direct", default=False)

Invoke = Callable[..., tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class _Leftover:
    """A physical id that CloudFormation deletes once a rollback is over."""

    logical_id: str
    resource_type: str
    physical_id: str
    properties: dict[str, Any]


@dataclass(frozen=True)
class _Request:
    """The arguments of an invocation."""

    request_type: str
    logical_id: str
    props: dict[str, Any]
    stack_name: str
    stack_id: str
    resource_type: str
    physical_id: str | None = None
    old_props: dict[str, Any] | None = None


# Physical ids that failed responses named, by stack and logical id; and what each rolled back stack leaves behind.
_failed_ids: dict[tuple[str, str], str] = {}
_leftovers: dict[str, list[_Leftover]] = {}


def install() -> None:
    """Wrap the invocation, the response and the rollback."""
    replace(Name.DELIVER_RESPONSE, _remembering_failures)
    replace(Name.EXECUTE_FUNCTION, _answering_for_the_dead)
    replace(Name.INVOKE_CUSTOM_RESOURCE, _tracking)
    replace(Name.ROLL_BACK, _cleaning_up)
    replace(Name.ROLL_BACK_ON_REQUEST, _cleaning_up)


def _remembering_failures(original: Callable[[str, dict[str, Any]], bool]) -> Callable[[str, dict[str, Any]], bool]:
    def deliver_response(token: str, response: dict[str, Any]) -> bool:
        if response.get("Status") == "FAILED" and response.get("PhysicalResourceId"):
            key = (str(response.get("StackId")), str(response.get("LogicalResourceId")))
            _failed_ids[key] = response["PhysicalResourceId"]
        return original(token, response)

    return deliver_response


def _answering_for_the_dead(original: Callable[..., Any]) -> Callable[..., Any]:
    """Fail a request at once when its function died without an answer; AWS lets the stack wait an hour for it.

    Functions that the provider hands the request on to may fail: the provider answers for them.
    """

    def execute(func: Any, event: Any) -> Any:
        result = original(func, event)
        if _is_direct.get() and isinstance(result, dict) and result.get("error"):
            _fail_unless_answered(event["ResponseURL"].rsplit("/", 1)[-1], event, result)
        return result

    return execute


def _fail_unless_answered(token: str, event: dict[str, Any], result: dict[str, Any]) -> None:
    pending = get(Name.PENDING_RESPONSES).get(token)
    if pending is None or pending["event"].is_set():
        return
    body = result.get("body")
    message = body.get("errorMessage") if isinstance(body, dict) else body
    reason = f"the function failed without answering CloudFormation: {str(message)[:_REASON_LENGTH]}"
    identity = {key: event.get(key) for key in ("StackId", "LogicalResourceId", "PhysicalResourceId")}
    get(Name.DELIVER_RESPONSE)(token, {"Status": "FAILED", "Reason": reason, **identity})


def _tracking(original: Invoke) -> Invoke:
    parameters = inspect.signature(original)

    def invoke(*arguments: Any, **options: Any) -> tuple[str, dict[str, Any]]:
        request = _Request(**parameters.bind(*arguments, **options).arguments)
        if request.resource_type == auto_delete.TYPE:
            return auto_delete.handle(request.request_type, request.logical_id, request.props, request.physical_id), {}
        leftovers = _leftovers.setdefault(request.stack_id, [])
        _is_direct.set(True)
        try:
            new_id, data = original(*arguments, **options)
        except Exception:
            failed_id = _failed_ids.pop((request.stack_id, request.logical_id), None)
            if request.request_type == "Create" and failed_id is not None:
                leftovers.append(_Leftover(request.logical_id, request.resource_type, failed_id, request.props))
            raise
        superseded = request.physical_id
        if superseded and new_id != superseded and _is_rolling_back(request.stack_name):
            properties = request.old_props or {}
            leftovers.append(_Leftover(request.logical_id, request.resource_type, superseded, properties))
        return new_id, data

    return invoke


def _is_rolling_back(stack_name: str) -> bool:
    return "ROLLBACK" in str((get(Name.STACKS).get(stack_name) or {}).get("StackStatus"))


def _cleaning_up(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Delete what failed creates left, before the rollback; and superseded physical ids, after it."""

    async def roll_back(stack_name: str, stack_id: str, *rest: Any, **options: Any) -> None:
        await _delete_leftovers(stack_name, stack_id)
        await original(stack_name, stack_id, *rest, **options)
        await _delete_leftovers(stack_name, stack_id)

    return roll_back


async def _delete_leftovers(stack_name: str, stack_id: str) -> None:
    add_event = get(Name.ADD_STACK_EVENT)
    for left in _leftovers.pop(stack_id, []):
        identity = (stack_id, stack_name, left.logical_id, left.resource_type)
        add_event(*identity, "DELETE_IN_PROGRESS", physical_id=left.physical_id)
        try:
            await run_reentrant(functools.partial(_delete, left, stack_name, stack_id))
        except Exception as error:
            # A cleanup that fails does not fail the rollback on AWS either.
            add_event(*identity, "DELETE_FAILED", str(error), left.physical_id)
        else:
            add_event(*identity, "DELETE_COMPLETE", physical_id=left.physical_id)


def _delete(left: _Leftover, stack_name: str, stack_id: str) -> None:
    get(Name.INVOKE_CUSTOM_RESOURCE)(
        "Delete", left.logical_id, left.properties, stack_name, stack_id, left.resource_type, left.physical_id
    )
