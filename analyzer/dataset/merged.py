"""Merged records: captured ones that have found their ground truth.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html

A record gives the columns of its payload as a captured one does, and after them the label. A request of several rows
has as many labels, one a line.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analyzer.dataset.capture import CaptureDataset, Lines
from analyzer.dataset.payload import PayloadError, PayloadKind, Row, csv_rows, decode, json_rows
from analyzer.dataset.record import capture_record
from analyzer.dataset.source import ScriptInput
from analyzer.failure import AnalysisError
from analyzer.issues import DataIssues, Location
from analyzer.parameters import Window
from analyzer.scripts import PreprocessingScript

GROUND_TRUTH = "groundTruthData"

_NOT_PLAIN = frozenset(',"\n\r')


class MergedDataset(CaptureDataset):
    """Files of merged records. The column of the labels is called ``groundTruthData``.

    The records are taken whatever their time is: the merge job has chosen them, and its window is shifted by the
    offsets that give labels time to arrive.

    Args:
        files: Files.
        index_names: The directions to analyse: ``endpointInput``, ``endpointOutput`` or both.
        issues: Where broken records go.
    """

    def __init__(self, files: Sequence[Path], *, index_names: Sequence[str], issues: DataIssues) -> None:
        super().__init__(files, index_names=index_names, window=Window(), issues=issues)

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every record as the object that scripts receive, with its ``labels`` beside."""
        for location, record in self.raw_records():
            try:
                labels = _labels(record)
            except PayloadError as error:
                self._issues.add(location, "the ground truth cannot be read", str(error))
                continue
            scripted = capture_record(record)
            scripted.labels = labels
            yield location, scripted

    def _simple(self, batch: Lines) -> pl.DataFrame | None:
        """Parse records with one-row CSV bodies and one plain label; None when any is otherwise."""
        directions = self._directions
        bodies: list[str] = []
        labels: list[str] = []
        try:
            for line in chain.from_iterable(lines for _, lines in batch):
                record = orjson.loads(line)
                captured = record["captureData"]
                truth = record[GROUND_TRUTH]
                label = truth["data"].rstrip("\r\n")
                if truth["encoding"] != "CSV" or not _NOT_PLAIN.isdisjoint(label):
                    return None
                labels.append(label)
                for direction in directions:
                    body = captured[direction]
                    row = body["data"].rstrip("\r\n")
                    if body["encoding"] != "CSV" or not row:
                        return None
                    bodies.append(row)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None
        table = self._parse_bodies(bodies)
        return None if table is None else table.with_columns(pl.Series(GROUND_TRUTH, labels, dtype=pl.String))

    def _rows(self, record: Mapping[str, Any], location: Location) -> list[Row]:
        rows, labels = super()._rows(record, location), _labels(record)
        if len(rows) != len(labels):
            raise PayloadError(f"the payload has {len(rows)} rows, but the ground truth has {len(labels)} labels")
        return [row | {GROUND_TRUTH: label} for row, label in zip(rows, labels, strict=True)]

    def _width_of(self, row: Row) -> int | None:
        width = super()._width_of(row)
        return None if width is None else width - 1  # the label is no value of the payload


class LabellingScript:
    """A preprocessing script for merged records: it makes the columns of the payload, the label is put beside them.

    Args:
        script: The user's script.
    """

    def __init__(self, script: PreprocessingScript) -> None:
        self._script = script

    def rows(self, record: ScriptInput, location: Location) -> list[Row]:
        """Return the rows that the script makes of one record, each with its label; [] when it drops the record.

        Raises:
            AnalysisError: When the script fails, or makes another number of rows than there are labels.
        """
        rows = self._script.rows(record, location)
        if rows and len(rows) != len(record.labels):
            raise AnalysisError(
                f"the preprocessing script made {len(rows)} rows of the record at {location}, "
                f"which has {len(record.labels)} labels; it must return one row a label, or [] to drop the record"
            )
        return [row | {GROUND_TRUTH: label} for row, label in zip(rows, record.labels, strict=bool(rows))]


def _labels(record: Mapping[str, Any]) -> list[str | None]:
    """Return the labels of a record: one for each row of its payload."""
    truth = record.get(GROUND_TRUTH)
    if not isinstance(truth, dict):
        raise PayloadError(f"it has no {GROUND_TRUTH}; only the records that the merge job writes do")
    kind, text = decode(truth)
    is_csv = kind is PayloadKind.CSV
    rows: list[list[str | None]] = (
        [[*fields] for fields in csv_rows(text)] if is_csv else [[*row.values()] for row in json_rows(text)]
    )
    if len(rows) == 1 and not is_csv:
        # A list of scalars, which is one row of a payload, is one label for each row here.
        return rows[0]
    wide = [row for row in rows if len(row) != 1]
    if wide:
        raise PayloadError(f"the ground truth has {len(wide[0])} values in a row, expected one label")
    return [row[0] for row in rows]
