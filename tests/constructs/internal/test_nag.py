from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sns as sns
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from model_monitor import Baseline, DataQualityAlarms, DatasetFormat, MonitoredEndpoint, MonitorNetwork, S3Location
from model_monitor.internal import nag

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def _findings(stack: cdk.Stack) -> list[tuple[str, Sequence[str | None]]]:
    report: Any = AwsSolutionsChecks(stack).validate_scope(stack)
    return [
        (finding.rule_name, [resource.construct_path for resource in finding.violating_resources])
        for finding in report.violations
    ]


def _build(kit: Kit, stack: cdk.Stack) -> None:
    kit.monitoring(stack).add_data_quality(
        baseline=kit.baseline(), alarms=DataQualityAlarms(drift={"age": 0.2}, mean_shift={"age": 0.5})
    )


def test_the_whole_of_a_monitoring_has_no_finding_that_is_not_explained(default_stack: cdk.Stack) -> None:
    assert _findings(default_stack) == []


@pytest.mark.parametrize("fixture", ["quality_stack", "clarify_stack", "batch_stack"])
def test_no_kind_of_monitor_has_a_finding_that_is_not_explained(fixture: str, request: pytest.FixtureRequest) -> None:
    assert _findings(request.getfixturevalue(fixture)) == []


@pytest.mark.parametrize("name", ["Shared", "Credit", "Churn"])
def test_neither_shared_services_nor_their_models_have_a_finding_that_is_not_explained(
    name: str, fleet_stacks: dict[str, cdk.Stack]
) -> None:
    assert _findings(fleet_stacks[name]) == []


def test_what_exists_and_is_passed_in_has_no_finding_that_is_not_explained(kit: Kit) -> None:
    stack = kit.stack()
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    bucket = s3.Bucket.from_bucket_attributes(stack, "Bucket", bucket_name="reports", encryption_key=key)
    topic = sns.Topic(stack, "Topic", master_key=key, enforce_ssl=True)
    monitoring = kit.monitoring(stack, output=S3Location.of(bucket), encryption_key=key, topic=topic)
    monitoring.add_data_quality(baseline=kit.baseline())
    monitoring.add_schedule_control()
    assert _findings(stack) == []


def test_a_monitor_in_a_vpc_has_no_finding_that_is_not_explained(kit: Kit) -> None:
    stack = kit.stack()
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], private_subnet_ids=["subnet-1"]
    )
    kit.monitor(stack, network=MonitorNetwork(vpc=vpc), encryption_key=kms.Key(stack, "Key", enable_key_rotation=True))
    assert _findings(stack) == []


def test_references_to_another_stack_are_explained_as_the_template_writes_them(kit: Kit) -> None:
    app = kit.app()
    lake, watching = kit.stack("Lake", app=app), kit.stack("Watching", app=app)
    location = S3Location.of(s3.Bucket(lake, "Bucket"))
    kit.monitoring(
        watching,
        endpoint=MonitoredEndpoint.from_endpoint_name("fraud-prod", capture_location=location.join("capture")),
    ).add_data_quality(baseline=Baseline.from_dataset(location.join("train.csv"), DatasetFormat.csv()))
    app.synth()
    assert _findings(watching) == []


def test_a_wildcard_that_an_app_adds_is_still_found(kit: Kit) -> None:
    stack = kit.stack()
    monitor = kit.monitor(stack)
    statement = iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::other-bucket/*"])
    monitor.role.add_to_principal_policy(statement)
    assert _findings(stack) == [
        (
            "AwsSolutions-IAM5[Resource::arn:aws:s3:::other-bucket/*]",
            ["Fraud/DataQuality/Role/DefaultPolicy/Resource"],
        )
    ]


def test_without_the_explanations_there_are_findings(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdk.Validations, "acknowledge", lambda *_: None)
    stack = kit.stack()
    _build(kit, stack)
    rules = {rule.partition("[")[0] for rule, _ in _findings(stack)}
    assert rules == {f"AwsSolutions-{suffix}" for suffix in ("IAM5", "L1", "S1", "SF1", "SF2")}


def test_the_pack_passes_as_a_plug_in_of_the_app(kit: Kit) -> None:
    app = kit.app()
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    _build(kit, kit.stack(app=app))
    assert app.synth().stacks[0].stack_name == "Fraud"


def test_an_app_without_cdk_nag_does_not_notice(default_template: Template) -> None:
    document = str(default_template.to_json())
    assert "cdk_nag" not in document
    assert "AwsSolutions" not in document


@pytest.mark.parametrize("key", ["data (1).csv", "odd].csv", "odd(.csv", "{a}/[b].csv"])
def test_names_with_brackets_do_not_disturb_the_synthesis(key: str, stack: cdk.Stack) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    S3Location("lake", key).grant_read(role)
    assert Template.from_stack(stack).find_resources("AWS::IAM::Policy")


def _acknowledged(stack: cdk.Stack) -> list[str]:
    key = cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY
    metadata = [entry for construct in stack.node.find_all() for entry in construct.node.metadata]
    return [reason for entry in metadata if entry.type == key for reason in entry.data.values()]


def test_nothing_is_acknowledged_in_a_process_without_cdk_nag(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cdk_nag")
    stack = kit.stack()
    _build(kit, stack)
    Template.from_stack(stack)
    assert _acknowledged(stack) == []


def test_an_app_that_imports_cdk_nag_at_its_end_has_no_finding_either(kit: Kit) -> None:
    stack = kit.stack()
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "cdk_nag")
        _build(kit, stack)
    Template.from_stack(stack)
    assert _findings(stack) == []


def test_every_reason_says_something(default_stack: cdk.Stack) -> None:
    reasons = _acknowledged(default_stack)
    assert len(reasons) > 10
    assert all(len(reason.split()) >= 4 for reason in reasons)


def test_principals_that_are_no_constructs_need_no_explanation() -> None:
    nag.acknowledge_wildcards(iam.AccountRootPrincipal(), ["*"], "Nothing to be noted at.")
