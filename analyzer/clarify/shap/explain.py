"""Global attributions of a data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.clarify.config import ShapConfig
from analyzer.clarify.reading.records import Records
from analyzer.clarify.shap.kernel import KernelShap, Model
from analyzer.job.failure import AnalysisError
from analyzer.text.values import category, number


@dataclass(frozen=True)
class Explanations:
    """Attributions of all rows together, and of every row.

    Args:
        features: Names of the features.
        labels: Names of the outputs, ``label0`` and so on without headers.
        global_values: By output and feature.
        expected_values: By output: the score of the baseline.
        local_values: By row, feature and output.
        baseline: Rows that stand for absent features.
    """

    features: Sequence[str]
    labels: Sequence[str]
    global_values: NDArray[np.float64]
    expected_values: NDArray[np.float64]
    local_values: NDArray[np.float64]
    baseline: Sequence[Sequence[Any]]

    def by_label(self) -> Mapping[str, Mapping[str, float]]:
        """Return the global attribution of every feature for every output."""
        return {
            label: dict(zip(self.features, values.tolist(), strict=True))
            for label, values in zip(self.labels, self.global_values, strict=True)
        }


def explain(
    config: ShapConfig, records: Records, baseline: Sequence[Sequence[Any]], model: Model, headers: Sequence[str]
) -> Explanations:
    """Compute the attributions of all rows.

    Args:
        config: How.
        records: What.
        baseline: Rows that stand for absent features; empty means the one of ``prototype``.
        model: What gives the scores.
        headers: Names of the outputs; they are numbered when there are none, or not as many as outputs.

    Raises:
        AnalysisError: When the baseline does not fit the rows.
    """
    background = baseline or [prototype(records.rows)]
    width = len(records.feature_names)
    for row in background:
        if len(row) != width:
            raise AnalysisError(
                f"a row of methods.shap.baseline has {len(row)} values, expected {width}, one for each of "
                f"{', '.join(records.feature_names)}: {list(row)}"
            )
    kernel = KernelShap(model, background, samples=config.num_samples, seed=config.seed, use_logit=config.use_logit)
    local = kernel.attributions(records.rows)
    outputs = local.shape[2]
    return Explanations(
        features=list(records.feature_names),
        labels=list(headers) if len(headers) == outputs else [f"label{output}" for output in range(outputs)],
        global_values=_aggregated(local, config.agg_method).T,
        expected_values=kernel.expected_value,
        local_values=local,
        baseline=background,
    )


def prototype(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the row of means of numeric features and most frequent values of all others.

    The service clusters the data set when no baseline is given; this is the centre of a single cluster.
    """
    return [_centre([row[position] for row in rows]) for position in range(len(rows[0]))]


def _centre(column: list[Any]) -> Any:  # noqa: ANN401 - values are CSV texts or JSON scalars
    numbers = [number(value) for value in column]
    present = [value for value in numbers if value is not None]
    if len(present) == len(numbers):
        mean = float(np.mean(present))
        return repr(mean) if isinstance(column[0], str) else mean
    counts: dict[str, int] = {}
    for value in column:
        counts[category(value)] = counts.get(category(value), 0) + 1
    most = max(counts, key=lambda text: counts[text])
    return next(value for value in column if category(value) == most)


def _aggregated(local: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    values: NDArray[np.float64]
    match method:
        case "median":
            values = np.median(local, axis=0)
        case "mean_sq":
            values = (local**2).mean(axis=0)
        case _:
            values = np.abs(local).mean(axis=0)
    return values
