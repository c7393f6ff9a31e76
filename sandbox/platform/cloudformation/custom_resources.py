"""Custom resources: their time limit, failures that do not hang, and the Delete requests that follow a rollback.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
"""

import contextvars
import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.platform.cloudformation import auto_delete
from sandbox.seams import Name, get, physical_name, replace, run_reentrant, spawn_background

_REASON_LENGTH = 300
_ID_LENGTH = 255

# Set on the thread that invokes a provider for CloudFormation, for as long as it waits.
_is_direct: contextvars.ContextVar[bool] = contextvars.ContextVar("is_direct", default=False)

_UNANSWERED = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{}]. "
    "If you are using the Python cfn-response module, you may need to update your Lambda function code so that "
    "CloudFormation can attach the updated version."
)
_OTHER_FUNCTION = "Modifying service token is not allowed."

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


# By stack and logical id: the request that a function was last called with, and the physical id that its failed
# response named. By stack: what its rollback leaves behind.
_request_ids: dict[tuple[str, str], str] = {}
_failed_ids: dict[tuple[str, str], str] = {}
_leftovers: dict[str, list[_Leftover]] = {}


def install() -> None:
    """Wrap the invocation, the response, the update and the rollback."""
    replace(Name.DELIVER_RESPONSE, _remembering_failures)
    replace(Name.EXECUTE_FUNCTION, _answering_for_the_dead)
    replace(Name.INVOKE_CUSTOM_RESOURCE, _tracking)
    replace(Name.UPDATE_RESOURCE, _keeping_the_function)
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
    """Call a provider as CloudFormation does, without waiting for it: only its answer counts, until the time limit.

    A request whose function died without an answer fails at once; AWS lets the stack wait for it. Functions that the
    provider hands the request on to may fail: the provider answers for them.
    """

    def execute(func: Any, event: Any) -> Any:
        if not _is_direct.get():
            return original(func, event)
        _request_ids[event["StackId"], event["LogicalResourceId"]] = event["RequestId"]

        def call() -> None:
            result = original(func, event)
            if isinstance(result, dict) and result.get("error"):
                _fail_unless_answered(event["ResponseURL"].rsplit("/", 1)[-1], event, result)

        spawn_background(call, f"custom resource {event['LogicalResourceId']}")
        return {}

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
        except Exception as error:
            key = (request.stack_id, request.logical_id)
            failed_id = _failed_ids.pop(key, None)
            request_id = _request_ids.pop(key, None)
            if request.request_type == "Create" and request_id is not None:
                # Whoever named no id before the failure is asked to delete one that CloudFormation has made up.
                made_up = failed_id or physical_name(request.stack_name, request.logical_id, _ID_LENGTH)
                leftovers.append(_Leftover(request.logical_id, request.resource_type, made_up, request.props))
            if isinstance(error, TimeoutError):
                raise TimeoutError(_UNANSWERED.format(request_id)) from error
            raise
        superseded = request.physical_id
        if superseded and new_id != superseded and _is_rolling_back(request.stack_name):
            properties = request.old_props or {}
            leftovers.append(_Leftover(request.logical_id, request.resource_type, superseded, properties))
        return new_id, data

    return invoke


def _keeping_the_function(original: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse an update that goes to another function, and leave the resource alone when that is rolled back.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
    """
    parameters = inspect.signature(original)

    def update(*arguments: Any, **options: Any) -> Any:
        given = parameters.bind(*arguments, **options).arguments
        if not _is_custom(given["resource_type"]) or _token(given["old_props"]) == _token(given["new_props"]):
            return original(*arguments, **options)
        if _is_rolling_back(given["stack_name"]):
            return given["physical_id"], given.get("old_attrs") or {}
        raise ValueError(_OTHER_FUNCTION)

    return update


def _is_custom(resource_type: str) -> bool:
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


def _token(properties: dict[str, Any] | None) -> object:
    return (properties or {}).get("ServiceToken")


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
