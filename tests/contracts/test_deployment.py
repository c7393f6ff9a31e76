"""The functions understand what the templates tell them: both sides of every property, with references filled in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3
from aws_cdk.assertions import Template
from hypothesis import given, strategies as st
from model_monitor.engine.schedule_control import one_time_prefix

from baseline.properties import parse_properties
from model_monitor import Baseline, DataCapture, EndpointDataCapture, S3Location
from results.settings import Settings
from shared import schedules

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_TEMPLATES = ["default_template", "vpc_template", "imported_template", "quality_template", "clarify_template"]


def _deployed(kit: Kit, value: object) -> str:
    return re.sub(r"<[\w.:]+>", "name", kit.flat(value))


@pytest.mark.parametrize("fixture", [*_TEMPLATES, "batch_template"])
def test_the_baseline_function_understands_every_baseline(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(fixture)
    for resource in kit.resources(template, "Custom::ModelMonitorBaseline").values():
        raw = {name: _deployed(kit, value) for name, value in resource["Properties"].items()}
        assert parse_properties(raw).name == raw["Name"]


@pytest.mark.parametrize("monitor", ["monitor", "model_quality", "model_bias", "model_explainability"])
def test_the_baseline_function_understands_baselines_without_a_dataset(monitor: str, kit: Kit) -> None:
    location = S3Location.from_uri("s3://lake/fraud")
    without_columns = {"model_quality": {"columns": None}, "model_bias": {"predicted_label": None}}.get(monitor, {})
    stack = kit.stack()
    for name, baseline in {
        "Files": Baseline.from_files(constraints=location.join("c.json"), statistics=location.join("s.json")),
        "Package": Baseline.from_model_package("fraud", files=location),
    }.items():
        getattr(kit, monitor)(stack, name, baseline=baseline, **without_columns)
    for resource in kit.resources(Template.from_stack(stack), "Custom::ModelMonitorBaseline").values():
        raw = {name: _deployed(kit, value) for name, value in resource["Properties"].items()}
        assert parse_properties(raw).name == raw["Name"]


@pytest.mark.parametrize("fixture", ["default_template", "quality_template", "clarify_template", "batch_template"])
def test_the_results_function_understands_which_monitors_there_are(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(fixture)
    schedules = set()
    for function in kit.resources(template, "AWS::Lambda::Function").values():
        if function["Properties"]["Handler"] == "results.handler.handler":
            variables = function["Properties"]["Environment"]["Variables"]
            settings = Settings.from_environment({name: _deployed(kit, value) for name, value in variables.items()})
            schedules = {monitor.schedule for monitor in settings.monitors}
    known = kit.resources(template, "AWS::SageMaker::MonitoringSchedule").values()
    assert schedules
    assert schedules <= {found["Properties"]["MonitoringScheduleName"] for found in known}


@given(st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,62}", fullmatch=True).filter(lambda name: len(name) <= 63))
def test_single_runs_are_named_as_permissions_and_rules_expect(name: str) -> None:
    assert schedules.one_time_prefix(name) == one_time_prefix(name)


# Function in lambda/README.md -> beginnings of the names of its roles.
_ROLES = {
    "baseline": ["ModelMonitorBaselineProviderOnEvent", "ModelMonitorBaselineProviderIsComplete"],
    "data capture": ["ModelMonitorDataCaptureProviderOnEvent", "ModelMonitorDataCaptureProviderIsComplete"],
    "schedule guard": ["ModelMonitorScheduleGuardProviderOnEvent", "ModelMonitorScheduleGuardProviderIsComplete"],
    "schedule control": ["ModelMonitorScheduleControlFunction"],
    "results": ["FraudResultsFunction"],
}
# What CDK adds to its own grants, and what every function needs to write its log.
_BESIDE = {"logs:CreateLogStream", "logs:PutLogEvents", "s3:GetBucketLocation", "kms:GenerateDataKey*"}


def _documented(function: str) -> set[str]:
    table = (Path(__file__).parents[2] / "lambda" / "README.md").read_text().partition("## Permissions")[2]
    rows = [line.split("|") for line in table.splitlines() if line.startswith(f"| {function} |")]
    return {action for row in rows for action in re.findall(r"`([a-z0-9]+:[A-Z]\w+)`", row[2].partition(" with ")[0])}


@pytest.fixture(scope="module")
def everything(kit: Kit) -> Template:
    """Every function with every kind of work, with keys wherever there can be one."""
    stack = kit.stack()
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    bucket = s3.Bucket.from_bucket_attributes(stack, "Bucket", bucket_name="captured", encryption_key=key)
    role = iam.Role.from_role_arn(stack, "EndpointRole", "arn:aws:iam::123456789012:role/endpoint")
    capture = EndpointDataCapture(
        stack, "Capture", endpoint_name="fraud", capture=DataCapture.to(bucket), execution_role=role, volume_key=key
    )
    monitoring = kit.monitoring(stack, endpoint=capture.endpoint)
    monitoring.add_data_quality("Dataset", baseline=kit.baseline())
    files = S3Location.of(bucket, "files")
    monitoring.add_data_quality("Package", baseline=Baseline.from_model_package("fraud", files=files))
    return Template.from_stack(stack)


@pytest.mark.parametrize("function", _ROLES)
def test_a_function_may_do_what_it_does_and_nothing_else(function: str, kit: Kit, everything: Template) -> None:
    documented = _documented(function)
    assert documented
    for role in _ROLES[function]:
        allowed = {
            action
            for name, statement in kit.statements(everything)
            if name.startswith(role)
            for action in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
        }
        assert allowed - _BESIDE == documented, role
