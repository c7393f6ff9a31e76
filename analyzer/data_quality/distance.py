"""How far a distribution is from the baseline's.

Source: https://github.com/awslabs/deequ (Distance); the service's ``Simple`` and ``Robust`` are deequ's linf_simple and
linf_robust.
"""

import math
from collections.abc import Mapping

import numpy as np

from analyzer.data_quality.profile.kll import KllSketch

# Correction of Robust for few values: c(alpha) of the two-sample Kolmogorov-Smirnov test at alpha = 0.003.
_C_ALPHA = 1.8

_MIN_CATEGORIES = 2
# Chi-squared is only valid with enough expected counts per category: Cochran's rule for two, Yates' for more.
_MIN_EXPECTED_OF_TWO = 10
_MIN_EXPECTED_OF_MORE = 5
_SHARE_BELOW_MINIMUM = 0.2


def numerical_distance(live: KllSketch, baseline: KllSketch, *, robust: bool) -> float | None:
    """Return the largest difference of the two distribution functions, 0 to 1; None when one side has no values.

    Ranks count distinct values (``KllSketch.distinct_ranks``), so a feature with few of them is corrected to 0 by
    ``robust`` however far it moves.
    """
    (live_keys, live_ranks), (base_keys, base_ranks) = live.distinct_ranks(), baseline.distinct_ranks()
    if not len(live_keys) or not len(base_keys):
        return None
    keys = np.union1d(live_keys, base_keys)
    n, m = int(live_ranks[-1]), int(base_ranks[-1])
    live_share = np.append(0, live_ranks)[np.searchsorted(live_keys, keys, side="right")] / n
    base_share = np.append(0, base_ranks)[np.searchsorted(base_keys, keys, side="right")] / m
    return _corrected(float(np.max(np.abs(live_share - base_share))), n, m, robust=robust)


def categorical_distance(
    live: Mapping[str, int], baseline: Mapping[str, int], *, live_total: int, robust: bool
) -> float | None:
    """Return the largest difference of a category's shares, 0 to 1; None when one side has no values.

    Args:
        live: Counts by category; of the baseline's categories alone when there are too many others.
        baseline: Counts by category.
        live_total: Number of live values, counted or not.
        robust: Correct for few values.
    """
    n, m = live_total, sum(baseline.values())
    if not n or not m:
        return None
    distance = max(abs(live.get(key, 0) / n - baseline.get(key, 0) / m) for key in live.keys() | baseline.keys())
    return _corrected(distance, n, m, robust=robust)


def _corrected(distance: float, n: int, m: int, *, robust: bool) -> float:
    return max(0.0, distance - _C_ALPHA * math.sqrt((n + m) / (n * m))) if robust else distance


def chi_squared(live: Mapping[str, int], baseline: Mapping[str, int]) -> tuple[float, float] | None:
    """Return Pearson's statistic and its p-value for ``live`` against the shares of ``baseline``.

    Categories that the baseline does not know are left out; rare ones are joined until the test is valid. None when
    fewer than two categories remain.
    """
    observed = {key: float(live.get(key, 0)) for key in baseline}
    total, base_total = sum(observed.values()), sum(baseline.values())
    if not total or not base_total:
        return None
    expected = {key: count / base_total * total for key, count in baseline.items()}
    while _too_thin(expected):
        _join_smallest(expected, observed)
    expected = {key: count for key, count in expected.items() if count > 0}
    if len(expected) < _MIN_CATEGORIES:
        return None
    statistic = sum((observed[key] - count) ** 2 / count for key, count in expected.items())
    return statistic, _chi_squared_survival(statistic, len(expected) - 1)


def _too_thin(expected: Mapping[str, float]) -> bool:
    if len(expected) < _MIN_CATEGORIES:
        return False
    pair = len(expected) == _MIN_CATEGORIES
    minimum = _MIN_EXPECTED_OF_TWO if pair else _MIN_EXPECTED_OF_MORE
    allowed = 0 if pair else int(_SHARE_BELOW_MINIMUM * len(expected))
    return sum(count < minimum for count in expected.values()) > allowed


def _join_smallest(expected: dict[str, float], observed: dict[str, float]) -> None:
    smallest = min(expected, key=lambda key: expected[key])
    expected_count, observed_count = expected.pop(smallest), observed.pop(smallest)
    second = min(expected, key=lambda key: expected[key])
    expected[second] += expected_count
    observed[second] += observed_count


def _chi_squared_survival(statistic: float, degrees: int) -> float:
    """Probability of a larger statistic: the regularised upper gamma function Q(degrees / 2, statistic / 2).

    Q(a + 1, x) = Q(a, x) + x**a * exp(-x) / gamma(a + 1), started at Q(1/2, x) or at Q(1, x), has no cancellation.
    """
    x = statistic / 2
    if x == 0:
        return 1.0
    a, tail = (0.5, math.erfc(math.sqrt(x))) if degrees % 2 else (1.0, math.exp(-x))
    while a < degrees / 2:
        tail += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(tail, 1.0)
