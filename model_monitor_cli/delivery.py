"""Whether messages of topics arrive: a queue that subscribes to them for some minutes.

SNS gives no receipt for a message. What a queue gets, every other confirmed subscriber is sent as well.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_NAME = "model-monitor-test-"
_KEEP_SECONDS = "600"
_MOST = 10
_PENDING = "PendingConfirmation"


class Listener:
    """Hear what topics send, from entering its block to leaving it; then nothing of it is left."""

    def __init__(self, context: Context, topics: Iterable[str], complain: Callable[[str], None]) -> None:
        """Subscribe to nothing yet.

        Args:
            context: AWS.
            topics: ARNs.
            complain: Called with what could not be removed again.
        """
        self._context = context
        self._topics = tuple(topics)
        self._complain = complain
        self._sqs: Any = None
        self._queue: str | None = None
        self._subscriptions: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.refused: str | None = None

    def __enter__(self) -> Listener:
        """Subscribe. What may not be done is told by `refused`."""
        try:
            if self._topics:
                self._subscribe()
        except ClientError as error:
            self._remove()
            if not errors.is_refusal(error):
                raise
            self.refused = f"{error.operation_name} was refused: {errors.message(error)}"
        except BaseException:  # Ctrl-C, too
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove subscriptions and queue."""
        self._remove()

    def hear(self) -> list[dict[str, Any]]:
        """Take what has arrived since; return all messages that are JSON objects, as alarms send them."""
        while self._queue and self.refused is None:
            taken = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=_MOST).get("Messages", [])
            for message in taken:
                self.messages += _objects(message["Body"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            if not taken:
                break
        return self.messages

    def _subscribe(self) -> None:
        self._sqs = self._context.client("sqs")
        self._queue = self._sqs.create_queue(
            QueueName=f"{_NAME}{uuid.uuid4().hex[:12]}", Attributes={"MessageRetentionPeriod": _KEEP_SECONDS}
        )["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": list(self._topics)}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        for topic in self._topics:
            made = self._context.sns.subscribe(
                TopicArn=topic,
                Protocol="sqs",
                Endpoint=arn,
                Attributes={"RawMessageDelivery": "true"},
                ReturnSubscriptionArn=True,
            )
            self._subscriptions.append(made["SubscriptionArn"])

    def _remove(self) -> None:
        for subscription in self._subscriptions:
            self._try(
                partial(self._context.sns.unsubscribe, SubscriptionArn=subscription),
                f"aws sns unsubscribe --subscription-arn {subscription}",
            )
        if self._queue:
            self._try(
                partial(self._sqs.delete_queue, QueueUrl=self._queue), f"aws sqs delete-queue --queue-url {self._queue}"
            )
        self._subscriptions, self._queue = [], None

    def _try(self, action: Callable[[], object], command: str) -> None:
        try:
            action()
        except (ClientError, BotoCoreError) as error:
            self._complain(f"something of the test is left behind ({error}); remove it: {command}")


def subscribers(context: Context, topic: str) -> tuple[Counter[str], int] | None:
    """Return how many subscribers a topic has, by protocol, and how many have not confirmed; None if refused."""
    try:
        pages = context.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        listed = [item for page in pages for item in page["Subscriptions"]]
    except ClientError as error:
        if errors.is_refusal(error) or errors.is_missing(error):
            return None
        raise
    own = [item for item in listed if f":{_NAME}" not in item["Endpoint"]]
    pending = sum(item["SubscriptionArn"] == _PENDING for item in own)
    return Counter(item["Protocol"] for item in own if item["SubscriptionArn"] != _PENDING), pending


def _objects(text: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(text)
    except ValueError:
        return []
    return [content] if isinstance(content, dict) else []
