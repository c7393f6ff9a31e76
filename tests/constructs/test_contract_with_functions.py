"""The functions understand what the templates tell them: both sides of every property, with references filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Template

from baseline.properties import parse_properties
from model_monitor import Baseline, S3Location
from results.settings import Settings

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
