"""The quantile sketch of numeric columns: deequ's deterministic variant of KLL.

The published KLL sketch (Karnin, Lang, Liberty: Optimal Quantile Approximation in Streams, 2016) compacts levels with
random coin flips and lets capacities shrink downwards. The service's sketch, whose items stand in ``statistics.json``,
does neither: offsets alternate in a fixed way and the bottom level is the largest. The order of items within a level
matters too, so everything here keeps insertion order.

Source: https://github.com/awslabs/deequ (QuantileNonSample, NonSampleCompactor).
"""

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Doubles: TypeAlias = NDArray[np.float64]

SKETCH_SIZE = 2048
SHRINKING_FACTOR = 0.64
BUCKETS = 10


def capacity(level: int) -> int:
    """Return how many items ``level`` may hold before it is due for compaction: 2050, 1314, 842, ..."""
    return 2 * (math.ceil(SKETCH_SIZE * SHRINKING_FACTOR**level / 2) + 1)


class _Level:
    """One level: its items in insertion order, kept as chunks so that appending is cheap."""

    def __init__(self, items: Doubles | None = None) -> None:
        self.chunks: list[Doubles] = [] if items is None or not len(items) else [items]
        self.size = 0 if items is None else len(items)
        self.compactions = 0
        self.offset = 0

    def append(self, items: Doubles) -> None:
        if len(items):
            self.chunks.append(items)
            self.size += len(items)

    def items(self) -> Doubles:
        if len(self.chunks) > 1:
            self.chunks = [np.concatenate(self.chunks)]
        return self.chunks[0] if self.chunks else np.empty(0)

    def copy(self) -> "_Level":
        twin = _Level(self.items().copy())
        twin.compactions, twin.offset = self.compactions, self.offset
        return twin

    def compact(self) -> Doubles:
        """Remove an even number of items and return every other one of them, sorted."""
        items = self.items()
        even = self.size - self.size % 2
        if self.compactions % 2 == 1:
            self.offset = 1 - self.offset
        self.compactions += 1
        promoted = _sorted_like_java(items[:even])[self.offset :: 2]
        self.chunks = [items[even:].copy()] if even < self.size else []
        self.size -= even
        return promoted


def _sorted_like_java(items: Doubles) -> Doubles:
    ordered = np.sort(items)
    first, end = np.searchsorted(ordered, 0.0, "left"), np.searchsorted(ordered, 0.0, "right")
    if end - first > 1:
        # java.lang.Double.compare puts -0.0 before 0.0; numpy takes them for equal and leaves them in any order.
        negative = np.count_nonzero(np.signbit(ordered[first:end]))
        ordered[first : first + negative] = -0.0
        ordered[first + negative : end] = 0.0
    return ordered


class KllSketch:
    """A mergeable quantile sketch, item for item the one of the service.

    Example:
        >>> sketch = KllSketch()
        >>> sketch.update(np.arange(3000.0))
        >>> [len(level) for level in sketch.levels()]
        [950, 1025]
    """

    def __init__(self) -> None:
        self._levels = [_Level()]
        self._capacity = capacity(0)
        self._size = 0

    @classmethod
    def from_levels(cls, levels: Iterable[Sequence[float]]) -> "KllSketch":
        """Return a sketch with these items, level 0 first. Good for ranks; compaction counters start anew."""
        sketch = cls()
        sketch._levels = [_Level(np.asarray(items, dtype=np.float64)) for items in levels] or [_Level()]
        sketch._recount()
        return sketch

    def copy(self) -> "KllSketch":
        """Return an independent sketch with the same items and compaction counters."""
        twin = KllSketch()
        twin._levels = [level.copy() for level in self._levels]
        twin._recount()
        return twin

    def levels(self) -> list[Doubles]:
        """Return the items, bottom level (weight 1) first; an item of level i stands for 2**i values."""
        return [level.items() for level in self._levels]

    def update(self, values: Doubles) -> None:
        """Add ``values`` in their order."""
        start = 0
        while start < len(values):
            # One more than fits is what triggers a compaction.
            stop = min(len(values), start + self._capacity - self._size + 1)
            self._levels[0].append(np.array(values[start:stop], dtype=np.float64))
            self._size += stop - start
            start = stop
            if self._size > self._capacity:
                self._condense()

    def merge(self, other: "KllSketch") -> None:
        """Add everything that ``other`` has seen; the result depends on the order, as the original's does."""
        while len(self._levels) < len(other._levels):
            self._levels.append(_Level())
        for mine, theirs in zip(self._levels, other._levels, strict=False):
            mine.append(theirs.items().copy())
        self._recount()
        while self._size >= self._capacity:
            self._condense()

    def rank(self, value: float) -> int:
        """Return the estimated number of values <= ``value``."""
        return sum(int(np.count_nonzero(level.items() <= value)) << i for i, level in enumerate(self._levels))

    def rank_exclusive(self, value: float) -> int:
        """Return the estimated number of values < ``value``."""
        return sum(int(np.count_nonzero(level.items() < value)) << i for i, level in enumerate(self._levels))

    def distinct_ranks(self) -> tuple[Doubles, NDArray[np.int64]]:
        """Return the distinct items in ascending order and the rank of each, as drift distances use them.

        Of equal items only the one of the highest level counts (deequ puts its sorted items into a map keyed by
        value). A rank therefore counts distinct values, not rows: with 18 rows of two values the last rank is 2.
        """
        values = np.concatenate(self.levels())
        weights = np.concatenate([np.full(level.size, 1 << i) for i, level in enumerate(self._levels)])
        order = np.argsort(values, kind="stable")
        values, weights = values[order], weights[order]
        last_of_value = np.append(values[1:] != values[:-1], True)[: len(values)]
        return values[last_of_value], np.cumsum(weights[last_of_value])

    def _condense(self) -> None:
        for height, level in enumerate(self._levels):
            if level.size >= capacity(height):
                if height + 1 == len(self._levels):
                    self._levels.append(_Level())
                self._levels[height + 1].append(level.compact())
                self._recount()
                return

    def _recount(self) -> None:
        self._size = sum(level.size for level in self._levels)
        self._capacity = sum(capacity(height) for height in range(len(self._levels)))


def equal_width_buckets(sketch: KllSketch, minimum: float, maximum: float) -> list[tuple[float, float, float]]:
    """Return ten buckets (lower bound, upper bound, count) between ``minimum`` and ``maximum``.

    Counts are differences of ranks in the sketch, not of the raw values; the last bucket includes the maximum.
    """
    span = maximum - minimum
    buckets = []
    for i in range(BUCKETS):
        lower, upper = minimum + span * i / BUCKETS, minimum + span * (i + 1) / BUCKETS
        top = sketch.rank(upper) if i == BUCKETS - 1 else sketch.rank_exclusive(upper)
        buckets.append((lower, upper, float(top - sketch.rank_exclusive(lower))))
    return buckets
