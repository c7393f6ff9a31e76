"""The table that rows make which were read one by one."""

from collections.abc import Sequence

from analyzer.clarify.config import AnalysisConfig
from analyzer.clarify.reading.odd_rows import of_common_width, of_most_rows
from analyzer.clarify.reading.records import Records
from analyzer.clarify.reading.row import Row
from analyzer.clarify.reading.tables import names_around_label
from analyzer.dataset.payload import PayloadKind
from analyzer.job.issues import DataIssues
from analyzer.text.values import is_missing


def table_of(config: AnalysisConfig, rows: Sequence[Row], issues: DataIssues, *, is_robust: bool = False) -> Records:
    """Return the table that rows make.

    Left out and reported are rows with another number of features than most have and, when the analysis is one of bias,
    those with an empty label or prediction; when robust, all that are unlike most others.

    Raises:
        AnalysisError: When the headers do not fit the rows.
    """
    complete = rows if config.bias is None else _complete(rows, issues)
    whole = of_most_rows(config, complete, issues) if is_robust else of_common_width(complete, issues)
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
