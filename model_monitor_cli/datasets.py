"""Tables of requests and of labels, as files on this machine have them: CSV, or a JSON object on each line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from model_monitor_cli.exits import UsageError

Row = Mapping[str, object]
"""Values by the names of their columns. Those of CSV are texts, exactly as the file has them."""

_JSON_ENDINGS = (".jsonl", ".jsonlines", ".ndjson", ".json")


class DatasetError(UsageError):
    """A file cannot be read as a table; the text says where and what is expected."""


@dataclass(frozen=True)
class Dataset:
    """A table.

    Attributes:
        columns: Names of the columns, in their order. Those of CSV without a header are `_c0`, `_c1` and so on.
        rows: The rows.
        is_json: Whether values have types; those of CSV are texts.
        has_header: Whether the first line of a CSV file was taken for the names.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_json: bool
    has_header: bool = False

    def require(self, column: str, *, option: str) -> None:
        """Check that there is a column.

        Raises:
            DatasetError: There is none; the text lists those that there are.
        """
        if column not in self.columns:
            raise DatasetError(f"{option}: the file has no column '{column}'; it has: {', '.join(self.columns)}")

    def without(self, columns: Sequence[str]) -> Dataset:
        """Return the table without some columns."""
        kept = tuple(name for name in self.columns if name not in columns)
        rows = tuple({name: value for name, value in row.items() if name not in columns} for row in self.rows)
        return replace(self, columns=kept, rows=rows)


def read_dataset(file: Path, *, header: bool | None = None) -> Dataset:
    """Read a table: JSON lines if the name ends so or the first line begins with a brace, else CSV.

    Args:
        file: The file.
        header: Whether the first line of CSV has the names. Default: it has, unless one of its values is a number,
            is empty, or is there twice.

    Raises:
        DatasetError: It cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{file} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise DatasetError(f"{file} cannot be read: {error.strerror}") from error
    is_json = file.suffix.lower() in _JSON_ENDINGS or text.lstrip()[:1] == "{"
    found = _from_json_lines(text, str(file)) if is_json else _from_csv(text, str(file), header)
    if not found.rows:
        raise DatasetError(f"{file} has no rows")
    return found


def number(value: object) -> float | None:
    """Return the number that a value is, or that a text of CSV says; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) != float("inf") and found == found else None  # noqa: PLR0124 - it is not NaN


def is_missing(value: object) -> bool:
    """Say whether a value is missing: an empty text, or null."""
    return value is None or value == ""


def _from_json_lines(text: str, name: str) -> Dataset:
    rows: list[Row] = []
    for place, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DatasetError(f"{name}, line {place} is not JSON ({error}); expected an object on each line") from None
        if not isinstance(row, dict):
            raise DatasetError(f"{name}, line {place} is a JSON {type(row).__name__}, expected an object such as "
                               '{"age": 34, "home": "rent"}')  # fmt: skip
        rows.append(row)
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    return Dataset(columns, tuple(rows), is_json=True)


def _from_csv(text: str, name: str, header: bool | None) -> Dataset:
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise DatasetError(f"{name} is not CSV: {error}") from None
    if not lines:
        raise DatasetError(f"{name} is empty")
    first = lines[0]
    is_named = _looks_like_names(first) if header is None else header
    columns = tuple(first) if is_named else tuple(f"_c{position}" for position in range(len(first)))
    if len(set(columns)) < len(columns):
        raise DatasetError(
            f"{name}: a name is there twice in the header; if the first line has values, add --no-header"
        )
    rows: list[Row] = []
    for place, values in enumerate(lines[is_named:], start=1 + is_named):
        if len(values) != len(columns):
            raise DatasetError(f"{name}, row {place} has {len(values)} values, expected {len(columns)}")
        rows.append(dict(zip(columns, values, strict=True)))
    return Dataset(columns, tuple(rows), is_json=False, has_header=is_named)


def _looks_like_names(values: Sequence[str]) -> bool:
    return len(set(values)) == len(values) and all(value.strip() and number(value) is None for value in values)
