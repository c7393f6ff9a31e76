from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk.assertions import Match, Template

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def _function(kit: Kit, template: Template) -> dict[str, Any]:
    functions = kit.resources(template, "AWS::Lambda::Function").values()
    (function,) = [
        found["Properties"] for found in functions if found["Properties"]["Handler"] == "results.handler.handler"
    ]
    return dict(function)


def test_the_function_knows_every_monitor_the_topic_and_where_it_keeps_its_state(
    kit: Kit, default_template: Template
) -> None:
    variables = _function(kit, default_template)["Environment"]["Variables"]
    name = kit.properties(default_template, "AWS::SageMaker::MonitoringSchedule")["MonitoringScheduleName"]
    (bucket,) = kit.resources(default_template, "AWS::S3::Bucket")
    assert kit.json(variables["MONITORS"]) == {
        name: {"endpoint": "fraud-prod", "type": "DataQuality", "reports": f"s3://<{bucket}>/reports"}
    }
    assert kit.flat(variables["STATE_URI"]) == f"s3://<{bucket}>/handled-runs"
    assert kit.flat(variables["TOPIC_ARN"]).startswith("<FraudTopic")
    assert variables["METRIC_NAMESPACE"] == "ModelMonitoring"
    assert "RUNBOOK_URL" not in variables


def test_the_function_is_called_when_a_run_has_ended_and_every_hour(kit: Kit, default_template: Template) -> None:
    function = {"Fn::GetAtt": [Match.string_like_regexp("^FraudResultsFunction"), "Arn"]}
    default_template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {"detail": {"ProcessingJobStatus": ["Completed", "Failed", "Stopped"]}},
            "Targets": [{"Arn": function}],
        },
    )
    default_template.has_resource_properties(
        "AWS::Events::Rule",
        {"ScheduleExpression": "rate(1 hour)", "Targets": [{"Arn": function, "Input": '{"sweep":true}'}]},
    )


def test_the_function_reads_reports_writes_its_state_and_publishes(kit: Kit, default_template: Template) -> None:
    (bucket,) = kit.resources(default_template, "AWS::S3::Bucket")
    arn = f"arn:<AWS::Partition>:s3:::<{bucket}>"
    role = "ResultsFunctionRole"
    assert set(kit.allowed(default_template, role, "s3:PutObject")) == {
        f"{arn}/handled-runs",
        f"{arn}/handled-runs/*",
    }
    assert set(kit.allowed(default_template, role, "s3:DeleteObject")) == {
        f"{arn}/handled-runs",
        f"{arn}/handled-runs/*",
    }
    assert f"{arn}/reports/*" in kit.allowed(default_template, role, "s3:GetObject")
    assert len(kit.allowed(default_template, role, "sns:Publish")) == 1
    assert len(set(kit.allowed(default_template, role, "kms:Decrypt"))) == 1


def test_the_function_publishes_to_a_topic_that_exists(kit: Kit, imported_template: Template) -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:on-call"
    assert _function(kit, imported_template)["Environment"]["Variables"]["TOPIC_ARN"] == topic
    assert kit.allowed(imported_template, "ResultsFunctionRole", "sns:Publish") == [topic]
