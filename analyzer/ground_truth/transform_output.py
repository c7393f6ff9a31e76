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
from analyzer.failure import AnalysisError
from analyzer.issues import DataIssues, Location
from analyzer.parameters import DatasetFormat, FormatKind, Window

_ID, _TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
_ADDED_COLUMNS = 2  # id and time
_TIME_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_REMEDY = "the transform job must run with GenerateInferenceId, so that labels can name its rows"


@dataclass(frozen=True)
class _Row:
    identifier: str
    time: str
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
            for location, row in self._rows(path):
                time = datetime.fromisoformat(row.time)
                if not self._is_within(time):
                    continue
                record = {
                    "captureData": {BATCH_OUTPUT: {"data": row.data, "encoding": encoding}},
                    "eventMetadata": {"eventId": row.identifier, "inferenceTime": row.time},
                    "eventVersion": "0",
                }
                yield Path(self._folder, f"{time:%Y/%m/%d/%H}", f"{path.name}.jsonl"), location, record

    def _rows(self, path: Path) -> Iterator[tuple[Location, _Row]]:
        for number, (location, row) in enumerate(self._parsed(path)):
            is_header = self._is_csv and self._header and number == 0
            if row is not None:
                yield location, row
            elif not is_header:
                self._issues.add(location, "no inference id", _REMEDY)

    def _parsed(self, path: Path) -> Iterator[tuple[Location, _Row | None]]:
        if self._is_csv:
            # The header is looked for by content: whether transform outputs have one is the model's decision.
            for location, text in CsvDataset([path], header=False, issues=self._issues).records():
                yield location, _csv_row(text)
        else:
            for location, document in JsonLinesDataset([path], issues=self._issues).records():
                yield location, _json_row(document)

    def _is_within(self, time: datetime) -> bool:
        start, end = self._window.start, self._window.end
        return (start is None or start <= time) and (end is None or time < end)


def _csv_row(text: str) -> _Row | None:
    values = next(csv.reader([text]), [])
    ids, prediction = values[-_ADDED_COLUMNS:], values[:-_ADDED_COLUMNS]
    if not prediction or not ids[0].strip() or not _TIME_TEXT.fullmatch(ids[1].strip()):
        return None
    line = StringIO(newline="")
    csv.writer(line, lineterminator="").writerow(prediction)
    return _Row(ids[0].strip(), ids[1].strip(), line.getvalue())


def _json_row(document: Mapping[str, Any]) -> _Row | None:
    identifier, time = document.get(_ID), document.get(_TIME)
    if not isinstance(identifier, str) or not isinstance(time, str) or not _TIME_TEXT.fullmatch(time):
        return None
    payload = {name: value for name, value in document.items() if name not in (_ID, _TIME)}
    return _Row(identifier, time, orjson.dumps(payload).decode())
