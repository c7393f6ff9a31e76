from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from tests.cfn_lint import complaints

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def _problems(template: dict[str, object]) -> list[str]:
    return complaints(json.dumps(template), region="eu-west-1")


# What configurations and examples are made of is looked at in tests/stacks: here is what none of them has.
@pytest.mark.parametrize("fixture", ["vpc_template", "imported_template", "clarify_template", "batch_template"])
def test_templates_are_clean(fixture: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(fixture)
    assert _problems(dict(template.to_json())) == []


def test_the_template_of_a_model_with_shared_services_is_clean(fleet_stacks: dict[str, cdk.Stack]) -> None:
    assert _problems(dict(Template.from_stack(fleet_stacks["Credit"]).to_json())) == []


def test_a_broken_template_is_noticed(default_template: Template) -> None:
    template = json.loads(json.dumps(default_template.to_json()))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::SageMaker::MonitoringSchedule":
            del resource["Properties"]["MonitoringScheduleConfig"]
    assert any("MonitoringScheduleConfig" in problem for problem in _problems(template))


def _synthesize_strictly(kit: Kit, *, key: str | None) -> None:
    app = cdk.App(analytics_reporting=False, context={"@aws-cdk/core:validateAgainstDefaultRules": True})
    stack = kit.stack(app=app)
    encryption_key = kms.Key.from_key_arn(stack, "Key", key) if key else None
    kit.monitoring(stack, encryption_key=encryption_key).add_data_quality(baseline=kit.baseline())
    app.synth()


def test_cdk_s_own_validation_of_templates_is_content(kit: Kit) -> None:
    _synthesize_strictly(kit, key=None)


def test_cdk_s_own_validation_would_notice(kit: Kit) -> None:
    with pytest.raises(RuntimeError, match=r"(?i)validation"):
        _synthesize_strictly(kit, key="arn:aws:kms:eu-west-1:123456789012:key/no-uuid")
