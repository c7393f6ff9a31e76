"""Running means with exactly the roundings of a loop over the values, without that loop.

The service updates mean and deviation with every value (Welford's method, as Spark's ``StddevPop`` has it), so the last
digits of ``std_dev`` depend on the rounding of every step:

    mean[k] = mean[k - 1] + (value[k] - mean[k - 1]) / k

A loop in Python takes longer than all the rest of a profile. Here, means are guessed for a whole block, every step is
computed from the guess, and the sum of the steps is a better guess: each round divides the error by about the ratio of
the count before the block to the size of the block. When a round changes nothing, all steps have been computed from
the means that they lead to, which is what the loop would have done.
"""

import numpy as np

from analyzer.data_quality.profile.kll import Doubles

# A block is a small part of what precedes it, so that few rounds are needed, and fits into the processor's cache.
_LONGEST_BLOCK = 16_384
_SHORTEST_BLOCK = 256
_SHARE_OF_PRECEDING = 8
# Far more than are ever needed for numbers of ordinary size.
_MOST_ROUNDS = 24


def squared_distances(values: Doubles, count: int, mean: float) -> tuple[float, Doubles]:
    """Return the mean with ``values`` added, and what each value adds to the sum of squared deviations.

    Args:
        values: Numbers.
        count: How many values precede them.
        mean: Mean of those.
    """
    squares = np.empty(len(values))
    start = 0
    while start < len(values):
        preceding = count + start
        size = min(_LONGEST_BLOCK, max(_SHORTEST_BLOCK, preceding // _SHARE_OF_PRECEDING), len(values) - start)
        block, target = values[start : start + size], squares[start : start + size]
        settled = _settle(block, preceding, mean, target) if preceding >= _SHORTEST_BLOCK else None
        mean = _loop(block, preceding, mean, target) if settled is None else settled
        start += size
    return mean, squares


def _settle(values: Doubles, count: int, mean: float, squares: Doubles) -> float | None:
    """Fill in the squares and return the last mean; None when the rounds do not come to an end."""
    numbers = np.arange(count + 1, count + len(values) + 1, dtype=np.float64)
    means = np.empty(len(values) + 1)
    means[0] = mean
    np.divide(mean * count + np.cumsum(values), numbers, out=means[1:])
    steps, distances = np.empty_like(means), np.empty_like(squares)
    steps[0] = mean
    for _ in range(_MOST_ROUNDS):
        np.subtract(values, means[:-1], out=distances)
        np.divide(distances, numbers, out=steps[1:])
        better = np.cumsum(steps)
        if (better == means).all():
            np.subtract(distances, steps[1:], out=squares)
            np.multiply(distances, squares, out=squares)
            return float(means[-1])
        means = better
    return None


def _loop(values: Doubles, count: int, mean: float, squares: Doubles) -> float:
    for position, value in enumerate(values.tolist()):
        distance = value - mean
        step = distance / (count + position + 1)
        mean += step
        squares[position] = distance * (distance - step)
    return mean
