"""How many rows there are of every kind: all that the metrics need, and quick to resample."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Confusion:
    """Counts of one group by observed and predicted label."""

    true_positives: float
    false_positives: float
    false_negatives: float
    true_negatives: float

    @property
    def total(self) -> float:
        """Number of rows."""
        return self.positives + self.negatives

    @property
    def positives(self) -> float:
        """Rows with a positive observed label."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> float:
        """Rows with a negative observed label."""
        return self.true_negatives + self.false_positives

    @property
    def predicted_positives(self) -> float:
        """Rows with a positive prediction."""
        return self.true_positives + self.false_positives

    @property
    def predicted_negatives(self) -> float:
        """Rows with a negative prediction."""
        return self.true_negatives + self.false_negatives


@dataclass(frozen=True)
class Sample:
    """The rows of one facet value's analysis, one element per row.

    Args:
        sensitive: Whether the row is in the sensitive group.
        positive: Whether the observed label is positive.
        predicted: Whether the predicted label is positive; None without predictions.
        groups: Number of the row's value of the group variable; None without one.
        flips: What the row adds to the flip test (-1, 0, 1), or the reason why there is none.
    """

    sensitive: NDArray[np.bool_]
    positive: NDArray[np.bool_]
    predicted: NDArray[np.bool_] | None = None
    groups: NDArray[np.intp] | None = None
    flips: "NDArray[np.int8] | str" = "no predictions"


class Counts:
    """Counts of rows by flip, group, sensitive, observed and predicted label.

    Args:
        cells: Array of shape (3, groups, 2, 2, 2).
        has_groups: Whether there is a group variable.
        flip_error: Why there is no flip test, or "".
    """

    def __init__(self, cells: NDArray[np.float64], *, has_groups: bool, flip_error: str) -> None:
        self._cells = cells
        self.has_groups = has_groups
        self.flip_error = flip_error

    @classmethod
    def of(cls, sample: Sample) -> "Counts":
        """Count the rows of a sample."""
        size = len(sample.sensitive)
        zeros = np.zeros(size, dtype=np.intp)
        groups = zeros if sample.groups is None else sample.groups
        predicted = zeros if sample.predicted is None else sample.predicted.astype(np.intp)
        flips = zeros if isinstance(sample.flips, str) else sample.flips.astype(np.intp)
        shape = (3, int(groups.max(initial=0)) + 1, 2, 2, 2)
        index = np.ravel_multi_index(
            (flips + 1, groups, sample.sensitive.astype(np.intp), sample.positive.astype(np.intp), predicted), shape
        )
        cells = np.bincount(index, minlength=int(np.prod(shape))).reshape(shape).astype(float)
        error = sample.flips if isinstance(sample.flips, str) else ""
        return cls(cells, has_groups=sample.groups is not None, flip_error=error)

    def resampled(self, rounds: int, generator: np.random.Generator) -> Iterator["Counts"]:
        """Yield the counts of bootstrap samples: as many rows, drawn with replacement."""
        present = np.flatnonzero(self._cells)
        numbers = self._cells.ravel()[present]
        for _ in range(rounds):
            # Drawing rows with replacement gives multinomial counts; no row has to be touched.
            drawn = np.zeros(self._cells.size)
            drawn[present] = generator.multinomial(int(numbers.sum()), numbers / numbers.sum())
            cells = drawn.reshape(self._cells.shape)
            yield Counts(cells, has_groups=self.has_groups, flip_error=self.flip_error)

    @cached_property
    def advantaged(self) -> Confusion:
        """Rows outside the sensitive group."""
        return self._confusion(0)

    @cached_property
    def disadvantaged(self) -> Confusion:
        """Rows of the sensitive group."""
        return self._confusion(1)

    @property
    def net_flips(self) -> float:
        """Rows whose prediction is better than that of similar advantaged ones, minus those where it is worse."""
        return float(self._cells[2].sum() - self._cells[0].sum())

    def by_group(self, *, predicted: bool) -> NDArray[np.float64]:
        """Return counts by group, sensitive and label (observed or predicted)."""
        by_labels: NDArray[np.float64] = self._cells.sum(axis=0)
        by_label: NDArray[np.float64] = by_labels.sum(axis=2 if predicted else 3)
        return by_label

    def _confusion(self, sensitive: int) -> Confusion:
        ((true_negatives, false_positives), (false_negatives, true_positives)) = self._by_labels[sensitive].tolist()
        return Confusion(true_positives, false_positives, false_negatives, true_negatives)

    @cached_property
    def _by_labels(self) -> NDArray[np.float64]:
        by_labels: NDArray[np.float64] = self._cells.sum(axis=(0, 1))
        return by_labels
