"""The properties that define Shapley values, and examples that can be solved by hand."""

import csv
from io import StringIO
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from analyzer.clarify.config import PredictorConfig
from analyzer.clarify.reading.predictions import ResponseReader
from analyzer.clarify.shap.coalitions import coalitions_of
from analyzer.clarify.shap.kernel import KernelShap
from analyzer.clarify.shap.predictor import Predictor


def model_of(score):
    """A model with one output out of a function of one row, or with several out of one that returns a list."""
    return lambda rows: np.array([np.atleast_1d(score(row)) for row in rows], dtype=float)


def explained(score, row, background, *, samples=None, seed=0, use_logit=False):
    kernel = KernelShap(model_of(score), background, samples=samples, seed=seed, use_logit=use_logit)
    return kernel.attributions([row])[0], kernel.expected_value


def shapley_by_definition(score, row, background):
    """Average the gain of every feature over all orders."""
    size = len(row)

    def value(members):
        return np.mean([score([row[j] if j in members else b[j] for j in range(size)]) for b in background])

    return [
        sum(
            factorial(len(others))
            * factorial(size - len(others) - 1)
            / factorial(size)
            * (value({*others, feature}) - value(set(others)))
            for count in range(size)
            for others in combinations([j for j in range(size) if j != feature], count)
        )
        for feature in range(size)
    ]


numbers = st.floats(-5, 5).map(lambda x: round(x, 3))
rows = st.lists(numbers, min_size=4, max_size=4)


def curved(row):
    return row[0] * row[1] + abs(row[2] - row[3]) + row[0] ** 2


@given(rows, st.lists(rows, min_size=1, max_size=3))
def test_few_features_get_their_exact_shapley_values(row, background):
    values, _ = explained(curved, row, background)
    assert values[:, 0] == pytest.approx(shapley_by_definition(curved, row, background), abs=1e-8)


@given(rows, st.lists(rows, min_size=1, max_size=3))
def test_attributions_add_up_to_the_score_minus_the_expected_value(row, background):
    values, expected = explained(curved, row, background)
    assert values.sum() + expected[0] == pytest.approx(curved(row), abs=1e-9)
    assert expected[0] == pytest.approx(np.mean([curved(b) for b in background]))


@given(numbers, numbers, numbers)
def test_features_that_do_the_same_get_the_same(one, other, base):
    values, _ = explained(lambda row: row[0] * row[1] + row[0] + row[1] + row[2], [one, one, other], [[base] * 3])
    assert values[0, 0] == pytest.approx(values[1, 0], abs=1e-9)


@given(rows, st.integers(0, 2**32 - 1))
def test_a_feature_that_the_model_ignores_gets_nothing(row, seed):
    values, _ = explained(lambda r: r[0] * r[1] * r[2], row, [[0.5, 1.5, -2.0, 3.0]], seed=seed)
    assert values[3, 0] == pytest.approx(0, abs=1e-9)


@settings(max_examples=20)
@given(st.integers(12, 20), st.integers(0, 2**32 - 1))
def test_a_linear_model_is_exact_with_few_samples_of_many_features(size, seed):
    generator = np.random.default_rng(seed)
    weights, row, background = (
        generator.normal(size=size),
        generator.normal(size=size),
        generator.normal(size=(3, size)),
    )
    values, _ = explained(
        lambda r: float(np.dot(weights, r)), row.tolist(), background.tolist(), samples=100, seed=seed
    )
    assert values[:, 0] == pytest.approx(weights * (row - background.mean(axis=0)), abs=1e-8)


def test_sampling_comes_near_the_exact_values_and_still_adds_up():
    generator = np.random.default_rng(7)
    row, background = generator.normal(size=10).tolist(), [generator.normal(size=10).tolist()]

    def score(r):
        return r[0] * r[1] + r[2] * r[3] + r[4] + abs(r[5])

    exact, _ = explained(score, row, background, samples=2**10)
    sampled, expected = explained(score, row, background, samples=400)
    assert sampled[:, 0] == pytest.approx(exact[:, 0], abs=0.05)
    assert sampled.sum() + expected[0] == pytest.approx(score(row))


def test_the_same_seed_gives_the_same_values():
    row, background = [float(x) for x in range(14)], [[0.0] * 14]

    def score(r):
        return r[0] * r[1] * r[2] + r[3] ** 2

    first, _ = explained(score, row, background, samples=60, seed=3)
    assert np.array_equal(first, explained(score, row, background, samples=60, seed=3)[0])
    assert not np.array_equal(first, explained(score, row, background, samples=60, seed=4)[0])


def test_features_equal_to_the_baseline_get_zero_and_are_not_asked_about():
    asked = []

    def score(row):
        asked.append(tuple(row))
        return len(row[0]) + row[1]

    values, _ = explained(score, ["abc", 2, "same"], [["a", 1, "same"]])
    assert values[:, 0].tolist() == pytest.approx([2.0, 1.0, 0.0])
    assert len(set(asked)) == 4


def test_a_number_and_its_text_are_the_same_value():
    values, _ = explained(lambda row: float(row[0]) + float(row[1]), ["30.0", "2"], [[30, 1]])
    assert values[:, 0].tolist() == [0.0, 1.0]


def test_a_row_that_is_the_baseline_has_no_attributions():
    values, expected = explained(lambda row: 3.0, ["a", 1], [["a", 1]])
    assert values.tolist() == [[0.0], [0.0]]
    assert expected.tolist() == [3.0]


def test_every_output_is_explained():
    values, expected = explained(lambda row: [row[0], 1 - row[0] + row[1]], [0.7, 0.1], [[0.2, 0.1]])
    assert values == pytest.approx(np.array([[0.5, -0.5], [0.0, 0.0]]))
    assert expected == pytest.approx([0.2, 0.9])


def test_log_odds_of_a_logistic_model_are_linear():
    values, expected = explained(
        lambda row: 1 / (1 + np.exp(-(2 * row[0] - row[1] + 0.5))), [1.0, 3.0], [[0.0, 0.0]], use_logit=True
    )
    assert values[:, 0] == pytest.approx([2.0, -3.0])
    assert expected == pytest.approx([0.5])


def test_many_rows_are_split_into_calls_of_bounded_size():
    sizes = []

    def model(rows):
        sizes.append(len(rows))
        return np.array([[sum(row)] for row in rows])

    kernel = KernelShap(model, [[0.0] * 5], samples=None, seed=0, use_logit=False)
    rows = [[float(i + j) for j in range(5)] for i in range(40)]
    assert kernel.attributions(rows)[:, :, 0] == pytest.approx(np.array(rows))
    assert max(sizes) <= 5_000


@given(st.integers(2, 14), st.integers(1, 3000), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_coalitions_are_distinct_come_in_pairs_and_keep_to_the_budget(features, samples, seed):
    masks = coalitions_of(features, samples, np.random.default_rng(seed)).masks
    members = {tuple(mask) for mask in masks.tolist()}
    assert len(members) == len(masks) <= max(samples, 2 * features)
    assert all(tuple(not present for present in mask) in members for mask in members)
    assert all(0 < sum(mask) < features for mask in members)
    if 2**features - 2 <= samples:
        assert len(masks) == 2**features - 2


VALUES = st.text(max_size=4) | st.integers() | st.sampled_from(["a,b", '"', "\n", "\r", ""])


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), min_size=1))
def test_requests_of_rows_are_what_a_writer_of_csv_makes(rows):
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    names = ["a", "b"]
    predictor = Predictor("http://localhost/", PredictorConfig(), ResponseReader(), names, "text/csv")
    assert predictor.body(rows) == written.getvalue()


def test_whole_numbers_that_json_cannot_hold_are_written_with_an_exponent():
    config = PredictorConfig(content_type="application/jsonlines")
    predictor = Predictor("http://localhost/", config, ResponseReader(), ["a", "b"], "text/csv")
    assert predictor.body([["1" + "0" * 30, "7"]]) == '{"features":[1e+30,7]}'
