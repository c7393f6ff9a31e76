"""Drift of every feature of a table against the baseline's statistics."""

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.data_quality.distance import categorical_distance, chi_squared, numerical_distance
from analyzer.data_quality.documents.constraints import MonitoringConfig
from analyzer.data_quality.documents.statistics import FeatureDistribution
from analyzer.data_quality.documents.violations import Violation, drift_violation, improbable_drift_violation
from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.data_quality.profile.kll import KllSketch


@dataclass(frozen=True)
class Drift:
    """Result of one comparison.

    Args:
        value: Distance, or with ``is_p_value`` the probability of the live data under the baseline's shares.
        threshold: Limit that the value is held against.
        is_p_value: Whether small values, not large ones, speak of drift.
    """

    value: float
    threshold: float
    is_p_value: bool = False

    def violation(self, feature: str) -> Violation | None:
        """Return the violation that this drift is, if it is one."""
        if self.is_p_value:
            violated = self.value < self.threshold
            return improbable_drift_violation(feature, self.value, self.threshold) if violated else None
        return drift_violation(feature, self.value, self.threshold) if self.value > self.threshold else None


def measure_drift(live: ColumnProfile, baseline: FeatureDistribution, config: MonitoringConfig) -> Drift | None:
    """Compare a column with the baseline's distribution.

    None when the two cannot be compared: no distribution in the baseline (texts with many distinct values), no live
    values, a numeric feature that is text in the live data (which is a type violation), or switched off.
    """
    if not config.perform_comparison:
        return None
    if baseline.sketch is not None:
        return _numerical(live, baseline.sketch, config)
    if baseline.categories is not None:
        return _categorical(live, baseline.categories, config)
    return None


def _numerical(live: ColumnProfile, baseline: KllSketch, config: MonitoringConfig) -> Drift | None:
    if not live.is_numeric:
        return None
    distance = numerical_distance(live.sketch, baseline, robust=config.comparison_method == "Robust")
    return None if distance is None else Drift(distance, config.comparison_threshold)


def _categorical(live: ColumnProfile, baseline: Mapping[str, int], config: MonitoringConfig) -> Drift | None:
    counts = live.category_counts
    threshold = config.categorical_comparison_threshold
    limit = config.comparison_threshold if threshold is None else threshold
    robust = config.comparison_method == "Robust"
    if config.categorical_drift_method == "LInfinity":
        distance = categorical_distance(counts, baseline, live_total=live.num_present, robust=robust)
        return None if distance is None else Drift(distance, limit)
    tested = chi_squared(counts, baseline)
    if tested is None:
        return None
    statistic, p_value = tested
    # How the service turns a chi-squared test into a violation is not published. deequ hands out the p-value, and
    # the statistic for Simple; a small p-value and a large statistic are what speak of drift.
    return Drift(p_value, limit, is_p_value=True) if robust else Drift(statistic, limit)
