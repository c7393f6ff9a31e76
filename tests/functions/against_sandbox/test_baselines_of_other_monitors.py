"""Baselines of other monitors than data quality from real processing jobs."""

import json

import pytest

from baseline.errors import BaselineError

ROWS = [(n % 2, int(n % 10 < 5) ^ (n % 2), n % 7, "MF"[n % 3 == 0]) for n in range(300)]
DATASET = "predicted,label,age,sex\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
SOURCE = {"dataset": {"uri": "s3://data/predictions.csv", "format": {"csv": {"header": True}}}}


@pytest.fixture
def source(world):
    world.s3.put_object(Bucket="data", Key="predictions.csv", Body=DATASET)
    return SOURCE


def test_bias(world, deploy, source):
    config = {
        "label": "label",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
    }
    properties = world.properties(
        "bias",
        MonitorType="ModelBias",
        ImageUri=CLARIFY,
        Source=source,
        AnalysisConfig=config,
        BaselineConfig={"predicted_label": "predicted"},
    )
    data = deploy("Create", properties)
    assert world.json(data["ConfigUri"]) == config
    (facet,) = world.json(data["ConstraintsUri"])["post_training_bias_metrics"]["facets"]["sex"]
    share = {
        group: sum(row[0] for row in ROWS if row[3] == group) / sum(row[3] == group for row in ROWS) for group in "MF"
    }
    values = {metric["name"]: metric["value"] for metric in facet["metrics"]}
    assert json.dumps(facet["value_or_threshold"]) == '"F"'
    assert values["DPPL"] == pytest.approx(share["M"] - share["F"])


def test_model_quality(world, deploy, source):
    properties = world.properties(
        "quality",
        MonitorType="ModelQuality",
        Source=source,
        Problem={
            "type": "BinaryClassification",
            "inference_attribute": "predicted",
            "ground_truth_attribute": "label",
        },
        Overrides={"tolerance": 0.05, "margins": {"precision": 0.1}, "constraints": {"recall": {"threshold": 0.4}}},
        Metrics=["accuracy", "recall"],
    )
    data = deploy("Create", properties)
    right = sum(row[0] == row[1] for row in ROWS) / len(ROWS)
    assert float(data["Metric.accuracy"]) == pytest.approx(right)
    assert data["ItemCount"] == "300"
    statistics = world.json(data["StatisticsUri"])["binary_classification_metrics"]
    assert statistics["accuracy"]["value"] == pytest.approx(right)
    assert statistics["accuracy"]["standard_deviation"] > 0
    suggested = world.json(data["SuggestedConstraintsUri"])["binary_classification_constraints"]
    effective = world.json(data["ConstraintsUri"])["binary_classification_constraints"]
    assert suggested["accuracy"] == {"threshold": right, "comparison_operator": "LessThanThreshold"}
    assert effective["accuracy"]["threshold"] == pytest.approx(right * 0.95)
    assert effective["recall"]["threshold"] == 0.4
    assert effective["precision"]["threshold"] == pytest.approx(suggested["precision"]["threshold"] - 0.1)
    assert effective["false_positive_rate"]["threshold"] > suggested["false_positive_rate"]["threshold"]


@pytest.mark.parametrize(
    ("problem", "column", "perfect"),
    [
        ("MulticlassClassification", "sex", {"weighted_f1": 1.0, "accuracy": 1.0}),
        ("Regression", "age", {"rmse": 0.0, "r2": 1.0}),
    ],
)
@pytest.mark.usefixtures("source")
def test_model_quality_of_other_problems(world, deploy, problem, column, perfect):
    properties = world.properties(
        problem.lower(),
        MonitorType="ModelQuality",
        Source=SOURCE,
        Problem={"type": problem, "inference_attribute": column, "ground_truth_attribute": column},
        Metrics=[*perfect],
    )
    data = deploy("Create", properties)
    assert {name: float(data[f"Metric.{name}"]) for name in perfect} == perfect


def test_model_quality_of_labels_that_the_analyzer_refuses(world, deploy, source):
    properties = world.properties(
        "quality-refused",
        MonitorType="ModelQuality",
        Source=source,
        Problem={
            "type": "BinaryClassification",
            "probability_attribute": "age",
            "ground_truth_attribute": "label",
        },
    )
    with pytest.raises(BaselineError, match="probability_attribute 'age' is not a probability from 0 to 1, such as"):
        deploy("Create", properties)


def test_model_quality_of_a_model_package(world, deploy, source):
    """What one job has found is registered with the model, and is the baseline of whoever deploys it."""
    problem = {"type": "BinaryClassification", "inference_attribute": "predicted", "ground_truth_attribute": "label"}
    found = deploy("Create", world.properties("registered", MonitorType="ModelQuality", Source=source, Problem=problem))
    registered = world.json(found["ConstraintsUri"])
    world.s3.put_object(Bucket="data", Key="registry/constraints.json", Body=json.dumps(registered))
    world.sagemaker.create_model_package_group(ModelPackageGroupName="credit")
    constraints = {"ContentType": "application/json", "S3Uri": "s3://data/registry/constraints.json"}
    package = world.sagemaker.create_model_package(
        ModelPackageGroupName="credit", DriftCheckBaselines={"ModelQuality": {"Constraints": constraints}}
    )["ModelPackageArn"]
    properties = world.properties(
        "packaged",
        MonitorType="ModelQuality",
        Source={"model_package": package},
        Problem=problem,
        Overrides={"tolerance": 0.1},
        Metrics=["accuracy"],
    )
    data = deploy("Create", properties)
    accuracy = registered["binary_classification_constraints"]["accuracy"]["threshold"]
    assert float(data["Metric.accuracy"]) == accuracy
    effective = world.json(data["ConstraintsUri"])["binary_classification_constraints"]
    assert effective["accuracy"]["threshold"] == pytest.approx(accuracy * 0.9)

    without = world.properties("none", MonitorType="ModelBias", Source={"model_package": package}, ImageUri=CLARIFY)
    with pytest.raises(BaselineError, match=r"has no DriftCheckBaselines.Bias.*it has ModelQuality.Constraints"):
        deploy("Create", without)
