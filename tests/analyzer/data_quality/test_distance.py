"""Distances between distributions."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from analyzer.data_quality.distance import categorical_distance, chi_squared, numerical_distance
from analyzer.data_quality.profile.kll import KllSketch


def sketch(*values):
    return KllSketch.from_levels([[float(value) for value in values]])


def slow_distance(live, baseline, robust):
    """Rank maps keyed by value, as deequ builds them."""
    maps = []
    for levels in (live, baseline):
        pairs = sorted(
            ((value, 1 << level) for level, items in enumerate(levels) for value in items), key=lambda p: p[0]
        )
        weights, running, ranks = dict(pairs), 0, {}
        for value, weight in weights.items():
            running += weight
            ranks[value] = running
        maps.append((ranks, running))
    (first, n), (second, m) = maps

    def share(ranks, total, key):
        return max((rank for value, rank in ranks.items() if value <= key), default=0) / total

    distance = max(abs(share(first, n, key) - share(second, m, key)) for key in first | second)
    return max(0.0, distance - 1.8 * math.sqrt((n + m) / (n * m))) if robust else distance


_LEVELS = st.lists(st.lists(st.integers(-5, 5).map(float), max_size=6), min_size=1, max_size=4).filter(any)


@given(_LEVELS, _LEVELS, st.booleans())
def test_numerical_distance_is_that_of_the_rank_maps(live, baseline, robust):
    expected = slow_distance(live, baseline, robust)
    measured = numerical_distance(KllSketch.from_levels(live), KllSketch.from_levels(baseline), robust=robust)
    assert measured == expected


def test_ranks_count_distinct_values_so_a_flipped_flag_is_invisible():
    mostly_zero, mostly_one = sketch(*[0] * 99, 1), sketch(0, *[1] * 99)
    assert numerical_distance(mostly_one, mostly_zero, robust=False) == 0.0


def test_few_distinct_values_never_drift_under_robust():
    assert numerical_distance(sketch(1, 2), sketch(*range(100, 2000)), robust=True) == 0.0
    assert numerical_distance(sketch(1, 2), sketch(*range(100, 2000)), robust=False) == 1.0


def test_disjoint_continuous_features_are_one_minus_the_correction_apart():
    distance = numerical_distance(sketch(*range(400)), sketch(*range(1000, 1400)), robust=True)
    assert distance == 1 - 1.8 * math.sqrt(800 / 160000)


def test_nothing_can_be_said_without_values():
    assert numerical_distance(sketch(), sketch(1), robust=True) is None
    assert categorical_distance({}, {"a": 1}, live_total=0, robust=False) is None
    assert chi_squared({"z": 9}, {"a": 5, "b": 5}) is None


def test_categorical_distance_uses_the_true_shares():
    live, baseline = {"a": 80, "b": 20}, {"a": 500, "b": 400, "c": 100}
    assert categorical_distance(live, baseline, live_total=100, robust=False) == pytest.approx(0.3)
    robust = categorical_distance(live, baseline, live_total=100, robust=True)
    assert robust == pytest.approx(0.3 - 1.8 * math.sqrt(1100 / 100_000))


def test_chi_squared_matches_published_critical_values():
    """0.05 quantiles of the chi-squared distribution (NIST handbook 1.3.6.7.4): 3.841, 5.991, 16.919."""
    for degrees, critical in ((1, 3.841), (2, 5.991), (9, 16.919)):
        categories = [str(i) for i in range(degrees + 1)]
        baseline = dict.fromkeys(categories, 1000)
        # Two categories moved apart so that the statistic is 2 * shift**2 / 100 with 100 expected each.
        shift = math.sqrt(critical * 100 / 2)
        live = dict.fromkeys(categories, 100) | {"0": 100 + shift, "1": 100 - shift}
        statistic, p_value = chi_squared(live, baseline)
        assert statistic == pytest.approx(critical)
        assert p_value == pytest.approx(0.05, abs=1e-4)


def test_chi_squared_ignores_categories_that_the_baseline_does_not_know():
    known = chi_squared({"a": 40, "b": 60}, {"a": 50, "b": 50})
    assert chi_squared({"a": 40, "b": 60, "new": 500}, {"a": 50, "b": 50}) == known


def test_rare_categories_are_joined_before_the_test():
    # Expected counts 50, 44, 3, 3: two of four below five is more than a fifth, so the two rare ones become one of 6.
    statistic, _ = chi_squared({"a": 50, "b": 40, "c": 10}, {"a": 500, "b": 440, "c": 30, "d": 30})
    assert statistic == pytest.approx((40 - 44) ** 2 / 44 + (10 - 6) ** 2 / 6)


def test_two_categories_need_ten_expected_each():
    assert chi_squared({"a": 15, "b": 3}, {"a": 50, "b": 50}) is None
    assert chi_squared({"a": 17, "b": 3}, {"a": 50, "b": 50}) is not None


@given(st.lists(st.integers(0, 200), min_size=2, max_size=8), st.lists(st.integers(1, 200), min_size=8, max_size=8))
def test_p_values_are_probabilities_and_fall_with_the_statistic(live, baseline):
    names = [f"c{i}" for i in range(len(live))]
    tested = chi_squared(dict(zip(names, live, strict=True)), dict(zip(names, baseline, strict=False)))
    if tested is not None:
        statistic, p_value = tested
        assert statistic >= 0
        assert 0 <= p_value <= 1
    assert chi_squared({"a": 900, "b": 900}, {"a": 1, "b": 1}) == (0.0, 1.0)


def test_distances_of_large_samples_agree_with_the_kolmogorov_smirnov_statistic():
    numbers = np.random.default_rng(5)
    live, baseline = KllSketch(), KllSketch()
    live.update(numbers.normal(0.5, 1, 50_000))
    baseline.update(numbers.normal(0, 1, 50_000))
    # Two unit normals half a deviation apart: sup |F1 - F2| = 2 * Phi(0.25) - 1.
    expected = math.erf(0.25 / math.sqrt(2))
    assert numerical_distance(live, baseline, robust=False) == pytest.approx(expected, abs=0.02)
