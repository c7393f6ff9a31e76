"""Monitors beside, around and across what an app already has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sagemaker as sagemaker
from aws_cdk.assertions import Template

from model_monitor import (
    Baseline,
    ConstraintOverrides,
    DataCapture,
    DataQualityAlarms,
    DatasetFormat,
    MonitorCompute,
    MonitoredEndpoint,
    S3Location,
)

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_DEFINITION = "AWS::SageMaker::DataQualityJobDefinition"


@pytest.fixture(scope="module")
def split(kit: Kit) -> Template:
    """Endpoint, capture bucket, key and model role in one stack; the monitoring in another."""
    app = kit.app()
    serving, watching = kit.stack("Serving", app=app), kit.stack("Watching", app=app)
    bucket = s3.Bucket(serving, "Bucket", encryption_key=kms.Key(serving, "Key"))
    config = kit.endpoint_config(serving)
    capture = DataCapture.to(bucket)
    capture.apply_to(config)
    endpoint = sagemaker.CfnEndpoint(
        serving, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name, endpoint_name="split-prod"
    )
    monitoring = kit.monitoring(watching, endpoint=MonitoredEndpoint.from_endpoint(endpoint, capture=capture))
    monitoring.add_data_quality(baseline=Baseline.from_dataset(S3Location.of(bucket, "train"), DatasetFormat.parquet()))
    template = Template.from_stack(watching)
    assert [stack.stack_name for stack in watching.dependencies] == ["Serving"]
    return template


def test_a_monitoring_in_another_stack_imports_endpoint_bucket_and_key(split: Template) -> None:
    imports = set(re.findall(r"Serving:ExportsOutput\w+?(Endpoint|Bucket|Key)", str(split.to_json())))
    assert imports == {"Endpoint", "Bucket", "Key"}


def test_a_monitoring_in_another_stack_names_its_definition_without_an_import_in_it(kit: Kit, split: Template) -> None:
    name = kit.flat(kit.properties(split, _DEFINITION)["JobDefinitionName"])
    assert re.fullmatch(r"watching-fraud-dataquality-[a-z0-9]+-[0-9a-f]{8}-<\w+\.Fingerprint>", name)


def test_an_imported_role_gets_its_statements_in_a_policy_of_the_stack(kit: Kit, imported_template: Template) -> None:
    policies = [
        found["Properties"]
        for found in kit.resources(imported_template, "AWS::IAM::Policy").values()
        if found["Properties"]["Roles"] == ["monitor"]
    ]
    assert len(policies) == 1
    assert kit.properties(imported_template, _DEFINITION)["RoleArn"] == "arn:aws:iam::123456789012:role/ml/monitor"


def test_an_imported_role_that_must_not_change_is_left_alone(kit: Kit) -> None:
    stack = kit.stack()
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/monitor", mutable=False)
    kit.monitor(stack, role=role)
    policies = kit.resources(Template.from_stack(stack), "AWS::IAM::Policy").values()
    assert all(policy["Properties"]["Roles"] != ["monitor"] for policy in policies)


def test_a_role_of_another_stack_gets_its_statements_in_a_policy_of_the_monitor_s_stack(kit: Kit) -> None:
    app = kit.app()
    roles, watching = kit.stack("Roles", app=app), kit.stack("Watching", app=app)
    role = iam.Role(roles, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    kit.monitoring(watching).add_data_quality(baseline=kit.baseline(), role=role)
    template = Template.from_stack(watching)
    assert kit.resources(Template.from_stack(roles), "AWS::IAM::Policy") == {}
    policies = kit.resources(template, "AWS::IAM::Policy")
    (policy,) = [name for name in policies if name.startswith("FraudDataQualityRole")]
    (definition,) = kit.resources(template, _DEFINITION).values()
    assert policy in definition["DependsOn"]


def test_a_role_of_another_stack_that_must_not_change_is_left_alone(kit: Kit) -> None:
    app = kit.app()
    roles, watching = kit.stack("Roles", app=app), kit.stack("Watching", app=app)
    role = iam.Role(roles, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    kit.monitor(watching, role=role.without_policy_updates())
    policies = kit.resources(Template.from_stack(watching), "AWS::IAM::Policy")
    assert not [name for name in policies if name.startswith("DataQualityRole")]


def test_an_imported_key_is_granted_through_the_roles(kit: Kit, imported_template: Template) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    policies = kit.resources(imported_template, "AWS::IAM::Policy").items()
    (of_jobs,) = [name for name, policy in policies if policy["Properties"]["Roles"] == ["monitor"]]
    for policy in (of_jobs, "FraudAccess"):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert key in kit.allowed(imported_template, policy, action)


@pytest.fixture(scope="module")
def everything_unknown(kit: Kit) -> Template:
    """A stack for any account and region whose names and numbers are parameters."""
    stack = kit.stack(env=cdk.Environment())

    def text(name: str) -> str:
        return cdk.CfnParameter(stack, name).value_as_string

    def number(name: str) -> Any:
        return cdk.CfnParameter(stack, name, type="Number").value_as_number

    monitoring = kit.monitoring(
        stack,
        endpoint=MonitoredEndpoint.from_endpoint_name(
            text("EndpointName"), capture_location=S3Location(text("CaptureBucket"), text("CapturePrefix"))
        ),
    )
    monitoring.add_data_quality(
        baseline=Baseline.from_dataset(S3Location(text("Lake"), "train.csv"), DatasetFormat.csv()),
        compute=MonitorCompute(
            instance_type=text("InstanceType"),
            instance_count=number("InstanceCount"),
            volume_size=cdk.Size.gibibytes(number("Volume")),
            max_runtime=cdk.Duration.seconds(number("Runtime")),
        ),
        constraints=ConstraintOverrides(drift_threshold=0.3),
        alarms=DataQualityAlarms(drift={"age": 0.2}, mean_shift={"age": 0.5}),
        environment={"SCORE": text("Score")},
    )
    return Template.from_stack(stack)


def test_no_token_is_left_in_a_template_whose_values_are_all_parameters(everything_unknown: Template) -> None:
    document = everything_unknown.to_json()
    assert "Token[" not in str(document)
    assert "e+289" not in str(document)


def test_parameters_reach_definition_and_baseline_alike(kit: Kit, everything_unknown: Template) -> None:
    definition = kit.properties(everything_unknown, _DEFINITION)
    cluster = definition["JobResources"]["ClusterConfig"]
    assert (cluster["InstanceType"], cluster["InstanceCount"], cluster["VolumeSizeInGB"]) == (
        {"Ref": "InstanceType"},
        {"Ref": "InstanceCount"},
        {"Ref": "Volume"},
    )
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": {"Ref": "Runtime"}}
    baseline = kit.properties(everything_unknown, "Custom::ModelMonitorBaseline")
    assert kit.flat(baseline["MaxRuntimeInSeconds"]) == "<Runtime>"
    assert '"InstanceCount":<InstanceCount>' in kit.flat(baseline["Compute"])


def test_twelve_monitors_fit_into_the_limits_of_a_role(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = kit.monitoring(stack)
    for number in range(12):
        monitoring.add_data_quality(f"Monitor{number}", baseline=kit.baseline(f"s3://lake/{number}/train.csv"))
    template = Template.from_stack(stack)
    for type_name, limit in (("AWS::IAM::Policy", 10240), ("AWS::IAM::ManagedPolicy", 6144)):
        for policy in kit.resources(template, type_name).values():
            # References are a little longer in the template than what they stand for.
            assert len(str(policy["Properties"]["PolicyDocument"]).replace(" ", "")) <= limit * 1.6
    for role in kit.resources(template, "AWS::IAM::Role"):
        attached = [
            policy
            for policy in kit.resources(template, "AWS::IAM::ManagedPolicy").values()
            if {"Ref": role} in policy["Properties"]["Roles"]
        ]
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        assert len(attached) <= 10
    assert len(kit.resources(template, "AWS::SageMaker::MonitoringSchedule")) == 12
