"""CSV files.

Blocks of whole rows go to a fast parser (``analyzer.dataset.blocks``). What it does not take (short rows, blank lines,
odd quotes, bytes that are not UTF-8) goes through a careful parser that knows lines. Blank lines are not data, as for
Spark.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import BinaryIO

import polars as pl

from analyzer.dataset.blocks import parse_plain, parse_quoted
from analyzer.dataset.source import ScriptInput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.text.columns import NUMBERED_COLUMN, numbered_names

# The module's limit of 128 KiB a field would refuse long texts that the fast parser takes.
csv.field_size_limit(2**31 - 1)

_BLOCK_BYTES = 16 * 1024 * 1024
_ROWS_PER_CAREFUL_BATCH = 50_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What Python's "surrogateescape" makes of bytes that are not UTF-8.
_UNDECODABLE = re.compile("[\udc80-\udcff]")
# Rows that are looked at to learn how many columns a file without header has.
_SAMPLE_ROWS = 1_000


@dataclass(frozen=True)
class _Line:
    """A row of a CSV file: where it starts and its fields."""

    number: int
    fields: list[str]


class CsvDataset:
    """CSV files, all with the same columns.

    Args:
        files: Files in the order in which they are read.
        header: Whether the first line of every file holds column names. Without, columns are ``_c0``, ``_c1``, ...
        issues: Where broken rows go.
    """

    def __init__(self, files: Sequence[Path], *, header: bool, issues: DataIssues) -> None:
        self._files = files
        self._header = header
        self._issues = issues
        self._names: list[str] = []

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches."""
        for path in self._files:
            with path.open("rb") as file:
                first_line = self._begin(path, file)
                if self._names:
                    yield from self._blocks(path, file, first_line)

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every row as the text of its line, the header taken off."""
        for path in self._files:
            with path.open("rb") as file:
                first_line = self._begin(path, file)
                for number, line in _physical_rows(file, first_line):
                    text = _decoded(line.rstrip(b"\r\n"), Location(path, number), self._issues)
                    if text:
                        yield Location(path, number), text

    def _begin(self, path: Path, file: BinaryIO) -> int:
        """Learn or compare the column names and return the number of the first line of data."""
        if file.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
            file.seek(0)
        start = file.tell()
        first = file.readline()
        if not first:
            self._issues.add(Location(path), "the file is empty")
            return 1
        if b"\r" in first.rstrip(b"\r\n") and b'"' not in first and not file.read(1):
            raise AnalysisError(f"{path}, line 1: all lines end with a carriage return alone, expected line feeds")
        file.seek(start + len(first))
        if not self._header:
            file.seek(start)
            self._names = self._names or numbered_names(_common_width(file, path))
            file.seek(start)
            return 1
        names = _header(first, path)
        if self._names and names != self._names:
            raise AnalysisError(f"{path}, line 1: the header is {names}, but that of {self._files[0]} is {self._names}")
        self._names = names
        return 2

    def _blocks(self, path: Path, file: BinaryIO, first_line: int) -> Iterator[pl.DataFrame]:
        number = first_line
        while True:
            position = file.tell()
            block = file.read(_BLOCK_BYTES) + file.readline()
            if not block:
                if self._header and number == first_line:
                    self._issues.add(Location(path), "the file has a header but no rows")
                return
            if b'"' in block:
                parsed = parse_quoted(block, self._names)
                if parsed is None:
                    # A quoted field may hold line breaks: only a parser that knows quotes can tell where rows end.
                    file.seek(position)
                    yield from self._careful(path, file, number)
                    return
                table, size = parsed
                yield table
                file.seek(position + size)
                number += block.count(b"\n", 0, size)
                continue
            plain = parse_plain(block, self._names)
            yield from [plain] if plain is not None else self._careful(path, BytesIO(block), number)
            number += block.count(b"\n")

    def _careful(self, path: Path, file: BinaryIO, first_line: int) -> Iterator[pl.DataFrame]:
        rows: list[list[str]] = []
        for line in _rows(file, path, first_line, self._issues):
            if len(line.fields) != len(self._names):
                detail = f"{len(line.fields)} instead of {len(self._names)}"
                self._issues.add(Location(path, line.number), "wrong number of values", detail)
                continue
            rows.append(line.fields)
            if len(rows) == _ROWS_PER_CAREFUL_BATCH:
                yield _frame(rows, self._names)
                rows = []
        if rows:
            yield _frame(rows, self._names)


def _physical_rows(file: BinaryIO, first_line: int) -> Iterator[tuple[int, bytes]]:
    """Yield rows as they stand in the file, with the number of their first line; quoted ones can span lines."""
    number = first_line
    for line in file:
        row, lines = line, 1
        while row.count(b'"') % 2 and (more := file.readline()):
            row, lines = row + more, lines + 1
        yield number, row
        number += lines


def _rows(file: BinaryIO, path: Path, first_line: int, issues: DataIssues) -> Iterator[_Line]:
    taken: list[str] = []  # physical lines of the present row

    def lines() -> Iterator[str]:
        for line in file:
            taken.append(line.decode(errors="surrogateescape"))
            yield taken[-1]

    parser = csv.reader(lines())
    number = first_line
    while True:
        try:
            fields = next(parser, None)
        except csv.Error as error:
            issues.add(Location(path, number), "not CSV", str(error))
            fields = []
        if fields is None:
            return
        if len(taken) > 1 and sum(line.count('"') for line in taken) % 2:
            raise AnalysisError(f"{Location(path, number)}: a quote is opened here and never closed")
        if any(_UNDECODABLE.search(line) for line in taken):
            issues.add(Location(path, number), "not UTF-8 text")
        elif fields:
            yield _Line(number, fields)
        number += len(taken)
        taken.clear()


def _decoded(line: bytes, location: Location, issues: DataIssues) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        issues.add(location, "not UTF-8 text")
        return None


def _header(line: bytes, path: Path) -> list[str]:
    try:
        names = next(csv.reader([line.decode().rstrip("\r\n")]), [])
    except UnicodeDecodeError:
        raise AnalysisError(f"{path}, line 1: the header is not UTF-8 text") from None
    except csv.Error as error:
        raise AnalysisError(f"{path}, line 1: the header is not CSV: {error}") from None
    if line.count(b'"') % 2:
        raise AnalysisError(f"{path}, line 1: the header opens a quote and does not close it")
    # A name is empty where pandas has written its index. Spark names such columns by their position, too.
    names = [name or NUMBERED_COLUMN.format(position) for position, name in enumerate(names)]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if not names or repeated:
        problem = f"repeats {', '.join(map(repr, repeated))}" if repeated else "is empty"
        raise AnalysisError(f"{path}, line 1: the header {problem}; every column needs a name of its own")
    return names


def _common_width(file: BinaryIO, path: Path) -> int:
    sample = (next(file, b"") for _ in range(_SAMPLE_ROWS))
    # A carriage return within a line would end the parser, not the line.
    text = b"".join(sample).decode(errors="replace").replace("\r", "")
    widths = Counter(len(fields) for fields in csv.reader(StringIO(text, newline="")) if fields)
    if not widths:
        raise AnalysisError(f"{path} holds nothing but blank lines")
    return widths.most_common(1)[0][0]


def _frame(rows: list[list[str]], names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
