"""Checks of resources that users bring: that a monitoring can reach them from where it is deployed."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import IResource, Stack, aws_sns as sns
from constructs import IConstruct

from model_monitor.errors import ConfigurationError, Shown
from model_monitor.internal.references import target_of
from model_monitor.internal.tokens import is_token

_FIFO = ".fifo"


def require_same_region(resource: IResource, scope: IConstruct, *, option: str) -> None:
    """Check that a resource is in the region of a stack, as far as both are known at synthesis.

    Args:
        resource: A key or a topic: alarms, buckets and jobs reach those of their own region only.
        scope: Belongs to the stack.
        option: The option that names the resource.

    Raises:
        ConfigurationError: It is in another region.
    """
    region, own = resource.env.region, Stack.of(scope).region
    if region != own and not is_token(region) and not is_token(own):
        raise ConfigurationError(
            option=option,
            got=("a resource in ", Shown(region), f": {resource.node.path}"),
            expected=("one in ", Shown(own), ", where the stack is deployed"),
            fix="choose one of the stack's own region",
        )


def require_standard_topic(topic: sns.ITopic) -> None:
    """Check that alarms can publish to a topic.

    Raises:
        ConfigurationError: It is a FIFO topic, which takes no message without a group.
    """
    if topic.fifo:
        raise ConfigurationError(
            option="topic",
            got=f"the FIFO topic {topic.node.path}",
            expected="a standard topic: alarms cannot publish to FIFO topics",
            fix="choose a standard topic, and let the FIFO topic's readers subscribe to it",
        )


def require_standard_queue(subscription: sns.Subscription) -> None:
    """Check that a standard topic can deliver to what subscribes to it.

    Source: https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html

    Raises:
        ConfigurationError: It is a FIFO queue.
    """
    resource = subscription.node.default_child
    if isinstance(resource, sns.CfnSubscription) and resource.protocol == "sqs" and _is_fifo(resource.endpoint):
        raise ConfigurationError(
            got=f"the FIFO queue of {subscription.node.path}",
            expected="a standard queue: FIFO queues cannot subscribe to standard topics",
            fix="subscribe a standard queue",
        )


def _is_fifo(queue_arn: str | None) -> bool:
    if queue_arn is None or not is_token(queue_arn):
        return queue_arn is not None and queue_arn.endswith(_FIFO)
    queue = target_of(queue_arn)
    return isinstance(queue, cdk.aws_sqs.CfnQueue) and queue.fifo_queue is True
