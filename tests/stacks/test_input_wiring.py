"""What the file says of the inputs of monitors arrives in the templates: capture, batch transform, models elsewhere."""

from __future__ import annotations

import json

import pytest

from capture_writer import CaptureWriter
from tests.stacks.templates import job_definition, of_type, properties, statements

CAPTURE_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
MODEL_ROLE = "credit-risk-model"


def test_capture_is_turned_on(credit):
    (capture,) = properties(credit, "Custom::EndpointDataCapture")
    assert capture["EndpointName"] == "credit-risk"
    assert json.loads(capture["DataCaptureConfig"]) == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 50,
        "DestinationS3Uri": "s3://example-credit-data/capture",
        "KmsKeyId": CAPTURE_KEY,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }


def test_monitors_wait_for_the_capture(credit):
    (capture,) = of_type(credit, "Custom::EndpointDataCapture")
    assert all(
        capture in resource["DependsOn"]
        for resource in of_type(credit, "AWS::SageMaker::DataQualityJobDefinition").values()
    )


def test_the_role_of_the_model_may_write_what_is_captured(credit):
    (policy,) = (policy for policy in properties(credit, "AWS::IAM::Policy") if policy.get("Roles") == [MODEL_ROLE])
    allowed = {
        action
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert allowed == {"s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"}
    assert "example-credit-data/capture/*" in json.dumps(policy)


def test_captures_without_a_key_of_ones_own_or_a_role_take_the_defaults(synthesise_text):
    text = """\
endpoints:
  credit:
    capture: {turn_on: {location: s3://records/capture}}
    data_quality: {baseline: {dataset: s3://training/train.csv}}
"""
    template = synthesise_text(text).templates["ModelMonitoring-credit"]
    (capture,) = properties(template, "Custom::EndpointDataCapture")
    document = json.loads(capture["DataCaptureConfig"])
    assert (document["InitialSamplingPercentage"], "KmsKeyId" in document) == (100, False)
    roles = [role for policy in properties(template, "AWS::IAM::Policy") for role in policy["Roles"]]
    assert all("Ref" in role for role in roles), "no role of others gets a policy"


def test_batch_transform_is_read_without_an_endpoint(churn_scoring, price_scoring):
    read = job_definition(churn_scoring, "DataQuality")["DataQualityJobInput"]
    assert "EndpointInput" not in read
    assert read["BatchTransformInput"]["DataCapturedDestinationS3Uri"] == "s3://example-churn-data/capture"
    assert read["BatchTransformInput"]["DatasetFormat"] == {"Csv": {"Header": False}}
    for files in ("customers", "predictions"):
        assert f"example-churn-data/{files}/*" in json.dumps(statements(churn_scoring))
    read = job_definition(price_scoring, "ModelQuality", "ModelQuality")["ModelQualityJobInput"]["BatchTransformInput"]
    assert read["DatasetFormat"] == {"Json": {"Line": True}}
    assert read["InferenceAttribute"] == "price"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", {"Csv": {"Header": False}}),
        ("format: csv", {"Csv": {"Header": False}}),
        ("format: {csv: {header: true}}", {"Csv": {"Header": True}}),
        ("format: parquet", {"Parquet": True}),
    ],
)
def test_captured_csv_has_a_header_line_only_when_told(synthesise_text, setting, expected):
    text = f"""\
batch_transforms:
  scoring:
    capture: s3://records/capture
    files: [s3://records/inputs]
    data_quality: {{baseline: {{dataset: s3://training/train.csv}}}}
    {setting}
"""
    template = synthesise_text(text).templates["ModelMonitoring-scoring"]
    read = job_definition(template, "DataQuality")["DataQualityJobInput"]["BatchTransformInput"]
    assert read["DatasetFormat"] == expected


def test_a_model_elsewhere_is_read_where_its_writer_writes(assembly_of):
    template = assembly_of("examples/configurations/served_elsewhere.yaml").templates["ModelMonitoring-credit"]
    read = job_definition(template, "DataQuality")["DataQualityJobInput"]["BatchTransformInput"]
    assert read["DataCapturedDestinationS3Uri"] == "s3://example-credit-data/capture/credit"
    assert read["DatasetFormat"] == {"Json": {"Line": True}}
    assert len(of_type(template, "AWS::SageMaker::ModelQualityJobDefinition")) == 1


def test_a_model_elsewhere_may_be_called_as_its_writer_calls_it(synthesise_text):
    name = "credit_v2.eu"
    CaptureWriter("s3://records/capture", endpoint_name=name).close()
    text = f"""\
served_elsewhere:
  {name}:
    capture: s3://records/capture
    data_quality: {{baseline: {{dataset: s3://training/train.csv}}}}
"""
    template = synthesise_text(text).templates["ModelMonitoring-credit-v2-eu"]
    read = job_definition(template, "DataQuality")["DataQualityJobInput"]["BatchTransformInput"]
    assert read["DataCapturedDestinationS3Uri"] == f"s3://records/capture/{name}"
