from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sagemaker as sagemaker
from aws_cdk.assertions import Annotations, Match, Template

from model_monitor import CaptureMode, DataCapture, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_LOCATION = S3Location("captured-traffic", "capture")


@pytest.fixture(scope="module")
def captured(kit: Kit) -> Template:
    stack = kit.stack()
    bucket = s3.Bucket(stack, "Bucket", encryption_key=kms.Key(stack, "Key"))
    capture = DataCapture.to(bucket, sampling=20)
    capture.apply_to(kit.endpoint_config(stack, "Applied"))
    capture.grant_write(iam.Role(stack, "ModelRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")))
    kit.endpoint_config(stack, "WithMixin").with_(
        DataCapture(location=_LOCATION, mode=CaptureMode.OUTPUT, csv_content_types=(), json_content_types=())
    )
    return Template.from_stack(stack)


def _capture_of(kit: Kit, template: Template, logical_id: str) -> dict[str, Any]:
    configs = kit.resources(template, "AWS::SageMaker::EndpointConfig")
    return dict(configs[logical_id]["Properties"]["DataCaptureConfig"])


def test_text_payloads_of_both_sides_are_captured_as_text_under_the_key_of_the_bucket(
    kit: Kit, captured: Template
) -> None:
    config = _capture_of(kit, captured, "Applied")
    assert kit.flat(config.pop("DestinationS3Uri")) == "s3://<Bucket83908E77>/capture"
    assert kit.flat(config.pop("KmsKeyId")) == "<Key961B73FD.Arn>"
    assert config == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json", "application/jsonlines"],
        },
    }


def test_works_as_a_mixin_and_leaves_out_what_is_not_wanted(kit: Kit, captured: Template) -> None:
    assert _capture_of(kit, captured, "WithMixin") == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://captured-traffic/capture",
        "CaptureOptions": [{"CaptureMode": "Output"}],
    }


def test_the_role_of_the_model_may_write_records_and_use_the_key(kit: Kit, captured: Template) -> None:
    assert kit.allowed(captured, "ModelRole", "s3:PutObject") == [
        "arn:<AWS::Partition>:s3:::<Bucket83908E77>/capture",
        "arn:<AWS::Partition>:s3:::<Bucket83908E77>/capture/*",
    ]
    assert kit.allowed(captured, "ModelRole", "kms:GenerateDataKey") == ["<Key961B73FD.Arn>"]


@pytest.mark.parametrize("sampling", [-1, 0, 101, 0.2])
def test_refuses_a_sampling_that_is_no_whole_percentage(sampling: int, refused: Refused) -> None:
    with refused(f"sampling={sampling}", "a whole "):
        DataCapture(location=_LOCATION, sampling=sampling)


@pytest.mark.parametrize("sampling", [1, 100])
def test_accepts_the_limits_of_the_sampling(sampling: int) -> None:
    assert DataCapture(location=_LOCATION, sampling=sampling).location is _LOCATION


def test_defers_the_check_of_a_sampling_that_is_a_token(kit: Kit, stack: Stack) -> None:
    sampling: Any = CfnParameter(stack, "Sampling", type="Number").value_as_number
    DataCapture(location=_LOCATION, sampling=sampling).apply_to(kit.endpoint_config(stack))
    config = _capture_of(kit, Template.from_stack(stack), "Config")
    assert config["InitialSamplingPercentage"] == {"Ref": "Sampling"}


@pytest.mark.parametrize("content_type", ["text/csv; charset=utf-8", "csv", "", "a/" + "b" * 255])
@pytest.mark.parametrize("option", ["csv_content_types", "json_content_types"])
def test_refuses_a_content_type_that_the_service_would_not_match(
    content_type: str, option: str, refused: Refused
) -> None:
    options: dict[str, Any] = {option: [content_type]}
    with refused(option, "without parameters", "charset"):
        DataCapture(location=_LOCATION, **options)


def test_refuses_more_content_types_than_the_service_takes(refused: Refused) -> None:
    with refused("11 entries of csv_content_types", "at most 10"):
        DataCapture(location=_LOCATION, csv_content_types=[f"text/csv{n}" for n in range(11)])


def test_refuses_a_content_type_as_csv_and_as_json(refused: Refused) -> None:
    with refused("['text/csv'] as CSV and as JSON", "each content type once"):
        DataCapture(location=_LOCATION, json_content_types=["text/csv"])


def test_refuses_anything_but_an_endpoint_configuration(stack: Stack, refused: Refused) -> None:
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="config")
    capture = DataCapture(location=_LOCATION)
    assert not capture.supports(endpoint)
    with refused("CfnEndpoint 'Fraud/Endpoint'", "a CfnEndpointConfig", "not to the endpoint"):
        capture.apply_to(endpoint)


def test_refuses_a_configuration_that_captures_already(kit: Kit, stack: Stack, refused: Refused) -> None:
    config = kit.endpoint_config(stack)
    capture = DataCapture(location=_LOCATION)
    capture.apply_to(config)
    with refused("'Fraud/Config' that already has", "expected one without"):
        capture.apply_to(config)


@pytest.mark.parametrize(
    "variant",
    [
        sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name="v",
            model_name="m",
            serverless_config=sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
                max_concurrency=1, memory_size_in_mb=1024
            ),
        ),
        {"variantName": "v", "modelName": "m", "serverlessConfig": {"maxConcurrency": 1, "memorySizeInMb": 1024}},
    ],
    ids=["as a property class", "as a dictionary"],
)
def test_refuses_serverless_endpoints_which_have_no_capture(
    variant: Any, kit: Kit, stack: Stack, refused: Refused
) -> None:
    config = kit.endpoint_config(stack, production_variants=[variant])
    with refused("serverless endpoint configuration 'Fraud/Config'", "does not exist for serverless"):
        DataCapture(location=_LOCATION).apply_to(config)


def test_warns_of_a_pinned_name_since_every_change_replaces_the_configuration(kit: Kit, stack: Stack) -> None:
    DataCapture(location=_LOCATION).apply_to(kit.endpoint_config(stack, endpoint_config_name="pinned"))
    Annotations.from_stack(stack).has_warning(
        "/Fraud/Config", Match.string_like_regexp("Leave the name out.*model-monitor:pinnedEndpointConfigName")
    )
