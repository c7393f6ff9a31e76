"""Resources that users bring must be where the monitoring can reach them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import (
    aws_ec2 as ec2,
    aws_kms as kms,
    aws_s3 as s3,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
)

from model_monitor import (
    DataCapture,
    EndpointDataCapture,
    EndpointMonitoring,
    MonitorCompute,
    MonitoredEndpoint,
    MonitoringServices,
    MonitorNetwork,
    S3Location,
)

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


_LAKE = S3Location.from_uri("s3://lake/capture")
_ENDPOINT = MonitoredEndpoint.from_endpoint_name("credit", capture_location=_LAKE)
_REGION = "eu-west-1"


def _stack(scope: cdk.App | cdk.Stage, name: str, *, region: str = _REGION, account: str = "123456789012") -> cdk.Stack:
    return cdk.Stack(scope, name, env=cdk.Environment(account=account, region=region))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (lambda app: _stack(cdk.App(), "Other"), "a construct of another app or stage: Other/Brought"),
        (lambda app: _stack(cdk.Stage(app, "Prod"), "Other"), "another app or stage: Prod/Other/Brought"),
        (lambda app: _stack(app, "Other", region="us-east-1"), "a resource in 'us-east-1': Other/Brought"),
    ],
)
@pytest.mark.parametrize(
    "bring",
    [
        lambda stack: {"encryption_key": kms.Key(stack, "Brought")},
        lambda stack: {"topic": sns.Topic(stack, "Brought")},
        lambda stack: {"output": S3Location.of(s3.Bucket(stack, "Brought"))},
        lambda stack: {"endpoint": _captured_in(S3Location.of(s3.Bucket(stack, "Brought")))},
        lambda stack: {"network": MonitorNetwork(vpc=ec2.Vpc(stack, "Brought"))},
        lambda stack: {"compute": MonitorCompute(volume_key=kms.Key(stack, "Brought"))},
    ],
)
def test_what_lies_out_of_reach_is_refused(
    place: Callable[[cdk.App], cdk.Stack], said: str, bring: Callable[[cdk.Stack], Any], kit: Kit, refused: Refused
) -> None:
    """The CDK would tell at the end of the synthesis, in words of its own, or the deployment would fail."""
    app = kit.app()
    brought = bring(place(app))
    with refused(said):
        monitoring = EndpointMonitoring(_stack(app, "Own"), "Credit", **{"endpoint": _ENDPOINT, **brought})
        monitoring.add_data_quality(baseline=kit.baseline())


def _captured_in(location: S3Location) -> MonitoredEndpoint:
    return MonitoredEndpoint.from_endpoint_name("credit", capture_location=location)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"region": "us-east-1"}, "region us-east-1 for a stack of account 123456789012 and region eu-west-1"),
        ({"account": "210987654321"}, "services of account 210987654321"),
    ],
)
def test_services_of_another_account_or_region_are_refused(
    options: dict[str, str], said: str, kit: Kit, refused: Refused
) -> None:
    app = kit.app()
    services = MonitoringServices(_stack(app, "Shared", **options), "Services")  # type: ignore[arg-type]
    with refused(said, "make services once for each account and region"):
        EndpointMonitoring(_stack(app, "Own"), "Credit", endpoint=_ENDPOINT, services=services)


def test_a_capture_of_a_bucket_of_another_region_is_refused(kit: Kit, refused: Refused) -> None:
    app = kit.app()
    capture = DataCapture.to(s3.Bucket(_stack(app, "Other", region="us-east-1"), "Lake"))
    with refused("a resource in 'us-east-1': Other/Lake"):
        EndpointDataCapture(_stack(app, "Own"), "Capture", endpoint_name="credit", capture=capture)
