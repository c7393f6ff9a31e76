"""Checks of resources that users bring: that a monitoring can reach them from where it is deployed."""

from __future__ import annotations

from typing import cast

import aws_cdk as cdk
from aws_cdk import Stack, Stage, aws_sns as sns
from constructs import IConstruct, Node

from model_monitor.errors import ConfigurationError, OptionPath, Shown
from model_monitor.internal.references import target_of
from model_monitor.internal.tokens import is_token
from model_monitor.s3_location import S3Location

_FIFO = ".fifo"


def require_reachable(resource: object, scope: IConstruct, *, option: str | OptionPath) -> None:
    """Check that a stack can use a resource: it is of the same app and stage, and in the same region if both are known.

    Args:
        resource: A construct that the user brings. Alarms, buckets, jobs and endpoints reach those of their own region
            only. What is no construct is not checked.
        scope: Belongs to the stack.
        option: The option that names the resource.

    Raises:
        ConfigurationError: It is in another region, or of another app.
    """
    if not isinstance(getattr(resource, "node", None), Node):
        return
    construct = cast("IConstruct", resource)
    if Stage.of(construct) is not Stage.of(scope):  # an app is a stage, too
        raise ConfigurationError(
            option=option,
            got=f"a construct of another app or stage: {construct.node.path}",
            expected="one of the same app and stage: nothing can be referred to across them",
            fix="import it by its name or ARN, or make it in this app",
        )
    region, own = getattr(getattr(resource, "env", None), "region", None), Stack.of(scope).region
    if region is not None and region != own and not is_token(region) and not is_token(own):
        raise ConfigurationError(
            option=option,
            got=("a resource in ", Shown(region), f": {construct.node.path}"),
            expected=("one in ", Shown(own), ", where the stack is deployed"),
            fix="choose one of the stack's own region",
        )


def require_reachable_place(location: S3Location | None, scope: IConstruct, *, option: str | OptionPath) -> None:
    """Check the same of the bucket of a location, and of the key of its objects.

    Args:
        location: What the user brings; None for nothing.
        scope: Belongs to the stack.
        option: The option that names the location.

    Raises:
        ConfigurationError: One of them is in another region, or of another app.
    """
    if location is not None:
        require_reachable(location.bucket, scope, option=option)
        require_reachable(location.encryption_key, scope, option=option)


def require_same_environment(services: IConstruct, scope: IConstruct) -> None:
    """Check that a stack can share the services of another one.

    Args:
        services: The services.
        scope: Belongs to the stack.

    Raises:
        ConfigurationError: They are of another app, stage, account or region.
    """
    require_reachable(services, scope, option="services")
    theirs, own = Stack.of(services), Stack.of(scope)
    accounts = (theirs.account, own.account)
    if theirs is own:
        return
    if theirs.region != own.region or (accounts[0] != accounts[1] and not any(map(is_token, accounts))):
        raise ConfigurationError(
            option="services",
            got=f"services of {_place(theirs)} for a stack of {_place(own)}",
            expected="services of the same account and region",
            fix="make services once for each account and region, with the same env for all stacks that share them",
        )


def _place(stack: Stack) -> str:
    account, region = (("no chosen" if is_token(value) else value) for value in (stack.account, stack.region))
    return f"account {account} and region {region}"


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
