"""What is particular to baselines of model quality: the columns that are compared, and the metrics.

File formats and environment: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html
and https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baseline.dataset import DatasetFacts
from baseline.errors import BaselineError
from baseline.numbers import decimal
from baseline.quality_limits import QualityLimits
from baseline.source import Dataset

# Problem type -> beginning of the names of its sections in statistics.json and constraints.json.
_SECTIONS = {
    "BinaryClassification": "binary_classification",
    "MulticlassClassification": "multiclass_classification",
    "Regression": "regression",
}
_PROBLEM_KEYS = (
    "type",
    "inference_attribute",
    "probability_attribute",
    "probability_threshold",
    "ground_truth_attribute",
)
# Fewer rows may well hold no correct prediction by chance.
_ENOUGH_ROWS = 20


@dataclass(frozen=True)
class Problem:
    """The columns of the baseline data set that hold predictions and labels."""

    type: str
    ground_truth_attribute: str | None = None
    inference_attribute: str | None = None
    probability_attribute: str | None = None
    probability_threshold: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are named."""
        named = (self.inference_attribute, self.probability_attribute, self.ground_truth_attribute)
        return tuple(name for name in named if name)

    def environment(self) -> dict[str, str]:
        """Return the variables that tell the analyzer what to compute."""
        variables = {
            "analysis_type": "MODEL_QUALITY",
            "problem_type": self.type,
            "inference_attribute": self.inference_attribute,
            "probability_attribute": self.probability_attribute,
            "ground_truth_attribute": self.ground_truth_attribute,
        }
        if self.probability_threshold is not None:
            variables["probability_threshold_attribute"] = f"{self.probability_threshold:f}"
        return {name: value for name, value in variables.items() if value}


def parse_problem(content: Mapping[str, Any], *, needs_columns: bool) -> Problem:
    """Read the property `Problem`.

    Args:
        content: The property.
        needs_columns: Whether there is a data set; files that exist already need no more than the type.

    Raises:
        BaselineError: A column is missing that this type of problem needs.
    """
    unknown = sorted(set(content) - set(_PROBLEM_KEYS))
    if unknown:
        raise BaselineError(f"Problem: got {', '.join(unknown)}, expected only these keys: {', '.join(_PROBLEM_KEYS)}")
    kind = content.get("type")
    if kind not in _SECTIONS:
        raise BaselineError(f"Problem.type: got {kind!r}, expected one of {', '.join(_SECTIONS)}")
    if needs_columns and not content.get("ground_truth_attribute"):
        raise BaselineError("Problem.ground_truth_attribute is missing: the column of the baseline's true labels")
    problem = Problem(
        type=kind,
        ground_truth_attribute=_column(content, "ground_truth_attribute"),
        inference_attribute=_column(content, "inference_attribute"),
        probability_attribute=_column(content, "probability_attribute"),
        probability_threshold=_probability(content.get("probability_threshold")),
    )
    is_binary = kind == "BinaryClassification"
    if needs_columns and not problem.inference_attribute and not (is_binary and problem.probability_attribute):
        choice = "inference_attribute or probability_attribute" if is_binary else "inference_attribute"
        raise BaselineError(f"Problem: a {kind} needs {choice}: the column of the baseline's predictions")
    return problem


def check_dataset(problem: Problem, dataset: Dataset, facts: DatasetFacts) -> None:
    """Tell before a job is paid for that columns are missing or that no prediction can equal a label.

    Raises:
        BaselineError: The job would fail, or would find every prediction wrong.
    """
    if not dataset.has_header or facts.columns is None:
        return
    unknown = [name for name in problem.columns if _position(name, facts.columns) is None]
    if unknown:
        raise BaselineError(
            f"Problem names {', '.join(map(repr, unknown))}, which the dataset {dataset.uri} does not have; expected "
            f"some of its columns: {', '.join(facts.columns)}"
        )
    if problem.type == "Regression" or not problem.inference_attribute or len(facts.rows) < _ENOUGH_ROWS:
        return
    predicted, true = (
        {row[_position(name, facts.columns) or 0].strip() for row in facts.rows}
        for name in (problem.inference_attribute, problem.ground_truth_attribute or "")
    )
    if not {_comparable(value) for value in predicted} & {_comparable(value) for value in true}:
        raise BaselineError(
            f"no prediction of {dataset.uri} occurs among its labels: column {problem.inference_attribute} holds "
            f"{_examples(predicted)}, column {problem.ground_truth_attribute} {_examples(true)}; write both alike"
        )


def effective_constraints(suggested: Mapping[str, Any], problem: Problem, limits: QualityLimits) -> dict[str, Any]:
    """Return the suggested constraints with the changes on top; the argument stays as it is.

    Raises:
        BaselineError: The file is none for this problem, or lacks a metric.
    """
    effective = copy.deepcopy(dict(suggested))
    limits.apply(_section(effective, problem, "constraints"))
    return effective


def metric_attributes(
    names: Sequence[str], problem: Problem, statistics: Mapping[str, Any] | None, constraints: Mapping[str, Any]
) -> dict[str, str]:
    """Return `Metric.<name>`: the values that the model reached in the baseline, as decimal numbers.

    Args:
        names: Metrics as `statistics.json` calls them, such as `recall` or `rmse`.
        problem: What kind of problem it is.
        statistics: Content of `statistics.json`, if there is one.
        constraints: Content of the suggested `constraints.json`, whose limits are the baseline's own values.

    Raises:
        BaselineError: A metric is not known or has no value.
    """
    if statistics:
        values = {name: entry.get("value") for name, entry in _scalars(_section(statistics, problem, "metrics"))}
    else:
        section = _section(constraints, problem, "constraints")
        values = {name: entry.get("threshold") for name, entry in _scalars(section)}
    unknown = [name for name in names if name not in values]
    if unknown:
        raise BaselineError(
            f"Metrics names {', '.join(map(repr, unknown))}, which the baseline does not have; expected some of "
            f"{', '.join(values)}"
        )
    return {f"Metric.{name}": _number(name, values[name]) for name in names}


def _section(content: Mapping[str, Any], problem: Problem, kind: str) -> dict[str, Any]:
    name = f"{_SECTIONS[problem.type]}_{kind}"
    section = content.get(name)
    if not isinstance(section, dict):
        raise BaselineError(
            f"a file of the baseline has no {name}, but {', '.join(sorted(content)) or 'nothing'}; expected the file "
            f"of a model quality baseline for a {problem.type}"
        )
    return section


def _scalars(section: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (name, entry)
        for name, entry in section.items()
        if isinstance(entry, dict) and ("value" in entry or "threshold" in entry)
    ]


def _number(name: str, value: object) -> str:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever the file holds
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise BaselineError(f"Metrics names {name!r}, which has no value in the baseline ({value!r}); leave it out")
    return decimal(number)


def _column(content: Mapping[str, Any], key: str) -> str | None:
    value = content.get(key)
    return None if value in (None, "") else str(value)


def _probability(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BaselineError(f"Problem.probability_threshold: got {value!r}, expected a number from 0 to 1")
    return float(value)


def _position(column: str, columns: Sequence[str]) -> int | None:
    """Return where a column is that is given by its name or its position, or None when it is nowhere."""
    if column in columns:
        return columns.index(column)
    return int(column) if column.isdecimal() and int(column) < len(columns) else None


def _comparable(value: str) -> object:
    try:
        return float(value)
    except ValueError:
        return value


def _examples(values: set[str]) -> str:
    return " and ".join(map(repr, sorted(values)[:2]))
