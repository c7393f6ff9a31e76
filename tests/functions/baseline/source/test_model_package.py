"""Baselines that a model package of the registry carries."""

import pytest

from baseline.errors import BaselineError

NAME = "arn:aws:sagemaker:us-east-1:111122223333:model-package/credit/3"
CONSTRAINTS = {"binary_classification_constraints": {"recall": {"threshold": 0.7}}}
PROBLEM = {"type": "BinaryClassification", "inference_attribute": "p", "ground_truth_attribute": "y"}
SHAP = {"methods": {"shap": {}}, "predictor": {"model_name": "credit"}}


@pytest.fixture
def package(aws, suggest):
    """A package with files for all four kinds of monitors."""
    for name, content in suggest({"age": list(range(30))}).items():
        aws.put(f"s3://data/quality/{name}", content)
    aws.put("s3://data/model/constraints.json", CONSTRAINTS)
    aws.put("s3://data/bias/post.json", {"post_training_bias_metrics": {"a": 1}})
    aws.put("s3://data/bias/pre.json", {"pre_training_bias_metrics": {}})
    aws.put("s3://data/bias/config.json", {"label": "y"})
    aws.put("s3://data/shap/analysis.json", {"explanations": {}})
    entries = {
        "ModelDataQuality": {"Statistics": "quality/statistics.json", "Constraints": "quality/constraints.json"},
        "ModelQuality": {"Constraints": "model/constraints.json"},
        "Bias": {
            "ConfigFile": "bias/config.json",
            "PreTrainingConstraints": "bias/pre.json",
            "PostTrainingConstraints": "bias/post.json",
        },
        "Explainability": {"Constraints": "shap/analysis.json"},
    }
    aws.model_packages[NAME] = {
        section: {name: {"S3Uri": f"s3://data/{key}"} for name, key in files.items()}
        for section, files in entries.items()
    }
    return aws.model_packages[NAME]


@pytest.fixture
def of_package(properties):
    source = {"model_package": NAME}
    return lambda **changes: properties(Source=source, RoleArn=None, ImageUri=None, Compute=None, **changes)


def test_data_quality(package, aws, framework, of_package):
    data = framework.create(of_package())
    assert [feature["name"] for feature in aws.get_json(data["StatisticsUri"])["features"]] == ["age"]
    assert aws.jobs == {}


def test_model_quality_does_without_statistics(package, aws, framework, of_package):
    data = framework.create(of_package(MonitorType="ModelQuality", Problem=PROBLEM, Metrics=["recall"]))
    assert aws.get_json(data["ConstraintsUri"]) == CONSTRAINTS
    assert data["Metric.recall"] == "0.7"


def test_bias_takes_what_came_after_training_and_the_package_s_config(package, aws, framework, of_package):
    data = framework.create(of_package(MonitorType="ModelBias"))
    assert aws.get_json(data["ConstraintsUri"]) == {"post_training_bias_metrics": {"a": 1}}
    assert aws.get_json(data["ConfigUri"]) == {"label": "y"}


def test_a_config_of_the_stack_comes_before_that_of_the_package(package, aws, framework, of_package):
    data = framework.create(of_package(MonitorType="ModelBias", AnalysisConfig={"label": "z"}))
    assert aws.get_json(data["ConfigUri"]) == {"label": "z"}


def test_explainability(package, aws, framework, of_package):
    data = framework.create(of_package(MonitorType="ModelExplainability", AnalysisConfig=SHAP))
    assert aws.get_json(data["ConfigUri"]) == SHAP
    with pytest.raises(BaselineError, match="AnalysisConfig is missing, and the model package has no ConfigFile"):
        framework.update(of_package(MonitorType="ModelExplainability"))


def test_what_is_missing_fails_with_what_there_is(package, framework, of_package):
    del package["ModelQuality"]
    with pytest.raises(BaselineError) as caught:
        framework.create(of_package(MonitorType="ModelQuality", Problem=PROBLEM))
    text = str(caught.value)
    assert f"model package {NAME} has no DriftCheckBaselines.ModelQuality.Constraints" in text
    assert "it has Bias.ConfigFile, Bias.PostTrainingConstraints, Bias.PreTrainingConstraints, Explainability." in text


def test_a_package_without_any_baseline_is_told(package, framework, of_package):
    package.clear()
    with pytest.raises(BaselineError, match=r"Constraints and Statistics, .* it has no DriftCheckBaselines at all"):
        framework.create(of_package())


def test_a_package_that_does_not_exist_is_told(framework, of_package):
    with pytest.raises(BaselineError, match=r"model package .*/credit/3 cannot be read: .*check its ARN"):
        framework.create(of_package())


def test_throttling_is_not_taken_for_a_missing_package(package, aws, framework, of_package):
    aws.fail("DescribeModelPackage", "ThrottlingException")
    framework.begin("Create", of_package())
    assert framework.first == {"IsComplete": False}
    assert framework.finish()["Fingerprint"]


def test_a_rollback_works_when_the_package_is_gone(package, aws, framework, of_package):
    first = framework.create(of_package())
    aws.model_packages.clear()
    assert framework.update(of_package()) == first


@pytest.mark.parametrize("name", ["", 3])
def test_a_package_without_a_name_is_told(framework, properties, name):
    with pytest.raises(BaselineError, match=r"Source.model_package: got .*, expected the ARN or name"):
        framework.create(properties(Source={"model_package": name}))
