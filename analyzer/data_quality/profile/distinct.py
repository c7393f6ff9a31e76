"""Approximate number of distinct texts: HyperLogLog++ as Spark and deequ configure it (relative error 0.05).

Source: https://github.com/awslabs/deequ (StatefulHyperloglogPlus), https://github.com/apache/spark
(HyperLogLogPlusPlusHelper); Heule, Nunkesser, Hall: HyperLogLog in Practice, 2013.
"""

import math
from bisect import bisect_left
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.data_quality.profile.hll_bias import BIAS, RAW_ESTIMATE
from analyzer.data_quality.profile.xxhash64 import xxhash64

Registers: TypeAlias = NDArray[np.uint8]

PRECISION = 9
REGISTERS = 1 << PRECISION
HASH_SEED = 42

# Below this linear-counting estimate the registers are sparse enough for it to be the better of the two estimates.
_LINEAR_COUNTING_LIMIT = 400
_BIAS_CORRECTION_LIMIT = 5 * REGISTERS
_BIAS_NEIGHBOURS = 6
_ALPHA = 0.7213 / (1 + 1.079 / REGISTERS)
# Keeps the number of leading zeros finite when all bits after the index are zero.
_PADDING = np.uint64(1 << (PRECISION - 1))
_HASH_BITS = 64


class DistinctSketch:
    """Mergeable estimate of how many different texts were seen."""

    def __init__(self, registers: Registers | None = None) -> None:
        self.registers: Registers = np.zeros(REGISTERS, dtype=np.uint8) if registers is None else registers

    def update(self, texts: pl.Series) -> None:
        """Add texts (no nulls)."""
        hashes = xxhash64(texts, HASH_SEED)
        index = (hashes >> np.uint64(_HASH_BITS - PRECISION)).astype(np.int64)
        # The most leading zeros in a register belong to the smallest remainder.
        smallest = np.full(REGISTERS, np.iinfo(np.uint64).max, dtype=np.uint64)
        np.minimum.at(smallest, index, (hashes << np.uint64(PRECISION)) | _PADDING)
        seen = np.zeros(REGISTERS, dtype=bool)
        seen[index] = True
        zeros = [_HASH_BITS - int(rest).bit_length() + 1 for rest in smallest]
        self.registers = np.maximum(self.registers, np.where(seen, zeros, 0).astype(np.uint8))

    def merge(self, other: "DistinctSketch") -> None:
        """Add everything that ``other`` has seen."""
        self.registers = np.maximum(self.registers, other.registers)

    def copy(self) -> "DistinctSketch":
        """Return an independent sketch with the same registers."""
        return DistinctSketch(self.registers.copy())

    def estimate(self) -> int:
        """Return the estimated number of distinct texts; off by about 5 % and not limited by the row count."""
        empty = int(np.count_nonzero(self.registers == 0))
        if empty:
            linear = REGISTERS * math.log(REGISTERS / empty)
            if linear <= _LINEAR_COUNTING_LIMIT:
                return math.floor(linear + 0.5)
        raw = _ALPHA * REGISTERS**2 / float(np.sum(0.5 ** self.registers.astype(np.float64)))
        return math.floor((raw - bias(raw) if raw < _BIAS_CORRECTION_LIMIT else raw) + 0.5)


def bias(raw_estimate: float) -> float:
    """Return the mean published bias of the six points nearest to ``raw_estimate``."""
    low = max(bisect_left(RAW_ESTIMATE, raw_estimate) - _BIAS_NEIGHBOURS + 1, 0)
    high = min(low + _BIAS_NEIGHBOURS, len(RAW_ESTIMATE))
    while high < len(RAW_ESTIMATE) and RAW_ESTIMATE[high] - raw_estimate < raw_estimate - RAW_ESTIMATE[low]:
        low, high = low + 1, high + 1
    return sum(BIAS[low:high]) / (high - low)
