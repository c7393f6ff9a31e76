"""Creates, changes and deletes resources for stacks, through the very operations that the API has.

The functions run on threads of their own, so they wait until a resource has settled, as CloudFormation does.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import seams
from sandbox.errors import AwsError
from sandbox.sagemaker import service, state, tags
from sandbox.sagemaker.kinds import ENDPOINT, MONITORING_SCHEDULE
from sandbox.sagemaker.provisioning.schema import SCHEMAS, SchemaError, TypeSchema
from sandbox.sagemaker.state import Document

_NAME_LENGTH = 63
_POLL_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 600
_UNSETTLED = {
    ENDPOINT: ("EndpointStatus", ("Creating", "Updating", "Deleting")),
    MONITORING_SCHEDULE: ("MonitoringScheduleStatus", ("Pending",)),
}
_ATTRIBUTES = ("CreationTime", "LastModifiedTime")
"""GetAtt of job definitions and schedules besides their ARN; models and endpoints have their names instead."""


@dataclass(frozen=True)
class _Provisioned:
    """What a stack asked for, and what came of it: `cdk drift` compares with these."""

    properties: dict[str, Any]
    document: Document


_provisioned: dict[str, _Provisioned] = {}


def install() -> None:
    """Register every type."""
    for schema in SCHEMAS:
        handler = _Handler(schema)
        seams.register_resource_type(
            schema.type_name,
            create=handler.create,
            update=handler.update if schema.updatable else None,
            delete=handler.delete,
            replacing=sorted(schema.properties - set(schema.updatable)),
            name_property=schema.kind.name_member,
            read=handler.read,
        )


def reset() -> None:
    """Forget what stacks asked for."""
    _provisioned.clear()


class _Handler:
    """CloudFormation's resource handler of one type."""

    def __init__(self, schema: TypeSchema) -> None:
        self._schema = schema
        self._kind = schema.kind

    def create(self, logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        """Create the resource, under a made-up name if the template has none, and wait until it works."""
        request = self._request(logical_id, properties)
        name = request.setdefault(self._kind.name_member, seams.physical_name(stack, logical_id, _NAME_LENGTH))
        _call(f"Create{self._kind.operation}", request)
        document = self._settled(name)
        if document.get("EndpointStatus") == "Failed":
            self.delete(document[self._kind.arn_member], properties)  # what failed must not hold the name
            raise _not_stabilized(f"Endpoint {name} failed: {document['FailureReason']}")
        return self._remember(properties, document)

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], _stack: str
    ) -> tuple[str, dict[str, str]]:
        """Change in place what can change in place."""
        document = self._by_arn(physical_id)
        name = document[self._kind.name_member]
        request = self._request(name, new)
        if self._kind is ENDPOINT and _differ(old, new, ("EndpointConfigName", "DeploymentConfig")):
            self._update_endpoint(name, request, new)
        if self._kind is MONITORING_SCHEDULE and _differ(old, new, ("MonitoringScheduleConfig",)):
            config = request["MonitoringScheduleConfig"]
            _call("UpdateMonitoringSchedule", {"MonitoringScheduleName": name, "MonitoringScheduleConfig": config})
        if _differ(old, new, ("Tags",)):
            tags.replace_tags(document, request.get("Tags", []))
        return self._remember(new, self._settled(name))

    def delete(self, physical_id: str, _properties: dict[str, Any]) -> None:
        """Delete the resource and wait until it is gone; gone already is fine."""
        found = state.find_arn(physical_id)
        if found is None:
            return
        name = found[1][self._kind.name_member]
        _call(f"Delete{self._kind.operation}", {self._kind.name_member: name})
        _wait(lambda: state.find(self._kind, name) is None, f"{self._kind.label} {name} to be deleted")
        _provisioned.pop(physical_id, None)

    def read(self, physical_id: str) -> dict[str, Any] | None:
        """The template's properties, with those that were changed outside the stack as they are now."""
        found = state.find_arn(physical_id)
        before = _provisioned.get(physical_id)
        if found is None or before is None:
            return None
        now = found[1]
        return {
            name: value if now.get(name) == before.document.get(name) else now.get(name)
            for name, value in before.properties.items()
        }

    def _update_endpoint(self, name: str, request: Document, properties: dict[str, Any]) -> None:
        update: Document = {"EndpointName": name, "EndpointConfigName": request["EndpointConfigName"]}
        if "DeploymentConfig" in request:
            update["DeploymentConfig"] = request["DeploymentConfig"]
        elif str(properties.get("RetainDeploymentConfig")).lower() == "true":
            update["RetainDeploymentConfig"] = True
        if str(properties.get("RetainAllVariantProperties")).lower() == "true":
            update["RetainAllVariantProperties"] = True
            if properties.get("ExcludeRetainedVariantProperties"):
                update["ExcludeRetainedVariantProperties"] = properties["ExcludeRetainedVariantProperties"]
        _call("UpdateEndpoint", update)
        document = self._settled(name)
        if document["EndpointConfigName"] != request["EndpointConfigName"]:
            raise _not_stabilized(f"Update of endpoint {name} failed: {document['FailureReason']}")

    def _request(self, logical_id: str, properties: dict[str, Any]) -> Document:
        try:
            return self._schema.to_request(properties)
        except SchemaError as error:
            raise ValueError(
                f"Properties validation failed for resource {logical_id} with message:\n{error}"
            ) from error

    def _by_arn(self, physical_id: str) -> Document:
        found = state.find_arn(physical_id)
        if found is None:
            raise _handler_error(f"{self._kind.label} {physical_id} was not found.", "NotFound")
        return found[1]

    def _settled(self, name: str) -> Document:
        document = state.get(self._kind, name)
        if self._kind in _UNSETTLED:
            member, unsettled = _UNSETTLED[self._kind]
            _wait(lambda: document[member] not in unsettled, f"{self._kind.label} {name} to leave {unsettled}")
        return document

    def _remember(self, properties: dict[str, Any], document: Document) -> tuple[str, dict[str, str]]:
        arn: str = document[self._kind.arn_member]
        _provisioned[arn] = _Provisioned(properties, dict(document))
        attributes = {self._kind.arn_member: arn}
        if self._kind.is_job_definition or self._kind is MONITORING_SCHEDULE:
            attributes |= {name: str(document[name]) for name in _ATTRIBUTES if name in document}
        else:
            attributes[self._kind.name_member] = document[self._kind.name_member]
        return arn, attributes


def _call(operation: str, request: Document) -> None:
    try:
        service.call(operation, request, {})
    except AwsError as error:
        raise _handler_error(
            f"{error.message} (Service: SageMaker, Status Code: {error.status})", _code(error)
        ) from error


def _code(error: AwsError) -> str:
    """The HandlerErrorCode for an API error.

    https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
    """
    codes = {
        "ResourceInUse": "AlreadyExists",
        "ResourceNotFound": "NotFound",
        "AccessDeniedException": "AccessDenied",
        "ResourceLimitExceeded": "ServiceLimitExceeded",
    }
    if "already existing" in error.message:
        return "AlreadyExists"
    return codes.get(error.code, "InvalidRequest")


def _not_stabilized(message: str) -> ValueError:
    return _handler_error(message, "NotStabilized")


def _handler_error(message: str, code: str) -> ValueError:
    return ValueError(
        f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})'
    )


def _differ(old: dict[str, Any], new: dict[str, Any], names: tuple[str, ...]) -> bool:
    return any(old.get(name) != new.get(name) for name in names)


def _wait(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _LONGEST_WAIT_SECONDS
    while not done():
        if time.monotonic() > end:
            raise _not_stabilized(f"waited {_LONGEST_WAIT_SECONDS} seconds for {what}")
        time.sleep(_POLL_SECONDS)
