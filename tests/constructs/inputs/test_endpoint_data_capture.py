from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from model_monitor import CaptureMode, DataCapture, EndpointDataCapture, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_TYPE = "Custom::EndpointDataCapture"
_VOLUME_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def captured_stack(kit: Kit) -> cdk.Stack:
    stack = kit.stack()
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    bucket = s3.Bucket.from_bucket_attributes(stack, "Bucket", bucket_name="captured", encryption_key=key)
    capture = EndpointDataCapture(
        stack, "Capture", endpoint_name="Fraud-Prod", capture=DataCapture.to(bucket, sampling=20)
    )
    kit.monitor(stack, input=capture.endpoint)
    return stack


@pytest.fixture(scope="module")
def captured(captured_stack: cdk.Stack) -> Template:
    return Template.from_stack(captured_stack)


def test_the_function_is_told_the_capture_in_the_words_of_the_api(kit: Kit, captured: Template) -> None:
    properties = kit.properties(captured, _TYPE)
    assert properties["EndpointName"] == "Fraud-Prod"
    assert properties["ServiceTimeout"] == "3420"
    assert kit.flat(properties["AccessRoleArn"]).startswith("<CaptureAccess")
    assert kit.json(properties["DataCaptureConfig"]) == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://captured/capture",
        "KmsKeyId": "<Key961B73FD.Arn>",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json", "application/jsonlines"],
        },
    }


def test_monitors_come_after_the_capture_and_go_before_it(kit: Kit, captured: Template) -> None:
    (definition,) = kit.resources(captured, "AWS::SageMaker::DataQualityJobDefinition").values()
    (capture,) = kit.resources(captured, _TYPE)
    assert capture in definition["DependsOn"]


def test_the_access_role_makes_and_deletes_only_configurations_of_its_own(kit: Kit, captured: Template) -> None:
    role = "CaptureAccess"
    prefix = kit.properties(captured, _TYPE)["NamePrefix"]
    assert len(prefix) <= 40
    for action in ("CreateEndpointConfig", "DeleteEndpointConfig", "AddTags"):
        (arn,) = kit.allowed(captured, role, f"sagemaker:{action}")
        assert arn.endswith(f":endpoint-config/{prefix}*")
    endpoints = kit.allowed(captured, role, "sagemaker:UpdateEndpoint")
    assert [arn.rpartition(":")[2] for arn in endpoints] == ["endpoint/fraud-prod", "endpoint-config/*"]


@pytest.mark.parametrize("action", ["kms:CreateGrant", "kms:DescribeKey", "iam:PassRole"])
def test_no_key_of_volumes_and_no_role_is_used_that_is_not_named(action: str, kit: Kit, captured: Template) -> None:
    assert kit.allowed(captured, "CaptureAccess", action) == []


@pytest.fixture
def encrypted(kit: Kit, stack: cdk.Stack) -> Template:
    EndpointDataCapture(
        stack,
        "Capture",
        endpoint_name="fraud",
        capture=DataCapture.to(s3.Bucket.from_bucket_name(stack, "Bucket", "captured")),
        volume_key=kms.Key.from_key_arn(stack, "Volumes", _VOLUME_KEY),
    )
    return Template.from_stack(stack)


def test_the_key_of_volumes_is_used_for_and_through_sagemaker_only(kit: Kit, encrypted: Template) -> None:
    through_sagemaker = {"StringEquals": {"kms:ViaService": "sagemaker.eu-west-1.amazonaws.com"}}
    conditions = {
        "kms:DescribeKey": through_sagemaker,
        "kms:CreateGrant": {**through_sagemaker, "Bool": {"kms:GrantIsForAWSResource": "true"}},
    }
    for action, condition in conditions.items():
        (statement,) = [
            statement
            for name, statement in kit.statements(encrypted)
            if "CaptureAccess" in name and statement["Action"] == action
        ]
        assert (statement["Resource"], statement["Condition"]) == (_VOLUME_KEY, condition)


def test_only_the_role_that_is_named_is_passed_on(kit: Kit, stack: cdk.Stack) -> None:
    arn = "arn:aws:iam::123456789012:role/endpoint"
    EndpointDataCapture(
        stack,
        "Capture",
        endpoint_name="fraud",
        capture=DataCapture.to(s3.Bucket.from_bucket_name(stack, "Bucket", "captured")),
        execution_role=iam.Role.from_role_arn(stack, "Role", arn),
    )
    template = Template.from_stack(stack)
    assert kit.allowed(template, "CaptureAccess", "iam:PassRole") == [arn]


def test_only_the_deployment_function_may_take_its_role(kit: Kit, encrypted: Template) -> None:
    (role,) = [found for name, found in kit.resources(encrypted, "AWS::IAM::Role").items() if "CaptureAccess" in name]
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    (function,) = statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]
    assert kit.flat(function).startswith("<ModelMonitorDeploymentFunctionRole")


def test_it_needs_no_function_beside_that_of_the_deployment(kit: Kit, encrypted: Template) -> None:
    # One of ours, three of CDK's framework; the monitors of the stack would use the same.
    assert len(kit.resources(encrypted, "AWS::Lambda::Function")) == 4
    token = kit.flat(kit.properties(encrypted, _TYPE)["ServiceToken"])
    assert token.startswith("<ModelMonitorDeploymentFramework")


def test_with_a_monitor_it_adds_a_role_and_no_function(kit: Kit, captured: Template) -> None:
    stack = kit.stack()
    kit.monitor(stack)
    alone = Template.from_stack(stack)
    for type_name, more in (
        ("AWS::Lambda::Function", 0),
        ("AWS::IAM::Role", 1),
        ("AWS::StepFunctions::StateMachine", 0),
    ):
        assert len(kit.resources(captured, type_name)) == len(kit.resources(alone, type_name)) + more


def test_its_wildcards_are_explained(captured_stack: cdk.Stack) -> None:
    report = AwsSolutionsChecks(captured_stack).validate_scope(captured_stack)
    assert [finding.rule_name for finding in report.violations] == []


def test_refuses_what_is_no_name(stack: cdk.Stack, refused: Refused) -> None:
    capture = DataCapture.to(s3.Bucket.from_bucket_name(stack, "Bucket", "captured"))
    with refused("not its ARN"):
        EndpointDataCapture(stack, "Capture", endpoint_name="arn:aws:sagemaker:x", capture=capture)


def test_monitors_of_predictions_are_told_that_only_requests_are_captured(
    kit: Kit, stack: cdk.Stack, refused: Refused
) -> None:
    requests = DataCapture(location=S3Location.from_uri("s3://lake/capture"), mode=CaptureMode.INPUT)
    capture = EndpointDataCapture(stack, "Capture", endpoint_name="fraud-prod", capture=requests)
    with refused("data capture of requests only"):
        kit.model_quality(stack, input=capture.endpoint)


def test_an_endpoint_is_captured_once_for_all_monitors(stack: cdk.Stack, refused: Refused) -> None:
    capture = DataCapture(location=S3Location.from_uri("s3://lake/capture"))
    EndpointDataCapture(stack, "Capture", endpoint_name="fraud-prod", capture=capture)
    EndpointDataCapture(stack, "Other", endpoint_name="fraud-test", capture=capture)
    with refused("got endpoint_name='Fraud-Prod'", "Capture has one of this endpoint"):
        EndpointDataCapture(stack, "Again", endpoint_name="Fraud-Prod", capture=capture)
