"""Metrics of multiclass classification: those of every class, weighted by how often the class is the label.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.model_quality.observations import ACTUAL, PREDICTED, Observations
from analyzer.model_quality.outcomes import Mask
from analyzer.model_quality.scores import BEST_CONSTANT, f_scores
from analyzer.text.jackson import Json
from analyzer.text.values import number

# More labels than this are no classes, and a matrix of them is too large to be read by anything.
MAX_CLASSES = 1000
# Fewer rows may well hold no correct prediction by chance.
_ENOUGH_ROWS = 20
_EXAMPLES = 3


@dataclass(frozen=True)
class MulticlassOutcomes:
    """Labels and predictions as positions in a list of classes."""

    classes: Sequence[str]
    actual: NDArray[np.int64]
    predicted: NDArray[np.int64]

    @classmethod
    def of(cls, observations: Observations) -> "MulticlassOutcomes":
        """Take the columns of observations.

        Raises:
            AnalysisError: When they hold something else than classes.
        """
        classes = _classes(observations)
        codes = observations.select(
            pl.col(ACTUAL, PREDICTED).replace_strict(classes, range(len(classes)), return_dtype=pl.Int64)
        )
        return cls(classes, codes[ACTUAL].to_numpy(), codes[PREDICTED].to_numpy())

    def __len__(self) -> int:
        return len(self.actual)

    def sample(self, chosen: Mask) -> "MulticlassOutcomes":
        """Return some of the rows."""
        return MulticlassOutcomes(self.classes, self.actual[chosen], self.predicted[chosen])

    def metrics(self) -> dict[str, float]:
        """Return the value of every metric."""
        matrix = self._matrix()
        # As in binary problems the constant answer is the most frequent prediction; the service's own choice among
        # several classes is not known.
        constant = np.zeros_like(matrix)
        constant[:, matrix.sum(axis=0).argmax()] = matrix.sum(axis=1)
        return {**_weighted_metrics(matrix), **_weighted_metrics(constant, suffix=BEST_CONSTANT)}

    def tables(self) -> Mapping[str, Json]:
        """Return the confusion matrix, labels first."""
        rows = zip(self.classes, self._matrix().tolist(), strict=True)
        return {"confusion_matrix": {label: dict(zip(self.classes, row, strict=True)) for label, row in rows}}

    def why_undefined(self) -> str:
        """Return nothing: with at least one row, every metric has a value."""
        return ""

    def _matrix(self) -> NDArray[np.int64]:
        size = len(self.classes)
        cells = np.bincount(self.actual * size + self.predicted, minlength=size * size)
        return cells.reshape(size, size)


def report_disjoint_labels(observations: Observations, source: Path, issues: DataIssues) -> None:
    """Report that no prediction is any of the labels: a mistake in a baseline, in traffic it may be the model.

    Args:
        observations: Labels and predictions.
        source: Where the data set is, for messages.
        issues: Where it goes.

    Raises:
        AnalysisError: When the issues are those of a baseline.
    """
    actual, predicted = _labels(observations)
    if observations.height >= _ENOUGH_ROWS and actual.isdisjoint(predicted):
        issues.add(
            Location(source),
            f"no prediction occurs among the {observations.height} labels",
            f"predictions are such as {_examples(predicted)}, labels such as {_examples(actual)}; inference_attribute "
            "must name the predicted class, written as the labels are",
        )


def _weighted_metrics(matrix: NDArray[np.int64], *, suffix: str = "") -> dict[str, float]:
    total = int(matrix.sum())
    weighted = {
        f"{name}{suffix}": 0.0
        for name in ("weighted_recall", "weighted_precision", "weighted_f0_5", "weighted_f1", "weighted_f2")
    }
    predicted = matrix.sum(axis=0)
    for position, support in enumerate(matrix.sum(axis=1).tolist()):
        if support:
            right = int(matrix[position, position])
            recall, precision = right / support, right / int(predicted[position]) if right else 0.0
            of_class = {"recall": recall, "precision": precision, **f_scores(precision, recall)}
            for name, value in of_class.items():
                weighted[f"weighted_{name}{suffix}"] += value * support / total
    return {f"accuracy{suffix}": int(np.trace(matrix)) / total, **weighted}


def _classes(observations: Observations) -> list[str]:
    classes = set.union(*_labels(observations))
    if len(classes) > MAX_CLASSES:
        raise AnalysisError(
            f"there are {len(classes)} different labels, such as {_examples(classes)}; expected at most {MAX_CLASSES} "
            "classes: inference_attribute must name the predicted class and not a probability, and numbers without "
            "end are a Regression"
        )
    return sorted(classes, key=_by_number_then_text)


def _labels(observations: Observations) -> tuple[set[str], set[str]]:
    """Return the distinct labels and the distinct predictions."""
    return set(observations[ACTUAL].unique()), set(observations[PREDICTED].unique())


def _examples(labels: set[str]) -> str:
    return ", ".join(map(repr, sorted(labels, key=_by_number_then_text)[:_EXAMPLES]))


def _by_number_then_text(label: str) -> tuple[bool, float, str]:
    value = number(label)
    return value is None, value or 0.0, label
