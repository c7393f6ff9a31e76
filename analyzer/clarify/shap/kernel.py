"""Kernel SHAP of single rows against background rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analyzer.clarify.shap.coalitions import Coalitions, coalitions_of
from analyzer.text.values import category

# Rows to scores: one row of scores for each.
Model: TypeAlias = Callable[[Sequence[Sequence[Any]]], NDArray[np.float64]]

_SYNTHETIC_ROWS_PER_CALL = 5_000
# Keeps the log-odds of probabilities 0 and 1 finite.
_SMALLEST_PROBABILITY = 1e-7


class KernelShap:
    """Attributions of a model's scores to its features.

    A feature is absent when its value is that of a background row; predictions are averaged over these. Features that
    have the same value as all background rows get 0 and cost nothing.

    Args:
        model: What is explained.
        background: Rows that stand for absent features.
        samples: Coalitions for a row; None means 2 * features + 2048.
        seed: Seed of the choice of coalitions.
        use_logit: Explain log-odds; scores must be probabilities then.
    """

    def __init__(
        self, model: Model, background: Sequence[Sequence[Any]], *, samples: int | None, seed: int, use_logit: bool
    ) -> None:
        self._model = model
        self._background = _table(background)
        self._categories = _categories(self._background)
        width = self._background.shape[1]
        self._samples = 2 * width + 2048 if samples is None else samples
        self._seed = seed
        self._link = _logit if use_logit else _identity
        self._designs: dict[int, Coalitions] = {}
        #: Score of a row of which every feature is absent, one for each output.
        self.expected_value = self._link(model(self._background.tolist()).mean(axis=0))

    def attributions(self, rows: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
        """Return attributions by row, feature and output; those of a row add up to its score minus expected_value."""
        table = _table(rows)
        return np.concatenate([self._of_chunk(chunk) for chunk in self._chunks(table)])

    def _chunks(self, table: NDArray[np.object_]) -> Iterator[NDArray[np.object_]]:
        per_row = (self._samples + 1) * len(self._background)
        step = max(1, _SYNTHETIC_ROWS_PER_CALL // per_row)
        for start in range(0, len(table), step):
            yield table[start : start + step]

    def _of_chunk(self, rows: NDArray[np.object_]) -> NDArray[np.float64]:
        varying = [np.flatnonzero((self._categories != row).any(axis=0)) for row in _categories(rows)]
        parts = [self._synthetic(row, columns) for row, columns in zip(rows, varying, strict=True)]
        scores = self._model(np.concatenate([rows, *parts]).tolist())
        outputs = scores.shape[1]
        result = np.zeros((len(rows), rows.shape[1], outputs))
        start = len(rows)
        for position, (columns, part) in enumerate(zip(varying, parts, strict=True)):
            if len(columns):
                of_coalitions = scores[start : start + len(part)].reshape(-1, len(self._background), outputs)
                gains = self._link(of_coalitions.mean(axis=1)) - self.expected_value
                total = self._link(scores[position]) - self.expected_value
                result[position, columns] = self._design(len(columns)).attributions(gains, total)
            start += len(part)
        return result

    def _synthetic(self, row: NDArray[np.object_], columns: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return the background with the present features of every coalition taken from ``row``."""
        masks = self._design(len(columns)).masks if len(columns) else np.zeros((0, 0), dtype=bool)
        present = np.zeros((len(masks), len(row)), dtype=bool)
        present[:, columns] = masks
        mixed = np.where(present[:, np.newaxis, :], row, self._background[np.newaxis])
        return mixed.reshape(-1, len(row))

    def _design(self, features: int) -> Coalitions:
        if features not in self._designs:
            generator = np.random.default_rng(self._seed)
            self._designs[features] = coalitions_of(features, self._samples, generator)
        return self._designs[features]


def _table(rows: Sequence[Sequence[Any]]) -> NDArray[np.object_]:
    # Element by element: numpy would make one type of texts and numbers, and another axis of nested lists.
    table = np.empty((len(rows), len(rows[0])), dtype=object)
    for position, row in enumerate(rows):
        table[position] = row
    return table


def _categories(table: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the values in a form in which the equal ones are the same, be they texts or numbers."""
    return _table([[category(value) for value in row] for row in table])


def _identity(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores


def _logit(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(scores, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    odds: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return odds
