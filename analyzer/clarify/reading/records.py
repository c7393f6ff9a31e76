"""The rows of an analysis."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analyzer.clarify.reading.references import Reference, position_of
from analyzer.job.failure import AnalysisError


@dataclass(frozen=True)
class Records:
    """Rows of features with their labels. Values are as they were read: texts of CSV, scalars of JSON.

    Args:
        names: All columns in the order of the data set, the label's among them: what positions count.
        feature_names: Columns of ``rows``.
        rows: Features, one list per row.
        label_name: Name of the label.
        labels: Observed labels; empty when the analysis needs none.
        predictions: Predicted labels; None when they are unknown.
        is_json: Whether the rows were JSON, so that texts are texts; in CSV a text can be a number.
    """

    names: Sequence[str]
    feature_names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    label_name: str = ""
    labels: Sequence[Any] = field(default=())
    predictions: Sequence[Any] | None = None
    is_json: bool = False

    def column(self, reference: Reference, what: str) -> tuple[str, list[Any]]:
        """Return name and values of a feature.

        Args:
            reference: Name, or position in the data set.
            what: What the configuration calls the column, for messages.

        Raises:
            AnalysisError: When there is no such feature.
        """
        name = self.names[position_of(reference, self.names, what)]
        if name not in self.feature_names:
            raise AnalysisError(f"{what} is {reference!r}, which is no feature; expected one of {self.feature_names}")
        position = self.feature_names.index(name)
        return name, [row[position] for row in self.rows]

    def selected(self, positions: Sequence[int]) -> "Records":
        """Return some of the rows."""
        return replace(
            self,
            rows=[self.rows[position] for position in positions],
            labels=[self.labels[position] for position in positions] if self.labels else self.labels,
            predictions=None if self.predictions is None else [self.predictions[position] for position in positions],
        )
