"""What counts as drift of a metric."""

import math

import numpy as np
import pytest

from analyzer.clarify.bias.counts import Counts, Sample
from analyzer.clarify.bias.drift import DriftRule, allowed_range, confidence_interval, is_drift

FEW_ROWS = Counts.of(Sample(np.array([True, False]), np.array([True, False]), np.array([True, False])))


@pytest.mark.parametrize(
    ("metric", "live", "baseline", "drift"),
    [
        # From outputs of real runs: the sign does not matter, nor how small the difference is.
        ("CDDPL", 0.3748947825295131, 0.28176563733194276, True),
        ("DPPL", -0.0765, 0.0279, True),
        ("DPPL", 0.0279, -0.0765, False),
        ("DPPL", 0.2, 0.2, False),
        ("DPPL", 0.2, -0.2, False),
        # A ratio is held to the same rule: 0.5 is nearer to 0 than 0.8, 1.1 is farther.
        ("DI", 0.5, 0.8, False),
        ("DI", 1.1, 0.8, True),
        ("TE", math.inf, 3.0, True),
        ("TE", -math.inf, math.inf, False),
    ],
)
def test_by_default_a_metric_drifts_exactly_when_it_is_farther_from_zero_than_the_baseline(
    metric, live, baseline, drift
):
    assert is_drift(metric, FEW_ROWS, live, baseline) is drift


def test_the_allowed_range_lies_around_the_ideal():
    assert (allowed_range("DPPL", -0.2).low, allowed_range("DPPL", -0.2).high) == (-0.2, 0.2)
    assert (allowed_range("DI", 0.5).low, allowed_range("DI", 0.5).high) == (0.5, 2.0)
    assert (allowed_range("DI", 0.0).low, allowed_range("DI", 0.0).high) == (0.0, math.inf)
    assert allowed_range("TE", -math.inf).high == math.inf


@pytest.mark.parametrize(("share", "drift"), [(0.4, False), (0.3, False), (0.5, False), (0.8, True), (0.1, True)])
def test_the_guides_example_of_a_baseline_of_a_fifth(share, drift):
    """A baseline DPPL of 0.2 allows 0.1 but neither 0.4 nor -0.3: these lie farther from 0."""
    sensitive = np.repeat([False, True], 1000)
    predicted = np.tile(np.arange(1000), 2) < np.where(sensitive, 500, share * 1000)
    counts = Counts.of(Sample(sensitive, predicted, predicted))
    assert is_drift("DPPL", counts, 0.5 - share, 0.2, DriftRule.CONFIDENCE) is drift


def test_the_bootstrap_interval_of_a_proportion_is_the_textbooks():
    generator = np.random.default_rng(3)
    sensitive, predicted = generator.random(2000) < 0.5, generator.random(2000) < 0.3
    counts = Counts.of(Sample(sensitive, predicted, predicted))
    a, d = predicted[~sensitive], predicted[sensitive]
    error = math.sqrt(a.var() / len(a) + d.var() / len(d))
    interval = confidence_interval("DPPL", counts, a.mean() - d.mean())
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert interval == confidence_interval("DPPL", counts, a.mean() - d.mean())
