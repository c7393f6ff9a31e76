"""A request of CloudFormation, and what every kind of custom resource answers it with."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from deployment.waiting import FRESH_SECONDS

# The attributes of a resource (`Fn::GetAtt`).
Attributes = dict[str, str]


@dataclass(frozen=True)
class Request:
    """What CloudFormation asks for.

    Attributes:
        kind: `Create`, `Update` or `Delete`.
        id: The same in all repetitions of one request.
        stack_id: ARN of the stack.
        logical_id: Name of the resource in the template.
        properties: What the template says.
        old_properties: What it said before an update.
        physical_id: Id of the resource; None before its creation.
        started: When the request came, in seconds since 1970.
    """

    kind: str
    id: str
    stack_id: str
    logical_id: str
    properties: Mapping[str, Any]
    old_properties: Mapping[str, Any]
    physical_id: str | None
    started: float

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Request:
        """Read an event of CDK's Provider framework."""
        return cls(
            kind=event["RequestType"],
            id=event["RequestId"],
            stack_id=event["StackId"],
            logical_id=event["LogicalResourceId"],
            properties=event["ResourceProperties"],
            old_properties=event.get("OldResourceProperties", {}),
            physical_id=event.get("PhysicalResourceId"),
            started=event.get("Started", time.time()),
        )

    @property
    def is_create(self) -> bool:
        """Whether the resource is new."""
        return self.kind == "Create"

    @property
    def is_update(self) -> bool:
        """Whether the resource exists and was changed."""
        return self.kind == "Update"

    @property
    def is_delete(self) -> bool:
        """Whether the resource is to go. Its properties may be of no use then: nobody has checked them."""
        return self.kind == "Delete"

    @property
    def is_fresh(self) -> bool:
        """Whether roles and policies of the same deployment may not be known everywhere yet."""
        return time.time() < self.started + FRESH_SECONDS


class Resource(Protocol):
    """One kind of custom resource, as to one request.

    It is made by its `Request`, and fails with a text for people if the properties of a creation or an update are
    wrong. To make it calls AWS for nothing.
    """

    @property
    def physical_id(self) -> str:
        """The id of the resource that a creation or an update asks for; another id is another resource."""

    @property
    def session_name(self) -> str:
        """What the work is about: the name of an endpoint or a schedule, for the records of CloudTrail."""

    def step(self) -> Attributes | None:
        """Do what can be done now, without waiting for long; return the attributes when all is done.

        Every step can be repeated: the framework polls, and it may do so twice after the same state.
        """

    def give_up(self) -> Exception:
        """Stop what was started, because it takes too long; return the error that says what was waited for."""
