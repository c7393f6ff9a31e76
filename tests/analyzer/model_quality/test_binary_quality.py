"""Jobs of binary classification: files, numbers and texts of the service."""

from datetime import UTC, datetime, timedelta

import pytest

BINARY = "BinaryClassification"
PUBLISH = {
    "publish_cloudwatch_metrics": "Enabled",
    "sagemaker_endpoint_name": "churn",
    "sagemaker_monitoring_schedule_name": "churn-quality",
}
# Rows of a churn model with the confusion matrix of
# https://github.com/rjEks/sagemaker-model-monitor (notebooks/mode_monitor_model_quality.ipynb).
CHURN = [(0, 0)] * 173 + [(0, 1)] * 12 + [(1, 1)] * 16


def rounded(values, digits=6):
    return {name: round(value, digits) for name, value in values.items()}


def test_a_baseline_has_the_numbers_of_the_guide(baseline):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html"""
    done = baseline(BINARY, "prediction,label", [(0, 0), (1, 0), (1, 0), (1, 1)], inference_attribute="prediction")
    assert done.message == "Completed: Job completed successfully with no violations."
    assert done.statistics["confusion_matrix"] == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    assert done.values == {
        "recall": 1.0,
        "precision": 0.3333333333333333,
        "accuracy": 0.5,
        "recall_best_constant_classifier": 1.0,
        "precision_best_constant_classifier": 0.25,
        "accuracy_best_constant_classifier": 0.25,
        "true_positive_rate": 1.0,
        "true_negative_rate": 0.33333333333333337,
        "false_positive_rate": 0.6666666666666666,
        "false_negative_rate": 0.0,
        "f0_5": 0.3846153846153846,
        "f1": 0.5,
        "f2": 0.7142857142857143,
        "f0_5_best_constant_classifier": 0.29411764705882354,
        "f1_best_constant_classifier": 0.4,
        "f2_best_constant_classifier": 0.625,
    }


def test_a_baseline_has_the_numbers_of_a_real_run(baseline):
    done = baseline(BINARY, "prediction,label", CHURN, inference_attribute="prediction")
    assert done.statistics["confusion_matrix"] == {"0": {"0": 173, "1": 0}, "1": {"0": 12, "1": 16}}
    assert rounded(done.values) == {
        "recall": 0.571429,
        "precision": 1.0,
        "accuracy": 0.940299,
        "recall_best_constant_classifier": 0.0,
        "precision_best_constant_classifier": 0.0,
        "accuracy_best_constant_classifier": 0.860697,
        "true_positive_rate": 0.571429,
        "true_negative_rate": 1.0,
        "false_positive_rate": 0.0,
        "false_negative_rate": 0.428571,
        "f0_5": 0.869565,
        "f1": 0.727273,
        "f2": 0.625,
        "f0_5_best_constant_classifier": 0.0,
        "f1_best_constant_classifier": 0.0,
        "f2_best_constant_classifier": 0.0,
    }


def test_the_constant_classifier_gives_the_most_frequent_prediction_as_in_real_files(baseline):
    """A published file of 201 rows, 109 of them positive, with 107 negative predictions."""
    rows = [(0, 0)] * 60 + [(1, 0)] * 32 + [(0, 1)] * 47 + [(1, 1)] * 62
    done = baseline(BINARY, "prediction,label", rows, inference_attribute="prediction")
    assert done.values["accuracy_best_constant_classifier"] == 92 / 201
    assert done.values["f1_best_constant_classifier"] == 0.0


def test_suggested_limits_are_what_the_model_reaches(baseline):
    rows = [(label, 0.2 + 0.6 * label, label) for label in (0, 1)] * 10
    done = baseline(BINARY, "prediction,p,label", rows, inference_attribute="prediction", probability_attribute="p")
    assert list(done.constraints) == [
        "recall",
        "precision",
        "accuracy",
        "true_positive_rate",
        "true_negative_rate",
        "false_positive_rate",
        "false_negative_rate",
        "auc",
        "f0_5",
        "f1",
        "f2",
    ]
    assert done.constraints["auc"] == {"threshold": 1.0, "comparison_operator": "LessThanThreshold"}
    assert done.constraints["false_positive_rate"] == {"threshold": 0.0, "comparison_operator": "GreaterThanThreshold"}
    assert not done.has("constraint_violations.json")


def test_curves_have_the_form_of_spark(baseline):
    rows = [(0.9, 1), (0.7, 0), (0.7, 1), (0.4, 1), (0.1, 0)]
    done = baseline(BINARY, "p,label", rows, probability_attribute="p", probability_threshold_attribute="0.500000")
    assert list(done.statistics)[11:15] == [
        "receiver_operating_characteristic_curve",
        "precision_recall_curve",
        "auc",
        "au_prc",
    ]
    assert done.statistics["receiver_operating_characteristic_curve"] == {
        "false_positive_rates": [0.0, 0.0, 0.5, 0.5, 1.0, 1.0],
        "true_positive_rates": [0.0, 1 / 3, 2 / 3, 1.0, 1.0, 1.0],
    }
    assert done.statistics["precision_recall_curve"] == {
        "precisions": [1.0, 1.0, 2 / 3, 0.75, 0.6],
        "recalls": [0.0, 1 / 3, 2 / 3, 1.0, 1.0],
    }
    assert done.values["auc"] == 4.5 / 6


def test_without_a_probability_there_are_neither_curves_nor_areas(baseline):
    done = baseline(BINARY, "prediction,label", CHURN, inference_attribute="prediction")
    assert not {"auc", "au_prc", "precision_recall_curve"} & done.statistics.keys()
    assert "auc" not in done.constraints


def test_the_threshold_cuts_the_probability(baseline):
    rows = [(0.3, 0), (0.8, 1), (0.79, 0), (0.9, 1)]
    done = baseline(BINARY, "p,label", rows, probability_attribute="p", probability_threshold_attribute="0.8")
    assert done.values["accuracy"] == 1.0


def test_statistics_have_the_layout_and_times_of_the_service(baseline):
    done = baseline(BINARY, "prediction,label", [(0, 0), (1, 1)], inference_attribute="prediction")
    text = (done.folder / "output" / "statistics.json").read_text()
    assert text.startswith('{\n  "version" : 0.0,\n  "dataset" : {\n    "item_count" : 2,\n    "evaluation_time" : "2')
    assert '    "recall" : {\n      "value" : 1.0,\n      "standard_deviation" : null\n    },\n' in text
    time = datetime.strptime(done.dataset["evaluation_time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert timedelta(0) <= datetime.now(UTC) - time < timedelta(minutes=1)


def test_standard_deviations_need_200_rows(baseline):
    few = baseline(BINARY, "prediction,label", CHURN[2:], inference_attribute="prediction")
    enough = baseline(BINARY, "prediction,label", CHURN[1:], inference_attribute="prediction")
    assert few.statistics["accuracy"]["standard_deviation"] is None
    # The real run of 201 such rows has 0.0059; it depends on five random samples.
    assert 0.002 < enough.statistics["accuracy"]["standard_deviation"] < 0.02


def test_the_same_data_give_the_same_file(baseline):
    first, second = (
        baseline(BINARY, "prediction,label", CHURN, inference_attribute="prediction").statistics for _ in range(2)
    )
    assert first == second


def test_a_monitoring_run_on_merged_records(monitor, limits):
    constraints = limits(
        "binary_classification",
        recall=(0.9, "Less"),
        precision=(0.5714285714285714, "Less"),
        f0_5=(0.99, "Less"),
        f1=(0.9, "Less"),
        f2=(0.9, "Less"),
        auc=(0.9, "Less"),
        true_positive_rate=(0.9, "Less"),
        true_negative_rate=(0.9, "Less"),
        false_positive_rate=(0.1, "Greater"),
        false_negative_rate=(0.1, "Greater"),
        accuracy=(0.9, "Less"),
    )
    pairs = [("0.9", 0), ("0.8", 1), ("0.1", 1), ("0.2", 0)] * 100
    done = monitor(BINARY, pairs, constraints, probability_attribute="0", **PUBLISH)
    assert done.code == 0
    assert done.message == "CompletedWithViolations: Job completed successfully with 10 violations."
    assert [violation["metric_name"] for violation in done.violations] == [
        "auc",
        "precision",
        "truePositiveRate",
        "f1",
        "accuracy",
        "falsePositiveRate",
        "trueNegativeRate",
        "falseNegativeRate",
        "recall",
        "f2",
    ]
    deviation = done.statistics["precision"]["standard_deviation"]
    assert done.violations[1] == {
        "constraint_check_type": "LessThanThreshold",
        "description": f"Metric precision with 0.5 +/- {deviation} was LessThanThreshold '0.5714285714285714'",
        "metric_name": "precision",
    }
    assert done.constraints["precision"]["threshold"] == 0.5, "suggested from the run's own data, as by the service"
    assert done.dataset["item_count"] == 400
    assert (done.dataset["start_time"], done.dataset["end_time"]) == ("2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z")
    assert done.metrics["total_number_of_violations"] == 10
    assert done.metrics["auc"] == done.values["auc"]
    assert done.metrics.keys() == {*done.values, "total_number_of_violations"}


def test_a_limit_on_f0_5_is_never_reported_as_by_the_service(monitor, limits):
    constraints = limits("binary_classification", f0_5=(0.99, "Less"), f1=(0.4, "Less"))
    done = monitor(BINARY, [("1", 0), ("1", 1)] * 5, constraints, inference_attribute="0")
    assert done.values["f0_5"] < 0.99
    assert done.violations == []
    assert done.message == "Completed: Job completed successfully with no violations."


@pytest.mark.parametrize(("word", "threshold", "count"), [("Less", 0.5, 0), ("Less", 0.51, 1), ("Greater", 0.49, 1)])
def test_a_limit_is_broken_beyond_the_threshold_on_the_side_that_it_names(monitor, limits, word, threshold, count):
    constraints = limits("binary_classification", accuracy=(threshold, word))
    done = monitor(BINARY, [("1", 0), ("1", 1)] * 5, constraints, inference_attribute="0")
    assert len(done.violations) == count


def test_small_windows_have_no_standard_deviation_in_texts(monitor, limits):
    constraints = limits("binary_classification", accuracy=(0.9, "Less"))
    done = monitor(BINARY, [("1", 0), ("1", 1)] * 5, constraints, inference_attribute="0")
    assert done.violations[0]["description"] == "Metric accuracy with 0.5 +/- NaN was LessThanThreshold '0.9'"


def test_a_prediction_and_its_probability_can_both_be_given(monitor, limits):
    constraints = limits("binary_classification", accuracy=(1.0, "Less"), auc=(1.0, "Less"))
    pairs = [("yes,0.3", "yes"), ("no,0.1", "no")] * 5
    done = monitor(BINARY, pairs, constraints, inference_attribute="0", probability_attribute="1", positive_label="yes")
    assert done.violations == []
    assert done.statistics["confusion_matrix"] == {"0": {"0": 5, "1": 0}, "1": {"0": 0, "1": 5}}
