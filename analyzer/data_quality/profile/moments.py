"""Count, sum, mean, deviation and range of numbers, mergeable.

Values are added one after the other and parts are merged with the roundings of Spark's ``CentralMomentAgg``, which the
service uses: ``std_dev`` of real files is met to the last digit.

Source: https://github.com/apache/spark (CentralMomentAgg).
"""

import math
from dataclasses import dataclass

import numpy as np

from analyzer.data_quality.profile.kll import Doubles
from analyzer.data_quality.profile.running_means import squared_distances


@dataclass(frozen=True)
class Moments:
    """Summary of numbers seen so far.

    Args:
        count: Number of values.
        sum: Their sum.
        running_mean: Their mean as the updates round it.
        deviations: Sum of squared deviations from that mean.
        minimum: Smallest value.
        maximum: Largest value.
    """

    count: int = 0
    sum: float = 0.0
    running_mean: float = 0.0
    deviations: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf

    @classmethod
    def of(cls, values: Doubles) -> "Moments":
        """Summarise ``values``."""
        return cls().extended(values)

    def extended(self, values: Doubles) -> "Moments":
        """Return the summary with ``values`` added, one after the other."""
        if not len(values):
            return self
        # A text such as 1e999 is an infinite number: its deviation is NaN, which is no reason for a warning here.
        with np.errstate(invalid="ignore", over="ignore"):
            mean, deviations = self._deviations(values)
            return Moments(
                count=self.count + len(values),
                sum=_summed(self.sum, values),
                running_mean=mean,
                deviations=deviations,
                minimum=min(self.minimum, float(np.min(values))),
                maximum=max(self.maximum, float(np.max(values))),
            )

    def __add__(self, other: "Moments") -> "Moments":
        count = self.count + other.count
        if not count:
            return self
        shift = other.running_mean - self.running_mean
        step = shift / count
        return Moments(
            count=count,
            sum=self.sum + other.sum,
            running_mean=self.running_mean + step * other.count,
            deviations=self.deviations + other.deviations + shift * step * self.count * other.count,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
        )

    @property
    def mean(self) -> float:
        """Sum divided by count, as the service reports it beside a deviation from the running mean."""
        return self.sum / self.count if self.count else 0.0

    @property
    def standard_deviation(self) -> float:
        """Population standard deviation (divided by n, not n - 1)."""
        return math.sqrt(self.deviations / self.count) if self.count else math.nan

    def _deviations(self, values: Doubles) -> tuple[float, float]:
        """Return mean and squared deviations with ``values`` added."""
        if not math.isfinite(self.running_mean) or not math.isfinite(self.deviations):
            return math.nan, math.nan
        mean, squares = squared_distances(values, self.count, self.running_mean)
        return mean, _summed(self.deviations, squares)


def _summed(start: float, values: Doubles) -> float:
    """Return the sum of values added one after the other, not in numpy's pairwise way."""
    return float(np.cumsum(np.concatenate(([start], values)))[-1])
