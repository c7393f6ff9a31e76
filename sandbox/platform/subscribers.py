"""SNS delivers to queues and functions only where their policies, and the keys of queues, let it."""

import logging
from collections.abc import Callable
from typing import Any

from sandbox.platform import delivery
from sandbox.seams import Name, replace

_log = logging.getLogger("sandbox.platform.subscribers")


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.SUBSCRIBED_QUEUE, _to_queue)
    replace(Name.SUBSCRIBED_FUNCTION, _to_function)


def _to_queue(original: Callable[..., None]) -> Callable[..., None]:
    def deliver(endpoint: str, *message: Any, topic_arn: str = "", **options: Any) -> None:
        if _may_deliver(endpoint, topic_arn):
            original(endpoint, *message, topic_arn=topic_arn, **options)

    return deliver


def _to_function(original: Callable[..., None]) -> Callable[..., None]:
    def deliver(endpoint: str, envelope: str, topic_arn: str, *rest: Any) -> None:
        if _may_deliver(endpoint, topic_arn):
            original(endpoint, envelope, topic_arn, *rest)

    return deliver


def _may_deliver(endpoint: str, topic_arn: str) -> bool:
    refused = delivery.refusal(endpoint, delivery.SNS, topic_arn)
    if refused is not None:
        _log.error("the topic %s cannot deliver to a subscriber: %s", topic_arn, refused)
    return refused is None
