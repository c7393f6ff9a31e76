"""Handler of all custom resources behind CDK's Provider framework, as its `on_event` and as its `is_complete`.

The first call of a request reads the properties and calls AWS for nothing, so that nothing is begun that no poll looks
after. Each poll does the next step of the work under the access role of the resource. To raise is to fail the
deployment with the text of the error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from baseline.resource import BaselineResource
from bucket_contents.resource import BucketContentsResource
from data_capture.resource import DataCaptureResource
from deployment import answer
from deployment.answer import Answer
from deployment.request import Attributes, Request, Resource
from deployment.waiting import is_over
from schedule_guard.resource import GuardResource
from shared import clients, errors
from shared.logs import log

_KINDS: Mapping[str, Callable[[Request], Resource]] = {
    "Custom::ModelMonitorBaseline": BaselineResource,
    "Custom::MonitoringScheduleGuard": GuardResource,
    "Custom::EndpointDataCapture": DataCaptureResource,
    "Custom::MonitoringBucketContents": BucketContentsResource,
}
_T = TypeVar("_T")
_NOT_IN_SESSION_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)


def handler(event: Mapping[str, Any], _context: object) -> Answer:
    """Accept a request, or do the next step of one.

    Args:
        event: A request of CloudFormation. With a `Deadline` it is a poll: the request with the answer to it.

    Returns:
        For a request the physical id, `Started` and `Deadline` (seconds since 1970); for a poll `IsComplete` and at the
        end `Data`, the attributes.

    Raises:
        Exception: The properties are wrong, the work cannot be done, or it takes too long.
    """
    make = _KINDS.get(event["ResourceType"])
    if make is None:
        raise ValueError(f"ResourceType: got {event['ResourceType']!r}, expected one of {', '.join(_KINDS)}")
    request = Request.of(event)
    resource = make(request)
    if "Deadline" not in event:
        log("request", type=request.kind, resource=request.logical_id, request=request.id)
        physical_id = request.physical_id if request.is_delete else resource.physical_id
        return answer.accepted(physical_id, request.started)
    attributes = _step(request, resource)
    if attributes is not None:
        log("request done", resource=request.logical_id, request=request.id)
        return answer.done(attributes)
    if is_over(event):
        raise _act(request, resource, resource.give_up)
    return answer.not_yet()


def _step(request: Request, resource: Resource) -> Attributes | None:
    """Do the next step; None when there is more to do, or when it must be tried again."""
    try:
        return _act(request, resource, resource.step)
    except Exception as error:
        if isinstance(error, ClientError | BotoCoreError) and errors.is_transient(error):
            reason = "AWS is busy"
        elif not errors.is_refusal(error):
            raise
        elif request.is_fresh and (not request.is_delete or errors.is_refusal_of_role(error)):
            reason = "refused, which may pass: roles and policies take a while to be known everywhere"
            # Credentials that were made too early may stay refused.
            clients.forget()
        elif request.is_delete and isinstance(error, ClientError):
            # What is out of reach must not keep a stack from being deleted. A resource that makes an error of its own
            # of a refusal means it to be heard: capture that cannot be turned off goes on.
            log("nothing done: out of reach", resource=request.logical_id, error=str(error))
            return {}
        else:
            raise
        log("will be tried again", reason=reason, error=str(error))
        return None


def _act(request: Request, resource: Resource, work: Callable[[], _T]) -> _T:
    """Do some work as the access role of the resource."""
    session = _NOT_IN_SESSION_NAMES.sub("-", f"model-monitor-{resource.session_name}")
    with clients.acting_as(request.properties.get("AccessRoleArn"), session_name=session):
        return work()
