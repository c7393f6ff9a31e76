"""The ten rules that earlier projects of this kind broke. Each has a test that fails when it is broken again."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.assertions import Template
from constructs import IConstruct

from model_monitor import (
    ConstraintOverrides,
    DataQualityAlarms,
    MonitorCompute,
    MonitorNetwork,
    MonitorSchedule,
    S3Location,
)
from model_monitor.lazy import canonical_json

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_DEFINITION = "AWS::SageMaker::DataQualityJobDefinition"
_SCHEDULE = "AWS::SageMaker::MonitoringSchedule"
_BASELINE = "Custom::ModelMonitorBaseline"
_KINDS = ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
_TEMPLATES = ["default_template", "vpc_template", "imported_template"]
_ALL_TEMPLATES = [*_TEMPLATES, "quality_template", "clarify_template", "batch_template"]


@dataclass
class Variants:
    """One monitor, deployed with one thing changed at a time, and what its names were made from."""

    templates: dict[str, Template] = field(default_factory=dict)
    hashed: list[str] = field(default_factory=list)


@jsii.implements(cdk.IAspect)
class _Isolate:
    """Changes a property of a finished definition, as an organisation's rules may do."""

    @jsii.member(jsii_name="visit")
    def visit(self, node: IConstruct) -> None:
        if isinstance(node, sagemaker.CfnDataQualityJobDefinition):
            node.network_config = sagemaker.CfnDataQualityJobDefinition.NetworkConfigProperty(
                enable_network_isolation=False
            )


_CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "instance type": {"compute": MonitorCompute(instance_type="ml.m5.4xlarge")},
    "volume": {"compute": MonitorCompute(volume_size=cdk.Size.gibibytes(21))},
    "runtime": {"compute": MonitorCompute(max_runtime=cdk.Duration.minutes(59))},
    "environment": {"environment": {"SCORE": "1"}},
    "tag": {"tags": {"team": "fraud"}},
    "constraint override": {"constraints": ConstraintOverrides(drift_threshold=0.2)},
    "categories": {"categorical": ["flag"]},
    "network": {"network": MonitorNetwork(isolation=False)},
    "output": {"output": S3Location.from_uri("s3://another-bucket")},
    "cron": {"schedule": MonitorSchedule.every(hours=6)},
    "alarm": {"alarms": DataQualityAlarms(drift={"age": 0.5})},
}
# What runs do not depend on must not replace the definition.
_HARMLESS = {"nothing", "cron", "alarm"}
_ALL = [*_CHANGES, "endpoint name", "dataset", "tag by an aspect", "property by an aspect"]


@pytest.fixture(scope="module")
def variants(kit: Kit) -> Variants:
    made, app = Variants(), cdk.App(analytics_reporting=False)

    def spy(scope: IConstruct, value: object) -> str:
        made.hashed.append(canonical_json(scope, value))
        return made.hashed[-1]

    changes = {
        **_CHANGES,
        "endpoint name": {"input": kit.endpoint("fraud-prod-2")},
        "dataset": {"baseline": kit.baseline("s3://lake/fraud/other.csv")},
        "tag by an aspect": {},
        "property by an aspect": {},
    }
    # The same stack name throughout: names and logical ids are those of one stack that is deployed again.
    stacks = {
        change: kit.stack(f"Variant{number}", app=app, stack_name="Fraud") for number, change in enumerate(changes)
    }
    for change, options in changes.items():
        kit.monitor(stacks[change], **options)
    cdk.Tags.of(stacks["tag by an aspect"]).add("cost-centre", "1234")
    cdk.Aspects.of(stacks["property by an aspect"]).add(_Isolate())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model_monitor.engine.names.canonical_json", spy)
        made.templates = {change: Template.from_stack(stack) for change, stack in stacks.items()}
    return made


def _definition(kit: Kit, variants: Variants, change: str) -> dict[str, Any]:
    return copy.deepcopy(kit.properties(variants.templates[change], _DEFINITION))


def _name(kit: Kit, variants: Variants, change: str) -> str:
    return kit.flat(_definition(kit, variants, change)["JobDefinitionName"])


# Rule 1: the physical name of a replace-only resource is never pinned, and no token goes into a hash.


@pytest.mark.parametrize("change", [change for change in _ALL if change not in _HARMLESS])
def test_rule_1_a_changed_definition_has_a_new_name(change: str, kit: Kit, variants: Variants) -> None:
    assert _name(kit, variants, change) != _name(kit, variants, "nothing")


def test_rule_1_every_change_has_a_name_of_its_own(kit: Kit, variants: Variants) -> None:
    names = {_name(kit, variants, change) for change in _ALL}
    assert len(names) == len(_ALL) - len(_HARMLESS) + 1


def test_rule_1_no_token_goes_into_a_hash(variants: Variants) -> None:
    assert len(variants.hashed) >= len(_ALL)
    for text in variants.hashed:
        assert "Token[" not in text
        assert "e+289" not in text


def test_rule_1_the_name_ends_in_the_version_of_the_baseline_and_fits(kit: Kit, variants: Variants) -> None:
    fingerprint = "0123456789abcdef"
    for change in _ALL:
        name = re.sub(r"<\w+\.Fingerprint>$", fingerprint, _name(kit, variants, change))
        assert name.endswith(f"-{fingerprint}")
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)


def test_rule_1_a_long_name_still_fits_and_is_still_the_monitor_s_own(kit: Kit) -> None:
    app = cdk.App(analytics_reporting=False)
    stacks = [
        kit.stack("Long", app=app, stack_name="a-stack-name-of-nearly-forty-characters-prod"),
        kit.stack("Longer", app=app, stack_name="a-stack-name-of-nearly-forty-characters-test"),
    ]
    for stack in stacks:
        kit.monitor(stack)
    names = [
        kit.flat(kit.properties(Template.from_stack(stack), _DEFINITION)["JobDefinitionName"]).partition("<")[0]
        for stack in stacks
    ]
    assert all(len(name) <= 63 - 16 for name in names)
    assert names[0] != names[1]


_PROGRAM = """
import sys
from aws_cdk import App, CfnParameter, Environment, Stack
from aws_cdk.assertions import Template
from model_monitor import *

# Tokens are numbered in the order of their making: other ones first move all numbers.
for number in range(int(sys.argv[1])):
    CfnParameter(Stack(), f"P{number}").value_as_string

stack = Stack(
    App(analytics_reporting=False), "Fraud", env=Environment(account="123456789012", region="eu-west-1")
)
location = S3Location.from_uri("s3://captured-traffic/capture")
DataQualityMonitor(
    stack,
    "DataQuality",
    input=MonitoredEndpoint.from_endpoint_name("fraud-prod", capture_location=location),
    baseline=Baseline.from_dataset(S3Location.from_uri("s3://lake/fraud/train.csv"), DatasetFormat.csv()),
    output=S3Location.from_uri("s3://monitoring-output/monitoring"),
)
(definition,) = Template.from_stack(stack).find_resources("AWS::SageMaker::DataQualityJobDefinition").values()
print(definition["Properties"]["JobDefinitionName"]["Fn::Join"][1][0])
"""


def test_rule_1_another_process_makes_the_same_name(kit: Kit, variants: Variants) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "7"], capture_output=True, text=True, check=True, env=environment
    )
    assert f"{run.stdout.strip()}-" == _name(kit, variants, "nothing").partition("<")[0]


@pytest.mark.parametrize("change", _ALL)
def test_rule_1_the_name_of_the_schedule_never_changes(change: str, kit: Kit, variants: Variants) -> None:
    def name(template: Template) -> object:
        return kit.properties(template, _SCHEDULE)["MonitoringScheduleName"]

    assert name(variants.templates[change]) == name(variants.templates["nothing"])


# Rule 2: schedule and definition are separate in the update.


@pytest.mark.parametrize("change", sorted(_HARMLESS))
def test_rule_2_another_cron_leaves_the_definition_as_it_is(change: str, kit: Kit, variants: Variants) -> None:
    assert _definition(kit, variants, change) == _definition(kit, variants, "nothing")


def test_rule_2_another_cron_changes_the_schedule(kit: Kit, variants: Variants) -> None:
    config = kit.properties(variants.templates["cron"], _SCHEDULE)["MonitoringScheduleConfig"]
    assert config["ScheduleConfig"] == {"ScheduleExpression": "cron(0 0/6 ? * * *)"}
    assert config["MonitoringJobDefinitionName"] == _definition(kit, variants, "nothing")["JobDefinitionName"]


# Rule 3: a baseline is versioned by what it was computed from.


def test_rule_3_runs_read_the_files_of_one_version(kit: Kit, variants: Variants) -> None:
    (baseline,) = kit.resources(variants.templates["nothing"], _BASELINE)
    definition = _definition(kit, variants, "nothing")
    assert _name(kit, variants, "nothing").endswith(f"<{baseline}.Fingerprint>")
    assert definition["DataQualityBaselineConfig"]["ConstraintsResource"]["S3Uri"] == {
        "Fn::GetAtt": [baseline, "ConstraintsUri"]
    }


@pytest.mark.parametrize("change", ["cron", "output", "environment", "dataset", "constraint override"])
def test_rule_3_a_change_updates_the_baseline_in_place_so_that_older_files_stay(
    change: str, kit: Kit, variants: Variants
) -> None:
    before = kit.resources(variants.templates["nothing"], _BASELINE)
    after = kit.resources(variants.templates[change], _BASELINE)
    assert list(before) == list(after)
    assert (
        kit.properties(variants.templates[change], _BASELINE)["Name"]
        == (kit.properties(variants.templates["nothing"], _BASELINE)["Name"])
    )


# Rule 4: the deployment waits for the baseline, and fails with it.


def test_rule_4_the_deployment_waits_for_the_baseline(kit: Kit, default_template: Template) -> None:
    (baseline,) = kit.resources(default_template, _BASELINE).values()
    token = kit.flat(baseline["Properties"]["ServiceToken"])
    assert re.match(r"<ModelMonitorBaselineProviderFrameworkframeworkonEvent\w+\.Arn>", token)
    assert len(kit.resources(default_template, "AWS::StepFunctions::StateMachine")) == 2  # the schedule guard's, too


# Rule 5: one type joins S3 addresses.


@pytest.mark.parametrize("fixture", _ALL_TEMPLATES)
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


@pytest.mark.parametrize("fixture", _ALL_TEMPLATES)
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


@pytest.mark.parametrize("fixture", _ALL_TEMPLATES)
def test_rule_1_every_kind_of_definition_ends_in_the_version_of_its_own_baseline(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(fixture)
    names = {}
    for kind in _KINDS:
        for name, found in kit.resources(template, f"AWS::SageMaker::{kind}JobDefinition").items():
            names[name] = kit.flat(found["Properties"]["JobDefinitionName"])
            monitor = name.partition("JobDefinition")[0]
            assert re.search(rf"-[0-9a-f]{{8}}-<{monitor}Baseline\w*\.Fingerprint>$", names[name])
    assert len(set(names.values())) == len(kit.resources(template, _SCHEDULE))


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
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching", "breaching"}


def test_rule_7_every_alarm_has_windows_that_cloudwatch_accepts(alarms: list[dict[str, Any]]) -> None:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    for alarm in alarms:
        assert _period(alarm) in {3600, 18000, 86400}
        assert 1 <= alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]
        assert alarm["EvaluationPeriods"] * _period(alarm) <= 7 * 86400


def test_rule_7_alarms_on_metrics_of_runs_see_data_points_that_lie_in_the_past(alarms: list[dict[str, Any]]) -> None:
    late = [alarm for alarm in alarms if "aws/sagemaker/Endpoints/data-metrics" in json.dumps(alarm)]
    assert len(late) == 6
    assert all(alarm["EvaluationPeriods"] >= 3 for alarm in late)


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


@pytest.mark.parametrize("fixture", _ALL_TEMPLATES)
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


@pytest.mark.parametrize("fixture", _ALL_TEMPLATES)
def test_rule_8_no_role_has_a_managed_policy_but_the_framework_s(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    for name, role in kit.resources(request.getfixturevalue(fixture), "AWS::IAM::Role").items():
        policies = [kit.flat(policy) for policy in role["Properties"].get("ManagedPolicyArns", [])]
        if policies:
            assert "ProviderFramework" in name
            assert policies == ["arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]


@pytest.mark.parametrize("fixture", [name for name in _ALL_TEMPLATES if name != "imported_template"])
def test_rule_8_no_arn_names_a_partition(fixture: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(fixture)
    assert not [text for text in _texts(template.to_json()) if re.search(r"arn:aws[a-z-]*:|amazonaws\.com/", text)]


def test_rule_8_every_role_can_be_taken_by_one_service(kit: Kit, default_template: Template) -> None:
    for role in kit.resources(default_template, "AWS::IAM::Role").values():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert list(statement["Principal"]) == ["Service"]


# Rule 9: what can be told at synthesis is told there; tokens defer it. The errors themselves: one file a module.


def test_rule_9_the_error_comes_before_anything_is_made(kit: Kit, stack: cdk.Stack, refused: Refused) -> None:
    compute = MonitorCompute(max_runtime=cdk.Duration.hours(2))
    with refused("max_runtime of 7200 seconds", "at most 3600 seconds"):
        kit.monitor(stack, compute=compute)
    assert stack.node.children == []


def test_rule_9_tokens_defer_the_checks(kit: Kit, stack: cdk.Stack) -> None:
    runtime = cdk.Duration.seconds(cdk.CfnParameter(stack, "Runtime", type="Number").value_as_number)
    kit.monitor(stack, compute=MonitorCompute(max_runtime=runtime))
    definition = kit.properties(Template.from_stack(stack), _DEFINITION)
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": {"Ref": "Runtime"}}


# Rule 10: tags are set on schedules, definitions and jobs.


def test_rule_10_tags_are_on_schedule_definition_and_baseline_job(kit: Kit) -> None:
    stack = kit.stack(tags={"owner": "risk"})
    kit.monitor(stack, tags={"team": "fraud"})
    template = Template.from_stack(stack)
    expected = [{"Key": "owner", "Value": "risk"}, {"Key": "team", "Value": "fraud"}]
    for type_name in (_SCHEDULE, _DEFINITION):
        assert kit.properties(template, type_name)["Tags"] == expected
    assert kit.json(kit.properties(template, _BASELINE)["Tags"]) == expected


def test_rule_10_tags_by_an_aspect_arrive_everywhere(kit: Kit, variants: Variants) -> None:
    template = variants.templates["tag by an aspect"]
    expected = [{"Key": "cost-centre", "Value": "1234"}]
    for type_name in (_SCHEDULE, _DEFINITION):
        assert kit.properties(template, type_name)["Tags"] == expected
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
