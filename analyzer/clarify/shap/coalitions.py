"""The coalitions of features that Kernel SHAP asks the model about, and the regression over them.

Source: Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017, theorem 2:
https://arxiv.org/abs/1705.07874
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

# A regression over fewer coalitions than two for each feature cannot tell the features apart.
_MIN_SAMPLES_PER_FEATURE = 2
# Draws for one coalition that was not drawn before.
_DRAWS_PER_COALITION = 4


@dataclass(frozen=True)
class Coalitions:
    """Coalitions and the solution of their weighted regression.

    Args:
        masks: One coalition a row, True for a feature that is present.
        weights: Their weights in the regression.
    """

    masks: NDArray[np.bool_]
    weights: NDArray[np.float64]

    def attributions(self, gains: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the attributions of all features, which add up to ``total`` exactly.

        Args:
            gains: By coalition and output: prediction minus that of the empty coalition.
            total: By output: prediction of the full coalition minus that of the empty one.
        """
        if self.masks.shape[1] == 1:
            return total[np.newaxis, :]
        # The sum is a constraint: the last feature is what the others leave.
        solution = self._solver @ (gains - self.masks[:, -1:] * total)
        return np.vstack([solution, total - solution.sum(axis=0)])

    @cached_property
    def _solver(self) -> NDArray[np.float64]:
        """What makes the least squares of any gains: the coalitions are the same for all rows, so it is made once."""
        present = self.masks.astype(float)
        roots = np.sqrt(self.weights)
        solver: NDArray[np.float64] = np.linalg.pinv((present[:, :-1] - present[:, -1:]) * roots[:, np.newaxis]) * roots
        return solver


def coalitions_of(features: int, samples: int, generator: np.random.Generator) -> Coalitions:
    """Return all coalitions when they are no more than ``samples``, else the weightiest ones and some of the others.

    Sizes 1 and ``features - 1`` weigh most, then 2 and ``features - 2``, and so on: pairs of sizes are taken whole
    while they fit. The rest of ``samples`` is drawn from the other sizes, always a coalition with its complement.
    """
    samples = max(samples, _MIN_SAMPLES_PER_FEATURE * features)
    weights: dict[tuple[int, ...], float] = {}
    size = 1
    while size <= features // 2 and len(weights) + _pair_count(features, size) <= samples:
        for chosen in combinations(range(features), size):
            for members in (chosen, _complement(chosen, features)):
                weights[members] = _kernel(features, size) / comb(features, size)
        size += 1
    if size <= features // 2:
        _draw(weights, features, size, samples - len(weights), generator)
    masks = np.zeros((len(weights), features), dtype=bool)
    for row, members in enumerate(weights):
        masks[row, list(members)] = True
    return Coalitions(masks, np.array(list(weights.values())))


def _draw(
    weights: dict[tuple[int, ...], float], features: int, first: int, count: int, generator: np.random.Generator
) -> None:
    sizes = np.arange(first, features - first + 1)
    kernels = np.array([_kernel(features, int(size)) for size in sizes])
    drawn: dict[tuple[int, ...], int] = {}
    for _ in range(_DRAWS_PER_COALITION * count):
        if len(drawn) + 2 > count:
            break
        size = generator.choice(sizes, p=kernels / kernels.sum())
        chosen = tuple(sorted(generator.choice(features, size=size, replace=False).tolist()))
        for members in (chosen, _complement(chosen, features)):
            drawn[members] = drawn.get(members, 0) + 1
    # Together they stand for all coalitions of their sizes.
    share = kernels.sum() / max(1, sum(drawn.values()))
    weights.update({members: times * share for members, times in drawn.items()})


def _kernel(features: int, size: int) -> float:
    """Weight of all coalitions of a size together."""
    return (features - 1) / (size * (features - size))


def _pair_count(features: int, size: int) -> int:
    return comb(features, size) * (1 if 2 * size == features else 2)


def _complement(members: tuple[int, ...], features: int) -> tuple[int, ...]:
    chosen = set(members)
    return tuple(position for position in range(features) if position not in chosen)
