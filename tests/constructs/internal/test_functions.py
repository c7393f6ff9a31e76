from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


@pytest.fixture(scope="module")
def template(kit: Kit) -> Template:
    """All functions that there can be."""
    stack = kit.stack()
    kit.monitoring(stack).add_schedule_control()
    return Template.from_stack(stack)


@pytest.mark.parametrize(
    ("name", "handler", "limits"),
    [
        ("ModelMonitorDeploymentFunction", "deployment.handler.handler", (300, 1024)),
        ("FraudResultsFunction", "results.handler.handler", (300, 512)),
        ("FraudControlFunction", "schedule_control.handler.handler", (120, 256)),
    ],
)
def test_every_function_comes_from_the_one_asset(
    name: str, handler: str, limits: tuple[int, int], kit: Kit, template: Template
) -> None:
    functions = kit.resources(template, "AWS::Lambda::Function")
    (function,) = [found["Properties"] for logical_id, found in functions.items() if logical_id.startswith(name)]
    assert (function["Handler"], function["Runtime"], function["Architectures"]) == (handler, "python3.13", ["arm64"])
    assert (function["Timeout"], function["MemorySize"]) == limits
    assert function["Description"]
    own = [
        found["Properties"]["Code"] for found in functions.values() if found["Properties"]["Runtime"] == "python3.13"
    ]
    assert own == [function["Code"]] * 3


def test_a_function_writes_to_its_own_log_group_only(kit: Kit, template: Template) -> None:
    for name in ("ModelMonitorDeploymentFunction", "FraudResultsFunction", "FraudControlFunction"):
        (resource,) = kit.allowed(template, f"{name}Role", "logs:PutLogEvents")
        assert resource.startswith(f"<{name}Logs")


def test_logs_are_kept_for_three_months_and_go_with_the_stack(kit: Kit, template: Template) -> None:
    groups = kit.resources(template, "AWS::Logs::LogGroup").values()
    assert len(groups) == 4
    for group in groups:
        assert group["Properties"]["RetentionInDays"] == 90
        assert group["DeletionPolicy"] == "Delete"
