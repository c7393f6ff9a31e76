from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


@pytest.mark.parametrize(
    ("name", "handler"),
    [
        ("FraudResultsFunction", "results.handler.handler"),
        ("ModelMonitorBaselineProviderOnEvent", "baseline.handler.on_event"),
        ("ModelMonitorBaselineProviderIsComplete", "baseline.handler.is_complete"),
        ("ModelMonitorScheduleGuardProviderOnEvent", "schedule_guard.handler.on_event"),
        ("ModelMonitorScheduleGuardProviderIsComplete", "schedule_guard.handler.is_complete"),
        ("ModelMonitorScheduleControlFunction", "schedule_control.handler.handler"),
    ],
)
def test_every_function_comes_from_the_one_asset(name: str, handler: str, kit: Kit, default_template: Template) -> None:
    functions = kit.resources(default_template, "AWS::Lambda::Function")
    (function,) = [found["Properties"] for logical_id, found in functions.items() if logical_id.startswith(name)]
    assert (function["Handler"], function["Runtime"], function["Architectures"]) == (handler, "python3.13", ["arm64"])
    assert function["Description"]
    own = [
        found["Properties"]["Code"] for found in functions.values() if found["Properties"]["Runtime"] == "python3.13"
    ]
    assert own == [function["Code"]] * 6


def test_a_function_writes_to_its_own_log_group_only(kit: Kit, default_template: Template) -> None:
    for role, group in (
        ("BaselineProviderOnEventRole", "BaselineProviderOnEventLogs"),
        ("ResultsFunctionRole", "ResultsFunctionLogs"),
    ):
        (resource,) = kit.allowed(default_template, role, "logs:PutLogEvents")
        assert group in resource
