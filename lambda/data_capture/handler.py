"""Handlers of `Custom::EndpointDataCapture` behind the CDK Provider framework.

An endpoint that is served by somebody else's stack gets data capture without being touched otherwise: a copy of its
configuration takes over, blue/green, with the live numbers and weights of its variants; deleting the resource puts the
former configuration back. If an update fails, SageMaker goes back by itself and the endpoint keeps serving.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from data_capture import configs
from data_capture.configs import Config, Owner
from data_capture.errors import CaptureError
from data_capture.properties import Properties, parse_properties
from shared import clients, errors
from shared.logs import log
from shared.waiting import deadline, is_over, unless_busy

Event = Mapping[str, Any]
Result = dict[str, Any]

_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


def on_event(event: Event, _context: object) -> Result:
    """Begin to turn capture on or off.

    Args:
        event: The request of CloudFormation.

    Returns:
        The physical id, and the deadline that `is_complete` goes by.

    Raises:
        CaptureError: The endpoint is missing or of a kind that Model Monitor cannot watch; nothing was changed.
    """
    raw = event["ResourceProperties"]
    log("request", type=event["RequestType"], endpoint=raw.get("EndpointName"), request=event["RequestId"])
    result = {"PhysicalResourceId": event.get("PhysicalResourceId"), "Deadline": deadline(raw)}
    if event["RequestType"] != "Delete":
        properties = parse_properties(raw)
        # Another endpoint is another resource: CloudFormation then deletes this one, which puts its endpoint back.
        result["PhysicalResourceId"] = f"{properties.endpoint}-{_owner(event).identity}"
    unless_busy(lambda: _step(event))
    return result


def is_complete(event: Event, _context: object) -> Result:
    """Go on until the endpoint serves with the configuration that was asked for.

    Args:
        event: The request together with what `on_event` returned.

    Raises:
        CaptureError: SageMaker took the update back, or it takes too long.
    """
    if not unless_busy(lambda: _step(event)):
        if is_over(event["Deadline"]):
            name = event["ResourceProperties"]["EndpointName"]
            status = (_describe(name) or {}).get("EndpointStatus", "gone")
            raise CaptureError(f"endpoint {name} is still {status}; wait until it is InService and deploy again")
        return {"IsComplete": False}
    if event["RequestType"] == "Delete":
        return {"IsComplete": True}
    properties = parse_properties(event["ResourceProperties"])
    return {
        "IsComplete": True,
        "Data": {"CaptureUri": properties.capture_uri, "EndpointName": properties.endpoint},
    }


def _step(event: Event) -> bool:
    """Do what can be done now; return whether nothing is left to do."""
    if event["RequestType"] == "Delete":
        return _turn_off(event)
    return _turn_on(event, parse_properties(event["ResourceProperties"]))


def _turn_on(event: Event, properties: Properties) -> bool:
    endpoint = _describe(properties.endpoint)
    if endpoint is None:
        raise CaptureError(f"endpoint {properties.endpoint} does not exist in this account and region; check its name")
    if endpoint["EndpointStatus"] in _CHANGING:
        return False
    current = configs.describe(endpoint["EndpointConfigName"])
    if current is not None:
        # Before its state: to mend an endpoint of the wrong kind would not help.
        configs.refuse_unsupported(properties.endpoint, current)
    if endpoint["EndpointStatus"] != "InService":
        reason = endpoint.get("FailureReason", "SageMaker gives no reason")
        raise CaptureError(
            f"endpoint {properties.endpoint} is {endpoint['EndpointStatus']}, expected InService ({reason})"
        )
    if current is None:
        raise CaptureError(
            f"the configuration {endpoint['EndpointConfigName']} of endpoint {properties.endpoint} was deleted, so it "
            "cannot be copied; update the endpoint to a configuration that exists"
        )
    owner = _owner(event)
    original = owner.original_of(current) or current["EndpointConfigName"]
    wanted = owner.name(original, properties.capture)
    if current["EndpointConfigName"] == wanted:
        owner.delete_all_but(wanted)
        return True
    configs.make_copy(current, wanted, original=original, capture=properties.capture)
    try:
        _update(event, endpoint, wanted, ours=_existing(wanted))
    except CaptureError:
        owner.delete_all_but(current["EndpointConfigName"])
        raise
    return False


def _turn_off(event: Event) -> bool:
    name, owner = event["ResourceProperties"].get("EndpointName"), _owner(event)
    endpoint = _describe(name) if name else None
    if endpoint is None:
        owner.delete_all_but(None)
        return True
    if endpoint["EndpointStatus"] in _CHANGING:
        return False
    current = configs.describe(endpoint["EndpointConfigName"])
    original = owner.original_of(current) if current else None
    if current is None or original is None or endpoint["EndpointStatus"] != "InService":
        # Not ours any more, or out of service: whoever changed or mends it decides what it captures.
        owner.delete_all_but(endpoint["EndpointConfigName"])
        return True
    target = original
    if configs.describe(original) is None:
        # Capture must end even so; this copy stays, because the endpoint lives on it.
        target = owner.name(original, None)
        configs.make_copy(current, target, original=original, capture=None)
    _update(event, endpoint, target, ours=current)
    return False


def _update(event: Event, endpoint: Mapping[str, Any], target: str, *, ours: Config) -> None:
    """Let the endpoint go over to another configuration with its variants as they are.

    Raises:
        CaptureError: SageMaker refuses, or this request has tried before and the endpoint went back.
    """
    name = endpoint["EndpointName"]
    if configs.was_attempted(ours, event["RequestId"]):
        reason = endpoint.get("FailureReason", "it gives no reason; look at the events and logs of the endpoint")
        raise CaptureError(
            f"SageMaker took the update of endpoint {name} to configuration {target} back ({reason}); it serves with "
            f"{endpoint['EndpointConfigName']} as before"
        )
    try:
        clients.sagemaker().update_endpoint(
            EndpointName=name,
            EndpointConfigName=target,
            RetainAllVariantProperties=True,
            ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DataCaptureConfig"}],
        )
    except ClientError as error:
        if errors.is_transient(error):
            raise
        raise CaptureError(f"endpoint {name} cannot be updated to configuration {target}: {error}") from error
    configs.note_attempt(ours, event["RequestId"])
    log("endpoint update started", endpoint=name, config=target)


def _existing(name: str) -> Config:
    config = configs.describe(name)
    assert config is not None
    return config


def _describe(name: str) -> Mapping[str, Any] | None:
    try:
        return clients.sagemaker().describe_endpoint(EndpointName=name)
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def _owner(event: Event) -> Owner:
    properties = event["ResourceProperties"]
    return Owner.of(
        str(properties.get("NamePrefix")),
        event["StackId"],
        event["LogicalResourceId"],
        str(properties.get("EndpointName")),
    )
