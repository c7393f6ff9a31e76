from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from model_monitor import (
    CapturedAttributes,
    CapturedModelMonitoring,
    DatasetFormat,
    Facet,
    ModelReference,
    QualityColumns,
    S3Location,
    ServedElsewhere,
)

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_CAPTURED = S3Location.from_uri("s3://models/capture")


@pytest.fixture(scope="module")
def template(kit: Kit) -> Template:
    stack = kit.stack()
    model = ServedElsewhere.of(name="credit", captured=_CAPTURED)
    monitoring = CapturedModelMonitoring(stack, "Credit", model=model)
    monitoring.add_data_quality(baseline=kit.baseline())
    monitoring.add_model_quality(
        problem=kit.problem(),
        ground_truth=kit.ground_truth(start_offset=cdk.Duration.hours(6), end_offset=cdk.Duration.hours(6)),
        baseline=kit.baseline(),
        columns=QualityColumns(ground_truth="fraud", probability="score"),
    )
    monitoring.add_model_bias(
        config=kit.bias_config(headers=["age", "sex", "approved"]),
        attributes=CapturedAttributes(inference=0),
        ground_truth=kit.ground_truth(),
        baseline=kit.baseline(),
        predicted_label="approved",
    )
    monitoring.add_model_explainability(model=ModelReference.from_model_name("credit-copy"), baseline=kit.baseline())
    return Template.from_stack(stack)


@pytest.mark.parametrize("kind", ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"])
def test_monitors_read_what_the_capture_writer_leaves(kind: str, kit: Kit, template: Template) -> None:
    definition = kit.properties(template, f"AWS::SageMaker::{kind}JobDefinition")
    source = definition[f"{kind}JobInput"]["BatchTransformInput"]
    assert source["DataCapturedDestinationS3Uri"] == "s3://models/capture/credit"
    assert source["DatasetFormat"] == {"Csv": {"Header": False}}
    assert "EndpointInput" not in definition[f"{kind}JobInput"]


def test_monitors_read_nothing_else_of_the_bucket(kit: Kit, template: Template) -> None:
    read = kit.allowed(template, "DataQualityRole", "s3:GetObject")
    assert [arn for arn in read if ":models/" in arn] == [
        "arn:<AWS::Partition>:s3:::models/capture/credit",
        "arn:<AWS::Partition>:s3:::models/capture/credit/*",
    ]


def test_people_are_told_the_name_of_the_model(kit: Kit, template: Template) -> None:
    (composite,) = kit.resources(template, "AWS::CloudWatch::CompositeAlarm").values()
    assert "model credit" in kit.flat(composite["Properties"]["AlarmDescription"])
    for document in kit.registered(template).values():
        assert (document["model"], document["title"]) == ("credit", "model credit")
        assert "endpoint" not in document


def test_json_lines_are_the_other_format(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitor(stack, input=ServedElsewhere.of(name="credit", captured=_CAPTURED, format=DatasetFormat.json_lines()))
    definition = kit.properties(Template.from_stack(stack), "AWS::SageMaker::DataQualityJobDefinition")
    assert definition["DataQualityJobInput"]["BatchTransformInput"]["DatasetFormat"] == {"Json": {"Line": True}}


def test_refuses_a_bias_monitor_of_csv_that_cannot_tell_inputs_from_predictions(kit: Kit, refused: Refused) -> None:
    with refused("no headers for a bias monitor of CSV", "where the predictions begin", "headers=[...]"):
        config = kit.bias_config(label=2, facets=[Facet.of(0, 1)], headers=None)
        kit.model_bias(input=ServedElsewhere.of(name="credit", captured=_CAPTURED), config=config)


@pytest.mark.parametrize("name", ["", "a/b", pytest.param(cdk.Fn.ref("Name"), id="known at deployment")])
def test_refuses_names_that_are_no_folder(name: str, refused: Refused) -> None:
    with refused("one folder in the captured data", "endpoint_name of the capture writer"):
        ServedElsewhere.of(name=name, captured=_CAPTURED)


@pytest.mark.parametrize("dataset_format", [DatasetFormat.csv(), DatasetFormat.parquet()])
def test_refuses_formats_that_the_writer_does_not_write(dataset_format: Any, refused: Refused) -> None:
    with refused("what the capture writer writes", "DatasetFormat.csv(header=False)"):
        ServedElsewhere.of(name="credit", captured=_CAPTURED, format=dataset_format)
