"""The rows that a run makes of captured records, as far as that is certain.

Where a generated script makes them, they are known: it is our own text. Without a script AWS's container makes them.
How it flattens JSON is not published, so nothing is said of a row whose values cannot be told apart for sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from baseline.data_quality.categories import Categories
from baseline.data_quality.script_template import category, in_order, is_header
from results.captured_records import CapturedRecord
from shared.record_rows import Row, read_rows


class OddRecordError(ValueError):
    """A record does not have the columns of the baseline; the text says what it has.

    Attributes:
        surplus: How many columns more than the baseline; negative for fewer, 0 where that is not known.
    """

    def __init__(self, reason: str, surplus: int = 0) -> None:
        super().__init__(reason)
        self.surplus = surplus


@dataclass(frozen=True)
class ScriptedRows:
    """Rows as the generated script makes them."""

    categories: Categories

    def __call__(self, record: CapturedRecord) -> list[list[str | None]] | None:
        """Return the rows of a record, None for a header.

        Raises:
            OddRecordError: The script leaves the record out.
        """
        columns, positions = self._columns, self.categories.positions
        try:
            rows = read_rows(record.content, self._known)
            if isinstance(record.content, str) and any(is_header(row, columns) for row in rows):
                return None
            made = [in_order(row, columns) for row in rows]
        except (ValueError, TypeError, AttributeError) as error:  # what is no text ends where a text is expected
            raise OddRecordError(str(error)) from error
        for row in made:
            for position in positions:
                row[position] = category(row[position])
        return [[text_of(value) for value in row] for row in made]

    @cached_property
    def _columns(self) -> list[str]:
        return list(self.categories.columns)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.categories.columns)


@dataclass(frozen=True)
class PlainRows:
    """Rows as the container makes them without a script.

    Attributes:
        columns: Those of the baseline, in their order.
        of_calls: Whether records are captured calls; a line that is none is broken then, and no row.
    """

    columns: Sequence[str]
    of_calls: bool

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.columns)

    def __call__(self, record: CapturedRecord) -> list[list[str | None]] | None:
        """Return the rows of a record, None where nothing can be said of them.

        Raises:
            OddRecordError: It has other columns than the baseline.
        """
        if self.of_calls != record.is_call:
            return None
        columns = list(self.columns)
        try:
            rows = read_rows(record.content)
        except (ValueError, TypeError, AttributeError):
            return None
        if isinstance(record.content, str) and any(is_header(row, columns) for row in rows):
            return None
        made = [self._values(row) for row in rows]
        known = [row for row in made if row is not None]
        return [[text_of(value) for value in row] for row in known] if len(known) == len(made) else None

    def _values(self, row: Row) -> list[Any] | None:
        names = [name for name, _ in row if name is not None]
        if not names:
            surplus = len(row) - len(self.columns)
            if surplus:
                raise OddRecordError(f"{len(row)} values; the baseline has {len(self.columns)}", surplus)
            return [value for _, value in row]
        values = dict(row)
        if len(names) < len(row) or len(values) < len(row) or values.keys().isdisjoint(self._known):
            return None
        more = sorted(str(name)[:100] for name in values.keys() - self._known)
        if more:
            raise OddRecordError(f"{', '.join(more[:3])}, which the baseline does not have", len(more))
        return [values.get(name) for name in self.columns]


def text_of(value: object) -> str | None:
    """Return a value as the text by which the analysis knows it; None where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
