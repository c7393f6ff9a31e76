"""Everything that is known about one column, mergeable."""

from collections.abc import Iterable

import polars as pl

from analyzer.data_quality.profile.categories import MAX_REPORTED_CATEGORIES, CategoryCounts
from analyzer.data_quality.profile.distinct import DistinctSketch
from analyzer.data_quality.profile.kll import KllSketch
from analyzer.data_quality.profile.moments import Moments
from analyzer.data_quality.profile.types import DataType, TypeCounts, count_types, count_types_weighted, to_numbers
from analyzer.text.scala_map import in_map_order


class ColumnProfile:
    """Profile of one column, built batch by batch from the texts of its values.

    Two profiles of parts of a column merge into the profile of the whole: counts, types, range, categories and the
    distinct registers exactly, sums and deviations up to rounding, the quantile sketch as the original merges them.

    Args:
        watched: Texts whose counts are kept however many distinct texts the column has.
        num_missing: Missing values that precede the first batch, for a column that appears late.

    Example:
        >>> profile = ColumnProfile()
        >>> profile.update(pl.Series(["1", "2.5", None]))
        >>> profile.inferred_type.value, profile.num_present, profile.completeness
        ('Fractional', 2, 0.6666666666666666)
    """

    def __init__(self, watched: Iterable[str] = (), num_missing: int = 0) -> None:
        self.num_missing = num_missing
        self.types = TypeCounts()
        self.moments = Moments()
        self.sketch = KllSketch()
        self.distinct = DistinctSketch()
        self._categories = CategoryCounts(watched)

    def update(self, texts: pl.Series) -> None:
        """Add values as text; null and the empty text are missing values."""
        present = texts.filter(texts.str.len_bytes() > 0)
        self.num_missing += len(texts) - len(present)
        if not len(present):
            return
        counted = self._categories.update(present)
        if counted is None:
            types = count_types(present)
            self.distinct.update(present)
        else:
            types = count_types_weighted(counted)
            self.distinct.update(pl.Series(list(counted), dtype=pl.String))
        self.types += types
        if types.numeric and self._may_be_numeric:
            self._add_numbers(present)

    def merge(self, other: "ColumnProfile") -> None:
        """Add everything that ``other``, a later part of the same column, has seen."""
        self.num_missing += other.num_missing
        self.types += other.types
        self.moments += other.moments
        self.sketch.merge(other.sketch)
        self.distinct.merge(other.distinct)
        self._categories.merge(other._categories)

    def copy(self) -> "ColumnProfile":
        """Return an independent copy."""
        twin = ColumnProfile(num_missing=self.num_missing)
        twin.types, twin.moments, twin.sketch = self.types, self.moments, self.sketch.copy()
        twin.distinct, twin._categories = self.distinct.copy(), self._categories.copy()
        return twin

    @property
    def num_present(self) -> int:
        """Number of values that are not missing."""
        return self.types.total

    @property
    def completeness(self) -> float:
        """Share of values that are not missing, 0 to 1; 1 for a column without rows."""
        rows = self.num_present + self.num_missing
        return self.num_present / rows if rows else 1.0

    @property
    def inferred_type(self) -> DataType:
        """Type of the column as a whole."""
        return self.types.column_type

    @property
    def is_numeric(self) -> bool:
        """Whether moments and sketch describe the whole column."""
        return self.inferred_type in (DataType.INTEGRAL, DataType.FRACTIONAL)

    @property
    def categories(self) -> dict[str, int] | None:
        """Counts by text, in the order of the service's files, when the column has few distinct texts, else None."""
        counts = self._categories.counts
        if counts is None or self.distinct.estimate() > MAX_REPORTED_CATEGORIES:
            return None
        return {text: counts[text] for text in in_map_order(counts)}

    @property
    def category_counts(self) -> dict[str, int]:
        """Counts by text: of all texts while they are few, else of the watched ones."""
        counts = self._categories.counts
        return self._categories.watched if counts is None else counts

    @property
    def _may_be_numeric(self) -> bool:
        return self.types.column_type in (DataType.INTEGRAL, DataType.FRACTIONAL)

    def _add_numbers(self, present: pl.Series) -> None:
        numbers = to_numbers(present).to_numpy()
        self.moments = self.moments.extended(numbers)
        self.sketch.update(numbers)
