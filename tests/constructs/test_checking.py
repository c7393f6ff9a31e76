"""Arguments of a wrong type are refused before the CDK sees them, with the option and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypedDict, Unpack

import pytest
from aws_cdk import Duration, Stack, Token, aws_kms as kms, aws_s3 as s3
from aws_cdk.interfaces.aws_kms import IKeyRef

from model_monitor import Baseline, DatasetFormat, DriftMethod, MetricLimit, MonitorSchedule, S3Location
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
