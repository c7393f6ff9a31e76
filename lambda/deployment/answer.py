"""What CDK's Provider framework is answered.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.waiting import deadline

if TYPE_CHECKING:
    from deployment.request import Attributes

Answer = dict[str, Any]


def accepted(physical_id: str | None, started: float) -> Answer:
    """Answer a request whose work begins with the first poll; the framework hands all of this to every poll."""
    return {"PhysicalResourceId": physical_id, "Started": started, "Deadline": deadline(started)}


def not_yet() -> Answer:
    """Ask to be polled again."""
    return {"IsComplete": False}


def done(attributes: Attributes) -> Answer:
    """End a request well."""
    return {"IsComplete": True, "Data": attributes} if attributes else {"IsComplete": True}
