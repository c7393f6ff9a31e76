"""Column and table profiles: the whole equals the merged parts."""

import math
import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.data_quality.profile.table import TableProfile
from analyzer.data_quality.profile.types import DataType

_VALUES = (
    st.none()
    | st.sampled_from(["", "1", "2", "true", "x", "-0.0", "1e5"])
    | st.integers(-1000, 1000).map(str)
    | st.floats(-1e6, 1e6).map(repr)
    | st.text(max_size=4)
)


def profile_of(values, watched=()):
    profile = ColumnProfile(watched)
    profile.update(pl.Series(values, dtype=pl.String))
    return profile


def exact(profile):
    """Everything that must not depend on how the column was split or ordered."""
    return (
        profile.num_present,
        profile.num_missing,
        profile.types,
        profile.inferred_type,
        profile.completeness,
        profile.distinct.registers.tolist(),
        profile.categories,
        profile.category_counts,
        (profile.moments.minimum, profile.moments.maximum, profile.moments.count) if profile.is_numeric else None,
    )


@given(st.lists(_VALUES, max_size=300), st.lists(_VALUES, max_size=300))
def test_merged_parts_equal_the_whole(first, second):
    merged = profile_of(first, ["1", "x"])
    merged.merge(profile_of(second, ["1", "x"]))
    whole = profile_of(first + second, ["1", "x"])
    assert exact(merged) == exact(whole)
    if whole.is_numeric:
        assert merged.moments.sum == pytest.approx(whole.moments.sum, rel=1e-9, abs=1e-6)
        assert merged.moments.mean == pytest.approx(whole.moments.mean, rel=1e-9, abs=1e-6)
        assert merged.moments.standard_deviation == pytest.approx(whole.moments.standard_deviation, rel=1e-6, abs=1e-6)


@given(st.lists(_VALUES, max_size=200), st.integers(1, 7))
def test_batches_equal_the_whole(values, size):
    profile = ColumnProfile()
    for start in range(0, len(values), size):
        profile.update(pl.Series(values[start : start + size], dtype=pl.String))
    assert exact(profile) == exact(profile_of(values))


@given(st.lists(_VALUES, max_size=200), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_exact_figure(values, numbers):
    shuffled = list(values)
    numbers.shuffle(shuffled)
    assert exact(profile_of(shuffled)) == exact(profile_of(values))


def test_many_distinct_texts_overflow_the_categories_alike_in_parts_and_whole():
    texts = [f"text {number}" for number in range(400)]
    merged = profile_of(texts[:200], ["text 7"])
    merged.merge(profile_of([*texts[200:], "text 7"], ["text 7"]))
    assert merged.categories is None
    assert merged.category_counts == {"text 7": 2}
    assert exact(merged) == exact(profile_of([*texts, "text 7"], ["text 7"]))


@pytest.mark.parametrize(("distinct", "reported"), [(1, True), (83, True), (300, False), (2520, False)])
def test_categories_are_reported_for_few_distinct_texts(distinct, reported):
    profile = profile_of([f"v{number}" for number in range(distinct)] * 2)
    assert (profile.categories is not None) is reported


def test_numbers_seen_before_a_text_count_as_categories_of_the_text_column():
    profile = profile_of(["1", "1"])
    profile.update(pl.Series(["a"]))
    assert profile.inferred_type is DataType.STRING
    assert profile.categories == {"1": 2, "a": 1}


def test_moments_are_those_of_numpy():
    numbers = random.Random(3)
    values = [numbers.gauss(5, 2) for _ in range(5000)]
    moments = profile_of([repr(value) for value in values]).moments
    assert moments.mean == pytest.approx(np.mean(values), rel=1e-12)
    assert moments.standard_deviation == pytest.approx(np.std(values), rel=1e-12)
    assert (moments.minimum, moments.maximum) == (min(values), max(values))


def test_an_all_missing_column_is_unknown():
    profile = profile_of([None, "", None])
    assert (profile.inferred_type, profile.num_missing, profile.completeness) == (DataType.UNKNOWN, 3, 0.0)
    assert math.isnan(profile.moments.standard_deviation)


def test_a_copy_is_independent():
    profile = profile_of(["1", "2"])
    twin = profile.copy()
    profile.merge(profile_of(["a"] * 3000))
    assert exact(twin) == exact(profile_of(["1", "2"]))
    assert exact(profile) == exact(profile_of(["1", "2", *["a"] * 3000]))


def test_a_column_that_appears_late_or_disappears_has_missing_values():
    first, second = pl.DataFrame({"a": ["1", "2"]}), pl.DataFrame({"b": ["x"]})
    whole = TableProfile.of([first, second])
    assert [(name, p.num_present, p.num_missing) for name, p in whole.columns.items()] == [("a", 2, 1), ("b", 1, 2)]
    merged = TableProfile.of([first])
    merged.merge(TableProfile.of([second]))
    assert {n: exact(p) for n, p in merged.columns.items()} == {n: exact(p) for n, p in whole.columns.items()}
    assert merged.item_count == whole.item_count == 3
