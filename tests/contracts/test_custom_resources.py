"""The deployment function understands every custom resource of every template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, aws_s3 as s3
from aws_cdk.assertions import Template

from baseline.properties import parse_properties
from deployment import handler as deployment_handler
from deployment.handler import handler
from deployment.waiting import LIMIT_MINUTES
from model_monitor import Baseline, DataCapture, EndpointDataCapture, S3Location
from model_monitor.baseline import resource as baseline_resource
from model_monitor.engine.schedule_guard import GUARD_TAG
from schedule_guard.resource import OWNER_TAG

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Deployed = Callable[[Any], dict[str, str]]
_TEMPLATES = [f"{name}_template" for name in ("default", "vpc", "imported", "quality", "clarify", "batch")]


@pytest.fixture(scope="module")
def capture_template(kit: Kit) -> Template:
    stack = kit.stack()
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "captured")
    EndpointDataCapture(stack, "Capture", endpoint_name="fraud", capture=DataCapture.to(bucket))
    return Template.from_stack(stack)


def _custom(template: Template) -> dict[str, dict[str, Any]]:
    resources = template.to_json()["Resources"].items()
    return {name: found for name, found in resources if found["Type"].startswith("Custom::")}


@pytest.mark.parametrize("fixture", [*_TEMPLATES, "capture_template"])
def test_the_function_accepts_every_custom_resource(
    fixture: str, deployed: Deployed, request: pytest.FixtureRequest
) -> None:
    found = _custom(request.getfixturevalue(fixture))
    assert found
    for name, resource in found.items():
        event = {
            "RequestType": "Create",
            "RequestId": "1",
            "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/Fraud/1",
            "LogicalResourceId": name,
            "ResourceType": resource["Type"],
            "ResourceProperties": deployed(resource["Properties"]),
        }
        answer = handler(event, None)
        assert answer["PhysicalResourceId"]
        assert answer["Deadline"] > answer["Started"]


def test_every_type_that_the_function_knows_is_made_and_none_else(
    capture_template: Template, request: pytest.FixtureRequest
) -> None:
    templates = [capture_template, *(request.getfixturevalue(fixture) for fixture in _TEMPLATES)]
    made = {found["Type"] for template in templates for found in _custom(template).values()}
    assert made == set(deployment_handler._KINDS)


@pytest.mark.parametrize("fixture", [*_TEMPLATES, "capture_template"])
def test_the_function_is_told_a_role_and_gives_up_before_cloudformation_does(
    fixture: str, deployed: Deployed, request: pytest.FixtureRequest
) -> None:
    for resource in _custom(request.getfixturevalue(fixture)).values():
        properties = deployed(resource["Properties"])
        assert properties["AccessRoleArn"]
        # It polls every 15 s, and each poll may take some minutes.
        assert LIMIT_MINUTES * 60 + 4 * 60 < int(properties["ServiceTimeout"]) < 3600


def test_a_baseline_job_may_take_less_time_than_the_function_waits() -> None:
    limit = Duration.minutes(LIMIT_MINUTES).to_seconds()
    assert limit > baseline_resource.LIMIT_OF_ONE_JOB
    assert limit > 2 * baseline_resource.LIMIT_OF_EACH_OF_TWO_JOBS


@pytest.mark.parametrize("monitor", ["monitor", "model_quality", "model_bias", "model_explainability"])
def test_the_function_understands_baselines_without_a_dataset(monitor: str, kit: Kit, deployed: Deployed) -> None:
    location = S3Location.from_uri("s3://lake/fraud")
    without_columns = {"model_quality": {"columns": None}, "model_bias": {"predicted_label": None}}.get(monitor, {})
    stack = kit.stack()
    for name, baseline in {
        "Files": Baseline.from_files(constraints=location.join("c.json"), statistics=location.join("s.json")),
        "Package": Baseline.from_model_package("fraud", files=location),
    }.items():
        getattr(kit, monitor)(stack, name, baseline=baseline, **without_columns)
    for resource in kit.resources(Template.from_stack(stack), "Custom::ModelMonitorBaseline").values():
        raw = deployed(resource["Properties"])
        assert parse_properties(raw).name == raw["Name"]


def test_the_schedule_names_its_guard_where_the_function_looks() -> None:
    assert GUARD_TAG == OWNER_TAG
