from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_HANDLER = "results.handler.handler"
_ROLE = "FraudResultsFunctionRole"


@pytest.fixture(scope="module")
def rules(kit: Kit, default_template: Template) -> dict[str, dict[str, Any]]:
    found = kit.resources(default_template, "AWS::Events::Rule")
    return {name: dict(rule["Properties"]) for name, rule in found.items()}


def _rule(rules: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    (rule,) = [found for logical_id, found in rules.items() if name in logical_id]
    return rule


def test_the_function_knows_where_monitors_are_registered_and_where_it_keeps_its_state(
    kit: Kit, default_template: Template
) -> None:
    variables = kit.function(default_template, _HANDLER)["Environment"]["Variables"]
    (bucket,) = kit.resources(default_template, "AWS::S3::Bucket")
    registry = kit.flat(variables.pop("REGISTRY_URI"))
    assert registry.startswith(f"s3://<{bucket}>/registry/Fraud-")
    assert {name: kit.flat(value) for name, value in variables.items()} == {
        "STATE_URI": f"s3://<{bucket}>/handled-runs",
        "METRIC_NAMESPACE": "ModelMonitoring",
    }


def test_no_number_of_monitors_makes_the_environment_of_the_function_larger(kit: Kit) -> None:
    environments = []
    for monitors in (0, 3):
        stack = kit.stack()
        monitoring = kit.monitoring(stack)
        for number in range(monitors):
            monitoring.add_data_quality(f"Monitor{number}", baseline=kit.baseline())
        environments.append(kit.function(Template.from_stack(stack), _HANDLER)["Environment"])
    assert environments[0] == environments[1]


def test_two_sets_of_services_with_one_bucket_have_registries_of_their_own(kit: Kit) -> None:
    registries = set()
    for name in ("First", "Second"):
        stack = kit.stack(name)
        kit.monitoring(stack, output=kit.output())
        variables = kit.function(Template.from_stack(stack), _HANDLER)["Environment"]["Variables"]
        registries.add(variables["REGISTRY_URI"])
    assert len(registries) == 2


def test_one_rule_calls_the_function_when_a_job_of_any_monitor_has_ended(rules: dict[str, dict[str, Any]]) -> None:
    # AWS documents neither MonitoringScheduleArn nor the exit message for this event: either may be missing.
    assert _rule(rules, "RunEnded")["EventPattern"] == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Processing Job State Change"],
        "detail": {
            "ProcessingJobStatus": ["Completed", "Failed", "Stopped"],
            "$or": [
                {"MonitoringScheduleArn": [{"exists": True}]},
                {
                    "ProcessingJobName": [
                        {"prefix": "groundtruth-merge-"},
                        {"prefix": "model-bias-"},
                        {"prefix": "model-explainability-"},
                        {"prefix": "model-monitoring-"},
                        {"prefix": "model-quality-monitoring-"},
                    ]
                },
            ],
        },
    }


def test_the_rules_do_not_change_with_the_monitors(kit: Kit, rules: dict[str, dict[str, Any]]) -> None:
    stack = kit.stack()
    kit.monitoring(stack)
    alone = kit.resources(Template.from_stack(stack), "AWS::Events::Rule")
    assert {name: found["Properties"] for name, found in alone.items()} == rules


def test_the_function_looks_for_lost_runs_every_hour(kit: Kit, rules: dict[str, dict[str, Any]]) -> None:
    sweep = _rule(rules, "Sweep")
    assert sweep["ScheduleExpression"] == "rate(1 hour)"
    (target,) = sweep["Targets"]
    assert target["Input"] == '{"sweep":true}'
    for rule in rules.values():
        (target,) = rule["Targets"]
        assert kit.flat(target["Arn"]).startswith("<FraudResultsFunction")


def test_by_itself_the_function_reads_the_registry_and_keeps_its_notes(kit: Kit, default_template: Template) -> None:
    (bucket,) = kit.resources(default_template, "AWS::S3::Bucket")
    registry = kit.flat(kit.function(default_template, _HANDLER)["Environment"]["Variables"]["REGISTRY_URI"])
    notes = {f"arn:<AWS::Partition>:s3:::<{bucket}>/handled-runs{end}" for end in ("", "/*")}
    monitors = {f"arn:<AWS::Partition>:s3:::{registry.removeprefix('s3://')}{end}" for end in ("", "/*")}
    assert set(kit.allowed(default_template, _ROLE, "s3:PutObject")) == notes
    assert kit.allowed(default_template, _ROLE, "s3:DeleteObject") == []
    assert set(kit.allowed(default_template, _ROLE, "s3:GetObject")) == notes | monitors


def test_by_itself_the_function_can_neither_read_reports_nor_tell_people(kit: Kit, default_template: Template) -> None:
    assert kit.allowed(default_template, _ROLE, "sns:Publish") == []
    assert not [arn for arn in kit.allowed(default_template, _ROLE, "s3:GetObject") if "reports" in arn]
    (path,) = kit.allowed(default_template, _ROLE, "sts:AssumeRole")
    assert path.endswith("*")


def test_the_function_publishes_metrics_and_events_of_its_own_only(kit: Kit, default_template: Template) -> None:
    conditions = {
        statement["Action"]: statement["Condition"]
        for name, statement in kit.statements(default_template)
        if name.startswith(_ROLE) and statement["Action"] in ("cloudwatch:PutMetricData", "events:PutEvents")
    }
    assert conditions == {
        "cloudwatch:PutMetricData": {"StringEquals": {"cloudwatch:namespace": "ModelMonitoring"}},
        "events:PutEvents": {"StringEquals": {"events:source": "model-monitoring"}},
    }
    (bus,) = kit.allowed(default_template, _ROLE, "events:PutEvents")
    assert bus == "arn:<AWS::Partition>:events:eu-west-1:123456789012:event-bus/default"


def test_the_access_role_reads_reports_and_publishes_to_the_topic(kit: Kit, default_template: Template) -> None:
    (schedule,) = kit.registered(default_template)
    (bucket,) = kit.resources(default_template, "AWS::S3::Bucket")
    (topic,) = kit.resources(default_template, "AWS::SNS::Topic")
    reports = f"arn:<AWS::Partition>:s3:::<{bucket}>/reports/{schedule}/*"
    assert reports in kit.allowed(default_template, "FraudAccess", "s3:GetObject")
    assert kit.allowed(default_template, "FraudAccess", "sns:Publish") == [f"<{topic}>"]


def test_messages_go_to_a_topic_that_exists(kit: Kit, imported_template: Template) -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:on-call"
    (document,) = kit.registered(imported_template).values()
    assert document["topic"] == topic
    assert kit.allowed(imported_template, "FraudAccess", "sns:Publish") == [topic]
