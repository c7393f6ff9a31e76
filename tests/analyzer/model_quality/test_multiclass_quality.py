"""Jobs of multiclass classification."""

import pytest

MULTICLASS = "MulticlassClassification"
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
GUIDE = [(0, 0)] * 1180 + [(1, 0)] * 510 + [(0, 1)] * 268 + [(1, 1)] * 138


def test_a_baseline_has_the_numbers_of_the_guide(baseline):
    done = baseline(MULTICLASS, "prediction,label", GUIDE, inference_attribute="prediction")
    assert done.statistics["confusion_matrix"] == {"0": {"0": 1180, "1": 510}, "1": {"0": 268, "1": 138}}
    constant = {name: value for name, value in done.values.items() if name.endswith("_best_constant_classifier")}
    assert {name: value for name, value in done.values.items() if name not in constant} == {
        "accuracy": 0.6288167938931297,
        "weighted_recall": 0.6288167938931297,
        "weighted_precision": 0.6983172269629505,
        "weighted_f0_5": 0.6803947317178771,
        "weighted_f1": 0.6571162346664904,
        "weighted_f2": 0.6384024354394601,
    }
    # Five random samples of 80 %: the guide has 0.0038.
    assert 0.001 < done.statistics["accuracy"]["standard_deviation"] < 0.015


def test_the_constant_classifier_has_the_numbers_of_the_guide_when_it_gives_the_same_answer(baseline):
    """The guide's own constant answer is 1; here, too, because 1 is the most frequent prediction."""
    rows = [(0, 0)] * 500 + [(1, 0)] * 1190 + [(0, 1)] * 268 + [(1, 1)] * 138
    done = baseline(MULTICLASS, "prediction,label", rows, inference_attribute="prediction")
    assert {name: value for name, value in done.values.items() if name.endswith("_best_constant_classifier")} == {
        "accuracy_best_constant_classifier": 0.19370229007633588,
        "weighted_recall_best_constant_classifier": 0.19370229007633588,
        "weighted_precision_best_constant_classifier": 0.03752057718081697,
        "weighted_f0_5_best_constant_classifier": 0.04473443104152011,
        "weighted_f1_best_constant_classifier": 0.06286421244683643,
        "weighted_f2_best_constant_classifier": 0.10570313141262414,
    }


def test_suggested_limits_leave_the_constant_classifier_out(baseline):
    done = baseline(MULTICLASS, "prediction,label", GUIDE, inference_attribute="prediction")
    assert list(done.constraints) == [
        "accuracy",
        "weighted_recall",
        "weighted_precision",
        "weighted_f0_5",
        "weighted_f1",
        "weighted_f2",
    ]


def test_violations_have_the_texts_and_the_order_of_a_real_run(monitor, limits):
    """https://github.com/payalpt/aai-540-group-7 (reports/MQ_constraint_violations.json)"""
    constraints = limits(
        "multiclass_classification",
        accuracy=(0.19666666666666666, "Less"),
        weighted_recall=(0.19666666666666666, "Less"),
        weighted_precision=(0.06206495969653864, "Less"),
        weighted_f0_5=(0.07, "Less"),
        weighted_f1=(0.09238740920096854, "Less"),
        weighted_f2=(0.1337600202209865, "Less"),
    )
    pairs = [("0", "1"), ("1", "0")] * 150
    done = monitor(MULTICLASS, pairs, constraints, inference_attribute="0")
    metrics = ["weightedF2", "accuracy", "weightedRecall", "weightedPrecision", "weightedF1"]
    assert [violation["metric_name"] for violation in done.violations] == metrics
    assert done.violations[0] == {
        "constraint_check_type": "LessThanThreshold",
        "description": "Metric weightedF2 with 0.0 +/- 0.0 was LessThanThreshold '0.1337600202209865'",
        "metric_name": "weightedF2",
    }
    assert done.message == "CompletedWithViolations: Job completed successfully with 5 violations."


@pytest.mark.parametrize(
    ("predicted", "label"),
    [("1", "1.0"), ("1.0", "1"), ("1", " 1"), ("1", "1\n"), ("true", "True"), ('"cat"', "cat"), ("cat", "cat \n")],
)
def test_equal_labels_are_equal_however_they_are_written(monitor, limits, predicted, label):
    """The service gave only zeros here: https://github.com/aws/sagemaker-python-sdk/issues/2953."""
    constraints = limits("multiclass_classification", accuracy=(1.0, "Less"))
    done = monitor(MULTICLASS, [(predicted, label), ("dog", "dog")] * 2, constraints, inference_attribute="0")
    assert done.values["accuracy"] == 1.0
    assert done.violations == []


def test_text_and_number_labels_of_json_are_equal(monitor, limits):
    """Another case of https://github.com/aws/sagemaker-python-sdk/issues/2953."""
    constraints = limits("multiclass_classification", accuracy=(1.0, "Less"))
    pairs = [('{"class": "2"}', 2), ('{"class": 3.0}', 3), ('{"class": "cat"}', '"cat"')]
    done = monitor(MULTICLASS, pairs, constraints, inference_attribute="class", encoding="JSON", label_encoding="JSON")
    assert done.values["accuracy"] == 1.0


def test_labels_are_sorted_as_numbers_and_then_as_texts(baseline):
    rows = [(label, label) for label in ("cat", "10", "9", "ant")]
    done = baseline(MULTICLASS, "prediction,label", rows, inference_attribute="prediction")
    assert list(done.statistics["confusion_matrix"]) == ["9", "10", "ant", "cat"]


def test_a_class_that_is_never_predicted_has_precision_zero(baseline):
    done = baseline(MULTICLASS, "prediction,label", [("a", "a"), ("a", "b")], inference_attribute="prediction")
    assert done.values["weighted_precision"] == 0.25


def test_a_baseline_with_probabilities_in_the_place_of_classes_is_refused(baseline):
    rows = [(number / 100, number % 3) for number in range(1, 100)]
    done = baseline(MULTICLASS, "prediction,label", rows, inference_attribute="prediction")
    assert done.code == 1
    assert "no prediction occurs among the 99 labels" in done.message
    assert "predictions are such as '0.01', '0.02', '0.03', labels such as '0', '1', '2'" in done.message
    assert "inference_attribute must name the predicted class, written as the labels are" in done.message


def test_a_model_that_is_always_wrong_breaks_its_limits_and_is_reported(monitor, limits):
    constraints = limits("multiclass_classification", accuracy=(0.9, "Less"), weighted_f1=(0.9, "Less"))
    done = monitor(MULTICLASS, [("dog", "cat"), ("fish", "ant")] * 10, constraints, inference_attribute="0")
    assert done.code == 0
    assert [violation["metric_name"] for violation in done.violations] == ["accuracy", "weightedF1"]
    assert set(done.values.values()) == {0.0}
    assert done.statistics["confusion_matrix"]["cat"] == {"ant": 0, "cat": 0, "dog": 10, "fish": 0}
    assert done.examples == [
        "no prediction occurs among the 20 labels: predictions are such as 'dog', 'fish', labels such as 'ant', 'cat'; "
        "inference_attribute must name the predicted class, written as the labels are"
    ]


def test_a_few_wrong_predictions_are_no_sign_of_another_column(monitor, limits):
    constraints = limits("multiclass_classification", accuracy=(0.9, "Less"))
    done = monitor(MULTICLASS, [("dog", "cat")] * 19, constraints, inference_attribute="0")
    assert len(done.violations) == 1
    assert not done.has("data_issues.json")


def test_numbers_without_end_are_no_classes(baseline):
    rows = [(number / 7, number / 7) for number in range(1001)]
    done = baseline(MULTICLASS, "prediction,label", rows, inference_attribute="prediction")
    assert done.code == 1
    assert "there are 1001 different labels" in done.message
    assert "expected at most 1000 classes" in done.message
