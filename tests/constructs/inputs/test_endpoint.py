from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnParameter, Stack, aws_s3 as s3, aws_sagemaker as sagemaker
from aws_cdk.assertions import Template
from aws_cdk.interfaces.aws_sagemaker import EndpointReference
from constructs import Construct

from model_monitor import DataCapture, MonitoredEndpoint, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_CAPTURE = S3Location("captured-traffic", "capture")


@pytest.mark.parametrize(
    "name", ["", "fraud_prod", "-fraud", "fraud-", "f" * 64, "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/fraud"]
)
def test_refuses_what_cannot_be_the_name_of_an_endpoint(name: str, refused: Refused) -> None:
    with refused(f"endpoint_name={name!r}", "not its ARN"):
        MonitoredEndpoint.from_endpoint_name(name, capture_location=_CAPTURE)


@pytest.mark.parametrize("name", ["f", "Fraud-Prod-2", "f" * 63])
def test_takes_a_name_as_it_is_spelled(name: str) -> None:
    endpoint = MonitoredEndpoint.from_endpoint_name(name, capture_location=_CAPTURE)
    assert (endpoint.endpoint_name, endpoint.identity, endpoint.dependency) == (name, name, None)


def test_defers_the_check_of_a_name_that_is_a_token(stack: Stack) -> None:
    name = CfnParameter(stack, "Name").value_as_string
    endpoint = MonitoredEndpoint.from_endpoint_name(name, capture_location=_CAPTURE)
    assert endpoint.endpoint_name == name
    assert endpoint.identity == ""


def test_an_endpoint_of_the_app_brings_its_name_and_the_place_of_its_capture(kit: Kit, stack: Stack) -> None:
    capture = DataCapture.to(s3.Bucket(stack, "Bucket"))
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="config")
    monitored = MonitoredEndpoint.from_endpoint(endpoint, capture=capture)
    assert stack.resolve(monitored.endpoint_name) == {"Fn::GetAtt": ["Endpoint", "EndpointName"]}
    assert monitored.capture_location is capture.location
    assert monitored.dependency is endpoint


class _KnownByArn(Construct):
    """The least that a construct of another library must have."""

    @property
    def endpoint_ref(self) -> EndpointReference:
        return EndpointReference(endpoint_arn="arn:aws:sagemaker:eu-west-1:123456789012:endpoint/fraud-prod")


def test_an_endpoint_that_is_known_by_its_arn_gives_the_name_in_it(stack: Stack) -> None:
    endpoint: Any = _KnownByArn(stack, "Known")
    assert MonitoredEndpoint.from_endpoint(endpoint, capture=DataCapture(location=_CAPTURE)).endpoint_name == (
        "fraud-prod"
    )


def test_the_monitor_is_made_after_the_endpoint_and_deleted_before_it(kit: Kit) -> None:
    stack = kit.stack()
    capture = DataCapture(location=_CAPTURE)
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="config")
    kit.monitor(stack, input=MonitoredEndpoint.from_endpoint(endpoint, capture=capture))
    template = Template.from_stack(stack)
    ((name, definition),) = kit.resources(template, "AWS::SageMaker::DataQualityJobDefinition").items()
    (schedule,) = kit.resources(template, "AWS::SageMaker::MonitoringSchedule").values()
    assert "Endpoint" in definition["DependsOn"]
    assert name in schedule["DependsOn"]


def _app_with_endpoint(
    kit: Kit, *, applied: bool, change: Callable[[sagemaker.CfnEndpointConfig], None] = lambda _: None
) -> App:
    app = kit.app()
    stack = kit.stack(app=app)
    capture = DataCapture(location=_CAPTURE)
    config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[])
    if applied:
        capture.apply_to(config)
    change(config)
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)
    MonitoredEndpoint.from_endpoint(endpoint, capture=capture)
    return app


def test_a_capture_that_was_never_applied_fails_the_synthesis(kit: Kit) -> None:
    with pytest.raises(RuntimeError, match=r"not applied to the endpoint's configuration 'Fraud/Config'.*apply_to"):
        _app_with_endpoint(kit, applied=False).synth()
    assert _app_with_endpoint(kit, applied=True).synth().stacks


def _without_capture(config: sagemaker.CfnEndpointConfig) -> None:
    config.data_capture_config = None


def _asynchronous(config: sagemaker.CfnEndpointConfig) -> None:
    config.async_inference_config = {"outputConfig": {"s3OutputPath": "s3://lake/answers"}}


@pytest.mark.parametrize(
    ("change", "said"),
    [(_without_capture, "got a capture that was not applied"), (_asynchronous, "got the asynchronous endpoint")],
)
def test_a_configuration_that_changes_after_the_capture_was_applied_fails_the_synthesis(
    change: Callable[[sagemaker.CfnEndpointConfig], None], said: str, kit: Kit
) -> None:
    with pytest.raises(RuntimeError, match=said):
        _app_with_endpoint(kit, applied=True, change=change).synth()
