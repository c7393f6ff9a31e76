"""Delivers the e-mails of SNS to the outbox; subscriptions by e-mail need no confirmation here."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.platform import outbox
from sandbox.seams import Name, get, replace

_PROTOCOLS = ("email", "email-json")
_DEFAULT_SUBJECT = "AWS Notification Message"


def install() -> None:
    """Record e-mails wherever a message fans out to a topic's subscribers."""
    replace(Name.FANOUT, _recording)


def _recording(original: Callable[..., None]) -> Callable[..., None]:
    def fanout(topic_arn: str, msg_id: str, message: str, subject: str, *rest: Any, **options: Any) -> None:
        original(topic_arn, msg_id, message, subject, *rest, **options)
        given = inspect.signature(original).bind(topic_arn, msg_id, message, subject, *rest, **options).arguments
        for subscription in (get(Name.TOPIC)(topic_arn) or {}).get("subscriptions", []):
            _deliver(subscription, given)

    return fanout


def _deliver(subscription: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    protocol = subscription.get("protocol", "")
    if protocol not in _PROTOCOLS:
        return
    body = get(Name.MESSAGE_FOR_PROTOCOL)(given["message"], given.get("message_structure", ""), protocol)
    if get(Name.MATCHES_FILTER)(subscription, given.get("message_attributes") or {}, body):
        outbox.deliver(
            to=subscription["endpoint"],
            subject=given["subject"] or _DEFAULT_SUBJECT,
            body=body,
            topic_arn=given["topic_arn"],
        )
