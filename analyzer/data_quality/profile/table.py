"""Profile of a whole table: one column profile per column, built from batches of rows."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.text.columns import NUMBERED_COLUMN

# Polars and numpy let go of the interpreter's lock, so columns are worked on side by side.
_WORKERS = os.cpu_count() or 1


class TableProfile:
    """Profiles of the columns of a table, in the order in which the columns first appeared.

    Args:
        watched: Texts whose counts are kept in any case, by the columns of a baseline.
    """

    def __init__(self, watched: Mapping[str, Iterable[str]] | None = None) -> None:
        self.item_count = 0
        self.columns: dict[str, ColumnProfile] = {}
        self._watched = dict(watched or {})

    @classmethod
    def of(cls, batches: Iterable[pl.DataFrame], watched: Mapping[str, Iterable[str]] | None = None) -> "TableProfile":
        """Profile a table that arrives in batches of String columns.

        A column that a batch lacks, or that appears late, has missing values there.
        """
        table = cls(watched)
        with ThreadPoolExecutor(_WORKERS) as workers:
            for batch in batches:
                for name in batch.columns:
                    table._column(name)
                for _ in workers.map(table._update, table.columns, [batch] * len(table.columns)):
                    pass
                table.item_count += batch.height
        return table

    def merge(self, other: "TableProfile") -> None:
        """Add everything that ``other``, a later part of the same table, has seen."""
        for name, profile in other.columns.items():
            self._column(name).merge(profile)
        for name in self.columns.keys() - other.columns.keys():
            self.columns[name].num_missing += other.item_count
        self.item_count += other.item_count

    def aligned(self, names: Sequence[str], *, by_name: bool) -> "TableProfile":
        """Return the same profile under the column names of a baseline, and in their order.

        Where the two share names, these decide, whatever the order of the columns: the members of JSON objects have
        none. Columns that are left, such as one that was given another name, go under the names that are left. Without
        a common name, as when CSV was captured, columns are matched by position.

        Columns beyond ``names`` keep their own name, or are called by their position, ``_c<position>``.

        Args:
            names: Columns of the baseline.
            by_name: Whether the columns have names that mean something; without, positions decide.
        """
        twin = TableProfile()
        twin.item_count = self.item_count
        known = set(names) if by_name else set()
        others = iter([name for name in self.columns if name not in known])
        for position in range(max(len(names), len(self.columns))):
            name = names[position] if position < len(names) else None
            source = name if name in known and name in self.columns else None
            if source is None and (len(names) == len(self.columns) or known.isdisjoint(self.columns)):
                source = next(others, None)
            if source is not None:
                twin.columns[name or NUMBERED_COLUMN.format(position)] = self.columns[source]
        for name in others:
            twin.columns[name] = self.columns[name]
        return twin

    def _column(self, name: str) -> ColumnProfile:
        if name not in self.columns:
            # Whether names or positions will decide is not known before the last row.
            same_position = [*self._watched][len(self.columns) : len(self.columns) + 1]
            watched = {text for column in (name, *same_position) for text in self._watched.get(column, ())}
            self.columns[name] = ColumnProfile(watched, num_missing=self.item_count)
        return self.columns[name]

    def _update(self, name: str, batch: pl.DataFrame) -> None:
        if name in batch.columns:
            self.columns[name].update(batch[name])
        else:
            self.columns[name].num_missing += batch.height
