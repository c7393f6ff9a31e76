"""The rows that a value, several values or a threshold pick from a column.

A single value picks numbers above it (a lower bound, exclusive) from a column with continuous numbers, and the rows
with that value from any other column. Continuous are columns with fractions, even if all are zero (``1.0``), and whole
numbers of which at least UNIQUENESS_THRESHOLD are distinct.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.clarify.bias.distinct import DistinctValues
from analyzer.clarify.config import Value
from analyzer.job.failure import AnalysisError
from analyzer.text.values import category, is_missing, is_whole, number

# Share of distinct values from which on whole numbers are continuous.
UNIQUENESS_THRESHOLD = 0.05
# Two whole numbers are categories in any case: by the share alone, labels 0 and 1 of a window with fewer than 40 rows
# would be continuous, and none of them above 1.
_MAX_BINARY = 2


@dataclass(frozen=True)
class Group:
    """Some rows of a column.

    Args:
        text: The values, or the interval, as analysis.json has them; an interval ends at the column's largest value.
        configured: The values as the configuration has them: the same in every run, so they name the group in
            violations and metric dimensions.
        categories: The values; None when ``lower_bound`` counts.
        lower_bound: Numbers above it belong to the group.
    """

    text: str
    configured: str
    categories: frozenset[str] | None = None
    lower_bound: float = -math.inf

    def members(self, column: Sequence[Any]) -> NDArray[np.bool_]:
        """Return which values of ``column`` belong to the group; missing ones never do."""
        return DistinctValues.of(column).rows_where(self._has)

    def _has(self, value: object) -> bool:
        if self.categories is not None:
            return category(value) in self.categories
        numeric = number(value)
        return numeric is not None and numeric > self.lower_bound


def groups_of(column: Sequence[Any], values: Sequence[Value], what: str) -> list[Group]:
    """Return the group that ``values`` pick from ``column``, or one for each value of the column without any.

    Args:
        column: Values of the data set.
        values: Configured values or threshold.
        what: Name of the column in messages.

    Raises:
        AnalysisError: When a threshold is needed and there is none.
    """
    if len(values) > 1 or not is_continuous(column):
        given = [str(value) for value in values]
        categories = [category(value) for value in values]
        if not values:
            given = categories = list(
                dict.fromkeys(category(value) for value in DistinctValues.of(column).values if not is_missing(value))
            )
            return [Group(text, text, frozenset([text])) for text in given]
        return [Group(",".join(given), ",".join(given), frozenset(filter(None, categories)))]
    if not values:
        raise AnalysisError(f"{what} holds continuous numbers: give a threshold, such as [40]; the group is above it")
    bound = number(values[0])
    if bound is None:
        raise AnalysisError(f"{what} holds continuous numbers, but its threshold is {values[0]!r}, expected a number")
    return [Group(_interval(bound, column), str(values[0]), lower_bound=bound)]


def is_continuous(column: Sequence[Any]) -> bool:
    """Return whether a single value means a threshold for this column."""
    distinct = DistinctValues.of(column)
    present = [value for value in distinct.values if not is_missing(value)]
    numbers = [number(value) for value in present]
    if not present or any(value is None for value in numbers):
        return False
    if not all(map(is_whole, present)):
        return True
    rows = len(column) - int(distinct.rows_where(is_missing).sum())
    different = len(set(numbers))
    return different > _MAX_BINARY and different / rows >= UNIQUENESS_THRESHOLD


def _interval(bound: float, column: Sequence[Any]) -> str:
    largest = max((value for value in map(number, column) if value is not None), default=bound)
    whole = bound.is_integer() and all(is_whole(value) for value in column if not is_missing(value))
    low, high = (str(int(edge)) if whole else repr(edge) for edge in sorted((bound, largest)))
    return f"({low}, {high}]"
