"""A baseline of model quality: columns of predictions and labels, limits for metrics, values for alarms."""

import json

import pytest

from baseline.errors import BaselineError

BINARY = {"type": "BinaryClassification", "inference_attribute": "predicted", "ground_truth_attribute": "label"}
STATISTICS = {
    "version": 0.0,
    "dataset": {"item_count": 40},
    "binary_classification_metrics": {
        "confusion_matrix": {"0": {"0": 1}},
        "recall": {"value": 0.75, "standard_deviation": 0.01},
        "auc": {"value": 1e-7, "standard_deviation": "NaN"},
        "f1": {"value": "NaN"},
        "receiver_operating_characteristic_curve": {"false_positive_rates": [0.0]},
    },
}
CONSTRAINTS = {
    "version": 0.0,
    "binary_classification_constraints": {
        "recall": {"threshold": 0.75, "comparison_operator": "LessThanThreshold"},
        "false_positive_rate": {"threshold": 0.1, "comparison_operator": "GreaterThanThreshold"},
    },
}


def rows(predicted, label):
    return "predicted,score,label\n" + "".join(f"{predicted},0.5,{label}\n" for _ in range(40))


@pytest.fixture
def analyzer(aws):
    aws.put("s3://data/train.csv", rows(1, "1.0"))
    files = {"statistics.json": STATISTICS, "constraints.json": CONSTRAINTS}
    aws.run_job = lambda request: {name: json.dumps(content).encode() for name, content in files.items()}
    return aws


@pytest.fixture
def quality(properties):
    return lambda **changes: properties(**{"MonitorType": "ModelQuality", "Problem": BINARY, **changes})


def test_one_job_makes_both_files(analyzer, framework, quality):
    data = framework.create(quality(Metrics=["recall", "auc"]))
    folder = f"s3://out/baselines/credit/{data['Fingerprint']}"
    assert data["SuggestedConstraintsUri"] == f"{folder}/constraints.json"
    assert analyzer.get_json(data["ConstraintsUri"]) == CONSTRAINTS
    assert analyzer.get_json(data["StatisticsUri"]) == STATISTICS
    assert data["Metric.recall"] == "0.75"
    assert data["Metric.auc"] == "0.0000001"
    assert data["ItemCount"] == "40"
    assert len(analyzer.jobs) == 1
    assert len(analyzer.metrics) == 1


def test_the_job_is_told_the_columns(analyzer, framework, quality):
    problem = {**BINARY, "probability_attribute": "score", "probability_threshold": 0.7}
    framework.create(quality(Problem=problem, PreprocessorUri="s3://data/pre.py"))
    (job,) = analyzer.jobs.values()
    environment = job["request"]["Environment"]
    assert (
        environment.items()
        >= {
            "analysis_type": "MODEL_QUALITY",
            "problem_type": "BinaryClassification",
            "inference_attribute": "predicted",
            "probability_attribute": "score",
            "probability_threshold_attribute": "0.700000",
            "ground_truth_attribute": "label",
            "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
            "publish_cloudwatch_metrics": "Disabled",
            "record_preprocessor_script": "/opt/ml/processing/input/record_preprocessor_script_input/pre.py",
        }.items()
    )


def test_limits_are_changed_and_the_suggested_ones_stay(analyzer, framework, quality):
    changes = {"recall": {"threshold": 0.6}, "false_positive_rate": {"comparison_operator": "LessThanThreshold"}}
    data = framework.create(quality(Overrides={"constraints": changes}))
    limits = analyzer.get_json(data["ConstraintsUri"])["binary_classification_constraints"]
    assert limits["recall"] == {"threshold": 0.6, "comparison_operator": "LessThanThreshold"}
    assert limits["false_positive_rate"] == {"threshold": 0.1, "comparison_operator": "LessThanThreshold"}
    assert analyzer.get_json(data["SuggestedConstraintsUri"]) == CONSTRAINTS
    again = framework.update(quality())
    assert again["Fingerprint"] == data["Fingerprint"]
    assert len(analyzer.jobs) == 1


def test_a_tolerance_gives_every_other_metric_room_in_its_direction(analyzer, framework, quality):
    plain = framework.create(quality())
    data = framework.update(quality(Overrides={"tolerance": 0.1, "margins": {"recall": 0.25}}))
    limits = analyzer.get_json(data["ConstraintsUri"])["binary_classification_constraints"]
    assert limits["recall"] == {"threshold": 0.5, "comparison_operator": "LessThanThreshold"}
    # 0.1 of the counterpart, the true negative rate of 0.9.
    assert limits["false_positive_rate"]["threshold"] == pytest.approx(0.19)
    assert analyzer.get_json(data["SuggestedConstraintsUri"]) == CONSTRAINTS
    assert data["ConstraintsUri"] != plain["ConstraintsUri"]


def test_other_columns_make_another_baseline(analyzer, framework, quality):
    first = framework.create(quality())
    second = framework.update(quality(Problem={**BINARY, "probability_attribute": "score"}))
    assert first["Fingerprint"] != second["Fingerprint"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Metrics": ["accuracy"]}, "Metrics names 'accuracy', .* some of recall, auc, f1$"),
        ({"Metrics": ["f1"]}, r"Metrics names 'f1', which has no value in the baseline \('NaN'\)"),
        (
            {"Overrides": {"constraints": {"auc": {"threshold": 1}}}},
            "'auc', .* its metrics: recall, false_positive_rate",
        ),
        (
            {"Problem": {**BINARY, "type": "MulticlassClassification"}},
            "no multiclass_classification_constraints, but bin",
        ),
    ],
)
def test_what_the_result_does_not_have_fails(analyzer, framework, quality, changes, words):
    with pytest.raises(BaselineError, match=words):
        framework.create(quality(**changes))


def test_a_column_that_the_dataset_does_not_have_is_told_before_a_job(analyzer, framework, quality):
    with pytest.raises(BaselineError, match=r"'guess', which .* columns: predicted, score, label"):
        framework.create(quality(Problem={**BINARY, "inference_attribute": "guess"}))
    assert analyzer.jobs == {}


def test_columns_may_be_given_by_position(analyzer, framework, quality):
    framework.create(quality(Problem={**BINARY, "inference_attribute": "0", "ground_truth_attribute": "2"}))
    with pytest.raises(BaselineError, match="Problem names '3', which the dataset"):
        framework.create(quality(Problem={**BINARY, "inference_attribute": "3"}))


def test_predictions_that_can_never_equal_a_label_are_told(analyzer, framework, quality):
    analyzer.put("s3://data/train.csv", rows("yes", "Yes"))
    with pytest.raises(BaselineError, match="column predicted holds 'yes', column label 'Yes'; write both alike"):
        framework.create(quality())
    assert analyzer.jobs == {}


def test_regressions_need_not_hit_a_label(analyzer, framework, quality):
    analyzer.put("s3://data/train.csv", rows("0.3", "0.4"))
    framework.begin("Create", quality(Problem={**BINARY, "type": "Regression"}))
    assert len(analyzer.jobs) == 1


def test_a_few_wrong_predictions_are_no_mistake(analyzer, framework, quality):
    analyzer.put("s3://data/train.csv", "\n".join(rows("1", "0").splitlines()[:10]))
    framework.begin("Create", quality())
    assert len(analyzer.jobs) == 1


def test_probabilities_alone_are_enough_for_a_binary_problem(analyzer, framework, quality):
    framework.create(
        quality(
            Problem={
                "type": "BinaryClassification",
                "probability_attribute": "score",
                "ground_truth_attribute": "label",
            }
        )
    )
    (job,) = analyzer.jobs.values()
    assert "inference_attribute" not in job["request"]["Environment"]


def test_constraints_alone_are_enough(aws, framework, quality):
    aws.put("s3://data/c.json", CONSTRAINTS)
    data = framework.create(
        quality(
            Source={"files": {"constraints": "s3://data/c.json"}},
            Problem={"type": "BinaryClassification"},
            Metrics=["recall"],
        )
    )
    assert data["Metric.recall"] == "0.75"
    assert data["StatisticsUri"] == data["ItemCount"] == ""
    assert aws.jobs == {}


def test_a_job_that_wrote_nothing_is_told(analyzer, framework, quality):
    analyzer.run_job = lambda request: {}
    with pytest.raises(BaselineError, match=r"wrote no statistics.json and constraints.json"):
        framework.create(quality())
