"""Resources that users bring must be where the monitoring can reach them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms, aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs

from model_monitor import MonitoringServices

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def _topic(stack: cdk.Stack, name: str, region: str = "eu-west-1") -> sns.ITopic:
    return sns.Topic.from_topic_arn(stack, "Topic", f"arn:aws:sns:{region}:123456789012:{name}")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (lambda stack: {"encryption_key": kms.Key.from_key_arn(stack, "Key", _KEY)}, "a resource in 'us-east-1'"),
        (lambda stack: {"topic": _topic(stack, "oncall", "us-east-1")}, "one in 'eu-west-1'"),
        (lambda stack: {"topic": _topic(stack, "oncall.fifo")}, "the FIFO topic"),
        (lambda stack: {"topic": sns.Topic(stack, "New", fifo=True)}, "alarms cannot publish"),
    ],
)
def test_keys_and_topics_that_alarms_cannot_use_are_refused(
    options: Callable[[cdk.Stack], dict[str, Any]], said: str, kit: Kit, refused: Refused
) -> None:
    stack = kit.stack()
    with refused(said):
        MonitoringServices(stack, "Services", **options(stack))


def test_a_key_of_another_region_is_refused_for_one_monitor(kit: Kit, refused: Refused) -> None:
    stack = kit.stack()
    with refused("a resource in 'us-east-1'"):
        kit.monitor(stack, encryption_key=kms.Key.from_key_arn(stack, "Key", _KEY))


@pytest.mark.parametrize(
    "queue",
    [
        lambda stack: sqs.Queue(stack, "Queue", fifo=True),
        lambda stack: sqs.Queue.from_queue_arn(stack, "Queue", "arn:aws:sqs:eu-west-1:123456789012:messages.fifo"),
    ],
    ids=["of the app", "imported"],
)
def test_a_fifo_queue_cannot_subscribe(queue: Callable[[cdk.Stack], sqs.IQueue], kit: Kit, refused: Refused) -> None:
    stack = kit.stack()
    with refused("the FIFO queue of", "subscribe a standard queue"):
        kit.services(stack).notify(subscriptions.SqsSubscription(queue(stack)))


def test_standard_queues_and_addresses_can_subscribe(kit: Kit) -> None:
    stack = kit.stack()
    services = kit.services(stack)
    services.notify(
        subscriptions.SqsSubscription(sqs.Queue(stack, "Queue")), subscriptions.EmailSubscription("oncall@example.com")
    )
    assert len([node for node in stack.node.find_all() if isinstance(node, sns.CfnSubscription)]) == 2
