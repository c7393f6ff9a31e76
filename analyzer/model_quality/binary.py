"""Metrics of binary classification.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.model_quality.curves import ThresholdCounts
from analyzer.model_quality.observations import ACTUAL, PREDICTED, PROBABILITY, Observations
from analyzer.model_quality.outcomes import Mask
from analyzer.model_quality.scores import BEST_CONSTANT, f_scores
from analyzer.text.jackson import Json


@dataclass(frozen=True)
class ConfusionMatrix:
    """How often labels and predictions go together."""

    true_negatives: int
    false_positives: int
    false_negatives: int
    true_positives: int

    @classmethod
    def of(cls, actual: Mask, predicted: Mask) -> "ConfusionMatrix":
        """Count."""
        return cls(*np.bincount(2 * actual + predicted, minlength=4).tolist())

    @property
    def positives(self) -> int:
        """Number of positive labels."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> int:
        """Number of negative labels."""
        return self.true_negatives + self.false_positives

    @property
    def recall(self) -> float:
        """Share of the positive labels that were predicted; NaN when there are none."""
        return self.true_positives / self.positives if self.positives else math.nan

    @property
    def precision(self) -> float:
        """Share of the positive predictions that are right; 0 when there are none."""
        predicted = self.true_positives + self.false_positives
        return self.true_positives / predicted if predicted else 0.0

    @property
    def accuracy(self) -> float:
        """Share of the predictions that are right."""
        return (self.true_positives + self.true_negatives) / (self.positives + self.negatives)

    @property
    def false_positive_rate(self) -> float:
        """Share of the negative labels that were predicted as positive; NaN when there are none."""
        return self.false_positives / self.negatives if self.negatives else math.nan

    def of_constant(self) -> "ConfusionMatrix":
        """Return the matrix of a classifier that always gives the same answer.

        That answer is the most frequent prediction and not the most frequent label, as in the service's files.
        """
        if self.true_positives + self.false_positives > self.true_negatives + self.false_negatives:
            return ConfusionMatrix(0, self.negatives, 0, self.positives)
        return ConfusionMatrix(self.negatives, 0, self.positives, 0)


@dataclass(frozen=True)
class BinaryOutcomes:
    """Labels and predictions that are positive or not.

    Args:
        actual: Whether the label is positive.
        predicted: Whether the prediction is positive.
        ranks: Number of distinct probabilities that are larger than that of the row; None without probabilities.
    """

    actual: Mask
    predicted: Mask
    ranks: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, observations: Observations) -> "BinaryOutcomes":
        """Take the columns of observations."""
        ranks = None
        if PROBABILITY in observations.columns:
            dense = observations[PROBABILITY].rank("dense", descending=True)
            ranks = dense.cast(pl.Int64).to_numpy() - 1
        return cls(observations[ACTUAL].to_numpy(), observations[PREDICTED].to_numpy(), ranks)

    def __len__(self) -> int:
        return len(self.actual)

    def sample(self, chosen: Mask) -> "BinaryOutcomes":
        """Return some of the rows."""
        ranks = None if self.ranks is None else self.ranks[chosen]
        return BinaryOutcomes(self.actual[chosen], self.predicted[chosen], ranks)

    def metrics(self) -> dict[str, float]:
        """Return the value of every metric; NaN where only one class is there."""
        matrix = ConfusionMatrix.of(self.actual, self.predicted)
        constant = matrix.of_constant()
        # The guide's example has a true_negative_rate of 0.33333333333333337, which is 1 - 2/3 and not 1/3: the service
        # subtracts, and so do we, though a rate can then differ in its last digit from a limit that it meets.
        return {
            "recall": matrix.recall,
            "precision": matrix.precision,
            "accuracy": matrix.accuracy,
            f"recall{BEST_CONSTANT}": constant.recall,
            f"precision{BEST_CONSTANT}": constant.precision,
            f"accuracy{BEST_CONSTANT}": constant.accuracy,
            "true_positive_rate": matrix.recall,
            "true_negative_rate": 1 - matrix.false_positive_rate,
            "false_positive_rate": matrix.false_positive_rate,
            "false_negative_rate": 1 - matrix.recall,
            **self._areas(),
            **f_scores(matrix.precision, matrix.recall),
            **f_scores(constant.precision, constant.recall, suffix=BEST_CONSTANT),
        }

    def tables(self) -> Mapping[str, Json]:
        """Return the confusion matrix, labels first, and the curves."""
        matrix = ConfusionMatrix.of(self.actual, self.predicted)
        counts: dict[str, Json] = {
            "0": {"0": matrix.true_negatives, "1": matrix.false_positives},
            "1": {"0": matrix.false_negatives, "1": matrix.true_positives},
        }
        curves = {} if self.ranks is None else ThresholdCounts.of(self.actual, self.ranks).curves()
        return {"confusion_matrix": counts, **curves}

    def why_undefined(self) -> str:
        """Return which class is missing."""
        present, absent = ("positive", "negative") if self.actual.any() else ("negative", "positive")
        return f"all {len(self)} labels are {present}, and these metrics need {absent} ones, too"

    def _areas(self) -> dict[str, float]:
        if self.ranks is None:
            return {}
        counts = ThresholdCounts.of(self.actual, self.ranks)
        return {"auc": counts.area_under_roc(), "au_prc": counts.area_under_precision_recall()}
