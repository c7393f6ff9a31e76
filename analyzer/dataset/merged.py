"""Merged records: captured ones that have found their ground truth.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html

A record gives the columns of its payload as a captured one does, and after them the label. A request of several rows
has as many labels, one per line. The guide shows labels in CSV. In JSON they come "in the same format as how the ground
truth labels are stored in the input dataset", such as ``{"label": 1}`` (bias monitor of
https://github.com/aws/amazon-sagemaker-examples/blob/main/sagemaker_model_monitor/fairness_and_explainability_jsonlines/SageMaker-Monitoring-Bias-Drift-for-Endpoint.ipynb);
where in an object the label is, only the configuration of a bias monitor says (``analyzer.clarify.reading.labels``).
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import orjson

from analyzer.dataset.capture import CaptureDataset
from analyzer.dataset.lines import Lines
from analyzer.dataset.payload import PayloadError, PayloadKind, Row, csv_rows, decode, json_documents, rows_of
from analyzer.dataset.plain_records import PlainRecords
from analyzer.dataset.record import capture_record
from analyzer.dataset.source import ScriptInput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import Location
from analyzer.job.scripts import PreprocessingScript
from analyzer.text.spark import to_text

GROUND_TRUTH = "groundTruthData"

_NOT_PLAIN = frozenset(',"\n\r')


class MergedDataset(CaptureDataset):
    """Files of merged records. The column of the labels is called ``groundTruthData``.

    The window matters although the merge job has chosen the records: all merge jobs of a monitor write to the same
    folders, where those of other windows may lie.
    """

    _label_column = GROUND_TRUTH

    def records(self) -> Iterator[tuple[Location, ScriptInput]]:
        """Yield every record as the object that scripts receive, with its ``labels`` beside."""
        for location, record in self.raw_records():
            try:
                labels = labels_of(record)
            except PayloadError as error:
                self._issues.add(location, "the ground truth cannot be read", str(error))
                continue
            scripted = capture_record(record)
            scripted.labels = [to_text(label) for label in labels]
            yield location, scripted

    def _plain(self, batch: Lines) -> PlainRecords:
        """Return the bodies and labels of the records that have CSV in all wanted directions and one plain label."""
        start, end, directions = self._start, self._end, self._directions
        bodies: list[str] = []
        labels: list[str] = []
        odd: list[int] = []
        for line in chain.from_iterable(lines for _, lines in batch):
            try:
                record = orjson.loads(line)
                time = record["eventMetadata"]["inferenceTime"]
                truth = record[GROUND_TRUTH]
                label = truth["data"].strip()
                is_plain = truth["encoding"] == "CSV" and label and _NOT_PLAIN.isdisjoint(label)
                if is_plain and start <= time < end and time[-1] == "Z":
                    captured = record["captureData"]
                    for direction in directions:
                        body = captured[direction]
                        row = body["data"].rstrip("\r\n")
                        if body["encoding"] != "CSV" or not row:
                            break
                        bodies.append(row)
                    else:
                        labels.append(label)
                        continue
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, IndexError):
                pass
            del bodies[len(labels) * len(directions) :]
            odd.append(len(labels) + len(odd))
        return PlainRecords(bodies, odd, labels)

    def _rows(self, record: Mapping[str, Any], location: Location) -> list[Row]:
        rows, labels = super()._rows(record, location), labels_of(record)
        if len(rows) != len(labels):
            raise PayloadError(f"the payload has {len(rows)} rows, but the ground truth has {len(labels)} labels")
        return [row | {GROUND_TRUTH: to_text(label)} for row, label in zip(rows, labels, strict=True)]


class LabellingScript:
    """A preprocessing script for merged records: it makes the columns of the payload, the label is put beside them."""

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
                f"which has {len(record.labels)} labels; it must return one row per label, or [] to drop the record"
            )
        return [row | {GROUND_TRUTH: label} for row, label in zip(rows, record.labels, strict=bool(rows))]


def ground_truth_of(record: Mapping[str, Any]) -> tuple[PayloadKind, str]:
    """Return how the ground truth of a merged record is written, and its text.

    Raises:
        PayloadError: When the record has none, or one that cannot be decoded.
    """
    truth = record.get(GROUND_TRUTH)
    if not isinstance(truth, dict):
        raise PayloadError(f"the record has no {GROUND_TRUTH}; only those that the merge job writes do")
    return decode(truth)


def labels_of(record: Mapping[str, Any]) -> list[Any]:
    """Return the labels of a merged record, one for each row of its payload: texts of CSV, values of JSON.

    A row of several labels is one label for each row of the payload. In JSON, a label stands alone or is the only
    member of an object, whatever its name.

    Raises:
        PayloadError: When the record has no such labels.
    """
    kind, text = ground_truth_of(record)
    if kind is PayloadKind.CSV:
        rows: list[list[Any]] = [[value.strip() for value in row] for row in csv_rows(text)]
    else:
        rows = [_values(row) for document in json_documents(text) for row in rows_of(document)]
    require_scalars(value for row in rows for value in row)
    if len(rows) == 1:
        return rows[0]
    wide = [row for row in rows if len(row) != 1]
    if wide:
        raise PayloadError(f"the ground truth has {len(wide[0])} values in a row, expected one label")
    return [row[0] for row in rows]


def require_scalars(labels: Iterable[Any]) -> None:
    """Check that values of JSON can be labels.

    Raises:
        PayloadError: When one of them is a list or an object.
    """
    if any(isinstance(label, dict | list) for label in labels):
        raise PayloadError("the ground truth holds a list or an object where a label is expected")


def _values(row: object) -> list[Any]:
    """Return the label of a JSON row, or those of a list."""
    if isinstance(row, list):
        return row
    if not isinstance(row, dict):
        return [row]
    if len(row) != 1:
        raise PayloadError(f"the ground truth has {len(row)} members ({', '.join(row)}), expected one label")
    return [*row.values()]
