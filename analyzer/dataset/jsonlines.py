"""JSON lines: one object per line, nested ones flattened."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analyzer.dataset.shape import Row, TableShape
from analyzer.dataset.source import ScriptInput
from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import OddRecords
from analyzer.text.flattening import FlatteningError, flatten, require_unique_keys
from analyzer.text.spark import frame_of

_ROWS_PER_BATCH = 50_000


class JsonLinesDataset:
    """Files of JSON lines. Columns are matched by name; a row that lacks one has a missing value there.

    Columns come in the order in which they first appear, so that the label that a record starts with is the first
    column, as in captured data (output first).

    Args:
        files: Files in the order in which they are read.
        issues: Where broken rows go.
        shape: Which rows belong to the table; default: as by the service, without a baseline.
        unique_keys: Whether rows that repeat a key are broken; where members are taken out by name, it costs time only.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        issues: DataIssues,
        shape: TableShape | None = None,
        unique_keys: bool = True,
    ) -> None:
        self._files = files
        self._unique_keys = unique_keys
        self._shape = shape or TableShape((), OddRecords.SERVICE, issues)
        self._issues = issues

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches."""
        rows: list[tuple[Location, Row]] = []
        for location, record in self.records():
            try:
                rows.append((location, flatten(record)))
            except FlatteningError as error:
                self._issues.add(location, "the row cannot be read", str(error))
                continue
            if len(rows) == _ROWS_PER_BATCH:
                yield self._table(rows)
                rows = []
        if rows:
            yield self._table(rows)

    def _table(self, rows: Sequence[tuple[Location, Row]]) -> pl.DataFrame:
        return frame_of([rows[position][1] for position in self._shape.fitting(rows)])

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every line as a dict."""
        for path in self._files:
            with path.open("rb") as file:
                empty = True
                for number, line in enumerate(file, start=1):
                    empty = False
                    location = Location(path, number)
                    if record := self._parse(line, location):
                        yield location, record
            if empty:
                self._issues.add(Location(path), "the file is empty")

    def _parse(self, line: bytes, location: Location) -> dict[str, Any] | None:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            if line.strip():
                self._issues.add(location, "not JSON", str(error))
            return None
        if not isinstance(record, dict) or not record:
            self._issues.add(location, "not a JSON object with members", line[:100].decode(errors="replace").strip())
            return None
        try:
            if self._unique_keys:
                require_unique_keys(line, record)
        except FlatteningError as error:
            self._issues.add(location, "the row cannot be read", str(error))
            return None
        return record
