"""What every kind of data set offers."""

from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

import polars as pl

from analyzer.job.issues import Location

# What a preprocessing script receives: a CSV row as text, a row of JSON lines as a dict, a capture record.
ScriptInput: TypeAlias = Any


class Dataset(Protocol):
    """A table that is read in batches."""

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches of String columns; a missing value is null or the empty text."""
        ...

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield what a preprocessing script receives, one record after the other."""
        ...
