"""Rules 1 to 3 of the design: what deploying a changed app again may replace, and what it must leave as it is."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
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
from model_monitor.internal.lazy import canonical_json

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_DEFINITION = "AWS::SageMaker::DataQualityJobDefinition"
_SCHEDULE = "AWS::SageMaker::MonitoringSchedule"
_BASELINE = "Custom::ModelMonitorBaseline"
_KINDS = ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
_TEMPLATES = [f"{name}_template" for name in ("default", "vpc", "imported", "quality", "clarify", "batch")]


@dataclass
class Variants:
    """One monitor, deployed with one thing changed at a time, and what its names were made from."""

    templates: dict[str, Template] = field(default_factory=dict)
    hashed: list[str] = field(default_factory=list)


@jsii.implements(cdk.IAspect)
class _Isolate:
    """Change a property of a finished definition, as an organisation's rules may do."""

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
    "guard": {"guard_records": True},
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
    made, app = Variants(), kit.app()

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
    app = kit.app()
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
    App(builtin_cloud_formation_validation=False),
    "Fraud",
    env=Environment(account="123456789012", region="eu-west-1"),
)
location = S3Location.from_uri("s3://captured-traffic/capture")
DataQualityMonitor(
    stack,
    "DataQuality",
    input=MonitoredEndpoint.from_endpoint_name("fraud-prod", capture_location=location),
    baseline=Baseline.from_dataset(S3Location.from_uri("s3://lake/fraud/train.csv"), DatasetFormat.csv()),
    services=MonitoringServices(stack, "Services", output=S3Location.from_uri("s3://monitoring-output/monitoring")),
)
(definition,) = Template.from_stack(stack).find_resources("AWS::SageMaker::DataQualityJobDefinition").values()
print(definition["Properties"]["JobDefinitionName"]["Fn::Join"][1][0])
"""


def test_rule_1_another_process_makes_the_same_name(kit: Kit, variants: Variants) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "7"], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == _name(kit, variants, "nothing").partition("<")[0]


@pytest.mark.parametrize("change", _ALL)
def test_rule_1_the_name_of_the_schedule_never_changes(change: str, kit: Kit, variants: Variants) -> None:
    def name(template: Template) -> object:
        return kit.properties(template, _SCHEDULE)["MonitoringScheduleName"]

    assert name(variants.templates[change]) == name(variants.templates["nothing"])


@pytest.mark.parametrize("fixture", _TEMPLATES)
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
