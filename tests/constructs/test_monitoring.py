from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import (
    Stack,
    aws_events_targets as targets,
    aws_s3 as s3,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
)
from aws_cdk.assertions import Template

from model_monitor import DataQualityAlarms, MonitorSchedule, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_NONE = DataQualityAlarms(any_violation=False, execution_failed=False, silence_after=None, no_data_after=None)


@pytest.fixture(scope="module")
def busy(kit: Kit) -> Template:
    """Two endpoints in one stack and one bucket; the first has two monitors, subscribers and reactions."""
    stack = kit.stack()
    output = S3Location.of(s3.Bucket(stack, "Shared"), "monitoring")
    first = kit.monitoring(stack, "First", output=output, runbook_url="https://wiki.example.com/drift")
    queue = sqs.Queue(stack, "Queue")
    first.on_violation("Retrain", target=targets.SqsQueue(queue))
    first.add_data_quality(baseline=kit.baseline())
    first.add_data_quality("Daily", baseline=kit.baseline(), schedule=MonitorSchedule.daily(), alarms=_NONE)
    first.on_completed("Completed", target=targets.SqsQueue(queue))
    first.on_failed("Failed", target=targets.SqsQueue(queue))
    first.on_ended("Ended", target=targets.SqsQueue(queue))
    first.notify(
        subscriptions.EmailSubscription("ml-oncall@example.com"),
        subscriptions.UrlSubscription("https://hooks.example.com/drift"),
        subscriptions.SqsSubscription(queue),
    )
    second = kit.monitoring(stack, "Second", output=output, endpoint=kit.endpoint("churn-prod"))
    second.add_data_quality(
        baseline=kit.baseline(), alarms=DataQualityAlarms(drift={f"feature {n}": 0.2 for n in range(60)})
    )
    return Template.from_stack(stack)


def _composites(kit: Kit, template: Template) -> dict[str, dict[str, Any]]:
    found = kit.resources(template, "AWS::CloudWatch::CompositeAlarm")
    return {name: dict(resource["Properties"]) for name, resource in found.items()}


def test_only_the_composite_alarm_notifies(kit: Kit, default_template: Template) -> None:
    (composite,) = _composites(kit, default_template).values()
    (topic,) = kit.resources(default_template, "AWS::SNS::Topic")
    assert composite["AlarmActions"] == composite["OKActions"] == [{"Ref": topic}]
    for alarm in kit.resources(default_template, "AWS::CloudWatch::Alarm").values():
        assert not {"AlarmActions", "OKActions", "InsufficientDataActions"} & set(alarm["Properties"])


def test_the_composite_alarm_goes_into_alarm_when_any_alarm_does(kit: Kit, default_template: Template) -> None:
    (composite,) = _composites(kit, default_template).values()
    alarms = kit.resources(default_template, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 6
    rule = kit.flat(composite["AlarmRule"])
    assert sorted(rule.split(" OR ")) == sorted(f'ALARM("<{name}.Arn>")' for name in alarms)


def test_many_alarms_are_grouped_so_that_no_rule_becomes_too_long(kit: Kit, busy: Template) -> None:
    composites = {name: kit.flat(found["AlarmRule"]) for name, found in _composites(kit, busy).items()}
    (top,) = [name for name in composites if name.startswith("SecondAlarm")]
    groups = [name for name in composites if name.startswith("SecondDataQualityAlarms")]
    assert [composites[name].count("ALARM(") for name in groups] == [50, 14]
    assert composites[top] == " OR ".join(f'ALARM("<{name}.Arn>")' for name in groups)
    assert "AlarmActions" not in _composites(kit, busy)[groups[0]]


def test_names_as_long_as_aws_allows_fit_into_the_rules(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = kit.monitoring(stack, endpoint=kit.endpoint("e" * 63))
    drift = {f"{'f' * 150}{number}": 0.2 for number in range(35)}
    monitoring.add_data_quality(baseline=kit.baseline(), alarms=DataQualityAlarms(drift=drift))
    for number in range(8):
        monitoring.add_data_quality(f"{'Monitor' * 5}{number}", baseline=kit.baseline())
    template = Template.from_stack(stack)
    names = {
        name: kit.flat(found["Properties"]["AlarmName"])
        for type_name in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for name, found in kit.resources(template, type_name).items()
    }
    rules = [kit.flat(found["AlarmRule"]) for found in _composites(kit, template).values()]
    for rule in rules:
        watched = re.findall(r'ALARM\("<(\w+)\.Arn>"\)', rule)
        deployed = [f'ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{names[name]}")' for name in watched]
        assert 0 < len(watched) <= 100
        assert len(" OR ".join(deployed)) <= 10_240
    assert sum(rule.count("ALARM(") for rule in rules) == len(names) - 1, "every alarm but the top is watched once"


def test_a_quote_in_a_feature_s_name_does_not_end_its_name_in_the_rule(kit: Kit) -> None:
    stack = kit.stack()
    alarms = DataQualityAlarms(drift={'age "years"': 0.2, "age \\": 0.2})
    kit.monitoring(stack).add_data_quality(baseline=kit.baseline(), alarms=alarms)
    found = kit.resources(Template.from_stack(stack), "AWS::CloudWatch::Alarm").values()
    names = [kit.flat(alarm["Properties"]["AlarmName"]) for alarm in found]
    assert any("drift of age ?years? " in name for name in names)
    assert not [name for name in names if '"' in name or "\\" in name]


def test_the_composite_alarm_names_the_runbook(kit: Kit, busy: Template) -> None:
    descriptions = [kit.flat(found["AlarmDescription"]) for found in _composites(kit, busy).values()]
    assert any("fraud-prod" in text and "Runbook: https://wiki.example.com/drift." in text for text in descriptions)


@pytest.mark.parametrize(
    ("reaction", "statuses"),
    [
        ("Retrain", ["CompletedWithViolations"]),
        ("Completed", ["Completed", "CompletedWithViolations"]),
        ("Failed", ["Failed", "Stopped"]),
        ("Ended", ["Completed", "CompletedWithViolations", "Failed", "Stopped", "NoData"]),
    ],
)
def test_one_rule_holds_for_every_monitor_of_the_model_whether_added_before_or_after(
    reaction: str, statuses: list[str], kit: Kit, busy: Template
) -> None:
    rules = kit.resources(busy, "AWS::Events::Rule")
    (rule,) = [found["Properties"] for name, found in rules.items() if name.startswith(f"First{reaction}")]
    own = [name for name in kit.registered(busy) if name.startswith("fraud-first-")]
    assert len(own) == 2
    assert rule["EventPattern"] == {
        "source": ["model-monitoring"],
        "detail-type": ["Monitoring Run Ended"],
        "detail": {"monitoringScheduleName": own, "status": statuses},
    }
    assert rule["Description"].startswith("A run of any monitor of endpoint fraud-prod ")


def test_people_and_programs_can_subscribe(kit: Kit, busy: Template) -> None:
    found = kit.resources(busy, "AWS::SNS::Subscription").values()
    assert {resource["Properties"]["Protocol"] for resource in found} == {"email", "https", "sqs"}


def test_several_monitorings_share_a_bucket_without_sharing_files(kit: Kit, busy: Template) -> None:
    baselines = kit.resources(busy, "Custom::ModelMonitorBaseline").values()
    uris = [kit.flat(found["Properties"]["OutputUri"]) for found in baselines]
    assert len(set(uris)) == 3
    assert all("/monitoring/baselines/" in uri for uri in uris)
    assert len(kit.resources(busy, "AWS::S3::Bucket")) == 1
    reports = [found["reports"] for found in kit.registered(busy).values()]
    assert len(set(reports)) == 3


def test_several_monitorings_of_a_stack_share_the_deployment_function(kit: Kit, busy: Template) -> None:
    handlers = [found["Properties"]["Handler"] for found in kit.resources(busy, "AWS::Lambda::Function").values()]
    assert handlers.count("deployment.handler.handler") == 1
    # Each has topic and registry of its own, and so a results function.
    assert handlers.count("results.handler.handler") == 2


def test_several_monitors_of_an_endpoint_have_names_of_their_own(kit: Kit, busy: Template) -> None:
    schedules = kit.resources(busy, "AWS::SageMaker::MonitoringSchedule").values()
    assert len({found["Properties"]["MonitoringScheduleName"] for found in schedules}) == 3


def test_refuses_a_second_monitor_with_the_same_id(kit: Kit, stack: Stack, refused: Refused) -> None:
    monitoring = kit.monitoring(stack)
    monitoring.add_data_quality(baseline=kit.baseline())
    with refused("a second monitor with the id 'DataQuality'", "for example 'DataQualityDaily'"):
        monitoring.add_data_quality(baseline=kit.baseline())


@pytest.mark.parametrize(
    "part", ["Access", "Alarm", "Bucket", "BucketName", "Control", "Default", "Key", "Results", "Topic", "TopicArn"]
)
def test_refuses_a_monitor_with_the_id_of_a_part_of_the_monitoring(
    part: str, kit: Kit, stack: Stack, refused: Refused
) -> None:
    monitoring = kit.monitoring(stack)
    with refused(f"a monitor with the id {part!r}", "an id of its own", f"for example '{part}Daily'"):
        monitoring.add_data_quality(part, baseline=kit.baseline())
    assert monitoring.monitors == {}


def test_there_is_no_composite_alarm_without_alarms(kit: Kit, stack: Stack, refused: Refused) -> None:
    monitoring = kit.monitoring(stack)
    monitoring.add_data_quality(baseline=kit.baseline(), alarms=_NONE)
    with refused("a monitoring without alarms", "at least one alarm"):
        _ = monitoring.composite_alarm


def test_settings_of_the_monitoring_reach_its_monitors(kit: Kit, stack: Stack) -> None:
    monitor = kit.monitoring(stack, tags={"team": "fraud"}).add_data_quality(baseline=kit.baseline())
    template = Template.from_stack(stack)
    definition = kit.properties(template, "AWS::SageMaker::DataQualityJobDefinition")
    assert definition["Tags"] == [{"Key": "team", "Value": "fraud"}]
    assert {"Key": "team", "Value": "fraud"} in kit.properties(template, "AWS::SageMaker::MonitoringSchedule")["Tags"]
    assert monitor.input.endpoint_name == "fraud-prod"


def test_a_monitor_may_have_settings_of_its_own(kit: Kit, stack: Stack) -> None:
    monitoring = kit.monitoring(stack, tags={"team": "fraud"}, runbook_url="https://wiki.example.com/all")
    monitoring.add_data_quality(baseline=kit.baseline(), tags={"team": "lending"}, runbook_url=None)
    template = Template.from_stack(stack)
    assert kit.properties(template, "AWS::SageMaker::DataQualityJobDefinition")["Tags"] == [
        {"Key": "team", "Value": "lending"}
    ]
    (document,) = kit.registered(template).values()
    assert document["runbook"] == "https://wiki.example.com/all"
