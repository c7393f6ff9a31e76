"""What cannot be compared: told, counted, or refused with the way to fix it; never silent."""

import json

import polars as pl
import pytest

BINARY, MULTICLASS, REGRESSION = "BinaryClassification", "MulticlassClassification", "Regression"
GOOD = [("0.9", 1), ("0.2", 0)] * 20


@pytest.fixture
def accuracy_limit(limits):
    return limits("binary_classification", accuracy=(0.5, "Less"))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"problem_type": "Ranking"},
            "problem_type is 'Ranking', expected one of BinaryClassification, MulticlassClassification, Regression",
        ),
        ({"problem_type": ""}, "problem_type is None, expected one of"),
        (
            {"inference_attribute": ""},
            "the environment lacks inference_attribute or probability_attribute, which says where the predictions of "
            "a BinaryClassification are",
        ),
        (
            {"problem_type": REGRESSION, "inference_attribute": "", "probability_attribute": "p"},
            "the environment lacks inference_attribute, which says where the predictions of a Regression are",
        ),
        ({"ground_truth_attribute": ""}, "the environment lacks ground_truth_attribute"),
        ({"probability_threshold_attribute": "half"}, "is 'half', expected a number from 0 to 1 such as 0.5"),
        ({"probability_threshold_attribute": "50"}, "is '50', expected a number from 0 to 1 such as 0.5"),
    ],
)
def test_variables_that_cannot_be_understood_are_named(baseline, variables, message):
    done = baseline(BINARY, "p,label", [(0, 0), (1, 1)], **{"inference_attribute": "p"} | variables)
    assert done.code == 1
    assert message in done.message


@pytest.mark.parametrize("attribute", ["ground_truth_attribute", "inference_attribute", "probability_attribute"])
def test_a_missing_column_is_named_beside_those_that_exist(baseline, attribute):
    variables = {"inference_attribute": "p", attribute: "score"}
    done = baseline(BINARY, "p,label", [(0, 0), (1, 1)], **variables)
    assert done.code == 1
    assert f"{attribute} is 'score', but the 2 columns of" in done.message
    assert "are p, label; give one of these names, a position from 0, or a path into JSON" in done.message


def test_a_position_beyond_the_payload_is_no_column_though_the_label_stands_there(monitor, accuracy_limit):
    done = monitor(BINARY, GOOD, accuracy_limit, probability_attribute="1")
    assert done.code == 1
    assert "probability_attribute is '1', but the 2 columns of" in done.message


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("high", 1), "probability_attribute 'p' is not a probability from 0 to 1, such as 'high' in row 3"),
        (("1.5", 1), "probability_attribute 'p' is not a probability from 0 to 1, such as '1.5' in row 3"),
        (("-0.1", 1), "probability_attribute 'p' is not a probability from 0 to 1, such as '-0.1' in row 3"),
        (("nan", 1), "probability_attribute 'p' is not a probability from 0 to 1, such as 'nan' in row 3"),
        (("", 1), "probability_attribute 'p' has no value: 1 rows"),
        (("0.5", ""), "ground_truth_attribute 'label' has no value: 1 rows"),
        (("0.5", 2), "ground_truth_attribute 'label' is not 0 or 1, or false or true"),
        (("0.5", "yes"), "(the environment variable positive_label names another positive label), such as 'yes'"),
    ],
)
def test_the_first_broken_row_ends_a_baseline(baseline, row, problem):
    done = baseline(BINARY, "p,label", [(0.1, 0), (0.9, 1), row], probability_attribute="p")
    assert done.code == 1
    assert problem in done.message


@pytest.mark.parametrize("value", ["many", "inf", ""])
def test_the_values_of_a_regression_are_finite_numbers(baseline, value):
    done = baseline(REGRESSION, "y,label", [(1, 1), (value, 2)], inference_attribute="y")
    assert done.code == 1
    assert "inference_attribute 'y'" in done.message


def test_a_monitoring_run_leaves_broken_rows_out_and_reports_them(monitor, accuracy_limit):
    pairs = [*GOOD, ("none", 1), ("2", 1), ("0.5", "")]
    done = monitor(BINARY, pairs, accuracy_limit, probability_attribute="0")
    assert done.code == 0
    assert done.dataset["item_count"] == 40
    assert list(done.issues.values()) == [2, 1]
    assert done.examples[1].endswith("is not a probability from 0 to 1, such as 'none' in row 41: 2 rows")


def test_a_monitoring_run_with_too_many_broken_rows_fails(monitor, accuracy_limit):
    pairs = [("0.9", 1)] * 8 + [("0.1", "maybe")] * 2
    done = monitor(BINARY, pairs, accuracy_limit, probability_attribute="0")
    assert done.code == 1
    assert "too much of the input is broken (limit 10%): 2 records (20.0%) could not be read" in done.message
    assert "'maybe'" in done.message


def test_only_broken_rows_are_reported_as_such(monitor, accuracy_limit):
    done = monitor(BINARY, [("0.9", "maybe")], accuracy_limit, probability_attribute="0")
    assert done.code == 1
    assert "is not 0 or 1, or false or true" in done.message


def test_no_records_at_all(quality, tmp_path, accuracy_limit):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "a.jsonl").write_text("")
    merged = {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}}
    window = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T11:00:00Z"}
    done = quality(BINARY, folder, merged, baseline_constraints=accuracy_limit, probability_attribute="0", **window)
    assert done.code == 1
    assert done.message == (
        f"Exception performing analysis: Job inputs had no data: {folder} from 2026-01-01T10:00Z to "
        "2026-01-01T11:00Z holds no records"
    )


def test_merged_records_of_other_windows_are_not_counted(monitor, accuracy_limit):
    other = {"start_time": "2026-01-01T11:00:00Z", "end_time": "2026-01-01T12:00:00Z"}
    done = monitor(BINARY, GOOD, accuracy_limit, probability_attribute="0", **other)
    assert done.code == 1
    assert "from 2026-01-01T11:00Z to 2026-01-01T12:00Z holds no records" in done.message


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (1, "true_negative_rate, false_positive_rate, auc, au_prc: all 10 labels are positive"),
        (0, "all 10 labels are negative, and these metrics need positive ones, too"),
    ],
)
def test_a_window_with_one_class_is_reported_and_the_rest_is_checked(monitor, limits, label, words):
    constraints = limits(
        "binary_classification",
        auc=(0.9, "Less"),
        recall=(0.0, "Less"),
        true_negative_rate=(0.5, "Less"),
        false_negative_rate=(1.0, "Greater"),
        accuracy=(0.9, "Less"),
    )
    publishing = {"publish_cloudwatch_metrics": "Enabled", "sagemaker_monitoring_schedule_name": "s"}
    done = monitor(BINARY, [("0.9", label), ("0.2", label)] * 5, constraints, probability_attribute="0", **publishing)
    assert done.code == 0
    assert words in done.examples[0]
    assert done.values["auc"] == "NaN"
    assert [violation["metric_name"] for violation in done.violations] == ["accuracy"]
    assert "auc" not in done.metrics
    assert "auc" not in done.constraints
    assert "precision_recall_curve" not in done.statistics
    assert done.metrics["accuracy"] == 0.5


def test_a_baseline_with_one_class_fails(baseline):
    done = baseline(BINARY, "p,label", [(0.2, 0), (0.9, 0)], probability_attribute="p")
    assert done.code == 1
    assert "metrics without a finite value" in done.message
    assert "all 2 labels are negative, and these metrics need positive ones, too" in done.message


def test_only_two_labels_are_binary(monitor, accuracy_limit):
    pairs = [("yes", "yes"), ("no", "no")] * 10 + [("yes", "maybe")]
    done = monitor(BINARY, pairs, accuracy_limit, inference_attribute="0", positive_label="yes")
    assert done.dataset["item_count"] == 20
    (problem,) = done.issues
    assert "is not one of the two labels of which 'yes' is the positive one, such as 'maybe' in row 21" in problem


def test_limits_that_nothing_can_be_held_against_are_reported(monitor, limits):
    constraints = limits("binary_classification", auc=(0.9, "Less"), accuracy=(0.9, "Less"))
    done = monitor(BINARY, [("1", 1), ("0", 1), ("0", 0)], constraints, inference_attribute="0")
    assert [violation["metric_name"] for violation in done.violations] == ["accuracy"]
    assert done.issues == {"limits that were not checked": 1}
    assert "limits that were not checked: auc, but this run has recall" in done.examples[0]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "holds list, expected a JSON object"),
        ({"features": [], "version": 0.0}, "has no binary_classification_constraints, but features, version"),
        (
            {"regression_constraints": {}},
            "expected the file of a model-quality baseline for a BinaryClassification",
        ),
        (
            {"binary_classification_constraints": {"recall": 0.5}},
            "binary_classification_constraints.recall is 0.5, expected threshold and comparison_operator",
        ),
        (
            {"binary_classification_constraints": {"recall": {"threshold": "a", "comparison_operator": "x"}}},
            "recall.threshold is 'a', expected a number",
        ),
        (
            {"binary_classification_constraints": {"recall": {"threshold": 1, "comparison_operator": "Less"}}},
            "is 'Less', expected one of LessThanThreshold, GreaterThanThreshold",
        ),
    ],
)
def test_constraints_that_are_none_are_refused(monitor, tmp_path, document, message):
    path = tmp_path / "constraints.json"
    path.write_text(json.dumps(document))
    done = monitor(BINARY, GOOD, path, probability_attribute="0")
    assert done.code == 1
    assert message in done.message


def test_a_monitor_without_a_baseline_measures_and_tolerates_broken_rows(quality, merged):
    source = merged([*GOOD, ("none", 1)])
    done = quality(
        BINARY,
        source,
        {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}},
        probability_attribute="0",
    )
    assert done.code == 0
    assert done.values["accuracy"] == 1.0
    assert not done.has("constraint_violations.json")


def test_a_column_of_another_file_only_has_missing_values_elsewhere(quality, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "a.json").write_text('{"label": 1, "p": 1}\n{"label": 0, "p": 0}\n')
    (folder / "b.json").write_text('{"label": 1}\n')
    done = quality(BINARY, folder, "json", inference_attribute="p", ground_truth_attribute="label")
    assert done.code == 1
    assert "inference_attribute 'p' has no value: 1 rows" in done.message


def test_rows_are_numbered_over_all_batches(quality, tmp_path):
    path = tmp_path / "long.parquet"
    pl.DataFrame({"label": [0, 1] * 60_000, "p": [0.0, 1.0] * 59_999 + [0.0, 7.0]}).write_parquet(path)
    done = quality(BINARY, path, "parquet", probability_attribute="p", ground_truth_attribute="label")
    assert "such as '7.0' in row 120000" in done.message
