"""Profile of a whole table: one column profile per column, built from batches of rows."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.text.columns import numbered_names

# Polars and numpy let go of the interpreter's lock, so columns are worked on side by side.
_WORKERS = os.cpu_count() or 1


class TableProfile:
    """Profiles of the columns of a table, in the order in which the columns first appeared.

    Args:
        watched: Column position to texts whose counts are kept in any case.
    """

    def __init__(self, watched: Mapping[int, Iterable[str]] | None = None) -> None:
        self.item_count = 0
        self.columns: dict[str, ColumnProfile] = {}
        self._watched = dict(watched or {})

    @classmethod
    def of(cls, batches: Iterable[pl.DataFrame], watched: Mapping[int, Iterable[str]] | None = None) -> "TableProfile":
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

    def renamed(self, names: Iterable[str]) -> "TableProfile":
        """Return the same profile under new column names, by position.

        Columns beyond ``names`` are called by their position, ``_c<position>``: their own name may be taken by now.
        """
        twin = TableProfile()
        width = len(self.columns)
        given = [*names][:width]
        twin.columns = dict(zip(given + numbered_names(width)[len(given) :], self.columns.values(), strict=True))
        twin.item_count = self.item_count
        return twin

    def _column(self, name: str) -> ColumnProfile:
        if name not in self.columns:
            watched = self._watched.get(len(self.columns), ())
            self.columns[name] = ColumnProfile(watched, num_missing=self.item_count)
        return self.columns[name]

    def _update(self, name: str, batch: pl.DataFrame) -> None:
        if name in batch.columns:
            self.columns[name].update(batch[name])
        else:
            self.columns[name].num_missing += batch.height
