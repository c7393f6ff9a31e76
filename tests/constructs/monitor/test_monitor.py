from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2, aws_events_targets as targets, aws_s3 as s3, aws_sqs as sqs
from aws_cdk.assertions import Template

from model_monitor import MonitorNetwork, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


@pytest.fixture(scope="module")
def reacting(kit: Kit) -> Template:
    """A monitor with rules, with a bucket that it may read, and with a database that it may reach."""
    stack = kit.stack()
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    monitor = kit.monitor(stack, network=MonitorNetwork(vpc=vpc))
    target = targets.SqsQueue(sqs.Queue(stack, "Queue"))
    monitor.on_completed("Completed", target=target)
    monitor.on_violation("Violation", target=target)
    monitor.on_failed("Failed", target=target)
    monitor.on_ended("Ended", target=target)
    s3.Bucket(stack, "Extra").grant_read(monitor)
    ec2.SecurityGroup(stack, "Database", vpc=vpc).connections.allow_from(monitor, ec2.Port.tcp(5432))
    return Template.from_stack(stack)


@pytest.mark.parametrize(
    ("rule", "statuses"),
    [
        ("Completed", ["Completed", "CompletedWithViolations"]),
        ("Violation", ["CompletedWithViolations"]),
        ("Failed", ["Failed", "Stopped"]),
        ("Ended", ["Completed", "CompletedWithViolations", "Failed", "Stopped", "NoData"]),
    ],
)
def test_a_rule_matches_the_event_of_runs_of_this_monitor_and_no_others(
    rule: str, statuses: list[str], kit: Kit, reacting: Template
) -> None:
    rules = kit.resources(reacting, "AWS::Events::Rule")
    (found,) = [resource["Properties"] for name, resource in rules.items() if name.startswith(f"DataQuality{rule}")]
    assert found["EventPattern"] == {
        "source": ["model-monitoring"],
        "detail-type": ["Monitoring Run Ended"],
        "detail": {"monitoringScheduleName": [_schedule_name(kit, reacting)], "status": statuses},
    }
    assert found["State"] == "ENABLED"
    assert found["Description"].startswith("A run of the data-quality monitor of endpoint fraud-prod ")


def test_a_monitor_can_be_granted_access(kit: Kit, reacting: Template) -> None:
    assert "<Extra6C4EAC05.Arn>" in kit.allowed(reacting, "DataQualityRole", "s3:GetBucket*")


def test_a_monitor_in_a_vpc_can_be_connected(kit: Kit, reacting: Template) -> None:
    (ingress,) = kit.resources(reacting, "AWS::EC2::SecurityGroupIngress").values()
    assert kit.flat(ingress["Properties"]["SourceSecurityGroupId"]).startswith("<DataQualitySecurityGroup")


def test_machines_of_one_job_may_talk_to_each_other_and_a_single_one_to_nobody(
    kit: Kit, vpc_template: Template, reacting: Template
) -> None:
    # A fixture has jobs with two machines, the other one jobs with one.
    (ingress,) = [
        found["Properties"] for found in kit.resources(vpc_template, "AWS::EC2::SecurityGroupIngress").values()
    ]
    assert ingress["IpProtocol"] == "-1"
    assert kit.flat(ingress["SourceSecurityGroupId"]) == kit.flat(ingress["GroupId"])
    (allowed,) = [
        kit.flat(found["Properties"]["GroupId"])
        for found in kit.resources(reacting, "AWS::EC2::SecurityGroupIngress").values()
    ]
    assert allowed.startswith("<Database")


def test_a_given_security_group_is_used_instead_of_a_new_one(kit: Kit) -> None:
    stack = kit.stack()
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    group = ec2.SecurityGroup(stack, "Own", vpc=vpc)
    monitor = kit.monitor(stack, network=MonitorNetwork(vpc=vpc, security_groups=[group]))
    assert [found.node.path for found in monitor.connections.security_groups] == ["Fraud/Own"]
    assert monitor.node.try_find_child("SecurityGroup") is None


def test_the_role_reads_the_capture_and_writes_reports_and_baselines_and_nothing_else(
    kit: Kit, vpc_template: Template
) -> None:
    arn = "arn:<AWS::Partition>:s3:::"
    assert set(kit.allowed(vpc_template, "DataQualityRole", "s3:PutObject")) == {
        f"{arn}monitoring-output/monitoring/{place}{end}"
        for place in (f"{kind}/{_schedule_name(kit, vpc_template)}" for kind in ("reports", "baselines"))
        for end in ("", "/*")
    }
    assert set(kit.allowed(vpc_template, "DataQualityRole", "s3:GetObject")) - set(
        kit.allowed(vpc_template, "DataQualityRole", "s3:PutObject")
    ) == {f"{arn}{place}{end}" for place in ("captured-traffic/capture", "lake/fraud/train.csv") for end in ("", "/*")}
    assert kit.allowed(vpc_template, "DataQualityRole", "s3:DeleteObject") == []


def test_the_role_may_use_the_key_for_files_and_disks(kit: Kit, vpc_template: Template) -> None:
    for action in ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"):
        assert kit.allowed(vpc_template, "DataQualityRole", action) == ["<Key961B73FD.Arn>"]


def test_the_role_may_make_network_interfaces_only_in_a_vpc(
    kit: Kit, vpc_template: Template, default_template: Template
) -> None:
    assert kit.allowed(vpc_template, "DataQualityRole", "ec2:CreateNetworkInterface") == ["*"]
    assert kit.allowed(default_template, "DataQualityRole", "ec2:CreateNetworkInterface") == []


def test_metrics_may_be_published_to_the_service_s_namespaces_only(kit: Kit, default_template: Template) -> None:
    conditions = [
        statement["Condition"]["StringLike"]["cloudwatch:namespace"]
        for name, statement in kit.statements(default_template)
        if "DataQualityRole" in name and statement["Action"] == "cloudwatch:PutMetricData"
    ]
    assert conditions == [["aws/sagemaker/*", "/aws/sagemaker/*"]]


def test_the_name_of_the_schedule_is_one_that_the_service_takes(kit: Kit) -> None:
    stack = kit.stack("Stack-With-A-Long-Name-That-Says-Much-About-The-Team-And-The-Stage")
    name = kit.monitor(stack, "Monitor With Spaces_And.Signs").monitoring_schedule_name
    assert len(name) <= 63
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[0].isalpha()
    assert name[-1] != "-"


def test_the_same_monitor_in_two_nested_stacks_has_two_names(kit: Kit) -> None:
    names = {kit.monitor(cdk.NestedStack(kit.stack(name), "Nested")).monitoring_schedule_name for name in ("A", "B")}
    assert len(names) == 2


def test_reports_lie_below_the_output(kit: Kit) -> None:
    monitor = kit.monitor(output=S3Location.from_uri("s3://out/ml/"))
    assert monitor.reports.uri == f"s3://out/ml/reports/{monitor.monitoring_schedule_name}"


def _schedule_name(kit: Kit, template: Template) -> str:
    return str(kit.properties(template, "AWS::SageMaker::MonitoringSchedule")["MonitoringScheduleName"])
