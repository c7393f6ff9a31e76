"""A data set seen through a record preprocessing script."""

from collections.abc import Iterator
from typing import Protocol

import polars as pl

from analyzer.dataset.shape import TableShape
from analyzer.dataset.source import Dataset, ScriptInput
from analyzer.job.issues import Location
from analyzer.text.spark import frame_of

_ROWS_PER_BATCH = 50_000


class RowMaker(Protocol):
    """What makes rows of a record: a script, or something around one."""

    def rows(self, record: ScriptInput, location: Location) -> list[dict[str, str | None]]:
        """Return the rows of one record."""
        ...


class ScriptedDataset:
    """What a script makes of the records of another data set.

    Columns are in the lexicographic order of all keys that the script ever returned, as in the service. That order is
    known at the end only, so the rows are held until then.
    """

    def __init__(self, source: Dataset, script: RowMaker, shape: TableShape) -> None:
        self._source = source
        self._script = script
        self._shape = shape

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows that the script returned, in batches."""
        batches = [frame_of(rows) for rows in self._row_batches()]
        names = sorted({name for batch in batches for name in batch.columns})
        for batch in batches:
            absent = [pl.lit(None, pl.String).alias(name) for name in names if name not in batch.columns]
            yield batch.with_columns(absent).select(names)

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield the records as the script receives them."""
        return self._source.records()

    def _row_batches(self) -> Iterator[list[dict[str, str | None]]]:
        rows: list[tuple[Location, dict[str, str | None]]] = []
        for location, record in self._source.records():
            rows.extend((location, row) for row in self._script.rows(record, location))
            if len(rows) >= _ROWS_PER_BATCH:
                yield [rows[position][1] for position in self._shape.fitting(rows)]
                rows = []
        if rows:
            yield [rows[position][1] for position in self._shape.fitting(rows)]
