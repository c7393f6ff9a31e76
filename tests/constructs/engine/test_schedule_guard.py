from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration
from aws_cdk.assertions import Template
from hypothesis import given, strategies as st

from model_monitor import BatchMonitoring, MonitorSchedule, S3Location, ServedElsewhere
from model_monitor.engine.schedule_guard import one_time_prefix, probe_name

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_GUARD = "Custom::MonitoringScheduleGuard"
_SCHEDULE = "AWS::SageMaker::MonitoringSchedule"
_ACCESS = "FraudAccess"
_PREFIX = "arn:<AWS::Partition>:sagemaker:eu-west-1:123456789012:"


def _named(kit: Kit, template: Template, type_name: str, text: str) -> tuple[str, dict[str, Any]]:
    (found,) = [item for item in kit.resources(template, type_name).items() if text in item[0]]
    return found


def test_cloudformation_updates_one_guard_before_the_schedule_and_deletes_the_other_before_it(
    kit: Kit, default_template: Template
) -> None:
    ((schedule_id, schedule),) = kit.resources(default_template, _SCHEDULE).items()
    before_change, _ = _named(kit, default_template, _GUARD, "BeforeChange")
    _, before_deletion = _named(kit, default_template, _GUARD, "BeforeDeletion")
    assert before_change in schedule["DependsOn"]
    assert schedule_id in before_deletion["DependsOn"]
    name = schedule["Properties"]["MonitoringScheduleName"]
    assert before_deletion["Properties"]["ScheduleName"] == name


def test_a_run_goes_on_until_the_new_definition_exists(kit: Kit, default_template: Template) -> None:
    _, guard = _named(kit, default_template, _GUARD, "BeforeChange")
    (definition,) = kit.resources(default_template, "AWS::SageMaker::DataQualityJobDefinition")
    assert definition in guard["DependsOn"]


def test_a_guard_s_permissions_outlive_it(kit: Kit, default_template: Template) -> None:
    roles = [name for name in kit.resources(default_template, "AWS::IAM::Role") if name.startswith(_ACCESS)]
    policies = [name for name in kit.resources(default_template, "AWS::IAM::Policy") if name.startswith(_ACCESS)]
    for guard in kit.resources(default_template, _GUARD).values():
        assert set(guard["DependsOn"]) >= {*roles, *policies}


def test_the_guard_is_asked_whenever_the_schedule_changes_and_only_then(kit: Kit) -> None:
    revisions = []
    for schedule in (MonitorSchedule.hourly(), MonitorSchedule.every(hours=6), MonitorSchedule.hourly()):
        stack = kit.stack()
        kit.monitor(stack, schedule=schedule)
        template = Template.from_stack(stack)
        _, guard = _named(kit, template, _GUARD, "BeforeChange")
        _, unchanging = _named(kit, template, _GUARD, "BeforeDeletion")
        revisions.append(kit.flat(guard["Properties"]["Revision"]))
        assert "Revision" not in unchanging["Properties"]
        definition = kit.properties(template, "AWS::SageMaker::DataQualityJobDefinition")["JobDefinitionName"]
        assert revisions[-1].startswith(kit.flat(definition))
    assert revisions[0] == revisions[2] != revisions[1]


def test_the_schedule_names_its_guard_in_a_tag_and_the_guards_say_the_same(
    kit: Kit, default_template: Template
) -> None:
    schedule = kit.properties(default_template, _SCHEDULE)
    owner = f"{schedule['MonitoringScheduleName']}@Fraud"
    assert {"Key": "model-monitor:guard", "Value": owner} in schedule["Tags"]
    guards = kit.resources(default_template, _GUARD).values()
    assert [guard["Properties"]["Owner"] for guard in guards] == [owner, owner]


def test_the_schedule_says_in_a_tag_where_its_monitor_is_registered(kit: Kit, default_template: Template) -> None:
    tags = {tag["Key"]: kit.flat(tag["Value"]) for tag in kit.properties(default_template, _SCHEDULE)["Tags"]}
    function = kit.function(default_template, "results.handler.handler")
    assert tags["model-monitor:registry"] == kit.flat(function["Environment"]["Variables"]["REGISTRY_URI"])


def test_one_guard_alone_registers_the_monitor_in_an_object_of_its_own(kit: Kit, default_template: Template) -> None:
    _, before_change = _named(kit, default_template, _GUARD, "BeforeChange")
    _, before_deletion = _named(kit, default_template, _GUARD, "BeforeDeletion")
    assert not {"RegistryUri", "Monitor"} & set(before_change["Properties"])
    registry = kit.flat(
        kit.function(default_template, "results.handler.handler")["Environment"]["Variables"]["REGISTRY_URI"]
    )
    name = before_deletion["Properties"]["ScheduleName"]
    assert kit.flat(before_deletion["Properties"]["RegistryUri"]) == f"{registry}/{name}.json"
    place = f"arn:<AWS::Partition>:s3:::{registry.removeprefix('s3://')}/{name}.json"
    assert place in kit.allowed(default_template, _ACCESS, "s3:PutObject")
    assert place in kit.allowed(default_template, _ACCESS, "s3:DeleteObject")


def _documents(kit: Kit, template: Template) -> dict[str, dict[str, Any]]:
    """The registered documents by type, without the references to what the template makes."""
    documents = {found["type"]: dict(found) for found in kit.registered(template).values()}
    for document in documents.values():
        assert document.pop("access_role").endswith(".Arn>")
        assert document.pop("topic").startswith("<")
    return documents


def test_the_document_of_a_data_quality_monitor(kit: Kit, default_template: Template) -> None:
    (schedule,) = kit.registered(default_template)
    (bucket,) = kit.resources(default_template, "AWS::S3::Bucket")
    assert _documents(kit, default_template) == {
        "DataQuality": {
            "schedule": schedule,
            "short_name": "data-quality",
            "type": "DataQuality",
            "title": "endpoint fraud-prod",
            "endpoint": "fraud-prod",
            "reports": f"s3://<{bucket}>/reports/{schedule}",
            "period_hours": 1,
            "metrics": {"drift": ["age"], "mean": ["income"]},
            "examples": kit.endpoint().records.uri,
        }
    }


def test_the_document_names_the_role_the_topic_and_the_runbook(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = kit.monitoring(stack, runbook_url="https://wiki.example.com/drift", output=kit.output())
    monitoring.add_data_quality(baseline=kit.baseline(), schedule=MonitorSchedule.every(hours=6))
    template = Template.from_stack(stack)
    (document,) = kit.registered(template).values()
    (topic,) = kit.resources(template, "AWS::SNS::Topic")
    (role,) = [name for name in kit.resources(template, "AWS::IAM::Role") if name.startswith(_ACCESS)]
    assert (document["access_role"], document["topic"]) == (f"<{role}.Arn>", f"<{topic}>")
    assert (document["runbook"], document["period_hours"]) == ("https://wiki.example.com/drift", 6)


def test_the_documents_of_monitors_with_labels_name_what_labels_are_merged_with(
    kit: Kit, quality_template: Template, clarify_template: Template
) -> None:
    quality = _documents(kit, quality_template)["ModelQuality"]
    bias = _documents(kit, clarify_template)["ModelBias"]
    assert quality["metrics"] == {"quality": ["recall", "false_positive_rate", "auc"]}
    assert bias["metrics"] == {
        "bias": [
            {"metric": "DPPL", "facet": "sex", "facet_value": "female"},
            {"metric": "DI", "facet": "age", "facet_value": "(40, 75]"},
            {"metric": "CI", "facet": "sex", "facet_value": "female"},
        ]
    }
    for document in (quality, bias):
        assert document["captured"] == "s3://captured-traffic/capture/fraud-prod"
        assert set(document) == {
            "schedule",
            "short_name",
            "type",
            "title",
            "endpoint",
            "captured",
            "reports",
            "period_hours",
            "metrics",
        }


def test_the_document_of_an_explainability_monitor_without_alarms_on_features(
    kit: Kit, clarify_template: Template
) -> None:
    document = _documents(kit, clarify_template)["ModelExplainability"]
    assert set(document) == {"schedule", "short_name", "type", "title", "endpoint", "reports", "period_hours"}


def test_documents_of_monitors_without_an_endpoint(kit: Kit) -> None:
    stack = kit.stack()
    elsewhere = ServedElsewhere.of(name="credit", captured=S3Location.from_uri("s3://models/capture"))
    kit.monitor(stack, input=elsewhere)
    BatchMonitoring(stack, "Churn", transform=kit.batch()).add_data_quality(
        baseline=kit.baseline(), schedule=MonitorSchedule.daily()
    )
    documents = {found["title"]: found for found in kit.registered(Template.from_stack(stack)).values()}
    batch = documents.pop("batch transform captured in s3://captured-batch/churn")
    assert not {"endpoint", "model", "captured"} & set(batch)
    assert batch["period_hours"] == 24
    (other,) = documents.values()
    assert (other["title"], other["model"]) == ("model credit", "credit")
    assert "endpoint" not in other


def test_a_single_run_has_no_period(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitor(stack, schedule=MonitorSchedule.once(start=Duration.hours(3)))
    (document,) = kit.registered(Template.from_stack(stack)).values()
    assert "period_hours" not in document


def test_the_access_role_touches_its_schedules_and_jobs_of_runs_only(kit: Kit, default_template: Template) -> None:
    name = kit.properties(default_template, _SCHEDULE)["MonitoringScheduleName"]
    for action in ("ListTags", "StartMonitoringSchedule", "StopMonitoringSchedule"):
        assert kit.allowed(default_template, _ACCESS, f"sagemaker:{action}") == [f"{_PREFIX}monitoring-schedule/{name}"]
    stopped = kit.allowed(default_template, _ACCESS, "sagemaker:StopProcessingJob")
    assert stopped[1:] == [
        f"{_PREFIX}processing-job/groundtruth-merge-*",
        f"{_PREFIX}processing-job/model-monitoring-*",
        f"{_PREFIX}processing-job/model-quality-monitoring-*",
        f"{_PREFIX}processing-job/model-bias-*",
        f"{_PREFIX}processing-job/model-explainability-*",
    ]
    for action in ("ListMonitoringSchedules", "ListMonitoringExecutions"):
        assert kit.allowed(default_template, _ACCESS, f"sagemaker:{action}") == ["*"]


def test_only_single_runs_and_the_probe_may_be_made_and_deleted(kit: Kit, default_template: Template) -> None:
    name = kit.properties(default_template, _SCHEDULE)["MonitoringScheduleName"]
    for action in ("CreateMonitoringSchedule", "DeleteMonitoringSchedule"):
        assert kit.allowed(default_template, _ACCESS, f"sagemaker:{action}") == [
            f"{_PREFIX}monitoring-schedule/{one_time_prefix(name)}*",
            f"{_PREFIX}monitoring-schedule/{probe_name(name)}",
        ]


def test_schedules_of_single_runs_get_the_role_of_the_jobs(kit: Kit, default_template: Template) -> None:
    (statement,) = [
        found
        for name, found in kit.statements(default_template)
        if name.startswith(_ACCESS) and found["Action"] == "iam:PassRole"
    ]
    assert kit.flat(statement["Resource"]).startswith("<FraudDataQualityRole")
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_the_access_role_watches_over_all_monitors_of_the_model(kit: Kit, clarify_template: Template) -> None:
    names = {
        found["Properties"]["MonitoringScheduleName"] for found in kit.resources(clarify_template, _SCHEDULE).values()
    }
    stopped = kit.allowed(clarify_template, _ACCESS, "sagemaker:StopMonitoringSchedule")
    assert {arn.rpartition("/")[2] for arn in stopped} == names
    assert len(names) == 2


@given(st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,62}", fullmatch=True).filter(lambda name: len(name) <= 63))
def test_the_name_of_the_probe_is_one_that_the_service_takes(name: str) -> None:
    probe = probe_name(name)
    assert len(probe) <= 63
    assert probe.endswith("-probe")
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", probe)
    assert name.startswith(probe.removesuffix("-probe"))


@pytest.mark.parametrize("length", [1, 44, 45, 63])
def test_the_name_of_a_single_run_has_room_for_its_time(length: int) -> None:
    assert len(one_time_prefix("n" * length)) + len("20261121030000") <= 63


def test_no_two_monitors_of_a_stack_share_single_runs(kit: Kit) -> None:
    # Both names begin with the same 44 characters; behind them are the rest of the id and a hash.
    stack = kit.stack("ProductionCreditRiskOfPrivateCustomersInFrankfurt")
    monitoring = kit.monitoring(stack)
    for name in ("DataQualityEurope", "DataQualityAfrica"):
        monitoring.add_data_quality(name, baseline=kit.baseline())
    template = Template.from_stack(stack)
    names = [found["Properties"]["MonitoringScheduleName"] for found in kit.resources(template, _SCHEDULE).values()]
    assert len({name[:44] for name in names}) == 1
    prefixes = {one_time_prefix(name) for name in names}
    assert len(prefixes) == 2
    deleted = kit.allowed(template, _ACCESS, "sagemaker:DeleteMonitoringSchedule")
    probes = {probe_name(name) for name in names}
    assert len(probes) == 2
    assert {arn.rpartition("/")[2] for arn in deleted} == {*(f"{prefix}*" for prefix in prefixes), *probes}
