"""Reactions with conditions: the rule waits for what the results function is told to decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, aws_events_targets as targets, aws_stepfunctions as sfn
from aws_cdk.assertions import Template

from model_monitor import DataQualityAlarms, SageMakerPipelineTarget
from results.monitor import parse_monitor

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
RULE = "AWS::Events::Rule"


@pytest.fixture(scope="module")
def template(kit: Kit) -> Template:
    stack = kit.stack()
    monitoring = kit.monitoring(stack)
    daily = monitoring.add_data_quality("Early", baseline=kit.baseline())
    machine = sfn.StateMachine(
        stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Done"))
    )
    monitoring.on_violation(
        "Retrain",
        target=SageMakerPipelineTarget("training", parameters={"Report": "$.detail.reportUri", "Mode": "fast"}),
        cool_down=Duration.days(1),
        features=["income", "age", "debt"],
        at_least=2,
    )
    monitoring.on_violation("Always", target=targets.SfnStateMachine(machine))
    monitoring.add_data_quality("Late", baseline=kit.baseline())
    daily.on_violation("Ticket", target=targets.SfnStateMachine(machine), cool_down=Duration.hours(6))
    monitoring.on_alarm("Page", target=targets.SfnStateMachine(machine))
    monitoring.services.notify_slack(workspace_id="T07EZ1ABC", channel_id="C013F4ABC")
    return Template.from_stack(stack)


def _rule(kit: Kit, template: Template, name: str) -> dict[str, Any]:
    (found,) = [item for logical_id, item in kit.resources(template, RULE).items() if name in logical_id]
    return dict(found["Properties"])


def test_the_rule_waits_for_the_reaction_that_the_function_decides(kit: Kit, template: Template) -> None:
    (name,) = _rule(kit, template, "Retrain")["EventPattern"]["detail"]["reactions"]
    documents = kit.registered(template).values()
    wanted = {
        "name": name,
        "cool_down_seconds": 86400,
        "features": ["age", "debt", "income"],
        "at_least": 2,
    }
    assert [document["reactions"][0] for document in documents] == [wanted, wanted], "also of the later monitor"
    for document in documents:
        plain = {key: str(value) if key == "access_role" else value for key, value in document.items()}
        monitor = parse_monitor({**plain, "reports": "s3://a/b", "registered": "2026-11-21T03:00:00Z"})
        assert monitor.reactions[0].features == {"age", "debt", "income"}
        assert monitor.reactions[0].cool_down.days == 1


def test_without_conditions_a_pattern_is_enough(kit: Kit, template: Template) -> None:
    assert "reactions" not in _rule(kit, template, "Always")["EventPattern"]["detail"]


def test_a_monitor_s_own_reaction_is_its_own(kit: Kit, template: Template) -> None:
    (name,) = _rule(kit, template, "Ticket")["EventPattern"]["detail"]["reactions"]
    found = [
        schedule
        for schedule, document in kit.registered(template).items()
        if name in [reaction["name"] for reaction in document["reactions"]]
    ]
    assert _rule(kit, template, "Ticket")["EventPattern"]["detail"]["monitoringScheduleName"] == found
    assert len(found) == 1


def test_a_pipeline_is_started_with_parameters_of_the_event(kit: Kit, template: Template) -> None:
    (target,) = _rule(kit, template, "Retrain")["Targets"]
    assert kit.flat(target["Arn"]).endswith(":sagemaker:eu-west-1:123456789012:pipeline/training")
    assert target["SageMakerPipelineParameters"]["PipelineParameterList"] == [
        {"Name": "Report", "Value": "$.detail.reportUri"},
        {"Name": "Mode", "Value": "fast"},
    ]
    assert kit.allowed(template, "Retrain", "sagemaker:StartPipelineExecution") == [kit.flat(target["Arn"])]


def test_an_alarm_starts_its_target(kit: Kit, template: Template) -> None:
    pattern = _rule(kit, template, "Page")["EventPattern"]
    (composite,) = kit.resources(template, "AWS::CloudWatch::CompositeAlarm")
    assert [kit.flat(arn) for arn in pattern["resources"]] == [f"<{composite}.Arn>"]
    assert pattern["detail"] == {"state": {"value": ["ALARM"]}}


def test_slack_gets_alarms_and_messages_in_the_form_that_it_shows(kit: Kit, template: Template) -> None:
    channel = kit.properties(template, "AWS::Chatbot::SlackChannelConfiguration")
    assert len(channel["SnsTopicArns"]) == 2
    assert "CloudWatchReadOnlyAccess" in kit.flat(channel["GuardrailPolicies"][0])
    (target,) = _rule(kit, template, "Slack")["Targets"]
    message = target["InputTransformer"]["InputTemplate"]
    assert '"version":"1.0","source":"custom"' in message
    assert target["InputTransformer"]["InputPathsMap"]["detail-findings-0--feature"] == "$.detail.findings[0].feature"


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ({"cool_down": Duration.seconds(0)}, "cool-down"),
        ({"cool_down": Duration.days(366)}, "at most 365 days"),
        ({"at_least": 0}, "1 or more"),
        ({"features": ["age", "age"], "at_least": 2}, "1 to 1, the number of features"),
    ],
)
def test_conditions_that_can_never_be_met_are_refused(
    conditions: dict[str, Any], text: str, kit: Kit, refused: Refused
) -> None:
    monitoring = kit.monitoring()
    with refused(text):
        monitoring.on_violation("Retrain", target=SageMakerPipelineTarget("training"), **conditions)


_TARGET = SageMakerPipelineTarget("retraining")


def test_an_arn_is_no_name_of_a_pipeline(refused: Refused) -> None:
    with refused("the pipeline's name"):
        SageMakerPipelineTarget("arn:aws:sagemaker:eu-west-1:123456789012:pipeline/training")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda it: it.services.notify_slack(workspace_id="x", channel_id="C013F4ABC"), "got workspace_id='x'"),
        (lambda it: it.services.notify_slack(workspace_id="T07EZ1ABC", channel_id=""), "got channel_id=''"),
        (lambda it: it.on_alarm("Alarm", target=_TARGET, alarms=[]), "got alarms=[]"),
        (lambda it: it.on_ended("Ended", target=SageMakerPipelineTarget("")), "got pipeline_name=''"),
        (lambda it: SageMakerPipelineTarget("retraining", parameters={"": "a"}), "got the parameter ''"),
    ],
)
def test_reactions_that_aws_would_refuse_are_refused(
    call: Callable[[Any], object], said: str, kit: Kit, refused: Refused
) -> None:
    with refused(said):
        call(kit.monitoring())


def test_more_alarms_than_a_pattern_of_eventbridge_holds_are_refused(kit: Kit, refused: Refused) -> None:
    monitoring = kit.monitoring()
    alarms = DataQualityAlarms(drift={f"feature {number}": 0.2 for number in range(30)})
    monitor = monitoring.add_data_quality(baseline=kit.baseline(), alarms=alarms)
    monitoring.on_alarm("Few", target=_TARGET, alarms=monitor.alarms[:20])
    with refused("got 34 alarms, whose ARNs are too long for one rule"):
        monitoring.on_alarm("All", target=_TARGET, alarms=monitor.alarms)


def test_a_rule_without_monitors_is_refused_since_it_could_not_be_deployed(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitoring(stack).on_failed("Failed", target=_TARGET)
    with pytest.raises(RuntimeError, match="got a rule on the runs of a monitoring without monitors"):
        Template.from_stack(stack)
