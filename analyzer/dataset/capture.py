"""Data-capture records: what an endpoint received and answered.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html

A record gives the columns of its output, then those of its input. Nearly all records hold two CSV bodies of one row;
a batch of such records is one CSV text for Polars. All others are read one by one.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import polars as pl

from analyzer.dataset.blocks import parse_plain, parse_quoted
from analyzer.dataset.files import may_hold_window
from analyzer.dataset.payload import PayloadError, PayloadKind, Row, csv_rows, decode, joined_json_rows
from analyzer.dataset.record import capture_record
from analyzer.dataset.source import ScriptInput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import Window
from analyzer.text.columns import NUMBERED_COLUMN, numbered_names
from analyzer.text.spark import frame_of

OUTPUT, INPUT = "endpointOutput", "endpointInput"
BATCH_OUTPUT = "batchTransformOutput"
"""What a row of a transform job's output is called in merged records."""

SHADOW_TRAFFIC = "ShadowExperiment"
"""``invocationSource`` of what a shadow test sends to a variant. AWS's analyzer leaves these records out before a
script sees them; that it does so without a script, too, is taken for granted. They are no data issues."""

_BATCH_BYTES = 16 * 1024 * 1024
_EARLIEST, _LATEST = "0000", "9999"

Lines: TypeAlias = list[tuple[Path, list[bytes]]]


class CaptureDataset:
    """Capture files (one JSON record per line).

    Args:
        files: Files; those whose hour folder lies outside the window are left out.
        index_names: The directions to analyse: ``endpointInput``, ``endpointOutput`` or both, or
            ``batchTransformOutput``.
        window: Records are taken when their inferenceTime lies in it.
        issues: Where broken records go.
    """

    def __init__(
        self, files: Sequence[Path], *, index_names: Sequence[str], window: Window, issues: DataIssues
    ) -> None:
        self._files = [path for path in files if may_hold_window(path, window)]
        self._directions = [name for name in (BATCH_OUTPUT, OUTPUT, INPUT) if name in index_names]
        if not self._directions:
            raise AnalysisError(
                f"captureIndexNames is {list(index_names)}, expected {INPUT} or {OUTPUT} or both, or {BATCH_OUTPUT}"
            )
        self._start, self._end = _bound(window.start, _EARLIEST), _bound(window.end, _LATEST)
        self._issues = issues
        self._width: int | None = None

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches."""
        for batch in self._batches():
            table = self._simple(batch)
            yield from [table] if table is not None else self._careful(batch)

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every record of the window as the object that scripts receive."""
        for location, record in self.raw_records():
            yield location, capture_record(record)

    def raw_records(self) -> Iterator[tuple[Location, dict[str, Any]]]:
        """Yield every record of the window as it stands in the file; shadow traffic is left out."""
        for batch in self._batches():
            yield from self._parsed(batch)

    def _batches(self) -> Iterator[Lines]:
        batch: Lines = []
        size = 0
        for path in self._files:
            content = path.read_bytes()
            if not content.strip():
                self._issues.add(Location(path), "the file is empty")
                continue
            batch.append((path, content.splitlines()))
            size += len(content)
            if size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _simple(self, batch: Lines) -> pl.DataFrame | None:
        """Parse records with one-row CSV bodies in all wanted directions; None when any is otherwise."""
        # The loop sees every record of the traffic: what it does is as plain as it can be.
        start, end, directions = self._start, self._end, self._directions
        bodies: list[str] = []
        try:
            for _, lines in batch:
                for line in lines:
                    record = orjson.loads(line)
                    metadata = record["eventMetadata"]
                    if not start <= metadata["inferenceTime"] < end:
                        continue
                    if metadata.get("invocationSource") == SHADOW_TRAFFIC:
                        continue
                    captured = record["captureData"]
                    for direction in directions:
                        body = captured[direction]
                        if body["encoding"] != "CSV":
                            return None
                        row = body["data"].rstrip("\r\n")
                        if not row:
                            return None
                        bodies.append(row)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        return self._parse_bodies(bodies)

    def _parse_bodies(self, bodies: Sequence[str]) -> pl.DataFrame | None:
        """Parse one-row CSV bodies, all those of a record after each other; None when any is otherwise."""
        if not bodies:
            return pl.DataFrame()
        rows = [",".join(parts) for parts in zip(*[iter(bodies)] * len(self._directions), strict=True)]
        table = _parse_rows(rows, self._width)
        self._width = self._width if table is None else table.width
        return table

    def _careful(self, batch: Lines) -> Iterator[pl.DataFrame]:
        rows: list[tuple[Location, Row]] = []
        for location, record in self._parsed(batch):
            try:
                rows.extend((location, row) for row in self._rows(record, location))
            except PayloadError as error:
                self._issues.add(location, "the payload cannot be read", str(error))
        yield frame_of(list(self._of_common_width(rows)))

    def _of_common_width(self, rows: Sequence[tuple[Location, Row]]) -> Iterator[Row]:
        """Yield the rows that have as many values as most have. JSON rows are matched by name: any number goes."""
        widths = [self._width_of(row) for _, row in rows]
        numbered = [width for width in widths if width is not None]
        if numbered and self._width is None:
            self._width = Counter(numbered).most_common(1)[0][0]
        for (location, row), width in zip(rows, widths, strict=True):
            if width not in (None, self._width):
                self._issues.add(location, "wrong number of values", f"{width} instead of {self._width}")
            else:
                yield row

    def _width_of(self, row: Row) -> int | None:
        """Return how many values a CSV row has; None for a JSON row."""
        return len(row) if NUMBERED_COLUMN.format(0) in row else None

    def _parsed(self, batch: Lines) -> Iterator[tuple[Location, dict[str, Any]]]:
        """Yield the records of the window."""
        for path, lines in batch:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                location = Location(path, number)
                try:
                    record = orjson.loads(line)
                    metadata, directions = record["eventMetadata"], record["captureData"]
                    within = self._start <= metadata["inferenceTime"] < self._end
                    _require_objects(directions)
                except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                    self._issues.add(location, "not a capture record", f"{type(error).__name__} {error}")
                    continue
                if within and metadata.get("invocationSource") != SHADOW_TRAFFIC:
                    yield location, record

    def _rows(self, record: Mapping[str, Any], location: Location) -> list[Row]:
        directions = record["captureData"]
        bodies = {name: decode(directions[name]) for name in self._directions if name in directions}
        if not bodies:
            raise PayloadError(f"captureData holds none of {', '.join(self._directions)}")
        kinds = {name: kind for name, (kind, _) in bodies.items()}
        if len(set(kinds.values())) > 1:
            raise AnalysisError(
                f"Encoding mismatch: Encoding is {kinds[INPUT]} for {INPUT}, but Encoding is {kinds[OUTPUT]} for "
                f"{OUTPUT}. We currently only support the same type of input and output encoding at the moment. "
                f"({location}; a record preprocessor script can bring both together)"
            )
        if PayloadKind.CSV in kinds.values():
            rows = _joined_by_position([csv_rows(text) for _, text in bodies.values()])
        else:
            rows = _joined_by_name(joined_json_rows({name: text for name, (_, text) in bodies.items()}))
        if not rows:
            raise PayloadError("it holds no rows")
        return rows


def _parse_rows(rows: Sequence[str], width: int | None) -> pl.DataFrame | None:
    """Return CSV rows as a table when each is one row of ``width`` values (default: as many as the first)."""
    names = numbered_names(width or len(next(csv.reader(StringIO(rows[0], newline="")))))
    block = "\n".join([*rows, ""]).encode()
    if b'"' in block:
        parsed = parse_quoted(block, names)
        table = parsed[0] if parsed else None
    else:
        table = parse_plain(block, names)
    return table if table is not None and table.height == len(rows) else None


def _joined_by_position(parts: Sequence[list[list[str]]]) -> list[Row]:
    _require_equal_counts([len(part) for part in parts])
    joined = ([value for fields in group for value in fields] for group in zip(*parts, strict=True))
    return [dict(zip(numbered_names(len(fields)), fields, strict=True)) for fields in joined]


def _joined_by_name(parts: Mapping[str, list[Row]]) -> list[Row]:
    _require_equal_counts([len(part) for part in parts.values()])
    joined: list[Row] = [{} for _ in next(iter(parts.values()))]
    for direction, rows in parts.items():
        for target, row in zip(joined, rows, strict=True):
            # A name that output and input share would lose one of the two.
            target |= {(f"{direction}_{name}" if name in target else name): value for name, value in row.items()}
    return joined


def _require_equal_counts(counts: Sequence[int]) -> None:
    if len(set(counts)) > 1:
        raise PayloadError(f"the output has {counts[0]} rows, the input {counts[1]}")


def _require_objects(directions: object) -> None:
    if not isinstance(directions, dict) or not all(isinstance(body, dict) for body in directions.values()):
        raise TypeError("captureData does not hold objects")


def _bound(time: datetime | None, default: str) -> str:
    # Without the Z of inferenceTime, a bound sorts before every time of its second, with or without a fraction.
    return time.strftime("%Y-%m-%dT%H:%M:%S") if time else default
