"""Metrics of regression.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.model_quality.observations import ACTUAL, PREDICTED, Observations
from analyzer.model_quality.outcomes import Mask
from analyzer.text.jackson import Json


@dataclass(frozen=True)
class RegressionOutcomes:
    """Labels and predictions that are numbers."""

    actual: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @classmethod
    def of(cls, observations: Observations) -> "RegressionOutcomes":
        """Take the columns of observations."""
        return cls(observations[ACTUAL].to_numpy(), observations[PREDICTED].to_numpy())

    def __len__(self) -> int:
        return len(self.actual)

    def sample(self, chosen: Mask) -> "RegressionOutcomes":
        """Return some of the rows."""
        return RegressionOutcomes(self.actual[chosen], self.predicted[chosen])

    def metrics(self) -> dict[str, float]:
        """Return the value of every metric; r2 is NaN when all labels are equal, squares can be infinite."""
        errors = self.predicted - self.actual
        with np.errstate(over="ignore"):
            mse = float(np.mean(errors * errors))
        return {"mae": float(np.mean(np.abs(errors))), "mse": mse, "rmse": math.sqrt(mse), "r2": self._r2(mse)}

    def tables(self) -> Mapping[str, Json]:
        """Return nothing: there are only numbers."""
        return {}

    def why_undefined(self) -> str:
        """Return what the labels are."""
        if not self._is_constant():
            return "the errors are too large to be squared"
        return f"all {len(self)} labels are {self.actual[0]}, so that there is no variance to explain"

    def _r2(self, mse: float) -> float:
        if self._is_constant():
            return math.nan
        with np.errstate(over="ignore", invalid="ignore"):
            return 1 - mse / float(np.var(self.actual))

    def _is_constant(self) -> bool:
        return bool((self.actual == self.actual[0]).all())
