"""Rows that were read one by one, each with where it stands, and the table that they make."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.clarify.config import AnalysisConfig
from analyzer.clarify.reading.records import Records
from analyzer.clarify.reading.tables import names_around_label
from analyzer.dataset.payload import PayloadKind
from analyzer.job.issues import DataIssues, Location
from analyzer.text.values import is_missing


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        location: Where its record stands.
        kind: How it is written.
        features: Values of the features.
        label: Observed label; None when the analysis needs none.
        prediction: Predicted label; None when the analysis needs none.
    """

    location: Location
    kind: PayloadKind
    features: list[Any]
    label: Any = None
    prediction: Any = None


def table_of(config: AnalysisConfig, rows: Sequence[Row], issues: DataIssues) -> Records:
    """Return the table that rows make.

    Left out and reported are rows with another number of features than most have and, when the analysis is one of bias,
    those with an empty label or prediction.

    Raises:
        AnalysisError: When the headers do not fit the rows.
    """
    complete = rows if config.bias is None else _complete(rows, issues)
    whole = _of_common_width(complete, issues)
    names, label = names_around_label(config, len(whole[0].features)) if whole else ([], "")
    return Records(
        names=names,
        feature_names=[name for name in names if name != label],
        rows=[row.features for row in whole],
        label_name=label,
        labels=[row.label for row in whole] if config.bias else (),
        predictions=[row.prediction for row in whole] if config.bias else None,
        is_json=any(row.kind is PayloadKind.JSON for row in whole),
    )


def _complete(rows: Sequence[Row], issues: DataIssues) -> list[Row]:
    complete = []
    for row in rows:
        if is_missing(row.label):
            issues.add(row.location, "the label is empty")
        elif is_missing(row.prediction):
            issues.add(row.location, "the prediction is empty")
        else:
            complete.append(row)
    return complete


def _of_common_width(rows: Sequence[Row], issues: DataIssues) -> Sequence[Row]:
    if not rows:
        return rows
    width = Counter(len(row.features) for row in rows).most_common(1)[0][0]
    for row in rows:
        if len(row.features) != width:
            issues.add(row.location, "wrong number of values", f"{len(row.features)} instead of {width}")
    return [row for row in rows if len(row.features) == width]
