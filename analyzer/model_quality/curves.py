"""Curves over all thresholds of a probability, in the form that Spark's MLlib gives them.

Source: https://spark.apache.org/docs/latest/mllib-evaluation-metrics.html (BinaryClassificationMetrics)
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.text.jackson import Json

# Longer curves are thinned out to about as many points, as MLlib does.
_POINTS = 1000


@dataclass(frozen=True)
class ThresholdCounts:
    """What the thresholds, from the largest probability to the smallest one, call positive.

    Args:
        true_positives: Positives at or above each threshold.
        false_positives: Negatives at or above each threshold.
    """

    true_positives: NDArray[np.int64]
    false_positives: NDArray[np.int64]

    @classmethod
    def of(cls, actual: NDArray[np.bool_], ranks: NDArray[np.int64]) -> "ThresholdCounts":
        """Count positives and negatives at every distinct probability.

        Args:
            actual: Whether the label is the positive one.
            ranks: Number of distinct probabilities that are larger than that of the row.
        """
        counts = np.bincount(ranks)
        positives = np.bincount(ranks[actual], minlength=len(counts))
        occurring = counts > 0
        return cls(np.cumsum(positives[occurring]), np.cumsum((counts - positives)[occurring]))

    @property
    def has_both_classes(self) -> bool:
        """Whether there are positives and negatives; without one of them there are no curves."""
        return bool(len(self.true_positives)) and bool(self.true_positives[-1]) and bool(self.false_positives[-1])

    def area_under_roc(self) -> float:
        """Return the area under the straight lines between the points of the ROC curve."""
        if not self.has_both_classes:
            return math.nan
        return _area(
            np.append(0.0, self._rates(self.false_positives)), np.append(0.0, self._rates(self.true_positives))
        )

    def area_under_precision_recall(self) -> float:
        """Return the area under the straight lines between the points of the precision-recall curve."""
        if not self.has_both_classes:
            return math.nan
        precisions, recalls = self._precision_recall()
        return _area(recalls, precisions)

    def curves(self) -> dict[str, Json]:
        """Return both curves as statistics.json has them; none when there is only one class."""
        if not self.has_both_classes:
            return {}
        thinned = self._thinned()
        precisions, recalls = thinned._precision_recall()
        false_rates, true_rates = self._rates(thinned.false_positives), self._rates(thinned.true_positives)
        return {
            "receiver_operating_characteristic_curve": {
                "false_positive_rates": [0.0, *false_rates.tolist(), 1.0],
                "true_positive_rates": [0.0, *true_rates.tolist(), 1.0],
            },
            "precision_recall_curve": {"precisions": precisions.tolist(), "recalls": recalls.tolist()},
        }

    @staticmethod
    def _rates(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        rates: NDArray[np.float64] = counts / counts[-1]
        return rates

    def _precision_recall(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        precisions = self.true_positives / (self.true_positives + self.false_positives)
        recalls = self.true_positives / self.true_positives[-1]
        return np.append(precisions[0], precisions), np.append(0.0, recalls)

    def _thinned(self) -> "ThresholdCounts":
        step = len(self.true_positives) // _POINTS
        if step < 2:  # noqa: PLR2004 - every point, or every second one
            return self
        last = len(self.true_positives) - 1
        kept = np.append(np.arange(step - 1, last, step), last)
        return ThresholdCounts(self.true_positives[kept], self.false_positives[kept])


def _area(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the sum of the trapezoids, added one after the other as MLlib does: the last digit depends on it.

    Source: https://github.com/apache/spark (AreaUnderCurve)
    """
    trapezoids = (x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2.0
    return float(np.cumsum(trapezoids)[-1])
