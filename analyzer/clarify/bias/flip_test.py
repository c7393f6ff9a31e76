"""The nearest-neighbour part of the flip test.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-post-training-bias-metric-ft.html
"""

import numpy as np
from numpy.typing import NDArray

_NEIGHBOURS = 5
_FEW_NEIGHBOURS = 1
# With fewer advantaged rows than this, one neighbour decides.
_ENOUGH_ROWS = 10
_CELLS_PER_BLOCK = 10_000_000


def flips(
    features: NDArray[np.float64], sensitive: NDArray[np.bool_], predicted: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Return for every row what it adds to the flip test.

    A sensitive row gives 1 when the model's prediction is positive and that for most of the nearest advantaged rows
    is not, -1 the other way round, 0 otherwise. Advantaged rows give 0.

    Args:
        features: Rows by columns; all numeric.
        sensitive: Rows of the sensitive group.
        predicted: Rows with a positive prediction.
    """
    result = np.zeros(len(features), dtype=np.int8)
    advantaged = ~sensitive
    if sensitive.all() or not sensitive.any():
        return result
    neighbours = _NEIGHBOURS if advantaged.sum() >= _ENOUGH_ROWS else _FEW_NEIGHBOURS
    # Distances do not change with the origin, and rounding is smallest near it.
    centred = features - features.mean(axis=0)
    expected = _majority(centred[sensitive], centred[advantaged], predicted[advantaged], neighbours)
    result[sensitive] = predicted[sensitive].astype(np.int8) - expected.astype(np.int8)
    return result


def _majority(
    queries: NDArray[np.float64], points: NDArray[np.float64], labels: NDArray[np.bool_], neighbours: int
) -> NDArray[np.bool_]:
    votes = np.empty(len(queries), dtype=bool)
    norms = (points**2).sum(axis=1)
    step = max(1, _CELLS_PER_BLOCK // len(points))
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        # The query's own norm is the same for all points and so left out.
        distances = norms - 2 * (block @ points.T)
        nearest = np.argpartition(distances, neighbours - 1, axis=1)[:, :neighbours]
        votes[start : start + step] = labels[nearest].sum(axis=1) * 2 > neighbours
    return votes
