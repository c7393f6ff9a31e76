"""Reading of the data set of a Clarify job that is a table of rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analyzer.clarify.config import CSV, JSON, PARQUET, AnalysisConfig
from analyzer.clarify.reading.bodies import feature_rows, row_values
from analyzer.clarify.reading.records import Records
from analyzer.clarify.reading.references import Reference, is_position, position_of
from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.parquet import ParquetDataset
from analyzer.dataset.payload import PayloadError, PayloadKind
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues
from analyzer.text.columns import numbered_names


def read_table(config: AnalysisConfig, source: Path, issues: DataIssues, *, header: bool = False) -> Records:
    """Return the rows of a data set; the label is taken out of the features.

    Args:
        config: What is analysed, and how the data set is written.
        source: File or folder.
        issues: Where broken rows go.
        header: Whether the first line of every CSV file certainly holds names.

    Raises:
        AnalysisError: When the files do not hold such a table.
    """
    files = find_files(source)
    if config.dataset_type in (CSV, PARQUET):
        names, rows = _columns(config, files, issues, header=header)
        return _split(config, names, rows)
    return _from_json(config, files)


def _columns(
    config: AnalysisConfig, files: Sequence[Path], issues: DataIssues, *, header: bool
) -> tuple[list[str], list[list[Any]]]:
    headers = list(config.headers)
    if config.dataset_type == PARQUET:
        records = [row for _, row in ParquetDataset(files, issues=issues).records()]
        names = headers or (list(records[0]) if records else [])
        rows = [list(record.values()) for record in records]
    else:
        batches = list(CsvDataset(files, header=header, issues=issues).tables())
        names = headers or (batches[0].columns if batches else [])
        rows = [list(row) for batch in batches for row in batch.rows()]
    if rows and len(rows[0]) != len(names):
        raise AnalysisError(
            f"headers has {len(names)} names, but the rows of {files[0]} have {len(rows[0])} values: {rows[0]}"
        )
    # A CSV file may carry a header all the same; it is no row of data. A column without name, such as the index that
    # pandas writes, is one of the configuration's headers by the name that pandas gives it when it reads the file.
    lines = [
        [empty if name == f"Unnamed: {position}" else name for position, name in enumerate(names)]
        for empty in ("", None)
    ]
    return names, [row for row in rows if row not in (names, *lines)]


def _split(config: AnalysisConfig, names: list[str], rows: list[list[Any]]) -> Records:
    label = _optional_position(config.label, names, "label")
    predicted = _optional_position(config.predicted_label, names, "predicted_label")
    excluded = {position_of(reference, names, "excluded_columns") for reference in config.excluded}
    features = [position for position in range(len(names)) if position not in excluded | {label, predicted}]
    return Records(
        names=names,
        feature_names=[names[position] for position in features],
        rows=[[row[position] for position in features] for row in rows],
        label_name="" if label is None else names[label],
        labels=() if label is None or config.bias is None else [row[label] for row in rows],
        predictions=None if predicted is None else [row[predicted] for row in rows],
    )


def _optional_position(reference: Reference | None, names: Sequence[str], what: str) -> int | None:
    return None if reference is None else position_of(reference, names, what)


def _from_json(config: AnalysisConfig, files: Sequence[Path]) -> Records:
    if config.features is None:
        raise AnalysisError(
            f"features is missing: a data set of {config.dataset_type} needs the JMESPath of the features "
            + (
                'of a line, such as "features"'
                if config.dataset_type != JSON
                else 'of all rows, such as "[*].features"'
            )
        )
    bias = config.bias
    rows: list[list[Any]] = []
    labels: list[Any] = []
    predictions: list[Any] = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        try:
            rows += feature_rows(PayloadKind.JSON, text, config.features)
            labels += row_values(PayloadKind.JSON, text, bias.label) if bias else []
            if bias and bias.predicted_label is not None:
                predictions += row_values(PayloadKind.JSON, text, bias.predicted_label)
        except PayloadError as error:
            raise AnalysisError(f"{path}: {error}") from error
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise AnalysisError(f"the rows at {config.features!r} have different numbers of features: {sorted(widths)}")
    _require_equal(len(rows), labels if bias else None, "labels")
    _require_equal(len(rows), predictions or None, "predicted labels")
    names, label = names_around_label(config, len(rows[0]) if rows else 0)
    return Records(
        names=names,
        feature_names=[name for name in names if name != label],
        rows=rows,
        label_name=label,
        labels=labels,
        predictions=predictions or None,
        is_json=True,
    )


def names_around_label(config: AnalysisConfig, width: int) -> tuple[list[str], str]:
    """Return the names of all columns and that of the label, for features that come without their label.

    Args:
        config: Configuration; its headers may or may not have the label, at whatever place it names or last.
        width: Number of features.

    Raises:
        AnalysisError: When the number of headers fits neither.
    """
    names, label = list(config.headers), config.label
    is_labelled = config.bias is not None and label is not None
    if not names:
        names = numbered_names(width + is_labelled)
    if label is None or (len(names) == width and (label not in names or not is_labelled)):
        _require_width(len(names), width, names)
        return names, str(label) if is_labelled else ""
    _require_width(len(names) - 1, width, names)
    is_column = is_position(label) or label in names
    return names, names[position_of(label, names, "label")] if is_column else names[-1]


def _require_width(expected: int, width: int, names: Sequence[str]) -> None:
    if expected != width:
        raise AnalysisError(
            f"headers names {expected} features ({', '.join(names)}), but the rows have {width} values; "
            "give headers of the model's input, the label last"
        )


def _require_equal(rows: int, values: Sequence[Any] | None, what: str) -> None:
    if values is not None and len(values) != rows:
        raise AnalysisError(f"the data set has {rows} rows of features but {len(values)} {what}")
