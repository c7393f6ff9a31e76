"""The quantile sketch against a literal reading of its description, and against a published file."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from analyzer.data_quality.profile.kll import KllSketch, capacity, equal_width_buckets


class SlowSketch:
    """The algorithm as deequ's sources describe it, one value at a time."""

    def __init__(self):
        self.levels, self.compactions, self.offsets = [[]], [0], [0]

    def update(self, value):
        self.levels[0].append(value)
        if sum(map(len, self.levels)) > sum(capacity(i) for i in range(len(self.levels))):
            self.condense()

    def condense(self):
        for height, items in enumerate(self.levels):
            if len(items) >= capacity(height):
                if height + 1 == len(self.levels):
                    self.levels.append([])
                    self.compactions.append(0)
                    self.offsets.append(0)
                even = len(items) - len(items) % 2
                if self.compactions[height] % 2 == 1:
                    self.offsets[height] = 1 - self.offsets[height]
                self.compactions[height] += 1
                ordered = sorted(items[:even], key=lambda x: (x, math.copysign(1, x)))
                self.levels[height + 1] += ordered[self.offsets[height] :: 2]
                self.levels[height] = items[even:]
                return

    def merge(self, other):
        while len(self.levels) < len(other.levels):
            self.levels.append([])
            self.compactions.append(0)
            self.offsets.append(0)
        for mine, theirs in zip(self.levels, other.levels, strict=False):
            mine.extend(theirs)
        while sum(map(len, self.levels)) >= sum(capacity(i) for i in range(len(self.levels))):
            self.condense()


def slow(values):
    sketch = SlowSketch()
    for value in values:
        sketch.update(value)
    return sketch


def fast(values):
    sketch = KllSketch()
    sketch.update(np.array(values, dtype=np.float64))
    return sketch


def items(sketch):
    return [level.tolist() if isinstance(level, np.ndarray) else level for level in sketch]


def test_capacities_shrink_upwards():
    assert [capacity(level) for level in range(3)] == [2050, 1314, 842]


@pytest.mark.parametrize("rows", [0, 1, 2050, 2051, 3000, 5415, 20_000])
def test_the_sketch_holds_the_items_that_the_description_gives(rows):
    values = np.random.default_rng(rows).normal(size=rows).round(2).tolist()
    assert items(fast(values).levels()) == slow(values).levels


@given(
    st.lists(st.sampled_from([0.0, -0.0, 1.5, -3.0, 1e300]), min_size=1, max_size=30),
    st.integers(1, 400),
    st.lists(st.integers(1, 3000), max_size=5),
)
def test_the_sketch_does_not_depend_on_the_batches(pattern, repetitions, cuts):
    values = (pattern * repetitions)[:8000]
    sketch = KllSketch()
    for part in np.split(np.array(values), sorted(cut for cut in cuts if cut < len(values))):
        sketch.update(part)
    expected = slow(values).levels
    assert [list(map(repr, level)) for level in items(sketch.levels())] == [list(map(repr, x)) for x in expected]


@given(st.integers(0, 6000), st.integers(0, 6000))
def test_sketches_merge_as_described(first_rows, second_rows):
    numbers = np.random.default_rng(first_rows + 7 * second_rows)
    first, second = numbers.normal(size=first_rows).tolist(), numbers.normal(size=second_rows).tolist()
    expected = slow(first)
    expected.merge(slow(second))
    merged = fast(first)
    merged.merge(fast(second))
    assert items(merged.levels()) == expected.levels
    merged.update(np.arange(4000.0))
    for value in range(4000):
        expected.update(float(value))
    assert items(merged.levels()) == expected.levels


def test_merging_leaves_the_other_sketch_alone():
    first, second = fast(range(10)), fast(range(10, 20))
    first.merge(second)
    first.update(np.arange(5000.0))
    assert items(second.levels()) == [[float(i) for i in range(10, 20)]]


@given(st.integers(1, 30_000))
def test_the_weights_of_all_items_add_up_to_the_number_of_values(rows):
    sketch = fast(np.random.default_rng(rows).normal(size=rows))
    assert sketch.rank(math.inf) == rows
    assert sketch.rank_exclusive(-math.inf) == 0


def test_ranks_are_close_to_the_true_ones():
    values = np.random.default_rng(1).permutation(100_000).astype(float)
    sketch = fast(values)
    assert all(abs(sketch.rank(value) - value) < 1000 for value in range(0, 100_000, 5000))


def test_distinct_ranks_collapse_equal_items_to_that_of_the_highest_level():
    sketch = KllSketch.from_levels([[1.0, 2.0, 2.0], [2.0, 3.0]])
    values, ranks = sketch.distinct_ranks()
    assert values.tolist() == [1.0, 2.0, 3.0]
    assert ranks.tolist() == [1, 3, 5]


def test_a_published_column_of_3000_zeros_and_ones():
    """Feature ``label`` of PacktPublishing/Machine-Learning-with-Amazon-SageMaker-Cookbook, chapter 7 (baseline)."""
    first, rest = [0.0] * 1052 + [1.0] * 998, [0.0] * 446 + [1.0] * 504
    sketch = fast(first + rest)
    bottom, above = sketch.levels()
    assert (len(bottom), bottom.sum()) == (950, 504.0)
    assert above.tolist() == [0.0] * 526 + [1.0] * 499
    buckets = equal_width_buckets(sketch, 0.0, 1.0)
    assert [upper for _, upper, _ in buckets] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert [count for _, _, count in buckets] == [1498.0, *[0.0] * 8, 1502.0]


def test_a_constant_column_fills_the_last_bucket():
    buckets = equal_width_buckets(fast([5.0] * 7), 5.0, 5.0)
    assert buckets == [(5.0, 5.0, 0.0)] * 9 + [(5.0, 5.0, 7.0)]
