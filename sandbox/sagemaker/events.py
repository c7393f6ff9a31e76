"""State changes on the default event bus, in the order in which they happened.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import logging
import queue
import threading
from dataclasses import dataclass
from typing import Any

from sandbox import seams
from sandbox.sagemaker import activity
from sandbox.sagemaker.state import Document

_log = logging.getLogger(__name__)


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
        {name: _milliseconds(name, value) for name, value in detail.items()},
        resource,
    )
    activity.begin()
    _queue.put(event)
    _ensure_publisher()


def _milliseconds(name: str, value: Any) -> Any:
    return int(value * 1000) if name.endswith("Time") and isinstance(value, (int, float)) else value


def _ensure_publisher() -> None:
    global _publisher  # noqa: PLW0603 - started with the first event, once in a process
    with _start:
        if _publisher is None:
            _publisher = threading.Thread(target=_publish_forever, name="sagemaker-events", daemon=True)
            _publisher.start()


def _publish_forever() -> None:
    while True:
        event = _queue.get()
        try:
            with seams.scope(event.account, event.region):
                seams.put_event("aws.sagemaker", event.detail_type, event.detail, [event.resource])
        except Exception:
            _log.exception("could not publish %s", event.detail_type)
        finally:
            activity.end()
