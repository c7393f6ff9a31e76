"""The distinct values of a column, so that what is asked of every value is computed once for all equal ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T")


@dataclass(frozen=True)
class DistinctValues:
    """Distinct values in the order in which they first appear.

    Args:
        values: The values.
        codes: For every row, which of them it has.
    """

    values: Sequence[Any]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, column: Sequence[Any]) -> "DistinctValues":
        """Take the values of a column; those of different types are different, also where they are equal (1, true)."""
        kinds = set(map(type, column))
        keys: Sequence[Any] = column
        if len(kinds) > 1:
            keys = [(type(value), value) for value in column]
        try:
            places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        except TypeError:  # lists and objects of JSON
            return cls(column, np.arange(len(column)))
        codes = np.fromiter((places[key] for key in keys), dtype=np.intp, count=len(column))
        return cls([key[1] for key in places] if len(kinds) > 1 else list(places), codes)

    def map(self, function: Callable[[Any], _T]) -> list[_T]:
        """Return what a function makes of the distinct values."""
        return [function(value) for value in self.values]

    def rows_where(self, condition: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Return for every row whether its value meets a condition."""
        return np.array(self.map(condition), dtype=bool)[self.codes] if len(self.codes) else np.zeros(0, dtype=bool)
