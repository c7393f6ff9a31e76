"""Reading of captured requests and responses, and of those that were merged with labels.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.clarify.config import AnalysisConfig
from analyzer.clarify.parameters import ClarifyParameters
from analyzer.clarify.reading.bodies import Features, document_features, feature_rows, one_row_per_line
from analyzer.clarify.reading.joined_outputs import parted
from analyzer.clarify.reading.labels import observed_labels
from analyzer.clarify.reading.predictions import ResponseReader
from analyzer.clarify.reading.records import Records
from analyzer.clarify.reading.row import Row
from analyzer.clarify.reading.rows import table_of
from analyzer.dataset.capture import BATCH_OUTPUT, INPUT, OUTPUT, CaptureDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.payload import PayloadError, PayloadKind, decode, json_documents
from analyzer.job.issues import DataIssues, Location


def read_captures(config: AnalysisConfig, parameters: ClarifyParameters, issues: DataIssues) -> Records:
    """Return the rows of captured records; with labels and predictions when the analysis is one of bias.

    Raises:
        AnalysisError: When there are no files, or the headers do not fit the rows.
    """
    files, window = find_files(parameters.data), parameters.window
    dataset = CaptureDataset(files, index_names=(INPUT, OUTPUT), window=window, issues=issues)
    reader = ResponseReader.of(config, parameters.attributes)
    rows: list[Row] = []
    for location, record in dataset.raw_records():
        try:
            rows.extend(_rows(record, location, config, parameters.attributes.features or config.features, reader))
        except PayloadError as error:
            issues.add(location, "the payload cannot be read", str(error))
    return table_of(config, rows, issues, is_robust=parameters.is_robust)


def _rows(
    record: Mapping[str, Any], location: Location, config: AnalysisConfig, path: str | None, reader: ResponseReader
) -> list[Row]:
    directions = record["captureData"]
    if config.bias is None:
        kind, body = _body(directions, INPUT)
        return [Row.of(location, kind, row) for row in _features(kind, body, path)]
    if BATCH_OUTPUT in directions:
        kind, body = _body(directions, BATCH_OUTPUT)
        received, answered = parted(kind, body, config, config.bias)
        answer_kind = kind
    else:
        (kind, received), (answer_kind, answered) = _body(directions, INPUT), _body(directions, OUTPUT)
    features = _features(kind, received, path)
    predictions = reader.labels(answer_kind, one_row_per_line(answer_kind, answered, len(features)))
    labels = observed_labels(record, config.bias.label)
    if not len(features) == len(predictions) == len(labels):
        raise PayloadError(f"{len(features)} rows have {len(predictions)} predictions and {len(labels)} labels")
    return [
        Row.of(location, kind, row, label, prediction)
        for row, label, prediction in zip(features, labels, predictions, strict=True)
    ]


def _features(kind: PayloadKind, text: str, path: str | None) -> Sequence[Features]:
    if kind is PayloadKind.CSV:
        return feature_rows(kind, text, path)
    return [row for document in json_documents(text) for row in document_features(document, path)]


def _body(bodies: Mapping[str, Any], name: str) -> tuple[PayloadKind, str]:
    if not isinstance(bodies.get(name), dict):
        raise PayloadError(f"the record has no {name}")
    return decode(bodies[name])
