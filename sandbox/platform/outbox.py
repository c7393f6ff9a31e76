"""The e-mails that SNS would have sent, newest last."""

from collections import deque
from typing import Any

from sandbox.process import clock

_KEPT = 1000
_messages: deque[dict[str, Any]] = deque(maxlen=_KEPT)


def deliver(*, to: str, subject: str, body: str, topic_arn: str) -> None:
    """Record an e-mail; the last 1000 are kept."""
    _messages.append(
        {"to": to, "subject": subject, "body": body, "topic_arn": topic_arn, "time": clock.now().isoformat()}
    )


def messages() -> list[dict[str, Any]]:
    """Every recorded e-mail: ``to``, ``subject``, ``body``, ``topic_arn`` and ``time`` (ISO 8601)."""
    return list(_messages)


def clear() -> None:
    """Forget them all."""
    _messages.clear()
