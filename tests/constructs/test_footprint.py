"""How many resources and functions monitoring costs. Quotas and people's patience count both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

from model_monitor import CapturedAttributes, ModelReference, MonitoringServices, QualityColumns

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def _count(template: Template) -> tuple[int, int]:
    """Resources and functions."""
    resources = template.to_json().get("Resources", {}).values()
    return len(resources), sum(found["Type"] == "AWS::Lambda::Function" for found in resources)


@pytest.fixture(scope="module")
def one(kit: Kit) -> Template:
    stack = kit.stack()
    kit.monitoring(stack).add_data_quality(baseline=kit.baseline())
    return Template.from_stack(stack)


def test_one_endpoint_with_one_monitor(one: Template) -> None:
    resources, functions = _count(one)
    assert resources <= 48
    assert functions <= 7


def test_of_its_functions_three_are_cdk_s_framework_and_two_are_ours(kit: Kit, one: Template) -> None:
    handlers = sorted(found["Properties"]["Handler"] for found in kit.resources(one, "AWS::Lambda::Function").values())
    assert handlers == [
        "deployment.handler.handler",
        "framework.isComplete",
        "framework.onEvent",
        "framework.onTimeout",
        "results.handler.handler",
    ]


def test_a_further_monitor_adds_no_function_and_no_rule(kit: Kit, one: Template) -> None:
    stack = kit.stack()
    monitoring = kit.monitoring(stack)
    labels: dict[str, Any] = {"ground_truth": kit.ground_truth(), "baseline": kit.baseline()}
    columns = QualityColumns(ground_truth="fraud", probability="score")
    monitoring.add_data_quality(baseline=kit.baseline())
    monitoring.add_model_quality(problem=kit.problem(), columns=columns, **labels)
    attributes = CapturedAttributes(inference=0)
    monitoring.add_model_bias(config=kit.bias_config(), attributes=attributes, predicted_label="prediction", **labels)
    model = ModelReference.from_model_name("fraud-model")
    monitoring.add_model_explainability(model=model, attributes=attributes, baseline=kit.baseline())
    four = Template.from_stack(stack)
    for type_name in (
        "AWS::Lambda::Function",
        "AWS::Events::Rule",
        "AWS::KMS::Key",
        "AWS::StepFunctions::StateMachine",
    ):
        assert len(kit.resources(four, type_name)) == len(kit.resources(one, type_name))
    resources, functions = _count(four)
    assert functions == 5
    assert resources <= 82


@pytest.fixture(scope="module")
def fleet(kit: Kit) -> tuple[Template, list[Template]]:
    """The services and ten models; making fifty takes half a minute, and each costs the same."""
    app = kit.app()
    shared = kit.stack("Shared", app=app)
    services = MonitoringServices(shared, "Services")
    services.add_schedule_control()
    stacks = [kit.stack(f"Model{number}", app=app) for number in range(10)]
    for number, stack in enumerate(stacks):
        endpoint = kit.endpoint(f"model-{number}")
        kit.monitoring(stack, "Monitoring", endpoint=endpoint, services=services).add_data_quality(
            baseline=kit.baseline()
        )
    return Template.from_stack(shared), [Template.from_stack(stack) for stack in stacks]


def test_fifty_models_with_shared_services(fleet: tuple[Template, list[Template]]) -> None:
    services, models = fleet
    counts = {_count(model) for model in models}
    ((resources, functions),) = counts
    of_services, functions_of_services = _count(services)
    assert of_services + 50 * resources <= 800
    assert functions_of_services + 50 * functions <= 8


def test_the_readme_says_how_many_resources_there_are(one: Template, fleet: tuple[Template, list[Template]]) -> None:
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").split())
    (resources, _), (further, _) = _count(one), _count(fleet[1][0])
    assert f"One endpoint with one monitor is {resources} resources, among them five functions" in readme
    assert f"each further model with one monitor is then {further} resources" in readme


def test_policies_of_the_shared_functions_do_not_grow_with_the_models(
    kit: Kit, fleet: tuple[Template, list[Template]]
) -> None:
    stack = kit.stack("Shared")
    MonitoringServices(stack, "Services").add_schedule_control()
    alone = kit.resources(Template.from_stack(stack), "AWS::IAM::Policy")
    assert kit.resources(fleet[0], "AWS::IAM::Policy") == alone
    assert alone
