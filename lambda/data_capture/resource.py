"""The resource `Custom::EndpointDataCapture`.

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
from deployment.request import Attributes, Request
from deployment.waiting import LIMIT_MINUTES
from shared import clients, errors
from shared.logs import log

_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


class DataCaptureResource:
    """Turn capture of one endpoint on, and off again."""

    def __init__(self, request: Request) -> None:
        """Read the properties; see lambda/README.md for each.

        Raises:
            CaptureError: One of them is missing or malformed.
        """
        self._request = request
        self._name = str(request.properties.get("EndpointName") or "")
        self._owner = Owner.of(
            str(request.properties.get("NamePrefix")), request.stack_id, request.logical_id, self._name
        )
        self._properties = None if request.is_delete else parse_properties(request.properties)

    @property
    def physical_id(self) -> str:
        """An id of the endpoint: CloudFormation deletes the resource of another one, which puts that endpoint back."""
        return f"{self._name}-{self._owner.identity}"

    @property
    def session_name(self) -> str:
        """The endpoint."""
        return self._name

    def step(self) -> Attributes | None:
        """Go on until the endpoint serves with the configuration that was asked for.

        Raises:
            CaptureError: The endpoint is missing or of a kind that Model Monitor cannot watch, and nothing was changed;
                or SageMaker took the update back.
        """
        if self._properties is None:
            return {} if self._turn_off() else None
        if not self._turn_on(self._properties):
            return None
        return {"CaptureUri": self._properties.capture_uri, "EndpointName": self._name}

    def give_up(self) -> CaptureError:
        """Return the error that says in which state the endpoint is. SageMaker does not stop an update on request."""
        status = (_describe(self._name) or {}).get("EndpointStatus", "gone")
        return CaptureError(
            f"endpoint {self._name} is still {status} after {LIMIT_MINUTES} minutes; wait until it is InService and "
            "deploy again"
        )

    def _turn_on(self, properties: Properties) -> bool:
        endpoint = _describe(properties.endpoint)
        if endpoint is None:
            raise CaptureError(
                f"endpoint {properties.endpoint} does not exist in this account and region; check its name"
            )
        if endpoint["EndpointStatus"] in _CHANGING:
            return False
        current = configs.describe(endpoint["EndpointConfigName"])
        if current is not None:
            # Before its state: to repair an endpoint of the wrong kind would not help.
            configs.refuse_unsupported(properties.endpoint, current)
        if endpoint["EndpointStatus"] != "InService":
            reason = endpoint.get("FailureReason", "SageMaker gives no reason")
            raise CaptureError(
                f"endpoint {properties.endpoint} is {endpoint['EndpointStatus']}, expected InService ({reason})"
            )
        if current is None:
            raise CaptureError(
                f"the configuration {endpoint['EndpointConfigName']} of endpoint {properties.endpoint} was deleted, so "
                "it cannot be copied; update the endpoint to a configuration that exists"
            )
        original = self._owner.original_of(current) or current["EndpointConfigName"]
        wanted = self._owner.name(original, properties.capture)
        if current["EndpointConfigName"] == wanted:
            self._owner.delete_all_but(wanted)
            return True
        configs.make_copy(current, wanted, original=original, capture=properties.capture)
        try:
            self._update(endpoint, wanted, ours=_existing(wanted))
        except CaptureError:
            self._owner.delete_all_but(current["EndpointConfigName"])
            raise
        return False

    def _turn_off(self) -> bool:
        endpoint = _describe(self._name) if self._name else None
        if endpoint is None:
            self._owner.delete_all_but(None)
            return True
        if endpoint["EndpointStatus"] in _CHANGING:
            return False
        current = configs.describe(endpoint["EndpointConfigName"])
        original = self._owner.original_of(current) if current else None
        if current is None or original is None or endpoint["EndpointStatus"] != "InService":
            # Not ours any more, or out of service: whoever changed or fixes it decides what it captures.
            self._owner.delete_all_but(endpoint["EndpointConfigName"])
            return True
        target = original
        if configs.describe(original) is None:
            # Capture must end even so; this copy stays, because the endpoint lives on it.
            target = self._owner.name(original, None)
            configs.make_copy(current, target, original=original, capture=None)
        self._update(endpoint, target, ours=current)
        return False

    def _update(self, endpoint: Mapping[str, Any], target: str, *, ours: Config) -> None:
        """Let the endpoint go over to another configuration with its variants as they are.

        Raises:
            CaptureError: SageMaker refuses, or this request has tried before and the endpoint went back.
        """
        name = endpoint["EndpointName"]
        if configs.was_attempted(ours, self._request.id):
            reason = endpoint.get("FailureReason", "it gives no reason; look at the events and logs of the endpoint")
            raise CaptureError(
                f"SageMaker took the update of endpoint {name} to configuration {target} back ({reason}); it serves "
                f"with {endpoint['EndpointConfigName']} as before"
            )
        try:
            clients.sagemaker().update_endpoint(
                EndpointName=name,
                EndpointConfigName=target,
                RetainAllVariantProperties=True,
                # How traffic moves over and which alarms take the update back: whoever set it up wants it here, too.
                RetainDeploymentConfig=True,
                ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DataCaptureConfig"}],
            )
        except ClientError as error:
            if errors.is_transient(error):
                raise
            raise CaptureError(f"endpoint {name} cannot be updated to configuration {target}: {error}") from error
        configs.note_attempt(ours, self._request.id)
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
