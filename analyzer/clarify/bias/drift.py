"""Drift of bias: metrics that lie outside the range that the baseline allows.

There are two rules (`DriftRule`). The service's guide speaks of a confidence interval, but published outputs of real
runs report a metric exactly when its absolute value exceeds that of the baseline, however few the rows are. So this is
the default; the rule with the interval is ours.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, stdev

import numpy as np

from analyzer.clarify.bias.counts import Counts
from analyzer.clarify.bias.metrics import METRICS, UndefinedMetricError

BOOTSTRAP_ROUNDS = 1000
CONFIDENCE_LEVEL = 0.95
BOOTSTRAP_SEED = 0
# Metrics whose ideal is 1, not 0: half and double are equally far from it.
RATIO_METRICS = frozenset({"DI"})


class DriftRule(StrEnum):
    """What counts as drift; the values are those of the environment variable ``bias_drift_rule``."""

    SERVICE = "service"
    """As the service: the absolute value is larger than the baseline's. It holds for ratios (DI), too."""
    CONFIDENCE = "confidence"
    """A bootstrap interval of the value lies outside the range that the baseline allows."""


@dataclass(frozen=True)
class Interval:
    """Closed interval."""

    low: float
    high: float

    def is_disjoint_from(self, other: "Interval") -> bool:
        """Return whether no number lies in both."""
        return self.high < other.low or other.high < self.low


def is_drift(metric: str, counts: Counts, live: float, baseline: float, rule: DriftRule = DriftRule.SERVICE) -> bool:
    """Return whether a metric has left the range that its baseline value allows.

    Args:
        metric: Short name.
        counts: The rows behind ``live``.
        live: Present value.
        baseline: Value of the baseline.
        rule: What counts as drift.
    """
    if rule is DriftRule.SERVICE:
        return abs(live) > abs(baseline)
    allowed = allowed_range(metric, baseline)
    if not Interval(live, live).is_disjoint_from(allowed):
        return False  # the confidence interval lies around it
    return confidence_interval(metric, counts, live).is_disjoint_from(allowed)


def allowed_range(metric: str, baseline: float) -> Interval:
    """Return the values that our rule takes for no worse than the baseline's: as far from the ideal, or nearer."""
    if metric in RATIO_METRICS:
        inverse = 1 / baseline if baseline else math.inf
        return Interval(min(baseline, inverse), max(baseline, inverse))
    return Interval(-abs(baseline), abs(baseline))


def confidence_interval(metric: str, counts: Counts, value: float) -> Interval:
    """Return the normal bootstrap interval of a metric: its value plus and minus some standard errors.

    An infinite value is its own interval. Rounds in which the metric is undefined or infinite say nothing about its
    spread and are left out.
    """
    if math.isinf(value):
        return Interval(value, value)
    generator = np.random.default_rng(BOOTSTRAP_SEED)
    compute = METRICS[metric].compute
    values = []
    for sample in counts.resampled(BOOTSTRAP_ROUNDS, generator):
        try:
            values.append(compute(sample))
        except UndefinedMetricError:
            continue
    finite = [number for number in values if math.isfinite(number)]
    error = stdev(finite) if len(finite) > 1 else 0.0
    reach = NormalDist().inv_cdf((1 + CONFIDENCE_LEVEL) / 2) * error
    return Interval(value - reach, value + reach)
