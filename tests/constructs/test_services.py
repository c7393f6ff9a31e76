"""Key, bucket, topic and functions: a monitoring's own, and shared by several."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns, aws_sns_subscriptions as subscriptions
from aws_cdk.assertions import Template

from model_monitor import MonitoringServices

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_CUSTOM = ("Custom::ModelMonitorBaseline", "Custom::MonitoringScheduleGuard", "Custom::EndpointDataCapture")
_MODELS = ("Credit", "Churn")


@dataclass
class Fleet:
    """Two models in stacks of their own, with the services of a third stack."""

    services: Template
    models: dict[str, Template]


@pytest.fixture(scope="module")
def fleet(fleet_stacks: dict[str, cdk.Stack]) -> Fleet:
    templates = {name: Template.from_stack(stack) for name, stack in fleet_stacks.items()}
    return Fleet(templates.pop("Shared"), templates)


def _named(template: Template, type_name: str, beginning: str) -> tuple[str, dict[str, Any]]:
    (found,) = [item for item in template.find_resources(type_name).items() if item[0].startswith(beginning)]
    return found[0], dict(found[1])


def _exported(fleet: Fleet, value: Any) -> Any:
    """What an import of a model's stack stands for in the stack of the services."""
    name = value["Fn::ImportValue"]
    (output,) = [
        output["Value"]
        for output in fleet.services.to_json()["Outputs"].values()
        if output.get("Export", {}).get("Name") == name
    ]
    return output


def _custom(template: Template) -> dict[str, dict[str, Any]]:
    return {name: dict(found) for kind in _CUSTOM for name, found in template.find_resources(kind).items()}


@pytest.mark.parametrize("model", _MODELS)
@pytest.mark.parametrize(
    "type_name",
    [
        "AWS::Lambda::Function",
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::Events::Rule",
        "AWS::Logs::LogGroup",
        "AWS::StepFunctions::StateMachine",
    ],
)
def test_the_stack_of_a_model_has_nothing_that_is_shared(type_name: str, model: str, fleet: Fleet) -> None:
    assert fleet.models[model].find_resources(type_name) == {}
    assert fleet.services.find_resources(type_name)


@pytest.mark.parametrize("model", _MODELS)
def test_custom_resources_of_a_model_are_answered_by_the_shared_function(model: str, fleet: Fleet) -> None:
    resources = _custom(fleet.models[model])
    assert len(resources) == 7  # capture, and baseline and two guards for each of two monitors
    function, _ = _named(fleet.services, "AWS::Lambda::Function", "ModelMonitorDeploymentFrameworkframeworkonEvent")
    for resource in resources.values():
        assert _exported(fleet, resource["Properties"]["ServiceToken"]) == {"Fn::GetAtt": [function, "Arn"]}
        assert resource["Properties"]["ServiceTimeout"] == "3420"


def test_a_model_that_moves_to_shared_services_or_back_gets_new_custom_resources(kit: Kit, fleet: Fleet) -> None:
    # CloudFormation refuses to change the service token of a resource that exists. The former resources are deleted
    # after the change, under the former access role, which must still have its permissions then.
    stack = kit.stack("Credit")
    kit.monitoring(stack, "Monitoring", endpoint=kit.endpoint("credit-prod")).add_data_quality(baseline=kit.baseline())
    own = Template.from_stack(stack)
    assert _custom(own)
    assert not set(_custom(own)) & set(_custom(fleet.models["Credit"]))
    for type_name, property_name in (("AWS::IAM::Role", "Path"), ("AWS::IAM::Policy", "PolicyName")):
        before, after = (
            {name for name, found in template.find_resources(type_name).items() if property_name in found["Properties"]}
            for template in (own, fleet.models["Credit"])
        )
        assert [name for name in before & after if "Access" in name] == []
        assert [name for name in before if "Access" in name]
    # What holds the history of monitoring goes on: schedule and alarms keep their names.
    for type_name in ("AWS::SageMaker::MonitoringSchedule", "AWS::CloudWatch::Alarm"):
        before = set(own.find_resources(type_name))
        assert before
        assert before <= set(fleet.models["Credit"].find_resources(type_name))
    assert set(kit.registered(own)) <= set(kit.registered(fleet.models["Credit"]))


def test_guards_of_own_and_of_shared_services_have_different_owners(kit: Kit, fleet: Fleet) -> None:
    owners = {
        guard["Properties"]["Owner"]
        for guard in fleet.models["Credit"].find_resources("Custom::MonitoringScheduleGuard").values()
    }
    assert {owner.rpartition("@")[2] for owner in owners} == {"Shared"}
    schedules = fleet.models["Credit"].find_resources("AWS::SageMaker::MonitoringSchedule").values()
    tags = [tag for found in schedules for tag in found["Properties"]["Tags"]]
    assert {tag["Value"] for tag in tags if tag["Key"] == "model-monitor:guard"} == owners


def _access_roles(template: Template) -> dict[str, dict[str, Any]]:
    roles = template.find_resources("AWS::IAM::Role").items()
    return {name: dict(role["Properties"]) for name, role in roles if "Path" in role["Properties"]}


@pytest.mark.parametrize("model", _MODELS)
def test_a_model_s_access_role_lies_where_the_functions_may_take_roles(model: str, kit: Kit, fleet: Fleet) -> None:
    roles = _access_roles(fleet.models[model])
    assert len(roles) == 2  # one for the monitors, one for the capture
    (path,) = {role["Path"] for role in roles.values()}
    for function in ("ModelMonitorDeploymentFunction", "ServicesResultsFunction", "ServicesControlFunction"):
        (allowed,) = kit.allowed(fleet.services, f"{function}Role", "sts:AssumeRole")
        assert allowed == f"arn:<AWS::Partition>:iam::123456789012:role{path}*"


@pytest.mark.parametrize("model", _MODELS)
def test_a_model_s_access_role_can_be_taken_by_the_shared_functions_and_by_nobody_else(
    model: str, fleet: Fleet
) -> None:
    functions = {
        "MonitoringAccess": ("ModelMonitorDeploymentFunction", "ServicesResultsFunction", "ServicesControlFunction"),
        "CaptureAccess": ("ModelMonitorDeploymentFunction",),
    }
    for beginning, expected in functions.items():
        _, role = _named(fleet.models[model], "AWS::IAM::Role", beginning)
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        named = [_exported(fleet, arn) for arn in statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
        roles = [_named(fleet.services, "AWS::IAM::Role", f"{function}Role")[0] for function in expected]
        assert named == [{"Fn::GetAtt": [role, "Arn"]} for role in roles]
        assert statement["Principal"] == {
            "AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::123456789012:root"]]}
        }


def _opened(kit: Kit, template: Template) -> set[str]:
    """Every place in S3 that an access role may read or write, with imports by the name of the export."""
    found = set()
    for name, policy in template.find_resources("AWS::IAM::Policy").items():
        if "Access" not in name:
            continue
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} & set(actions):
                resources = statement["Resource"]
                found |= {kit.flat(item) for item in (resources if isinstance(resources, list) else [resources])}
    return found


def test_an_access_role_opens_the_data_of_its_own_model_only(kit: Kit, fleet: Fleet) -> None:
    opened = {model: _opened(kit, template) for model, template in fleet.models.items()}
    assert opened["Credit"]
    assert not opened["Credit"] & opened["Churn"]
    # In the shared bucket each place has the name of the model's own schedule in it.
    for model, places in opened.items():
        shared = {place for place in places if "<Shared:" in place}
        assert {place.split("/")[1] for place in shared} == {"baselines", "registry", "reports"}
        for place in shared:
            assert f"{model.lower()}-monitoring-" in place.lower()
        assert not [place for place in places - shared if model.lower() not in place]


def test_roles_of_jobs_write_to_places_of_their_own_monitor_only(kit: Kit, fleet: Fleet) -> None:
    written: list[str] = []
    for template in fleet.models.values():
        for name, policy in template.find_resources("AWS::IAM::Policy").items():
            if "QualityRole" not in name:
                continue
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                if "s3:PutObject" in statement["Action"]:
                    written += [kit.flat(item) for item in statement["Resource"]]
    assert len(written) == len(set(written)) >= 8


def test_every_model_is_registered_where_the_shared_function_looks(kit: Kit, fleet: Fleet) -> None:
    variables = kit.function(fleet.services, "results.handler.handler")["Environment"]["Variables"]
    place = kit.flat(variables["REGISTRY_URI"]).rpartition(">/")[2]
    for template in fleet.models.values():
        for guard in template.find_resources("Custom::MonitoringScheduleGuard").values():
            if "RegistryUri" in guard["Properties"]:
                name = guard["Properties"]["ScheduleName"]
                assert kit.flat(guard["Properties"]["RegistryUri"]).endswith(f">/{place}/{name}.json")


def test_the_key_and_the_topic_are_used_by_reference_and_not_by_policies_of_their_own(fleet: Fleet) -> None:
    # A policy that names the roles of every model would overflow, and would make the stacks depend on each other.
    for type_name in ("AWS::KMS::Key", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"):
        for found in fleet.services.find_resources(type_name).values():
            assert not [model for model in _MODELS if model in str(found)]


def test_one_subscription_is_confirmed_for_all_models(kit: Kit) -> None:
    app = kit.app()
    shared = kit.stack("Shared", app=app)
    services = MonitoringServices(shared, "Services")
    for model in _MODELS:
        monitoring = kit.monitoring(kit.stack(model, app=app), services=services)
        assert monitoring.services is services
    services.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
    assert len(kit.resources(Template.from_stack(shared), "AWS::SNS::Subscription")) == 1


# A monitoring's own services


@pytest.fixture(scope="module")
def own(kit: Kit) -> Template:
    stack = kit.stack("CreditRiskMonitoring")
    kit.monitoring(stack, "Credit").add_data_quality(baseline=kit.baseline())
    return Template.from_stack(stack)


@pytest.mark.parametrize(
    ("type_name", "logical_id"),
    [
        ("AWS::KMS::Key", "CreditKeyF003B80A"),
        ("AWS::S3::Bucket", "CreditBucket5BF40AEC"),
        ("AWS::SNS::Topic", "CreditTopic85C448FB"),
        ("AWS::Lambda::Function", "CreditResultsFunctionE66B2999"),
        ("AWS::CloudWatch::CompositeAlarm", "CreditAlarmD6B8961B"),
        ("AWS::SageMaker::MonitoringSchedule", "CreditDataQualityScheduleF1055CBC"),
        ("Custom::ModelMonitorBaseline", "CreditDataQualityBaselineE17D7436"),
    ],
)
def test_logical_ids_are_part_of_the_interface(type_name: str, logical_id: str, kit: Kit, own: Template) -> None:
    # Another id is another resource: a new key and an empty bucket in the place of those with the history.
    assert logical_id in kit.resources(own, type_name)


def test_a_monitoring_has_services_of_its_own_unless_it_is_given_some(kit: Kit, own: Template) -> None:
    for type_name in ("AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SNS::Topic"):
        assert len(kit.resources(own, type_name)) == 1


def test_the_control_function_is_made_only_where_it_is_asked_for(kit: Kit, own: Template) -> None:
    handlers = {found["Properties"]["Handler"] for found in kit.resources(own, "AWS::Lambda::Function").values()}
    assert "schedule_control.handler.handler" not in handlers


@pytest.mark.parametrize("first", [True, False])
def test_the_control_function_takes_the_access_role_whether_it_is_asked_for_before_or_after_monitors(
    first: bool, kit: Kit, stack: cdk.Stack
) -> None:
    monitoring = kit.monitoring(stack)
    asked = [monitoring.add_schedule_control()] if first else []
    monitoring.add_data_quality(baseline=kit.baseline())
    asked += [monitoring.add_schedule_control(), monitoring.services.add_schedule_control()]
    assert len(set(asked)) == 1
    template = Template.from_stack(stack)
    _, role = _named(template, "AWS::IAM::Role", "FraudAccess")
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    trusted = [kit.flat(arn) for arn in statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
    assert [arn.partition("Role")[0] for arn in trusted] == [
        "<ModelMonitorDeploymentFunction",
        "<FraudResultsFunction",
        "<FraudControlFunction",
    ]


def test_people_find_the_control_function_by_an_output_and_it_finds_monitors_in_the_registry(
    kit: Kit, stack: cdk.Stack
) -> None:
    monitoring = kit.monitoring(stack)
    monitoring.add_schedule_control()
    template = Template.from_stack(stack)
    outputs = template.to_json()["Outputs"].values()
    (control,) = [output["Value"] for output in outputs if output["Description"].startswith("Control function")]
    assert control["Ref"].startswith("FraudControlFunction")
    variables = kit.function(template, "schedule_control.handler.handler")["Environment"]["Variables"]
    results = kit.function(template, "results.handler.handler")["Environment"]["Variables"]
    assert variables == {"REGISTRY_URI": results["REGISTRY_URI"]}
    # What it does to schedules it does under the role of their model.
    actions = {
        action
        for name, statement in kit.statements(template)
        if name.startswith("FraudControl")
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert not [action for action in actions if action.startswith("sagemaker:")]


def test_topic_key_functions_and_rules_say_what_they_belong_to(kit: Kit, own: Template) -> None:
    (topic,) = kit.resources(own, "AWS::SNS::Topic").values()
    assert topic["Properties"]["DisplayName"] == "Monitoring of endpoint fraud-prod"
    for type_name in ("AWS::KMS::Key", "AWS::Events::Rule"):
        for found in kit.resources(own, type_name).values():
            assert "endpoint fraud-prod" in found["Properties"]["Description"]
    functions = kit.resources(own, "AWS::Lambda::Function").values()
    assert any("of endpoint fraud-prod" in found["Properties"]["Description"] for found in functions)


def test_a_name_that_only_the_deployment_knows_is_not_waited_for(kit: Kit, stack: cdk.Stack) -> None:
    name = cdk.Fn.import_value("EndpointName")
    kit.monitoring(stack, "Credit", endpoint=kit.endpoint(name)).add_data_quality(baseline=kit.baseline())
    (topic,) = kit.resources(Template.from_stack(stack), "AWS::SNS::Topic").values()
    assert topic["Properties"]["DisplayName"] == "Monitoring of Fraud/Credit"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("removal_policy", cdk.RemovalPolicy.DESTROY),
        ("topic", "topic"),
    ],
)
def test_refuses_services_together_with_what_they_consist_of(
    option: str, value: Any, kit: Kit, stack: cdk.Stack, refused: Refused
) -> None:
    if value == "topic":
        value = sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:eu-west-1:123456789012:on-call")
    services = MonitoringServices(stack, "Services")
    with refused(f"{option} together with services", "where the services are made", "leave services out"):
        kit.monitoring(stack, services=services, **{option: value})


def test_an_option_that_is_left_open_goes_with_services(kit: Kit, stack: cdk.Stack) -> None:
    services = MonitoringServices(stack, "Services")
    assert kit.monitoring(stack, services=services, output=None, topic=None).services is services


def test_a_monitor_without_a_monitoring_has_an_access_role_of_its_own(kit: Kit, stack: cdk.Stack) -> None:
    kit.monitor(stack, "First")
    kit.monitor(stack, "Second")
    template = Template.from_stack(stack)
    assert len(_access_roles(template)) == 2
    used = [found["Properties"]["AccessRoleArn"] for found in _custom(template).values()]
    assert len({str(arn) for arn in used}) == 2


def test_an_existing_key_topic_and_bucket_are_used_as_they_are(kit: Kit, imported_template: Template) -> None:
    for type_name in ("AWS::KMS::Key", "AWS::SNS::Topic", "AWS::S3::Bucket"):
        assert kit.resources(imported_template, type_name) == {}
    variables = kit.function(imported_template, "results.handler.handler")["Environment"]["Variables"]
    assert kit.flat(variables["STATE_URI"]) == "s3://monitoring-output/monitoring/handled-runs"
