"""Parquet files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from analyzer.dataset.source import ScriptInput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location

_ROWS_PER_BATCH = 100_000


class ParquetDataset:
    """Parquet files with flat columns, in the order of their schema.

    A file that cannot be read ends the analysis in monitoring runs, too: it is not one record that is broken.
    """

    def __init__(self, files: Sequence[Path], *, issues: DataIssues) -> None:
        self._files = files
        self._issues = issues

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches."""
        for path, batch in self._batches():
            try:
                yield batch.select(pl.all().cast(pl.String))
            except PolarsError as error:
                raise AnalysisError(f"{path} holds values that cannot be read as text: {error}") from error

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every row as a dict."""
        for path, batch in self._batches():
            for number, row in enumerate(batch.iter_rows(named=True), start=1):
                yield Location(path, number), row

    def _batches(self) -> Iterator[tuple[Path, pl.DataFrame]]:
        for path in self._files:
            if not path.stat().st_size:
                self._issues.add(Location(path), "the file is empty")
                continue
            try:
                schema = pl.read_parquet_schema(path)
                nested = [name for name, kind in schema.items() if kind.is_nested()]
                if nested:
                    raise AnalysisError(
                        f"{path}: {', '.join(nested)} hold nested values; only flat columns can be analysed, "
                        "flatten them before or in a record preprocessor script"
                    )
                for batch in pl.scan_parquet(path).collect_batches(chunk_size=_ROWS_PER_BATCH, maintain_order=True):
                    yield path, batch
            except PolarsError as error:
                raise AnalysisError(f"{path} is not a Parquet file: {error}") from error
