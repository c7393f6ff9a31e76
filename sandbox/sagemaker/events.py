"""State changes on the default event bus, in the order in which they happened.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import logging
import queue
import threading
from dataclasses import dataclass
from typing import Any

from sandbox import seams
from sandbox.process import settings
from sandbox.sagemaker import activity
from sandbox.sagemaker.state import Document

_log = logging.getLogger(__name__)
_NOT_IN_BARE_EVENTS = ("MonitoringScheduleArn", "ExitMessage")
"""What AWS's documented example of a processing job's event does not have."""


@dataclass(frozen=True)
class _Event:
    account: str
    region: str
    detail_type: str
    detail: dict[str, Any]
    resource: str


_queue: queue.SimpleQueue[_Event] = queue.SimpleQueue()
_start = threading.Lock()
_publisher: threading.Thread | None = None
_lost = 0.0
"""Share of the next event that is lost; it gets lost when it is lost as a whole."""


def state_change(subject: str, detail: Document, resource: str) -> None:
    """Publish ``SageMaker <subject> State Change``; returns at once, because targets may take their time.

    Args:
        subject: e.g. ``Processing Job``.
        detail: The event's detail; times in epoch seconds are turned into the milliseconds that events carry.
        resource: ARN of what changed.
    """
    event = _Event(
        seams.account_id(),
        seams.region(),
        f"SageMaker {subject} State Change",
        {name: _milliseconds(name, value) for name, value in detail.items() if not _is_left_out(subject, name)},
        resource,
    )
    activity.begin()
    _queue.put(event)
    _ensure_publisher()


def _is_left_out(subject: str, member: str) -> bool:
    return settings.current().bare_job_events and subject == "Processing Job" and member in _NOT_IN_BARE_EVENTS


def _milliseconds(name: str, value: Any) -> Any:
    return int(value * 1000) if name.endswith("Time") and isinstance(value, (int, float)) else value


def _ensure_publisher() -> None:
    global _publisher  # noqa: PLW0603 - started with the first event, once in a process
    with _start:
        if _publisher is None:
            _publisher = threading.Thread(target=_publish_forever, name="sagemaker-events", daemon=True)
            _publisher.start()


def _publish(event: _Event) -> None:
    """Send an event, once or twice, unless it gets lost."""
    global _lost  # noqa: PLW0603 - one publisher in a process
    _lost += settings.current().lost_events
    if _lost >= 1:
        _lost -= 1
        return
    with seams.scope(event.account, event.region):
        for _ in range(2 if settings.current().repeated_events else 1):
            seams.put_event("aws.sagemaker", event.detail_type, event.detail, [event.resource])


def _publish_forever() -> None:
    while True:
        event = _queue.get()
        try:
            _publish(event)
        except Exception:
            _log.exception("could not publish %s", event.detail_type)
        finally:
            activity.end()
