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


def running_means(values: Doubles, count: int, mean: float) -> Doubles:
    """Return the mean before the first value and after each value.

    Args:
        values: Numbers.
        count: How many values precede them.
        mean: Mean of those.
    """
    means = np.empty(len(values) + 1)
    means[0] = mean
    start = 0
    while start < len(values):
        preceding = count + start
        size = min(_LONGEST_BLOCK, max(_SHORTEST_BLOCK, preceding // _SHARE_OF_PRECEDING), len(values) - start)
        block, target = values[start : start + size], means[start : start + size + 1]
        if preceding < _SHORTEST_BLOCK or not _settle(block, preceding, target):
            _loop(block, preceding, target)
        start += size
    return means


def _settle(values: Doubles, count: int, means: Doubles) -> bool:
    """Fill in the means after the first one; False when the rounds do not come to an end."""
    numbers = np.arange(count + 1, count + len(values) + 1, dtype=np.float64)
    steps = np.empty_like(means)
    steps[0] = means[0]
    guess = (means[0] * count + np.cumsum(values)) / numbers
    means[1:] = guess
    for _ in range(_MOST_ROUNDS):
        np.subtract(values, means[:-1], out=steps[1:])
        np.divide(steps[1:], numbers, out=steps[1:])
        better = np.cumsum(steps)
        if np.array_equal(better, means):
            return True
        means[:] = better
    return False


def _loop(values: Doubles, count: int, means: Doubles) -> None:
    mean = float(means[0])
    for position, value in enumerate(values.tolist(), start=1):
        mean += (value - mean) / (count + position)
        means[position] = mean
