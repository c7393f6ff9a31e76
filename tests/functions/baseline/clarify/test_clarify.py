"""Baselines of bias and explainability: Clarify's job, and the two configs."""

import json

import pytest

from baseline.errors import BaselineError

BIAS = {
    "label": "label",
    "label_values_or_threshold": ["1"],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
}
SHAP = {"methods": {"shap": {"num_samples": 10}}, "predictor": {"model_name": "credit", "instance_type": "ml.m5.large"}}
IMAGE = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
ANALYSIS = {"version": "1.0", "post_training_bias_metrics": {"label": "label", "facets": {}}}
ROWS = "label,predicted,sex,age\n" + "".join(f"{n % 2},{n % 2},{'MF'[n % 2]},{n}\n" for n in range(40))


@pytest.fixture
def container(aws):
    aws.put("s3://data/train.csv", ROWS)
    analysis = {**ANALYSIS, "explanations": {"kernel_shap": {}}}
    aws.run_job = lambda request: {"analysis.json": json.dumps(analysis).encode(), "report.html": b"<html>"}
    return aws


@pytest.fixture
def bias(properties):
    defaults = {
        "MonitorType": "ModelBias",
        "ImageUri": IMAGE,
        "AnalysisConfig": BIAS,
        "BaselineConfig": {"predicted_label": "predicted"},
    }
    return lambda **changes: properties(**{**defaults, **changes})


@pytest.fixture
def shap(properties):
    return lambda **changes: properties(
        **{"MonitorType": "ModelExplainability", "ImageUri": IMAGE, "AnalysisConfig": SHAP, **changes}
    )


def test_a_bias_baseline_has_constraints_and_the_monitor_s_config(container, framework, bias):
    data = framework.create(bias())
    folder = f"s3://out/baselines/credit/{data['Fingerprint']}"
    assert data == {
        "ConstraintsUri": f"{folder}/analysis.json",
        "ConfigUri": f"{folder}/analysis_config.json",
        "Fingerprint": data["Fingerprint"],
    }
    assert container.get_json(data["ConfigUri"]) == BIAS
    assert len(container.metrics) == 1


def test_the_job_reads_the_data_and_its_own_config(container, framework, bias):
    data = framework.create(bias(Environment={"LOG": "1"}))
    (job,) = container.jobs.values()
    request = job["request"]
    config = f"s3://out/baselines/credit/{data['Fingerprint']}/baseline/analysis_config.json"
    assert {item["InputName"]: item["S3Input"]["S3Uri"] for item in request["ProcessingInputs"]} == {
        "dataset": "s3://data/train.csv",
        "analysis_config": config,
    }
    assert [item["S3Input"]["LocalPath"] for item in request["ProcessingInputs"]] == [
        "/opt/ml/processing/input/data",
        "/opt/ml/processing/input/config",
    ]
    (output,) = request["ProcessingOutputConfig"]["Outputs"]
    assert (output["OutputName"], output["S3Output"]["LocalPath"]) == ("analysis_result", "/opt/ml/processing/output")
    assert request["Environment"] == {"LOG": "1"}
    assert container.get_json(config) == {
        **BIAS,
        "version": "1.0",
        "dataset_type": "text/csv",
        "headers": ["label", "predicted", "sex", "age"],
        "predicted_label": "predicted",
        "methods": {
            "pre_training_bias": {"methods": "all"},
            "post_training_bias": {"methods": "all"},
            "report": {"name": "report", "title": "Baseline"},
        },
    }


def test_the_baseline_s_own_keys_come_last(container, framework, bias):
    own = {"predicted_label": "predicted", "methods": {"report": {"name": "r", "title": "Mine"}}, "version": "2"}
    data = framework.create(bias(BaselineConfig=own))
    folder = f"baselines/credit/{data['Fingerprint']}"
    config = container.get_json(f"s3://out/{folder}/baseline/analysis_config.json")
    assert config["methods"]["report"]["title"] == "Mine"
    assert config["methods"]["post_training_bias"] == {"methods": "all"}
    assert config["version"] == "2"


def test_a_job_that_is_told_some_metrics_computes_no_others(container, framework, bias):
    chosen = {"post_training_bias": {"methods": ["DPPL"]}}
    data = framework.create(bias(BaselineConfig={"predicted_label": "predicted", "methods": chosen}))
    config = container.get_json(f"s3://out/baselines/credit/{data['Fingerprint']}/baseline/analysis_config.json")
    assert config["methods"] == {**chosen, "report": {"name": "report", "title": "Baseline"}}


@pytest.mark.parametrize(
    ("dataset_format", "dataset_type"),
    [
        ({"csv": {"header": False}}, "text/csv"),
        ({"json": {"lines": True}}, "application/jsonlines"),
        ({"json": {"lines": False}}, "application/json"),
        ({"parquet": {}}, "application/x-parquet"),
    ],
)
def test_the_config_says_how_the_data_are_written(container, framework, shap, dataset_format, dataset_type):
    if "json" in dataset_format:
        container.put("s3://data/train.csv", '{"age": 1}\n')
    data = framework.create(shap(Source={"dataset": {"uri": "s3://data/train.csv", "format": dataset_format}}))
    place = f"s3://out/baselines/credit/{data['Fingerprint']}/baseline/analysis_config.json"
    config = container.get_json(place)
    assert config["dataset_type"] == dataset_type
    assert config["predictor"]["model_name"] == "credit"
    assert config["methods"] == {"shap": {"num_samples": 10}, "report": {"name": "report", "title": "Baseline"}}


@pytest.mark.parametrize(
    "changes",
    [
        {"AnalysisConfig": {**BIAS, "group_variable": "age"}},
        {"BaselineConfig": {"predicted_label": "label"}},
        {"ImageUri": "another/image"},
    ],
)
def test_another_config_makes_another_baseline(container, framework, bias, changes):
    first = framework.create(bias())
    assert framework.update(bias(**changes))["Fingerprint"] != first["Fingerprint"]


def test_how_it_is_computed_makes_no_other_baseline(container, framework, bias):
    first = framework.create(bias())
    assert framework.update(bias(MaxRuntimeInSeconds=60)) == first
    assert len(container.jobs) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"BaselineConfig": None},
            "BaselineConfig has none of predictor, predicted_label, predicted_label_dataset_uri",
        ),
        (
            {"BaselineConfig": {"predicted_label": "guess"}},
            "predicted_label names 'guess', .* label, predicted, sex, age",
        ),
        ({"BaselineConfig": {"predicted_label": 7}}, "predicted_label: got column 7, expected 0 to 3"),
        ({"AnalysisConfig": {**BIAS, "facet": [{"name_or_index": "race"}]}}, r"facet\[0\] names 'race'"),
        ({"BaselineConfig": {"predicted_label": 0, "headers": ["a", "b"]}}, "headers: got 2 names, expected 4"),
        (
            {"AnalysisConfig": {**BIAS, "methods": {"pre_training_bias": {"methods": ["CI"]}}}},
            "methods: got pre_training_bias without post_training_bias",
        ),
        (
            {"AnalysisConfig": {**BIAS, "label_values_or_threshold": ["yes"]}},
            r"got \['yes'\], none of which .* '0', '1'",
        ),
        ({"AnalysisConfig": None}, "property AnalysisConfig is missing"),
    ],
)
def test_mistakes_are_explained_before_a_job(container, framework, bias, changes, words):
    with pytest.raises(BaselineError, match=words):
        framework.create(bias(**changes))
    assert container.jobs == {}


def test_headers_of_the_config_name_the_columns_of_data_without(container, framework, bias):
    names = ["y", "yhat", "group", "age"]
    config = {**BIAS, "headers": names, "label": "y", "facet": [{"name_or_index": 2}]}
    container.put("s3://data/train.csv", ROWS.split("\n", 1)[1])
    source = {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": False}}}}
    data = framework.create(bias(Source=source, AnalysisConfig=config, BaselineConfig={"predicted_label": "yhat"}))
    place = f"s3://out/baselines/credit/{data['Fingerprint']}/baseline/analysis_config.json"
    assert container.get_json(place)["headers"] == names


def test_a_header_of_the_data_comes_before_the_monitor_s_headers(container, framework, shap):
    data = framework.create(shap(AnalysisConfig={**SHAP, "headers": ["sex", "age"]}))
    place = f"s3://out/baselines/credit/{data['Fingerprint']}/baseline/analysis_config.json"
    assert container.get_json(place)["headers"] == ["label", "predicted", "sex", "age"]
    assert container.get_json(data["ConfigUri"])["headers"] == ["sex", "age"]


def test_a_handful_of_rows_is_refused(container, framework, bias):
    container.put("s3://data/train.csv", "\n".join(ROWS.splitlines()[:4]))
    with pytest.raises(BaselineError, match=r"train.csv has 3 rows, expected 10 at the least"):
        framework.create(bias())


def test_explainability_needs_the_model(container, framework, shap):
    with pytest.raises(BaselineError, match=r"AnalysisConfig.predictor.model_name is missing"):
        framework.create(shap(AnalysisConfig={"methods": {"shap": {}}}))


@pytest.mark.parametrize("other", ["pre_training_bias_metrics", "explanations"])
def test_a_bias_baseline_without_bias_of_predictions_is_reported(container, framework, bias, other):
    container.run_job = lambda _: {"analysis.json": json.dumps({other: {}}).encode()}
    with pytest.raises(BaselineError, match=f"holds {other}, expected post_training_bias_metrics: a monitor of ModelB"):
        framework.create(bias())


def test_an_explainability_baseline_without_explanations_is_reported(container, framework, shap):
    container.run_job = lambda _: {"analysis.json": b'{"post_training_bias_metrics": {}}'}
    with pytest.raises(BaselineError, match="holds post_training_bias_metrics, expected explanations"):
        framework.create(shap())


def test_a_job_that_wrote_no_analysis_is_told(container, framework, bias):
    container.run_job = lambda request: {"report.html": b""}
    with pytest.raises(BaselineError, match=r"has ended but wrote no analysis.json"):
        framework.create(bias())


def test_files_that_exist_need_no_job(container, framework, bias):
    container.put("s3://data/analysis.json", ANALYSIS)
    source = {"files": {"constraints": "s3://data/analysis.json"}}
    data = framework.create(bias(Source=source, RoleArn=None, ImageUri=None, Compute=None))
    assert container.get_json(data["ConstraintsUri"]) == ANALYSIS
    assert container.get_json(data["ConfigUri"]) == BIAS
    assert container.jobs == {}
