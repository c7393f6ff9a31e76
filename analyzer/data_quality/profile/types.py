"""Data type of texts and of columns, by the patterns of deequ's data-type analyzer.

Source: https://github.com/awslabs/deequ (DataType).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class DataType(StrEnum):
    """Types that ``inferred_type`` of statistics.json and constraints.json can name."""

    INTEGRAL = "Integral"
    FRACTIONAL = "Fractional"
    STRING = "String"
    UNKNOWN = "Unknown"


# What is reported for a column of nothing but true and false: the published schema knows no boolean type, and
# "true" is no number.
BOOLEAN_COLUMN_TYPE = DataType.STRING

_SIGN = r"^[+-]? ?"
INTEGRAL_PATTERN = _SIGN + r"[0-9]+$"
# ".5", "1." and "nan" are no numbers: they make a column String.
NUMERIC_PATTERN = _SIGN + r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
_BOOLEANS = ("true", "false")


@dataclass(frozen=True)
class TypeCounts:
    """How many non-null values of a column have which type."""

    integral: int = 0
    fractional: int = 0
    boolean: int = 0
    string: int = 0

    def __add__(self, other: "TypeCounts") -> "TypeCounts":
        return TypeCounts(
            self.integral + other.integral,
            self.fractional + other.fractional,
            self.boolean + other.boolean,
            self.string + other.string,
        )

    @property
    def total(self) -> int:
        """Number of non-null values."""
        return self.integral + self.fractional + self.boolean + self.string

    @property
    def numeric(self) -> int:
        """Number of values that are numbers."""
        return self.integral + self.fractional

    @property
    def column_type(self) -> DataType:
        """Type of a column with these values."""
        if self.string or (self.boolean and self.numeric):
            return DataType.STRING
        if self.fractional:
            return DataType.FRACTIONAL
        if self.integral:
            return DataType.INTEGRAL
        return BOOLEAN_COLUMN_TYPE if self.boolean else DataType.UNKNOWN

    def matching(self, expected: DataType) -> int:
        """Return how many values satisfy ``expected``.

        An integral value satisfies Fractional, not the other way round ("3.0" breaks Integral); numbers do not
        satisfy String. A baseline of nothing but nulls (Unknown) demands nothing.
        """
        return {
            DataType.INTEGRAL: self.integral,
            DataType.FRACTIONAL: self.numeric,
            DataType.STRING: self.string + self.boolean,
            DataType.UNKNOWN: self.total,
        }[expected]


def count_types(texts: pl.Series) -> TypeCounts:
    """Classify every text of a series without nulls and empty texts."""
    total = len(texts)
    numeric = int(texts.str.contains(NUMERIC_PATTERN).sum())
    if numeric == 0:
        boolean = int(texts.is_in(_BOOLEANS).sum())
        return TypeCounts(boolean=boolean, string=total - boolean)
    integral = int(texts.str.contains(INTEGRAL_PATTERN).sum())
    boolean = int(texts.is_in(_BOOLEANS).sum()) if numeric < total else 0
    return TypeCounts(integral, numeric - integral, boolean, total - numeric - boolean)


def count_types_weighted(counts: Mapping[str, int]) -> TypeCounts:
    """Classify distinct texts that occur so many times each."""
    texts = pl.Series(list(counts), dtype=pl.String)
    weights = pl.Series(list(counts.values()), dtype=pl.Int64)
    numeric = texts.str.contains(NUMERIC_PATTERN)
    integral = texts.str.contains(INTEGRAL_PATTERN)
    boolean = texts.is_in(_BOOLEANS)

    def weight(mask: pl.Series) -> int:
        return int(weights.filter(mask).sum())

    return TypeCounts(weight(integral), weight(numeric & ~integral), weight(boolean), weight(~numeric & ~boolean))


def to_numbers(texts: pl.Series) -> pl.Series:
    """Return the values of texts that are all numeric."""
    numbers = texts.cast(pl.Float64, strict=False)
    if numbers.null_count():
        # The pattern allows a space before the first digit, the cast does not.
        numbers = texts.str.replace(" ", "", literal=True).cast(pl.Float64)
    return numbers
