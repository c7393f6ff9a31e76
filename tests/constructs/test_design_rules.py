"""The rules that earlier projects of this kind broke. Each has a test that fails when it is broken again.

Rules 1 to 3 are about deploying again: `test_design_rules_of_updates.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from model_monitor import DataQualityAlarms, MonitorCompute, MonitorSchedule

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_DEFINITION = "AWS::SageMaker::DataQualityJobDefinition"
_SCHEDULE = "AWS::SageMaker::MonitoringSchedule"
_BASELINE = "Custom::ModelMonitorBaseline"
_KINDS = ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
_TEMPLATES = [f"{name}_template" for name in ("default", "vpc", "imported", "quality", "clarify", "batch")]


# Rule 4: the deployment waits for the baseline, and fails with it.


def test_rule_4_the_deployment_waits_for_the_baseline(kit: Kit, default_template: Template) -> None:
    (baseline,) = kit.resources(default_template, _BASELINE).values()
    token = kit.flat(baseline["Properties"]["ServiceToken"])
    assert re.match(r"<ModelMonitorDeploymentFrameworkframeworkonEvent\w+\.Arn>", token)
    assert len(kit.resources(default_template, "AWS::StepFunctions::StateMachine")) == 1


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_rule_4_cloudformation_waits_longer_than_the_function_does(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    # Left out, it would be an hour, and CloudFormation would give up without a reason.
    resources = request.getfixturevalue(fixture).to_json()["Resources"].values()
    custom = [found for found in resources if found["Type"].startswith("Custom::")]
    assert custom
    for resource in custom:
        assert (resource["Properties"]["ServiceTimeout"], resource["Type"]) == ("3420", resource["Type"])


# Rule 5: one type joins S3 addresses.


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_rule_5_no_address_has_a_doubled_or_a_trailing_slash(fixture: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(fixture)
    addresses = [text for text in _texts(template.to_json()) if "s3://" in text]
    assert addresses
    for address in addresses:
        rest = address.replace("s3://", "").replace("https://", "")
        assert "//" not in rest
        if address.startswith("s3://"):
            assert not address.endswith("/")


# Rule 6: baseline jobs get the same network, key and machines as the monitors.


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_rule_6_baseline_job_and_runs_have_the_same_network_key_and_machines(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(fixture)

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
                return kit.flat(value)
            return {name: plain(item) for name, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    baselines = kit.resources(template, _BASELINE)
    for kind in _KINDS:
        for name, found in kit.resources(template, f"AWS::SageMaker::{kind}JobDefinition").items():
            definition = found["Properties"]
            (baseline,) = [
                resource["Properties"]
                for other, resource in baselines.items()
                if other.startswith(name.partition("JobDefinition")[0] + "Baseline")
            ]
            assert kit.json(baseline["Compute"]) == plain(definition["JobResources"]["ClusterConfig"])
            assert kit.json(baseline["Network"]) == plain(definition["NetworkConfig"])
            assert baseline.get("OutputKmsKeyId") == definition[f"{kind}JobOutputConfig"].get("KmsKeyId")
            assert baseline["RoleArn"] == definition["RoleArn"]
            assert baseline["ImageUri"] == definition[f"{kind}AppSpecification"]["ImageUri"]
            assert baseline["MonitorType"] == kind


# Rule 7: every alarm says what missing data mean and looks back far enough.


@pytest.fixture(scope="module")
def alarms(kit: Kit) -> list[dict[str, Any]]:
    stack = kit.stack()
    for name, schedule in {
        "Hourly": MonitorSchedule.hourly(),
        "Often": MonitorSchedule.every(hours=5),
        "Daily": MonitorSchedule.daily(),
    }.items():
        kit.monitor(stack, name, schedule=schedule, alarms=DataQualityAlarms(drift={"age": 0.1}, mean_shift={"age": 1}))
    found = kit.resources(Template.from_stack(stack), "AWS::CloudWatch::Alarm").values()
    return [alarm["Properties"] for alarm in found]


def _period(alarm: dict[str, Any]) -> int:
    periods = {metric["MetricStat"]["Period"] for metric in alarm.get("Metrics", []) if "MetricStat" in metric}
    (period,) = periods or {alarm["Period"]}
    return int(period)


def test_rule_7_every_alarm_has_a_chosen_treatment_of_missing_data(alarms: list[dict[str, Any]]) -> None:
    assert len(alarms) == 18
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching", "breaching", "ignore"}


def test_rule_7_every_alarm_has_windows_that_cloudwatch_accepts(alarms: list[dict[str, Any]]) -> None:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    for alarm in alarms:
        assert _period(alarm) in {3600, 18000, 86400}
        assert 1 <= alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]
        assert alarm["EvaluationPeriods"] * _period(alarm) <= 7 * 86400


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_rule_7_no_alarm_looks_at_metrics_whose_data_points_lie_in_the_past(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    # Those of the service carry the start of the analysed window as time. A data point that is a day old may take two
    # days to appear: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    alarms = kit.resources(request.getfixturevalue(fixture), "AWS::CloudWatch::Alarm").values()
    watched = [metric for alarm in alarms for metric in kit.watched(alarm["Properties"])]
    assert {metric["namespace"] for metric in watched} == {"ModelMonitoring"}


def test_rule_7_a_limit_stays_broken_until_a_run_says_otherwise(
    kit: Kit, default_template: Template, quality_template: Template, clarify_template: Template
) -> None:
    # A run that could not check publishes nothing, which proves neither health nor trouble.
    limits = [
        alarm["Properties"]
        for template in (default_template, quality_template, clarify_template)
        for name, alarm in kit.resources(template, "AWS::CloudWatch::Alarm").items()
        if any(word in name for word in ("Driftage", "MeanShift", "QualityQuality", "BiasBias"))
    ]
    assert len(limits) == 8
    for alarm in limits:
        assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["TreatMissingData"]) == (1, 1, "ignore")


# Rule 8: roles are narrow, ARNs hold in every partition.

_WITHOUT_RESOURCES = {
    "cloudwatch:PutMetricData": "metrics are no resources; a condition names the namespace",
    "ecr:GetAuthorizationToken": "the token is the account's",
    "sagemaker:ListMonitoringExecutions": "executions are no resources",
    "sagemaker:ListMonitoringSchedules": "listing has no resources",
    "ec2:CreateNetworkInterface": "the interface does not exist yet",
    "ec2:CreateNetworkInterfacePermission": "the interface is named by SageMaker",
    "ec2:DeleteNetworkInterface": "the interface is named by SageMaker",
    "ec2:DeleteNetworkInterfacePermission": "the interface is named by SageMaker",
    "ec2:DescribeDhcpOptions": "Describe actions of EC2 have no resources",
    "ec2:DescribeNetworkInterfaces": "Describe actions of EC2 have no resources",
    "ec2:DescribeSecurityGroups": "Describe actions of EC2 have no resources",
    "ec2:DescribeSubnets": "Describe actions of EC2 have no resources",
    "ec2:DescribeVpcs": "Describe actions of EC2 have no resources",
}


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_rule_8_only_actions_without_resources_are_allowed_on_all(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    on_all: set[str] = set()
    for _, statement in kit.statements(request.getfixturevalue(fixture)):
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        assert all(re.fullmatch(r"[a-z0-9]+:[A-Za-z]+\*?", action) for action in actions)
        if statement["Resource"] == "*":
            on_all |= set(actions)
    assert on_all
    assert on_all <= set(_WITHOUT_RESOURCES)


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_rule_8_no_role_has_a_managed_policy(fixture: str, kit: Kit, request: pytest.FixtureRequest) -> None:
    roles = kit.resources(request.getfixturevalue(fixture), "AWS::IAM::Role").values()
    assert roles
    for role in roles:
        assert "ManagedPolicyArns" not in role["Properties"]


@pytest.mark.parametrize("fixture", [name for name in _TEMPLATES if name != "imported_template"])
def test_rule_8_no_arn_names_a_partition(fixture: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(fixture)
    assert not [text for text in _texts(template.to_json()) if re.search(r"arn:aws[a-z-]*:|amazonaws\.com/", text)]


def test_rule_8_every_role_can_be_taken_by_one_service_or_by_functions_that_are_named(
    kit: Kit, default_template: Template
) -> None:
    of_functions, of_jobs = {}, 0
    for name, role in kit.resources(default_template, "AWS::IAM::Role").items():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if list(statement["Principal"]) != ["Service"]:
            assert list(statement["Condition"]) == ["ArnEquals"]
            of_functions[name[:-8]] = len(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"])
        elif statement["Principal"]["Service"] == "sagemaker.amazonaws.com":
            of_jobs += 1
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert of_functions == {"FraudAccess": 2, "FraudBucketContentsAccess": 1}
    assert of_jobs == 1


# Rule 9: what can be told at synthesis is told there; tokens defer it. The errors themselves: one file a module.


def test_rule_9_the_error_comes_before_anything_is_made(kit: Kit, stack: cdk.Stack, refused: Refused) -> None:
    compute = MonitorCompute(max_runtime=cdk.Duration.hours(2))
    with refused("max_runtime=Duration.minutes(120)", "at most 60 minutes"):
        kit.monitor(stack, compute=compute)
    assert stack.node.try_find_child("DataQuality") is None


def test_rule_9_tokens_defer_the_checks(kit: Kit, stack: cdk.Stack) -> None:
    runtime = cdk.Duration.seconds(cdk.CfnParameter(stack, "Runtime", type="Number").value_as_number)
    kit.monitor(stack, compute=MonitorCompute(max_runtime=runtime))
    definition = kit.properties(Template.from_stack(stack), _DEFINITION)
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": {"Ref": "Runtime"}}


# Rule 10: tags are set on schedules, definitions and jobs.


def _own_tags(kit: Kit, template: Template, type_name: str) -> list[dict[str, str]]:
    """Tags of the only resource of a type, without those by which a schedule names its guard and its registry."""
    tags = kit.properties(template, type_name)["Tags"]
    return [tag for tag in tags if not tag["Key"].startswith("model-monitor:")]


def test_rule_10_tags_are_on_schedule_definition_and_baseline_job(kit: Kit) -> None:
    stack = kit.stack(tags={"owner": "risk"})
    kit.monitor(stack, tags={"team": "fraud"})
    template = Template.from_stack(stack)
    expected = [{"Key": "owner", "Value": "risk"}, {"Key": "team", "Value": "fraud"}]
    for type_name in (_SCHEDULE, _DEFINITION):
        assert _own_tags(kit, template, type_name) == expected
    assert kit.json(kit.properties(template, _BASELINE)["Tags"]) == expected


def test_rule_10_tags_by_an_aspect_arrive_everywhere(kit: Kit, stack: cdk.Stack) -> None:
    kit.monitor(stack)
    cdk.Tags.of(stack).add("cost-centre", "1234")
    template = Template.from_stack(stack)
    expected = [{"Key": "cost-centre", "Value": "1234"}]
    for type_name in (_SCHEDULE, _DEFINITION):
        assert _own_tags(kit, template, type_name) == expected
    assert kit.json(kit.properties(template, _BASELINE)["Tags"]) == expected


def _texts(value: Any) -> Iterator[str]:
    """Every text of a template, with joined ones as one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        join = value.get("Fn::Join")
        if join is not None:
            yield join[0].join(item if isinstance(item, str) else "<reference>" for item in join[1])
        else:
            for item in value.values():
                yield from _texts(item)
