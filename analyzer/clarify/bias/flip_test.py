"""The nearest-neighbour part of the flip test.

The service's library gives the advantaged rows to scikit-learn's ``KNeighborsClassifier``, which searches exactly. So
does this: a k-d tree of the distinct rows, asked for the distinct rows of the other group. Time grows nearly in
proportion to the rows, unless features are many and independent of each other, where no exact search is fast.

Of rows at the same distance the first ones count. (The library takes them as its search finds them.)

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ft.html and
https://github.com/aws/amazon-sagemaker-clarify (posttraining.FT)
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

_NEIGHBOURS = 5
_FEW_NEIGHBOURS = 1
# With fewer advantaged rows than this, one neighbour decides.
_ENOUGH_ROWS = 10
_QUERIES_PER_BLOCK = 50_000
_LEAF_SIZE = 16


def flips(
    features: NDArray[np.float64], sensitive: NDArray[np.bool_], predicted: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Return for every row what it adds to the flip test.

    A sensitive row gives 1 when the model's prediction is positive and that for most of the nearest advantaged rows
    is not, -1 the other way round, 0 otherwise. Advantaged rows give 0.

    Args:
        features: Rows by columns; all finite numbers.
        sensitive: Rows of the sensitive group.
        predicted: Rows with a positive prediction.
    """
    result = np.zeros(len(features), dtype=np.int8)
    advantaged = ~sensitive
    if sensitive.all() or not sensitive.any():
        return result
    neighbours = _NEIGHBOURS if advantaged.sum() >= _ENOUGH_ROWS else _FEW_NEIGHBOURS
    distinct, places = _distinct(features[sensitive])
    expected = _Neighbours(features[advantaged], predicted[advantaged], neighbours).majority(distinct)[places]
    result[sensitive] = predicted[sensitive].astype(np.int8) - expected.astype(np.int8)
    return result


class _Neighbours:
    """The nearest of some rows.

    Args:
        points: Rows by columns.
        labels: Their labels.
        count: How many of the nearest rows decide.
    """

    def __init__(self, points: NDArray[np.float64], labels: NDArray[np.bool_], count: int) -> None:
        from scipy.spatial import cKDTree  # noqa: PLC0415 - no other analysis needs it, and it takes a while

        distinct, places = _distinct(points)
        self._tree = cKDTree(distinct, leafsize=_LEAF_SIZE)
        self._count = count
        self._rows = len(points)
        self._keys = self._first_rows(places, labels, len(distinct))

    def majority(self, queries: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return for every query whether most of the rows nearest to it have the label."""
        from scipy.spatial import cKDTree  # noqa: PLC0415

        result = np.zeros(len(queries), dtype=bool)
        # Neighbours of neighbours are in the processor's cache still: several times as fast as in the order of rows.
        order = cKDTree(queries, leafsize=_LEAF_SIZE).indices
        for start in range(0, len(order), _QUERIES_PER_BLOCK):
            block = order[start : start + _QUERIES_PER_BLOCK]
            result[block] = self._of_block(queries[block])
        return result

    def _of_block(self, queries: NDArray[np.float64]) -> NDArray[np.bool_]:
        result = np.zeros(len(queries), dtype=bool)
        open_queries = np.arange(len(queries))
        asked = self._count + 1
        while len(open_queries):
            asked = min(asked, self._tree.n)
            distances, found = self._tree.query(queries[open_queries], k=range(1, asked + 1), workers=-1)
            # Points at the same distance have the same rank; among them the row decides.
            ranks = np.cumsum(np.diff(distances, axis=1, prepend=distances[:, :1]) > 0, axis=1)
            keys = self._keys[found] + (2 * self._rows * ranks)[:, :, np.newaxis]
            nearest = np.partition(keys.reshape(len(keys), -1), self._count - 1, axis=1)[:, : self._count]
            result[open_queries] = 2 * (nearest & 1).sum(axis=1) > self._count
            # When the farthest point that counts is as far as the farthest one found, others may be as far.
            last = nearest.max(axis=1) // (2 * self._rows)
            settled = (last < ranks[:, -1]) | (asked == self._tree.n)
            open_queries = open_queries[~settled]
            asked *= 2
        return result

    def _first_rows(self, places: NDArray[np.int64], labels: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
        """Return, for every distinct point, its first rows as ``2 * row + label``; no more than can ever count."""
        nowhere = np.iinfo(np.int64).max // 2  # beyond all ranks
        keys = np.full((size, self._count), nowhere, dtype=np.int64)
        order = np.argsort(places, kind="stable")
        starts = np.flatnonzero(np.diff(places[order], prepend=-1))
        occurrence = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
        kept = occurrence < self._count
        rows = order[kept]
        keys[places[rows], occurrence[kept]] = 2 * rows + labels[rows]
        return keys


def _distinct(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the distinct rows, and which of them every row is."""
    columns = [f"{position}" for position in range(rows.shape[1])]
    table = pl.DataFrame(rows, schema=columns, orient="row").with_row_index("row")
    groups = table.group_by(columns, maintain_order=True).agg(pl.col("row"))
    places = np.empty(len(rows), dtype=np.int64)
    lengths = groups["row"].list.len().to_numpy()
    places[groups["row"].explode().to_numpy()] = np.repeat(np.arange(groups.height), lengths)
    return np.ascontiguousarray(groups.select(columns).to_numpy()), places
