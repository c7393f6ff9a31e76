"""Every number beside scikit-learn's, as an independent check."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st
from sklearn import metrics as sk

from analyzer.model_quality.binary import BinaryOutcomes
from analyzer.model_quality.multiclass import MulticlassOutcomes
from analyzer.model_quality.regression import RegressionOutcomes

# Few distinct probabilities, so that ties are as frequent as their absence.
probability = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.floats(0, 1))
binary_rows = st.lists(st.tuples(st.booleans(), st.booleans(), probability), min_size=2, max_size=60).filter(
    lambda rows: len({row[0] for row in rows}) == 2
)
label = st.sampled_from("abcde")
multiclass_rows = st.lists(st.tuples(label, label), min_size=2, max_size=60).filter(
    lambda rows: len({*sum(rows, ())}) > 1
)
value = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
regression_rows = st.lists(st.tuples(value, value), min_size=2, max_size=60).filter(
    lambda rows: len({row[0] for row in rows}) > 1
)


def binary(rows):
    actual, predicted, probabilities = (np.array(column) for column in zip(*rows, strict=True))
    frame = pl.DataFrame({"actual": actual, "predicted": predicted, "probability": probabilities})
    return actual, predicted, probabilities, BinaryOutcomes.of(frame)


@given(binary_rows)
def test_binary_metrics(rows):
    actual, predicted, probabilities, outcomes = binary(rows)
    values = outcomes.metrics()
    true_negatives, false_positives, false_negatives, true_positives = sk.confusion_matrix(actual, predicted).ravel()
    expected = {
        "accuracy": sk.accuracy_score(actual, predicted),
        "precision": sk.precision_score(actual, predicted, zero_division=0),
        "recall": sk.recall_score(actual, predicted),
        "true_positive_rate": sk.recall_score(actual, predicted),
        "true_negative_rate": sk.recall_score(actual, predicted, pos_label=False),
        "false_positive_rate": false_positives / (false_positives + true_negatives),
        "false_negative_rate": false_negatives / (false_negatives + true_positives),
        "f0_5": sk.fbeta_score(actual, predicted, beta=0.5, zero_division=0),
        "f1": sk.f1_score(actual, predicted, zero_division=0),
        "f2": sk.fbeta_score(actual, predicted, beta=2, zero_division=0),
        "auc": sk.roc_auc_score(actual, probabilities),
    }
    assert {name: values[name] for name in expected} == pytest.approx(expected)
    matrix = outcomes.tables()["confusion_matrix"]
    assert matrix == {
        "0": {"0": true_negatives, "1": false_positives},
        "1": {"0": false_negatives, "1": true_positives},
    }


@given(binary_rows)
def test_the_constant_classifier_of_binary_problems(rows):
    actual, predicted, _, outcomes = binary(rows)
    constant = np.full(len(actual), predicted.sum() > len(predicted) / 2)
    values = outcomes.metrics()
    assert values["accuracy_best_constant_classifier"] == sk.accuracy_score(actual, constant)
    assert values["f1_best_constant_classifier"] == pytest.approx(sk.f1_score(actual, constant, zero_division=0))


@given(binary_rows)
def test_curves(rows):
    actual, _, probabilities, outcomes = binary(rows)
    tables = outcomes.tables()
    false_rates, true_rates, _ = sk.roc_curve(actual, probabilities, drop_intermediate=False)
    roc = tables["receiver_operating_characteristic_curve"]
    # Spark adds (1, 1) although the smallest probability gives that point already.
    assert roc["false_positive_rates"] == pytest.approx([*false_rates, 1.0])
    assert roc["true_positive_rates"] == pytest.approx([*true_rates, 1.0])
    precisions, recalls, _ = sk.precision_recall_curve(actual, probabilities)
    curve = tables["precision_recall_curve"]
    # scikit-learn starts with precision 1, Spark with that of the first point.
    assert curve["recalls"] == pytest.approx(recalls[::-1])
    assert curve["precisions"][1:] == pytest.approx(precisions[::-1][1:])
    assert curve["precisions"][0] == curve["precisions"][1]
    assert outcomes.metrics()["au_prc"] == pytest.approx(np.trapezoid(curve["precisions"], curve["recalls"]))


def test_long_curves_are_thinned_out_and_keep_their_ends_and_areas():
    random = np.random.default_rng(5)
    probabilities = random.random(50_000)
    frame = pl.DataFrame(
        {
            "actual": random.random(50_000) < probabilities,
            "predicted": probabilities > 0.5,
            "probability": probabilities,
        }
    )
    outcomes = BinaryOutcomes.of(frame)
    curve = outcomes.tables()["receiver_operating_characteristic_curve"]
    false_rates, true_rates = curve["false_positive_rates"], curve["true_positive_rates"]
    assert 1000 <= len(false_rates) <= 1100
    assert (false_rates[0], true_rates[0]) == (0.0, 0.0)
    assert (false_rates[-2], true_rates[-2]) == (1.0, 1.0)
    assert np.trapezoid(true_rates, false_rates) == pytest.approx(outcomes.metrics()["auc"], abs=1e-4)


@given(multiclass_rows)
def test_multiclass_metrics(rows):
    actual, predicted = zip(*rows, strict=True)
    outcomes = MulticlassOutcomes.of(pl.DataFrame({"actual": actual, "predicted": predicted}))
    values = outcomes.metrics()

    def weighted(beta):
        return sk.fbeta_score(actual, predicted, beta=beta, average="weighted", zero_division=0)

    expected = {
        "accuracy": sk.accuracy_score(actual, predicted),
        "weighted_recall": sk.recall_score(actual, predicted, average="weighted", zero_division=0),
        "weighted_precision": sk.precision_score(actual, predicted, average="weighted", zero_division=0),
        "weighted_f0_5": weighted(0.5),
        "weighted_f1": weighted(1),
        "weighted_f2": weighted(2),
    }
    assert {name: values[name] for name in expected} == pytest.approx(expected)
    matrix = outcomes.tables()["confusion_matrix"]
    labels = sorted({*actual, *predicted})
    assert [[matrix[row][column] for column in labels] for row in labels] == sk.confusion_matrix(
        actual, predicted, labels=labels
    ).tolist()


@given(regression_rows)
def test_regression_metrics(rows):
    actual, predicted = (np.array(column) for column in zip(*rows, strict=True))
    values = RegressionOutcomes(actual, predicted).metrics()
    assert values == pytest.approx(
        {
            "mae": sk.mean_absolute_error(actual, predicted),
            "mse": sk.mean_squared_error(actual, predicted),
            "rmse": math.sqrt(sk.mean_squared_error(actual, predicted)),
            "r2": sk.r2_score(actual, predicted),
        },
        rel=1e-6,
    )


@given(binary_rows)
def test_areas_are_sums_of_trapezoids_one_after_the_other(rows):
    """As Spark's MLlib adds them; the exact area can differ in the last digit."""
    actual, _, probabilities, outcomes = binary(rows)
    false, true, _ = sk.roc_curve(actual, probabilities, drop_intermediate=False)
    area = 0.0
    for i in range(1, len(false)):
        area += (false[i] - false[i - 1]) * (true[i] + true[i - 1]) / 2.0
    assert outcomes.metrics()["auc"] == area
