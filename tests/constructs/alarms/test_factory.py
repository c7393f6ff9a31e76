from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Stack
from aws_cdk.assertions import Annotations, Match, Template

from model_monitor import DataQualityAlarms, MonitorSchedule, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


# Threshold, operator, periods, data points, meaning of missing data.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Driftage", (0.1, "GreaterThanThreshold", 1, 1, "ignore")),
        ("AnyViolation", (1, "GreaterThanOrEqualToThreshold", 2, 1, "notBreaching")),
        ("ExecutionFailed", (1, "GreaterThanOrEqualToThreshold", 2, 1, "notBreaching")),
        ("Silence", (1, "LessThanThreshold", 3, 3, "breaching")),
        ("NoData", (1, "GreaterThanOrEqualToThreshold", 3, 3, "notBreaching")),
    ],
)
def test_every_kind_of_alarm_has_its_own_patience(
    name: str, expected: tuple[object, ...], kit: Kit, default_template: Template
) -> None:
    alarm = kit.alarm(default_template, name)
    assert (
        alarm["Threshold"],
        alarm["ComparisonOperator"],
        alarm["EvaluationPeriods"],
        alarm["DatapointsToAlarm"],
        alarm["TreatMissingData"],
    ) == expected


def test_a_mean_shift_alarm_compares_with_the_baseline_s_own_mean_and_deviation(
    kit: Kit, default_template: Template
) -> None:
    alarm = kit.alarm(default_template, "MeanShiftincome")
    (baseline,) = kit.resources(default_template, "Custom::ModelMonitorBaseline")
    assert kit.flat(alarm["Threshold"]) == f"<{baseline}.MeanShiftLimit.income>"
    (expression,) = [metric for metric in alarm["Metrics"] if "Expression" in metric]
    assert kit.flat(expression["Expression"]) == f"IF(records >= 30, ABS(mean - (<{baseline}.Mean.income>)), 0)"
    assert expression["ReturnData"] is True
    watched = {metric["name"]: metric for metric in kit.watched(alarm)}
    assert {name: metric["statistic"] for name, metric in watched.items()} == {
        "FeatureMean": "Average",
        "FeatureRecords": "Maximum",
    }
    assert {metric["dimensions"]["Feature"] for metric in watched.values()} == {"income"}


def test_nobody_is_told_of_silence_while_the_first_baseline_is_computed(kit: Kit, default_template: Template) -> None:
    """The alarm without data is in ALARM; the baseline publishes the first, and the schedule comes after it."""
    (alarm,) = [
        found for name, found in kit.resources(default_template, "AWS::CloudWatch::Alarm").items() if "Silence" in name
    ]
    (schedule,) = kit.resources(default_template, "AWS::SageMaker::MonitoringSchedule")
    assert schedule in alarm["DependsOn"]


def test_a_description_says_what_happened_where_and_what_silence_means(kit: Kit, default_template: Template) -> None:
    text = kit.flat(kit.alarm(default_template, "Driftage")["AlarmDescription"])
    assert text.startswith("Feature 'age' has drifted: its distance to the baseline is above 0.1. Endpoint fraud-prod")
    assert "Without data: the alarm stays as it is, because a run that could not check proves nothing." in text
    assert "Reports: s3://<FraudBucket" in text
    assert "Without data: OK" in kit.flat(kit.alarm(default_template, "AnyViolation")["AlarmDescription"])
    assert "Without data: ALARM" in kit.flat(kit.alarm(default_template, "Silence")["AlarmDescription"])


@pytest.fixture(scope="module")
def unusual(kit: Kit) -> Template:
    """Features whose names resemble each other, a runbook, and an output deep in a bucket of unknown name."""
    stack = kit.stack()
    names = ["a/b", "a--b", "a b", "a.b", "a%2Fb", "größe", "f" * 220]
    kit.monitor(
        stack,
        output=S3Location(CfnParameter(stack, "Bucket").value_as_string, "p" * 600),
        alarms=DataQualityAlarms(
            drift=dict.fromkeys(names, 0.1), mean_shift={"x/y z": 1.5}, no_data_after=None, silence_after=None
        ),
        runbook_url="https://wiki.example.com/drift",
    )
    return Template.from_stack(stack)


def test_features_with_any_names_get_alarms_of_their_own(kit: Kit, unusual: Template) -> None:
    alarms = kit.resources(unusual, "AWS::CloudWatch::Alarm").values()
    watched = [metric for alarm in alarms for metric in kit.watched(alarm["Properties"])]
    features = [metric["dimensions"]["Feature"] for metric in watched if metric["name"] == "FeatureDrift"]
    assert sorted(features) == sorted(["a/b", "a--b", "a b", "a.b", "a%2Fb", "gr%C3%B6%C3%9Fe", "f" * 220])


def test_ids_of_metric_math_do_not_depend_on_the_feature(kit: Kit, unusual: Template) -> None:
    alarm = kit.alarm(unusual, "MeanShift")
    assert {metric["Id"] for metric in alarm["Metrics"]} == {"expr_1", "mean", "records"}


def test_a_description_always_fits_and_never_holds_half_a_token(kit: Kit, unusual: Template) -> None:
    for alarm in kit.resources(unusual, "AWS::CloudWatch::Alarm").values():
        text = kit.flat(alarm["Properties"]["AlarmDescription"])
        assert len(text) <= 1024
        assert "${" not in text
        assert "Runbook: https://wiki.example.com/drift." in text


def test_switched_off_alarms_are_not_made(kit: Kit, unusual: Template) -> None:
    made = "".join(kit.resources(unusual, "AWS::CloudWatch::Alarm"))
    assert "Silence" not in made
    assert "NoData" not in made
    assert "AnyViolation" in made


def test_an_expression_with_the_baseline_s_mean_raises_no_warning(default_stack: Stack) -> None:
    assert Annotations.from_stack(default_stack).find_warning("*", Match.any_value()) == []


@pytest.mark.parametrize("option", ["silence_after", "no_data_after"])
def test_refuses_a_patience_longer_than_an_alarm_can_look_back(option: str, kit: Kit, refused: Refused) -> None:
    options: dict[str, Any] = {option: 8}
    with refused(f"{option}=8 with a run every 24 hours", "at most 7", f"{option}=7"):
        kit.monitor(schedule=MonitorSchedule.daily(), alarms=DataQualityAlarms(**options))
