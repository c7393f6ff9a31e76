"""Count, sum, mean, deviation and range of numbers, mergeable."""

import math
from dataclasses import dataclass

import numpy as np

from analyzer.data_quality.profile.kll import Doubles


@dataclass(frozen=True)
class Moments:
    """Summary of numbers seen so far; ``deviations`` is the sum of squared deviations from the mean."""

    count: int = 0
    sum: float = 0.0
    mean: float = 0.0
    deviations: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf

    @classmethod
    def of(cls, values: Doubles) -> "Moments":
        """Summarise ``values``."""
        if not len(values):
            return cls()
        # One after the other, not in numpy's pairwise way: the service's sums have the same last digit then.
        total = float(np.cumsum(values)[-1])
        mean = total / len(values)
        # A text such as 1e999 is an infinite number: its deviation is NaN, which is no reason for a warning here.
        with np.errstate(invalid="ignore", over="ignore"):
            deviations = float(np.sum(np.square(values - mean)))
        return cls(len(values), total, mean, deviations, float(np.min(values)), float(np.max(values)))

    def __add__(self, other: "Moments") -> "Moments":
        if not self.count or not other.count:
            return self if self.count else other
        count, total = self.count + other.count, self.sum + other.sum
        shift = other.mean - self.mean
        return Moments(
            count=count,
            sum=total,
            mean=total / count,
            deviations=self.deviations + other.deviations + shift * shift * self.count * other.count / count,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
        )

    @property
    def standard_deviation(self) -> float:
        """Population standard deviation (divided by n, not n - 1)."""
        return math.sqrt(self.deviations / self.count) if self.count else math.nan
