"""Rows of batch transform jobs' outputs as records that labels can be merged into.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html

With ``GenerateInferenceId``, every CSV row ends with an id and the start of its transform job, and JSON rows have
``SageMakerInferenceId`` and ``SageMakerInferenceTime``. Merged records are as the outputs of
https://github.com/aws/amazon-sagemaker-examples/blob/main/sagemaker_model_monitor/fairness_and_explainability_jsonlines/SageMaker-Monitoring-Bias-Drift-for-Batch-Transform.ipynb
show them: below a folder of the schedule, a row without id and time as ``batchTransformOutput``. The ``inferenceTime``
beside the ``eventId`` is ours: with it, the analysis finds the records of its window.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import orjson

from analyzer.dataset.capture import BATCH_OUTPUT
from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import DatasetFormat, FormatKind, Window

_ID, _TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
_ADDED_COLUMNS = 2  # id and time
_TIME_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_REMEDY = "the transform job must run with GenerateInferenceId, so that labels can name its rows"


@dataclass(frozen=True)
class _Row:
    """A row of an output.

    Args:
        identifier: What labels name it by.
        started: Start of its transform job.
        started_text: The same as the row has it.
        data: The row without both.
    """

    identifier: str
    started: datetime
    started_text: str
    data: str


class TransformOutput:
    """Rows of transform outputs.

    Args:
        files: Outputs.
        dataset_format: CSV or JSON lines. A first line of CSV without id is no broken row when there is a header.
        folder: Where their files go: the name of the monitoring schedule, if the job is one of a schedule.
        window: Rows are taken when their transform job started in it.
        issues: Where rows without id go.

    Raises:
        AnalysisError: When the format is another one.
    """

    def __init__(
        self,
        files: Sequence[Path],
        dataset_format: DatasetFormat,
        *,
        folder: str = "",
        window: Window,
        issues: DataIssues,
    ) -> None:
        if dataset_format.kind not in (FormatKind.CSV, FormatKind.JSON_LINES):
            raise AnalysisError(f"{dataset_format.kind} cannot be merged with ground truth, expected csv or json")
        self._files = files
        self._is_csv = dataset_format.kind is FormatKind.CSV
        self._header = dataset_format.header
        self._folder = folder
        self._window = window
        self._issues = issues

    def records(self) -> Iterator[tuple[Path, Location, Mapping[str, Any]]]:
        """Yield every row as a captured record, with where it stands and the file of its hour that it goes to."""
        encoding = "CSV" if self._is_csv else "JSON"
        for path in self._files:
            for location, row in self._csv_rows(path) if self._is_csv else self._json_rows(path):
                if not self._window.contains(row.started):
                    continue
                record = {
                    "captureData": {BATCH_OUTPUT: {"data": row.data, "encoding": encoding}},
                    "eventMetadata": {"eventId": row.identifier, "inferenceTime": row.started_text},
                    "eventVersion": "0",
                }
                yield Path(self._folder, f"{row.started:%Y/%m/%d/%H}", f"{path.name}.jsonl"), location, record

    def _csv_rows(self, path: Path) -> Iterator[tuple[Location, _Row]]:
        lines = CsvDataset([path], header=False, issues=self._issues).records()
        for number, (location, text) in enumerate(lines):
            try:
                row = _csv_row(text)
            except csv.Error as error:
                self._issues.add(location, "not CSV", str(error))
                continue
            if row is not None:
                yield location, row
            elif number or not self._header:
                # The header is told by content: whether transform outputs have one is the model's decision.
                self._report_missing_id(location)

    def _json_rows(self, path: Path) -> Iterator[tuple[Location, _Row]]:
        for location, document in JsonLinesDataset([path], issues=self._issues).records():
            row = _json_row(document)
            if row is not None:
                yield location, row
            else:
                self._report_missing_id(location)

    def _report_missing_id(self, location: Location) -> None:
        self._issues.add(location, "no inference id", _REMEDY)


def _csv_row(text: str) -> _Row | None:
    values = next(csv.reader([text]), [])
    ids, prediction = values[-_ADDED_COLUMNS:], values[:-_ADDED_COLUMNS]
    if not prediction:
        return None
    line = StringIO(newline="")
    csv.writer(line, lineterminator="").writerow(prediction)
    return _row(ids[0].strip(), ids[1].strip(), line.getvalue())


def _json_row(document: Mapping[str, Any]) -> _Row | None:
    identifier, time = document.get(_ID), document.get(_TIME)
    if not isinstance(identifier, str) or not isinstance(time, str):
        return None
    payload = {name: value for name, value in document.items() if name not in (_ID, _TIME)}
    return _row(identifier, time, orjson.dumps(payload).decode())


def _row(identifier: str, time: str, data: str) -> _Row | None:
    started = _time_of(time)
    return _Row(identifier, started, time, data) if identifier and started else None


def _time_of(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _TIME_TEXT.fullmatch(text) else None
    except ValueError:  # a 30th of February
        return None
