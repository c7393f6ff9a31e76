"""Distributions of features, small enough to keep hundreds of them, and on common bins to be compared."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from run_report.json_values import json_objects

_MOST_POINTS = 400
_POINTS_OF_BUCKET = 10
_MOST_BARS = 12
_MOST_CATEGORIES = 12
_BINS = 14
# Beyond these lie outliers, which would press all others into one bin. The first and the last bin are open instead.
_LOW, _HIGH = 0.005, 0.995
_THOUSAND, _LARGE = 1000, 10**6
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Numbers:
    """The distribution of a numerical feature: sorted points, and the share of values that lie below each.

    Attributes:
        points: Values.
        below: Share of values below each point, and at the end 1.
        is_exact: Whether all distinct values are there, instead of points that stand for many.
    """

    points: array[float]
    below: array[float]
    is_exact: bool

    @classmethod
    def parse(cls, distribution: Mapping[str, Any]) -> Numbers | None:
        """Read the `kll` section of a feature's statistics; None where it has no usable values.

        The sketch tells more than the ten buckets, whose bounds differ from run to run.
        """
        kll = _dict(distribution.get("kll"))
        weighted = _sketch(_dict(kll.get("sketch")).get("data"))
        return cls._of(weighted) if weighted else cls._of(_buckets(kll.get("buckets")))

    @classmethod
    def _of(cls, weighted: Mapping[float, float]) -> Numbers | None:
        total = sum(weighted.values())
        if not total or not math.isfinite(total):
            return None
        points = sorted(weighted)
        is_exact = len(points) <= _MOST_POINTS
        if is_exact:
            below = [0.0, *(share / total for share in accumulate(weighted[point] for point in points))]
        else:
            reached = list(accumulate(weighted[point] for point in points))
            ranks = [(number + 0.5) / _MOST_POINTS for number in range(_MOST_POINTS)]
            points = [points[min(bisect_left(reached, rank * total), len(points) - 1)] for rank in ranks]
            below = [number / _MOST_POINTS for number in range(_MOST_POINTS + 1)]
        return cls(array("d", points), array("d", below), is_exact)

    def share_below(self, value: float) -> float:
        """Return the share of values that are smaller than a value."""
        return self.below[bisect_left(self.points, value)]

    def quantile(self, share: float) -> float:
        """Return the value below which a share of the values lies."""
        return self.points[min(max(bisect_left(self.below, share) - 1, 0), len(self.points) - 1)]


@dataclass(frozen=True)
class Categories:
    """The distribution of a text feature.

    Attributes:
        counts: Category -> number of values.
        distinct: Number of categories, also of those that are not told.
    """

    counts: Mapping[str, float]
    distinct: float | None

    @classmethod
    def parse(cls, statistics: Mapping[str, Any]) -> Categories | None:
        """Read `string_statistics`; None where it tells no categories."""
        buckets = _dict(_dict(statistics.get("distribution")).get("categorical")).get("buckets")
        counts = {
            str(bucket.get("value")): count
            for bucket in json_objects(buckets)
            if (count := number(bucket.get("count"))) is not None and count >= 0
        }
        return cls(counts, number(statistics.get("distinct_count"))) if counts else None


@dataclass(frozen=True)
class Bar:
    """One bin or category: its share in the baseline and now; None where there is no such distribution."""

    label: str
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Comparison:
    """Two distributions side by side.

    Attributes:
        bars: In the order in which they are shown.
        is_ordered: Whether they are bins of an axis, and not categories.
        gap: Largest difference of the two distributions, from 0 to 1: of the shares below any value for numbers, of the
            share of any category for texts; None where one is missing.
    """

    bars: tuple[Bar, ...]
    is_ordered: bool
    gap: float | None


def compare(before: Numbers | Categories | None, now: Numbers | Categories | None) -> Comparison | None:
    """Put two distributions on common bins, or return None where they have nothing in common or neither is known."""
    if isinstance(before or now, Numbers) and isinstance(now or before, Numbers):
        return _compare_numbers(
            before if isinstance(before, Numbers) else None, now if isinstance(now, Numbers) else None
        )
    if isinstance(before or now, Categories) and isinstance(now or before, Categories):
        return _compare_categories(
            before if isinstance(before, Categories) else None, now if isinstance(now, Categories) else None
        )
    return None


def _compare_numbers(before: Numbers | None, now: Numbers | None) -> Comparison:
    known = [side for side in (before, now) if side]
    values = sorted({point for side in known for point in side.points})
    gap = None
    if before and now:
        # The distributions are steps: they differ most right behind one of the points.
        gap = max(abs(before.share_below(value) - now.share_below(value)) for value in [*values, math.inf])
    if len(values) <= _MOST_BARS and all(side.is_exact for side in known):
        edges, labels = [*values, math.inf], [short(value) for value in values]
    else:
        edges, labels = _bins(known, values)
    shares = [[side.share_below(high) - side.share_below(low) for low, high in pairwise(edges)] for side in known]
    columns = iter(shares)
    old, new = (next(columns) if side else [None] * len(labels) for side in (before, now))
    return Comparison(tuple(map(Bar, labels, old, new)), is_ordered=True, gap=gap)


def _bins(known: Sequence[Numbers], values: Sequence[float]) -> tuple[list[float], list[str]]:
    """Return edges at round numbers, the first and the last open where values lie beyond."""
    low, high = min(side.quantile(_LOW) for side in known), max(side.quantile(_HIGH) for side in known)
    step = _round_step((high - low) / _BINS)
    if all(value.is_integer() for value in values):
        step = max(step, 1.0)
    if not step or not math.isfinite(step) or high + step == high or low - step == low:
        return [-math.inf, math.inf], ["all values"]
    first = math.floor(low / step)
    inner = [round(number * step, 12) for number in range(first, math.floor(high / step) + 2)]
    labels = [f"{short(start)} to {short(end)}" for start, end in pairwise(inner)]
    edges = list(inner)
    if values[0] < edges[0]:
        edges, labels = [-math.inf, *edges], [f"below {short(inner[0])}", *labels]
    if values[-1] >= edges[-1]:
        edges, labels = [*edges, math.inf], [*labels, f"{short(inner[-1])} or more"]
    return edges, labels


def _round_step(width: float) -> float:
    if width <= 0 or not math.isfinite(width):
        return 0.0
    power = 10.0 ** math.floor(math.log10(width))
    return next((step * power for step in _STEPS if step * power >= width), 10 * power)


def _compare_categories(before: Categories | None, now: Categories | None) -> Comparison:
    sides = [_shares(side) for side in (before, now)]
    names = dict.fromkeys([*(before.counts if before else ()), *(now.counts if now else ())])
    gap = None
    if before and now:
        gap = max(abs(sides[0].get(name, 0.0) - sides[1].get(name, 0.0)) for name in names)
    ranked = sorted(names, key=lambda name: (-max(side.get(name, 0.0) for side in sides), name))
    shown, hidden = ranked, list[str]()
    if len(ranked) > _MOST_CATEGORIES:
        shown, hidden = ranked[: _MOST_CATEGORIES - 1], ranked[_MOST_CATEGORIES - 1 :]
    known = (before is not None, now is not None)

    def shares(some: Sequence[str]) -> list[float | None]:
        return [
            math.fsum(side.get(name, 0.0) for name in some) if is_known else None
            for side, is_known in zip(sides, known, strict=True)
        ]

    bars = [Bar(name, *shares([name])) for name in shown]
    if hidden:
        bars.append(Bar(f"{len(hidden)} other values", *shares(hidden)))
    return Comparison(tuple(bars), is_ordered=False, gap=gap)


def _shares(side: Categories | None) -> dict[str, float]:
    total = sum(side.counts.values()) if side else 0
    return {name: count / total for name, count in side.counts.items()} if side and total else {}


def _sketch(levels: object) -> dict[float, float]:
    """Return value -> weight of the items of a KLL sketch: an item of level i stands for 2^i values."""
    weighted = dict[float, float]()
    for level, items in enumerate(levels if isinstance(levels, list) else ()):
        for item in items if isinstance(items, list) else ():
            value = number(item)
            if value is not None:
                weighted[value] = weighted.get(value, 0.0) + 2.0**level
    return weighted


def _buckets(buckets: object) -> dict[float, float]:
    """Return value -> weight for buckets, whose values are taken to lie evenly between their bounds."""
    weighted = dict[float, float]()
    for bucket in json_objects(buckets):
        low, high = number(bucket.get("lower_bound")), number(bucket.get("upper_bound"))
        count = number(bucket.get("count"))
        if low is None or high is None or not count or count < 0:
            continue
        points = [low] if low == high else [low + (high - low) * (i + 0.5) / _POINTS_OF_BUCKET for i in range(10)]
        for point in points:
            weighted[point] = weighted.get(point, 0.0) + count / len(points)
    return weighted


def short(value: float) -> str:
    """Return a number in few characters.

    Example:
        >>> short(1234567.0), short(1451.7), short(0.30000000000000004), short(-0.0)
        ('1.235e+06', '1,452', '0.3', '0')
    """
    if abs(value) < _LARGE and (value.is_integer() or abs(value) >= _THOUSAND):
        return f"{round(value):,}"
    return f"{value:.4g}"


def number(value: object) -> float | None:
    """Return a finite number, or None for anything else that JSON may hold, such as the text `NaN`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer that no float can hold
        return None


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
