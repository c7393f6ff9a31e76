"""Which rows of a data set belong to its table, and what happens to those that do not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TypeAlias

from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import OddRecords
from analyzer.text.columns import NUMBERED_COLUMN

Row: TypeAlias = Mapping[str, str | None]

# As by the service, a row with a column of its own adds that column to the table. Those of a few rows are enough to
# break the number of columns; more would only cost time.
_MAX_ADDED_COLUMNS = 256
# The columns of a baseline are those of the table when at least this share of the first rows has them.
_SHARE_OF_BASELINE = 0.01


class TableShape:
    """The columns of a table, learnt from its first rows and from the baseline.

    Args:
        names: Columns of the baseline; empty without one.
        odd: What happens to JSON rows with other columns. CSV rows with another number of values, which nobody could
            put into a table, are always set apart.
        issues: Where rows go that are set apart.
    """

    def __init__(self, names: Sequence[str], odd: OddRecords, issues: DataIssues) -> None:
        self._names = names
        self._is_robust = odd is OddRecords.ROBUST
        self._issues = issues
        self.width: int | None = None
        self._columns: set[str] = set()
        self._is_json: bool | None = None
        self._added: set[str] = set()

    @property
    def is_robust(self) -> bool:
        """Whether all rows with other columns are set apart."""
        return self._is_robust

    @property
    def most_columns(self) -> int:
        """How many columns rows can have, as far as it is known."""
        return max(len(self._names), len(self._columns), self.width or 0)

    @property
    def is_json(self) -> bool:
        """Whether the rows are known to be JSON."""
        return self._is_json is True

    @property
    def refuses_json(self) -> bool:
        """Whether JSON rows are set apart, so that there is no need to read them."""
        return self._is_robust and self._is_json is False

    @property
    def known(self) -> Set[str] | None:
        """The columns of JSON rows, None while they are unknown."""
        return self._columns or None

    @property
    def most_unknown(self) -> int:
        """How many other columns a JSON row may have, so that there is no need to read further."""
        return 0 if self._is_robust else _MAX_ADDED_COLUMNS

    @property
    def refuses_csv(self) -> bool:
        """Whether CSV rows are set apart."""
        return self._is_robust and self._is_json is True

    @property
    def wants_kind(self) -> bool:
        """Whether it matters what most of the records are, and is not known yet."""
        return self._is_robust and self._is_json is None

    def learn_kind(self, *, json: int, csv: int) -> None:
        """Learn from the first records whether rows are JSON: most of them when robust, else all of them."""
        if self._is_json is None and json + csv:
            self._is_json = json > csv if self._is_robust else not csv

    def learn_widths(self, widths: Counter[int]) -> None:
        """Learn the number of values of CSV rows from the first ones; later ones change nothing."""
        if self.width is None and widths:
            self.width = self._common(widths, len(self._names))
            self._is_json = self._is_json or False

    def fitting(self, rows: Sequence[tuple[Location, Row]], *, extra: int = 0) -> Iterator[int]:
        """Yield the positions of the rows that belong to the table.

        Args:
            rows: Rows with where they stand.
            extra: Number of values of a CSV row that are none of the payload, such as a label.
        """
        self.learn(rows, extra=extra)
        csv = [_is_csv(row) for _, row in rows]
        for position, ((location, row), is_csv) in enumerate(zip(rows, csv, strict=True)):
            problem = self._problem_of_csv(row, extra) if is_csv else self._problem_of_json(row)
            if problem is None:
                yield position
            else:
                self._issues.add(location, *problem)

    def learn(self, rows: Sequence[tuple[Location, Row]], *, extra: int = 0) -> None:
        """Learn from the first rows, as ``fitting`` does; later ones change nothing."""
        csv = [_is_csv(row) for _, row in rows]
        self.learn_kind(json=csv.count(False), csv=csv.count(True))
        self.learn_widths(Counter(len(row) - extra for (_, row), is_csv in zip(rows, csv, strict=True) if is_csv))
        if not self._columns and not all(csv):
            kinds = Counter(frozenset(row) for (_, row), is_csv in zip(rows, csv, strict=True) if not is_csv)
            of_baseline = sum(count for columns, count in kinds.items() if columns <= set(self._names))
            enough = of_baseline >= _SHARE_OF_BASELINE * kinds.total()
            self._columns = set(self._names) if enough and self._names else set(kinds.most_common(1)[0][0])

    def _common(self, widths: Counter[int], expected: int) -> int:
        if self._is_robust and widths[expected] >= _SHARE_OF_BASELINE * widths.total():
            return expected
        return widths.most_common(1)[0][0]

    def _problem_of_csv(self, row: Row, extra: int) -> tuple[str, str] | None:
        if self.refuses_csv:
            return "CSV among records of JSON", ""
        width = len(row) - extra
        return None if width == self.width else ("wrong number of values", f"{width} instead of {self.width}")

    def _problem_of_json(self, row: Row) -> tuple[str, str] | None:
        if self.refuses_json:
            return "JSON among records of CSV", ""
        if row.keys() <= self._columns:
            return None
        others = row.keys() - self._columns
        if self._is_robust:
            return "columns that others lack", ", ".join(sorted(others)[:3])
        if len(self._added | others) > _MAX_ADDED_COLUMNS:
            return "too many columns that others lack", ", ".join(sorted(others)[:3])
        self._added |= others
        return None


def _is_csv(row: Row) -> bool:
    return NUMBERED_COLUMN.format(0) in row
