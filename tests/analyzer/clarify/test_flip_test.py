"""The flip test beside a plain search, with ties, and its time as the rows grow."""

import time

import numpy as np
import pytest
from hypothesis import given, strategies as st

from analyzer.clarify.bias.distinct import DistinctValues
from analyzer.clarify.bias.flip_test import flips


def plain(features, sensitive, predicted):
    """Compare every row with every row; of those at the same distance the first ones count."""
    points, labels = features[~sensitive], predicted[~sensitive]
    count = 5 if len(points) >= 10 else 1
    result = np.zeros(len(features), dtype=int)
    for row in np.flatnonzero(sensitive):
        distances = np.sqrt(((points - features[row]) ** 2).sum(axis=1))
        nearest = np.lexsort((np.arange(len(points)), distances))[:count]
        result[row] = int(predicted[row]) - int(2 * labels[nearest].sum() > count)
    return result


@given(st.integers(0, 2**32 - 1), st.integers(2, 200), st.integers(1, 4), st.integers(1, 6))
def test_ties_and_repeated_rows_are_counted_as_by_a_plain_search(seed, rows, features, values):
    generator = np.random.default_rng(seed)
    table = generator.integers(0, values, (rows, features)).astype(float)
    sensitive, predicted = generator.random(rows) < 0.5, generator.random(rows) < 0.5
    sensitive[0], sensitive[-1] = False, True
    assert flips(table, sensitive, predicted).tolist() == plain(table, sensitive, predicted).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["together", "all equal", "flags"])
def test_time_grows_nearly_in_proportion_to_the_rows(kind):
    """A comparison of all pairs would take 64 times as long for 8 times as many rows."""

    def seconds(rows):
        generator = np.random.default_rng(1)
        features = {
            "together": generator.normal(size=(rows, 2)) @ generator.normal(size=(2, 6)),
            "all equal": np.zeros((rows, 6)),
            "flags": generator.integers(0, 2, (rows, 6)).astype(float),
        }[kind]
        sensitive, predicted = generator.random(rows) < 0.5, generator.random(rows) < 0.5
        begin = time.process_time()
        flips(features, sensitive, predicted)
        return time.process_time() - begin

    seconds(2_000)  # imports
    assert seconds(160_000) < 30 * max(seconds(20_000), 0.02)


def test_equal_values_of_different_types_are_different():
    distinct = DistinctValues.of([1, True, 1.0, "1", None, True, [1]][:6])
    assert (distinct.values, distinct.codes.tolist()) == ([1, True, 1.0, "1", None], [0, 1, 2, 3, 4, 1])
    assert [type(value) for value in distinct.values] == [int, bool, float, str, type(None)]
    nested = DistinctValues.of([[1], [1]])
    assert nested.rows_where(lambda value: value == [1]).tolist() == [True, True]
