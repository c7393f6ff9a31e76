"""What monitors demand of captured records, and of the places around them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from aws_cdk import Stack, aws_sagemaker as sagemaker

from model_monitor import (
    BatchTransform,
    CaptureMode,
    DataCapture,
    DatasetFormat,
    MonitoredEndpoint,
    S3Location,
)
from model_monitor.inputs.requirements import require_apart, require_inputs, require_outputs, require_scriptable

Refused = Callable[..., AbstractContextManager[None]]
place = S3Location.from_uri


def test_nothing_else_lies_among_captured_records(refused: Refused) -> None:
    endpoint = MonitoredEndpoint.from_endpoint_name("credit", capture_location=place("s3://lake/capture"))
    for uri in ("s3://lake/capture", "s3://lake/capture/reports"):
        with refused(f"output='{uri}'", "outside of 's3://lake/capture'"):
            require_apart(place(uri), endpoint, option="output")
    for uri in ("s3://lake/captured", "s3://lake", "s3://other/capture"):
        require_apart(place(uri), endpoint, option="output")


def test_a_whole_bucket_of_records_leaves_other_folders_free(refused: Refused) -> None:
    endpoint = MonitoredEndpoint.from_endpoint_name("credit", capture_location=place("s3://lake"))
    require_apart(place("s3://lake/labels"), endpoint, option="location")
    with refused("among the captured records"):
        require_apart(place("s3://lake/credit/labels"), endpoint, option="location")


@pytest.mark.parametrize(
    ("mode", "require", "text"),
    [
        (CaptureMode.INPUT, require_outputs, "requests only"),
        (CaptureMode.OUTPUT, require_inputs, "responses only"),
    ],
)
def test_both_sides_of_calls_must_be_captured(
    mode: CaptureMode, require: Callable[[MonitoredEndpoint], None], text: str, stack: Stack, refused: Refused
) -> None:
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="config")
    capture = DataCapture(location=place("s3://lake/capture"), mode=mode)
    with refused(text, "mode=CaptureMode.INPUT_AND_OUTPUT"):
        require(MonitoredEndpoint.from_endpoint(endpoint, capture=capture))
    require(MonitoredEndpoint.from_endpoint_name("credit", capture_location=capture.location))


def test_no_script_changes_parquet(refused: Refused) -> None:
    captured, files = place("s3://lake/capture"), [place("s3://lake/files")]
    parquet = BatchTransform.of(captured=captured, files=files, format=DatasetFormat.parquet())
    with refused("preprocessor with records in Parquet"):
        require_scriptable(parquet, option="preprocessor")
    require_scriptable(BatchTransform.of(captured=captured, files=files), option="preprocessor")


def test_asynchronous_and_multi_model_endpoints_are_not_captured(stack: Stack, refused: Refused) -> None:
    config = sagemaker.CfnEndpointConfig
    container = sagemaker.CfnModel.ContainerDefinitionProperty(image="image", mode="MultiModel")
    model = sagemaker.CfnModel(stack, "Model", primary_container=container)
    variant = config.ProductionVariantProperty(variant_name="all", model_name=model.attr_model_name)
    output = config.AsyncInferenceOutputConfigProperty()
    capture = DataCapture(location=place("s3://lake/capture"))
    with refused("multi-model", "an endpoint of its own"):
        capture.apply_to(config(stack, "Multi", production_variants=[variant]))
    with refused("asynchronous"):
        capture.apply_to(
            config(
                stack,
                "Async",
                production_variants=[],
                async_inference_config=config.AsyncInferenceConfigProperty(output_config=output),
            )
        )
