"""Data-capture records: what an endpoint received and answered.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html

A record gives the columns of its output, then those of its input. Nearly all records hold two CSV bodies of one row;
a batch of such records is one CSV text for Polars. All others are read one by one, and none of them changes how the
rest is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from analyzer.dataset.files import may_hold_window
from analyzer.dataset.garbage import without_collection
from analyzer.dataset.joining import joined_by_name, joined_by_position
from analyzer.dataset.lines import SAMPLED_RECORDS, Lines, at, lines_of, sampled
from analyzer.dataset.long_records import long_lines, require_room
from analyzer.dataset.payload import (
    OddWidthError,
    PayloadError,
    PayloadKind,
    Row,
    count_plain_rows,
    csv_rows,
    decode,
    is_one_line,
    joined_json_rows,
    require_equal_counts,
)
from analyzer.dataset.plain_records import PlainRecords
from analyzer.dataset.plain_rows import parse_rows
from analyzer.dataset.record import capture_record
from analyzer.dataset.shape import TableShape
from analyzer.dataset.source import ScriptInput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import OddRecords, Window
from analyzer.text.spark import frame_of

OUTPUT, INPUT = "endpointOutput", "endpointInput"
BATCH_OUTPUT = "batchTransformOutput"
"""What a row of a transform job's output is called in merged records."""

_BATCH_BYTES = 16 * 1024 * 1024
_EARLIEST, _LATEST = "0000", "9999"
_SHOWN_CHARACTERS = 100


class CaptureDataset:
    """Capture files (one JSON record per line).

    Args:
        files: Files; those whose hour folder lies outside the window are left out.
        index_names: The directions to analyse: ``endpointInput``, ``endpointOutput`` or both, or
            ``batchTransformOutput``.
        window: Records are taken when their inferenceTime lies in it.
        issues: Where broken records go.
        shape: Which rows belong to the table; default: as by the service, without a baseline.
    """

    # Column of the labels, which are no values of the payload; captured records have none.
    _label_column: str | None = None

    def __init__(
        self,
        files: Sequence[Path],
        *,
        index_names: Sequence[str],
        window: Window,
        issues: DataIssues,
        shape: TableShape | None = None,
    ) -> None:
        self._files = [path for path in files if may_hold_window(path, window)]
        self._directions = [name for name in (BATCH_OUTPUT, OUTPUT, INPUT) if name in index_names]
        if not self._directions:
            raise AnalysisError(
                f"captureIndexNames is {list(index_names)}, expected {INPUT} or {OUTPUT} or both, or {BATCH_OUTPUT}"
            )
        self._window = window
        self._start, self._end = _bound(window.start, _EARLIEST), _bound(window.end, _LATEST)
        self._issues = issues
        self._shape = shape or TableShape((), OddRecords.SERVICE, issues)

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in batches."""
        for batch in self._batches(is_bounded=self._shape.is_robust):
            count = sum(len(lines) for _, lines in batch)
            # Records of JSON are read one by one in any case.
            plain = PlainRecords(odd=[*range(count)]) if self._shape.is_json else self._plain(batch)
            if self._shape.wants_kind and plain.odd:
                # Most records decide: one of another kind is not to set all the others apart.
                self._shape.learn_kind(json=self._count_json(batch, plain.odd), csv=count - len(plain.odd))
                plain = PlainRecords(odd=[*range(count)]) if self._shape.refuses_csv else plain
            table, unparsed = parse_rows(plain.bodies, len(self._directions), self._shape)
            if table is not None and self._label_column:
                table = table.with_columns(pl.Series(self._label_column, plain.labels_without(unparsed), pl.String))
            yield self._joined(table, plain.places(count, unparsed), batch)

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every record of the window as the object that scripts receive."""
        for location, record in self.raw_records():
            yield location, capture_record(record)

    def raw_records(self) -> Iterator[tuple[Location, dict[str, Any]]]:
        """Yield every record of the window as it stands in the file."""
        for batch in self._batches():
            for path, lines in batch:
                for number, line in enumerate(lines, start=1):
                    location = Location(path, number)
                    record = self._parsed(line, location)
                    if record is not None:
                        yield location, record

    def _batches(self, *, is_bounded: bool = False) -> Iterator[Lines]:
        """Yield the lines of the files; when bounded, those empty that are longer than their rows can be."""
        batch: Lines = []
        size = 0
        for path in self._files:
            lines: list[bytes] = []
            for part in lines_of(path):
                if is_bounded:
                    size -= self._empty_long_lines(path, len(lines), part)
                lines += part
            if not lines:
                self._issues.add(Location(path), "the file is empty")
                continue
            batch.append((path, lines))
            size += path.stat().st_size
            if size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _empty_long_lines(self, path: Path, before: int, lines: list[bytes]) -> int:
        """Empty the lines that are longer than their rows can be, and long ones outside of the window; return how long.

        Args:
            path: File of the lines.
            before: How many lines stand before them.
            lines: Lines; they are changed in place, so that all others keep their numbers.
        """
        emptied = 0
        places, room = long_lines(lines, self._shape.most_columns)
        for place in places:
            location = Location(path, before + place + 1)
            record = self._parsed(lines[place], location)
            try:
                if record is not None:
                    require_room(record, self._directions, room)
                    continue
            except PayloadError as error:
                self._issues.add(location, error.problem, str(error))
            emptied += len(lines[place])
            lines[place] = b""
        return emptied

    def _plain(self, batch: Lines) -> PlainRecords:
        """Return the bodies of the records that have CSV in all wanted directions, and which lines are otherwise."""
        # The loop sees every record of the traffic: what it does is as plain as it can be.
        start, end, directions = self._start, self._end, self._directions
        bodies: list[str] = []
        odd: list[int] = []
        for line in chain.from_iterable(lines for _, lines in batch):
            try:
                record = orjson.loads(line)
                time = record["eventMetadata"]["inferenceTime"]
                if start <= time < end and time[-1] == "Z":
                    captured = record["captureData"]
                    for direction in directions:
                        body = captured[direction]
                        row = body["data"].rstrip("\r\n")
                        if body["encoding"] != "CSV" or not row:
                            break
                        bodies.append(row)
                    else:
                        continue
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, IndexError):
                pass
            del bodies[len(bodies) // len(directions) * len(directions) :]  # of a record of which one is otherwise
            odd.append(len(bodies) // len(directions) + len(odd))
        return PlainRecords(bodies, odd)

    def _joined(
        self, table: pl.DataFrame | None, places: tuple[NDArray[np.intp], list[int]], batch: Lines
    ) -> pl.DataFrame:
        """Return the rows of plain records with those of all others, read one by one, in the order of the records.

        Args:
            table: Rows of plain records.
            places: Lines of these, and of all others.
            batch: All lines.
        """
        plain_places, other_places = places
        wants_columns = self._shape.known is None and not self._shape.refuses_json
        if wants_columns and len(other_places) > 2 * SAMPLED_RECORDS:
            self._learn(batch, other_places)
        others: list[tuple[int, Location, Row]] = []
        with without_collection():
            for place, location, line in at(batch, other_places):
                record = self._parsed(line, location)
                if record is not None:
                    try:
                        others.extend((place, location, row) for row in self._rows(record, location))
                    except PayloadError as error:
                        self._issues.add(location, error.problem, str(error))
        rows = [(location, row) for _, location, row in others]
        fitting = list(self._shape.fitting(rows, extra=int(self._label_column is not None)))
        if not fitting:
            return pl.DataFrame() if table is None else table
        careful = frame_of([rows[position][1] for position in fitting])
        if table is None:
            return careful
        lines = np.concatenate([plain_places, [others[position][0] for position in fitting]])
        return pl.concat([table, careful], how="diagonal")[np.argsort(lines, kind="stable")]

    def _count_json(self, batch: Lines, places: Sequence[int]) -> int:
        """Return about how many of these lines hold JSON: what some of them, all over the batch, hold."""
        sample, found = sampled(places), 0
        for _, _, line in at(batch, sample):
            with suppress(PayloadError, orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
                directions = orjson.loads(line)["captureData"]
                kinds = {decode(directions[name])[0] for name in self._directions if name in directions}
                found += kinds == {PayloadKind.JSON}
        return found * len(places) // len(sample)

    def _learn(self, batch: Lines, places: Sequence[int]) -> None:
        """Learn the columns from records all over a batch, so that the rest need not be read whole to be refused."""
        rows: list[tuple[Location, Row]] = []
        for _, location, line in at(batch, sampled(places)):
            with suppress(PayloadError, orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
                rows.extend((location, row) for row in self._rows(orjson.loads(line), location))
        self._shape.learn(rows, extra=int(self._label_column is not None))

    def _parsed(self, line: bytes, location: Location) -> dict[str, Any] | None:
        """Return the record of a line; None when it is none, or not of the window."""
        try:
            record = orjson.loads(line)
            time, directions = record["eventMetadata"]["inferenceTime"], record["captureData"]
            within = (self._start <= time < self._end and time[-1] == "Z") or self._is_within(time)
            _require_objects(directions)
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            if line.strip():
                self._issues.add(location, "not a capture record", f"{type(error).__name__} {error}")
            return None
        except ValueError:
            self._issues.add(location, "inferenceTime is not a time", repr(time)[:_SHOWN_CHARACTERS])
            return None
        return record if within else None

    def _is_within(self, time: str) -> bool:
        """Return whether a time lies in the window; one without offset is UTC.

        Raises:
            ValueError: When it is not a time.
        """
        moment = datetime.fromisoformat(time)
        return self._window.contains(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def _rows(self, record: Mapping[str, Any], location: Location) -> list[Row]:
        directions = record["captureData"]
        bodies = {name: decode(directions[name]) for name in self._directions if name in directions}
        if not bodies:
            raise PayloadError(f"captureData holds none of {', '.join(self._directions)}")
        kinds = {name: kind for name, (kind, _) in bodies.items()}
        if self._shape.refuses_json and PayloadKind.JSON in kinds.values():
            raise PayloadError("it is JSON among records of CSV")
        if len(set(kinds.values())) > 1:
            raise PayloadError(
                f"Encoding mismatch: Encoding is {kinds[INPUT]} for {INPUT}, but Encoding is {kinds[OUTPUT]} for "
                f"{OUTPUT}. We currently only support the same type of input and output encoding at the moment. "
                f"({location}; a record preprocessor script can bring both together)"
            )
        if PayloadKind.CSV in kinds.values():
            rows = self._csv_rows([text for _, text in bodies.values()])
        else:
            texts = {name: text for name, (_, text) in bodies.items()}
            rows = joined_by_name(joined_json_rows(texts, self._shape.known, self._shape.most_unknown))
        if not rows:
            raise PayloadError("it holds no rows")
        return rows

    def _csv_rows(self, texts: Sequence[str]) -> list[Row]:
        """Return the rows of CSV bodies that belong together.

        Raises:
            PayloadError: When they cannot be parsed, or have different numbers of rows.
        """
        # What is known before anything is parsed: how much there is to parse is the caller's choice.
        counts = [count_plain_rows(text) for text in texts]
        if None not in counts:
            require_equal_counts(counts)
        width = self._shape.width
        if width is not None and all(is_one_line(text.strip("\r\n")) for text in texts):
            most = sum(text.count(",") + 1 for text in texts)
            if most < width or (most > width and None not in counts):
                raise OddWidthError(f"{most} instead of {width}")
        return joined_by_position([csv_rows(text) for text in texts])


def _require_objects(directions: object) -> None:
    if not isinstance(directions, dict):
        raise TypeError("captureData is no object")
    for body in directions.values():
        if not isinstance(body, dict):
            raise TypeError("captureData does not hold objects")


def _bound(time: datetime | None, default: str) -> str:
    # Without the Z of inferenceTime, a bound sorts before every time of its second, with or without a fraction.
    return time.strftime("%Y-%m-%dT%H:%M:%S") if time else default
