"""Mean and deviation with the roundings of the service."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from analyzer.data_quality.profile.kll import KllSketch
from analyzer.data_quality.profile.moments import Moments


def loop(values):
    """What Spark's CentralMomentAgg does with every value: count, sum, mean, squared deviations."""
    count, total, mean, deviations = 0, 0.0, 0.0, 0.0
    for value in map(float, values):
        count += 1
        distance = value - mean
        step = distance / count
        mean += step
        deviations += distance * (distance - step)
        total += value
    return count, total, mean, deviations


def figures(moments):
    return moments.count, moments.sum, moments.running_mean, moments.deviations


# Columns of the monitoring run of PacktPublishing/Machine-Learning-with-Amazon-SageMaker-Cookbook, chapter 7 (2021):
# 18 records, of two values each, with the std_dev that the service wrote.
ORDER = [0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
REAL = {
    "label": (0.9837374687194824, 0.9837374687194824, 4.972724545902011e-17),
    "a": (-3.585282409963491, -3.585, 0.00013312933350598632),
    "b": (-4.820820583530444, -4.8208, 9.703169304897515e-06),
    "c": (88.0, 88.123, 0.05798275605729882),
    "d": (51.0, 51.456, 0.21496046148071232),
}


@pytest.mark.parametrize("column", REAL)
def test_deviations_of_a_real_run_are_met_to_the_last_digit(column):
    """All five fit one split of the records into two partitions, merged into an empty summary as Spark does."""
    *pair, deviation = REAL[column]
    values = np.array([pair[which] for which in ORDER])
    assert (Moments() + Moments.of(values[:13]) + Moments.of(values[13:])).standard_deviation == deviation


@given(st.lists(st.floats(-1e9, 1e9), max_size=700), st.integers(1, 300))
def test_values_are_added_one_after_the_other_whatever_the_batches(values, size):
    moments = Moments()
    for start in range(0, len(values), size):
        moments = moments.extended(np.array(values[start : start + size]))
    assert figures(moments) == loop(values)


@pytest.mark.parametrize("kind", ["normal", "cauchy", "constant", "sorted", "far from zero", "two values"])
def test_long_columns_are_rounded_as_in_a_loop(kind):
    random = np.random.default_rng(5)
    values = {
        "normal": random.normal(50, 10, 100_000),
        "cauchy": random.standard_cauchy(100_000),
        "constant": np.full(100_000, 0.1),
        "sorted": np.sort(random.normal(0, 1, 100_000)),
        "far from zero": random.normal(1e12, 1, 100_000),
        "two values": random.integers(0, 2, 100_000).astype(float),
    }[kind]
    assert figures(Moments.of(values)) == loop(values)


def test_what_does_not_settle_is_computed_one_by_one():
    values = np.array([1e308, -1e308] * 300)
    moments = Moments.of(values).extended(np.ones(10))
    assert math.isnan(moments.standard_deviation)
    assert moments.maximum == 1e308


@given(*[st.lists(st.floats(-1e6, 1e6), max_size=50)] * 2)
def test_parts_are_merged_as_spark_merges_them(first, second):
    merged = Moments.of(np.array(first)) + Moments.of(np.array(second))
    (n, _, a, m), (other_n, _, other_a, other_m) = loop(first), loop(second)
    if n + other_n:
        shift = other_a - a
        step = shift / (n + other_n)
        expected = (n + other_n, a + step * other_n, m + other_m + shift * step * n * other_n)
        assert (merged.count, merged.running_mean, merged.deviations) == expected


def test_level_sizes_of_a_real_large_sketch_fit_four_equal_parts_and_not_one_stream():
    """All numeric columns of PacktPublishing/Amazon-SageMaker-Best-Practices, chapter 11 (2021): 652,652 rows."""
    real, rows = [0, 0, 1, 1227, 309, 722, 2, 1008, 1897], 652_652

    def sketch_of(size):
        sketch = KllSketch()
        sketch.update(np.zeros(size))
        return sketch

    def sizes(parts):
        merged = sketch_of(parts[0])
        for size in parts[1:]:
            merged.merge(sketch_of(size))
        return [len(level) for level in merged.levels()]

    assert sizes([rows // 4] * 4) == real
    assert sizes([rows]) != real
    # Spark's splits of a file of about 65 MB by its default sizes: the last one is 4 MB shorter.
    assert sizes([173_000] * 3 + [rows - 3 * 173_000]) != real
