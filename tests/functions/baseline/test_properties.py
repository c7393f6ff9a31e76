"""The properties of the custom resource: what CloudFormation made of them is undone, and mistakes are explained."""

import pytest

from baseline.errors import BaselineError
from baseline.properties import parse_properties
from baseline.source.forms import BaselineFiles, Dataset


def test_texts_become_types(properties):
    parsed = parse_properties(
        properties(MaxRuntimeInSeconds=1800, MeanShift={"age": 1}, Features=["age", "age"], Categorical=["sex"])
    )
    assert parsed.job.max_runtime_seconds == 1800
    assert parsed.kind.settings.mean_shift == {"age": 1.0}
    assert parsed.kind.settings.features == ("age",)
    assert parsed.kind.settings.categorical == ("sex",)
    assert isinstance(parsed.source, Dataset)
    assert str(parsed.output) == "s3://out/baselines/credit"


def test_optional_properties_may_be_absent_or_empty(properties):
    parsed = parse_properties(
        properties(Endpoint=None, Network="", Tags=None, DeploymentMetric=None, OutputKmsKeyId="", Overrides="")
    )
    assert parsed.endpoint is None
    assert parsed.output_kms_key_id is None
    assert parsed.deployment_metric is None
    assert parsed.job.network == {}


def test_files_need_no_job_settings(properties):
    files = {"files": {"statistics": "s3://data/s.json", "constraints": "s3://data/c.json"}}
    parsed = parse_properties(properties(Source=files, RoleArn=None, ImageUri=None, Compute=None))
    assert isinstance(parsed.source, BaselineFiles)
    assert parsed.job is None


@pytest.mark.parametrize("text", ["auto", '"auto"'])
def test_auto_may_be_quoted_or_not(properties, text):
    assert parse_properties(properties(Categorical=text)).kind.settings.categorical == "auto"


@pytest.mark.parametrize(
    ("header", "has_header"), [(True, True), ("true", True), (False, False), ("false", False), (None, True)]
)
def test_a_header_may_be_a_boolean_or_its_text(properties, header, has_header):
    csv = {} if header is None else {"header": header}
    source = {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": csv}}}
    assert parse_properties(properties(Source=source)).source.has_header is has_header


def test_the_order_of_keys_does_not_change_the_hash_of_overrides(properties):
    first = properties(Overrides='{"domain_content_threshold": 0.9, "emit_metrics": "Enabled"}')
    second = properties(Overrides='{"emit_metrics": "Enabled", "domain_content_threshold": 0.9}')
    hashes = {parse_properties(raw).kind.settings.overrides_hash for raw in (first, second)}
    assert len(hashes) == 1


@pytest.mark.parametrize(
    "key", ["Name", "Source", "OutputUri", "RoleArn", "ImageUri", "Compute", "MaxRuntimeInSeconds"]
)
def test_a_missing_property_is_named(properties, key):
    with pytest.raises(BaselineError, match=f"property {key} is missing"):
        parse_properties(properties(**{key: None}))


DATASET = {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {}}}}
FILES = {"files": {"statistics": "s3://data/s.json", "constraints": "s3://data/c.json"}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"MonitorType": "Quality"},
            "MonitorType: got 'Quality', expected one of DataQuality, ModelQuality, ModelBias",
        ),
        ({"Name": "Upper"}, "Name: got 'Upper', expected up to 40"),
        ({"Name": "x" * 41}, "expected up to 40"),
        ({"MaxRuntimeInSeconds": "1h"}, "MaxRuntimeInSeconds: got '1h', expected a whole number"),
        ({"Source": "{"}, "Source: got '{', expected JSON"),
        ({"Source": []}, "expected a JSON object"),
        (
            {"Source": {**DATASET, **FILES}},
            "got the keys dataset, files, expected one of dataset, files and model_package",
        ),
        ({"Source": {"dataset": {"uri": "s3://data/x", "format": {"orc": {}}}}}, "Source.dataset.format: got"),
        ({"Source": {"dataset": {"uri": "train.csv", "format": {"csv": {}}}}}, "expected an S3 URI such as"),
        ({"OutputUri": "s3://out//x"}, "with an empty part"),
        ({"Compute": {"InstanceType": "ml.m5.large"}}, "Compute: InstanceCount, VolumeSizeInGB is missing"),
        ({"Categorical": [1]}, "Categorical: got .* expected a list of names"),
        ({"Categorical": "auto", "PreprocessorUri": "s3://data/p.py"}, "got both Categorical and PreprocessorUri"),
        ({"Categorical": "auto", "Source": FILES}, "got Categorical with baseline files that exist already"),
        ({"DeploymentMetric": {"Namespace": "x"}}, "expected Namespace and Dimensions"),
    ],
)
def test_a_mistake_is_explained(properties, changes, words):
    with pytest.raises(BaselineError, match=words):
        parse_properties(properties(**changes))
