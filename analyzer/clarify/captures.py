"""Reading of captured requests and responses, those that were merged with labels, and inputs of batch transform.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analyzer.clarify.bodies import document_features, feature_rows
from analyzer.clarify.config import CSV, PARQUET, AnalysisConfig
from analyzer.clarify.joined import parted
from analyzer.clarify.parameters import ClarifyParameters
from analyzer.clarify.predictions import ResponseReader
from analyzer.clarify.records import Records
from analyzer.clarify.tables import names_around_label, read_table
from analyzer.dataset.capture import BATCH_OUTPUT, INPUT, OUTPUT, CaptureDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.dataset.merged import labels_of
from analyzer.dataset.payload import PayloadError, PayloadKind, decode
from analyzer.issues import DataIssues, Location
from analyzer.parameters import DatasetFormat, FormatKind


@dataclass(frozen=True)
class _Row:
    location: Location
    kind: PayloadKind
    features: list[Any]
    label: Any = None
    prediction: Any = None


def read_captures(config: AnalysisConfig, parameters: ClarifyParameters, issues: DataIssues) -> Records:
    """Return the rows of captured records; with labels and predictions when the analysis is one of bias.

    Raises:
        AnalysisError: When there are no files, or the headers do not fit the rows.
    """
    files, window = find_files(parameters.data), parameters.window
    dataset = CaptureDataset(files, index_names=(INPUT, OUTPUT), window=window, issues=issues)
    reader = ResponseReader.of(config, parameters.attributes)
    rows: list[_Row] = []
    for location, record in dataset.raw_records():
        try:
            rows.extend(_rows(record, location, config, parameters.attributes.features or config.features, reader))
        except PayloadError as error:
            issues.add(location, "the payload cannot be read", str(error))
    return _records(config, _of_common_width(rows, issues))


def read_transform_inputs(
    config: AnalysisConfig, dataset_format: DatasetFormat, parameters: ClarifyParameters, issues: DataIssues
) -> Records:
    """Return the rows of the inputs of batch transform jobs, which are all that attributions need.

    Raises:
        AnalysisError: When there are no files, or the headers do not fit the rows.
    """
    if dataset_format.kind is not FormatKind.JSON_LINES:
        stored = replace(config, dataset_type=PARQUET if dataset_format.kind is FormatKind.PARQUET else CSV)
        return read_table(stored, parameters.data, issues, header=dataset_format.header)
    path = parameters.attributes.features or config.features
    rows: list[_Row] = []
    for location, document in JsonLinesDataset(find_files(parameters.data), issues=issues).records():
        try:
            rows.extend(_Row(location, PayloadKind.JSON, row) for row in document_features(document, path))
        except PayloadError as error:
            issues.add(location, "the row cannot be read", str(error))
    return _records(config, _of_common_width(rows, issues))


def _records(config: AnalysisConfig, rows: Sequence[_Row]) -> Records:
    names, label = names_around_label(config, len(rows[0].features)) if rows else ([], "")
    return Records(
        names=names,
        feature_names=[name for name in names if name != label],
        rows=[row.features for row in rows],
        label_name=label,
        labels=[row.label for row in rows] if config.bias else (),
        predictions=[row.prediction for row in rows] if config.bias else None,
        is_json=any(row.kind is PayloadKind.JSON for row in rows),
    )


def _rows(
    record: Mapping[str, Any], location: Location, config: AnalysisConfig, path: str | None, reader: ResponseReader
) -> list[_Row]:
    directions = record["captureData"]
    if config.bias is None:
        kind, body = _body(directions, INPUT)
        return [_Row(location, kind, row) for row in feature_rows(kind, body, path)]
    if BATCH_OUTPUT in directions:
        kind, body = _body(directions, BATCH_OUTPUT)
        received, answered = parted(kind, body, config, config.bias)
        answer = kind, answered
    else:
        (kind, received), answer = _body(directions, INPUT), _body(directions, OUTPUT)
    features, predictions = feature_rows(kind, received, path), reader.labels(*answer)
    labels = labels_of(record, str(config.bias.label))
    if not len(features) == len(predictions) == len(labels):
        raise PayloadError(f"{len(features)} rows have {len(predictions)} predictions and {len(labels)} labels")
    return [
        _Row(location, kind, row, label, prediction)
        for row, label, prediction in zip(features, labels, predictions, strict=True)
    ]


def _body(bodies: Mapping[str, Any], name: str) -> tuple[PayloadKind, str]:
    if not isinstance(bodies.get(name), dict):
        raise PayloadError(f"the record has no {name}")
    return decode(bodies[name])


def _of_common_width(rows: list[_Row], issues: DataIssues) -> list[_Row]:
    if not rows:
        return rows
    width = Counter(len(row.features) for row in rows).most_common(1)[0][0]
    for row in rows:
        if len(row.features) != width:
            issues.add(row.location, "wrong number of values", f"{len(row.features)} instead of {width}")
    return [row for row in rows if len(row.features) == width]
