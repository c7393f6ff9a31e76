"""Arguments of a wrong type are refused before the CDK sees them, with the option and what to write instead."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from types import FunctionType
from typing import Protocol, TypedDict, Unpack, get_type_hints, is_typeddict

import pytest
from aws_cdk import (
    Duration,
    Stack,
    Token,
    aws_cloudwatch as cloudwatch,
    aws_kms as kms,
    aws_s3 as s3,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
)
from aws_cdk.interfaces.aws_kms import IKeyRef
from constructs import Construct

import model_monitor
from model_monitor import (
    Baseline,
    DatasetFormat,
    DriftMethod,
    MetricLimit,
    MonitorSchedule,
    S3Location,
    allow_publishing,
)
from model_monitor.internal.checking import checked

Refused = Callable[..., AbstractContextManager[None]]


class Options(TypedDict, total=False):
    key: IKeyRef | None
    tags: Mapping[str, str] | None


@checked
def call(
    count: int = 1,
    *parts: str,
    delay: Duration | None = None,
    limits: Mapping[str, float | MetricLimit] | None = None,
    names: Sequence[str] = (),
    baseline: Baseline | None = None,
    method: DriftMethod | None = None,
    schedule: MonitorSchedule | None = None,
    **options: Unpack[Options],
) -> str:
    return "called"


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"count": "3"}, ["got count='3'", "a whole number"]),
        ({"count": True}, ["got count=True", "a whole number"]),
        ({"count": 1.5}, ["got count=1.5", "a whole number"]),
        ({"count": None}, ["got count=None", "a whole number"]),
        ({"count": 10**5000}, ["digits for count", "at most 15 digits"]),
        ({"delay": 5}, ["got delay=5", "a Duration", "write delay=Duration.hours(5)"]),
        ({"delay": Duration.hours(10**400)}, ["a Duration for delay", "an amount that is finite"]),
        ({"limits": {"recall": float("nan")}}, ["got limits['recall']=nan", "a finite number"]),
        ({"limits": {"recall": "high"}}, ["got limits['recall']='high'", "a number or a MetricLimit"]),
        ({"limits": {1: 0.5}}, ["expected text"]),
        ({"names": "age"}, ["got names='age'", "a list of text", "write names=['age']"]),
        ({"names": ["age", 3]}, ["got names[1]=3", "write names[1]='3'"]),
        ({"names": ["\ud800"]}, ["whole Unicode characters"]),
        ({"names": ["\0"]}, ["without the character NUL"]),
        ({"baseline": "train.csv"}, ["a Baseline", "Baseline.from_dataset(...)", "Baseline.from_asset(...)"]),
        ({"method": "Robust"}, ["a DriftMethod", "DriftMethod.ROBUST"]),
        ({"schedule": "hourly"}, ["a MonitorSchedule", "MonitorSchedule.hourly(...)"]),
        ({"key": "arn"}, ["an IKeyRef", "kms.Key.from_key_arn(...)"]),
        ({"tags": {"__proto__": "x"}}, ["got tags['__proto__']='__proto__'", "any other name"]),
        ({"tags": {"team": 1}}, ["got tags['team']=1", "write tags['team']='1'"]),
    ],
)
def test_a_wrong_type_is_refused(options: dict[str, object], texts: list[str], refused: Refused) -> None:
    with refused(*texts):
        call(**options)  # type: ignore[arg-type]


def test_a_construct_of_another_kind_is_refused(stack: Stack, refused: Refused) -> None:
    with refused("a Bucket for key", "an IKeyRef"):
        call(key=s3.Bucket(stack, "Bucket"))  # type: ignore[arg-type]


def test_what_fits_is_taken(stack: Stack) -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    for key in (kms.Key(stack, "L2"), kms.CfnKey(stack, "L1"), kms.Key.from_key_arn(stack, "Import", arn), None):
        assert call(key=key) == "called"
    baseline = Baseline.from_dataset(S3Location.from_uri("s3://lake/a.csv"), DatasetFormat.csv())
    assert call(3, "a", "b", delay=Duration.hours(1), limits={"a": 1, "b": MetricLimit.at(2)}, baseline=baseline)


def test_what_is_known_later_is_taken() -> None:
    assert call(
        Token.as_number({"Ref": "Count"}),
        Token.as_string({"Ref": "Part"}),
        names=Token.as_list({"Ref": "Names"}),
        limits={"recall": Token.as_number({"Ref": "Limit"})},
    )


def test_an_unknown_name_is_left_to_python() -> None:
    with pytest.raises(TypeError, match="unknown"):
        MonitorSchedule.daily(unknown=1)  # type: ignore[call-arg]


@checked
class Place(Construct):
    """A construct whose methods hand their arguments to the CDK."""

    def add(self, id: str, *, values: Sequence[str] = ()) -> Construct:
        return Construct(self, id)

    def metric(self, name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(namespace="N", metric_name="M", dimensions_map={"Feature": name})

    def tell(self, *subscriptions: sns.ITopicSubscription) -> None:
        topic = sns.Topic(self, "Topic")
        for subscription in subscriptions:
            topic.add_subscription(subscription)


BASELINE = Baseline.from_dataset(S3Location.from_uri("s3://lake/a.csv"), DatasetFormat.csv())
EMAIL = subscriptions.EmailSubscription("ml@example.com")


@pytest.mark.parametrize(
    ("call", "texts"),
    [
        (lambda place: place.add(math.nan), ["got id=nan", "expected text"]),
        (lambda place: place.add(""), ["got id=''", "an id that is not empty"]),
        (lambda place: place.add(Token.as_string({"Ref": "P"})), ["known at synthesis"]),
        (lambda place: place.add("A", values="age"), ["got values='age'", "a list of text"]),
        (lambda place: (place.add("A"), place.add("A")), ["a second construct with the id 'A' in Construct [Place]"]),
        (lambda place: place.metric(""), ["a metric with the name or dimension ''", "1 to 255 characters"]),
        (lambda place: place.tell(math.nan), ["got subscriptions=nan"]),
        (lambda place: place.tell(subscriptions.EmailSubscription), ["an ITopicSubscription"]),
        (lambda place: place.tell(BASELINE), ["an ITopicSubscription"]),
        (
            lambda place: place.tell(EMAIL, EMAIL),
            ["a second subscription of 'ml@example.com'"],
        ),
        (lambda place: Place(place.node.root, "Outside").tell(EMAIL), ["outside of any stack", "make a cdk.Stack"]),
    ],
)
def test_methods_of_constructs_refuse_what_the_cdk_would(
    stack: Stack, refused: Refused, call: Callable[[Place], object], texts: list[str]
) -> None:
    """NaN would end the CDK's process; the rest would be a raw error of it."""
    with refused(*texts):
        call(Place(stack, "Place"))


@pytest.mark.parametrize("kind", [getattr(model_monitor, name) for name in model_monitor.__all__])
def test_every_public_method_is_checked_and_its_hints_are_known(kind: object) -> None:
    if not isinstance(kind, type) or is_typeddict(kind) or issubclass(kind, Enum | Exception | Protocol):  # type: ignore[arg-type]
        return
    for name, member in vars(kind).items():
        if isinstance(member, FunctionType) and not name.startswith("_"):
            function = inspect.unwrap(member)
            assert function is not member, f"{kind.__name__}.{name}: decorate the class with @checked"
            get_type_hints(function)


def test_a_function_is_checked_as_well(refused: Refused) -> None:
    with refused("got key=nan", "an IKey"):
        allow_publishing(math.nan)  # type: ignore[arg-type]
