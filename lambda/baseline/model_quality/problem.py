"""What a model predicts, and which columns of the data set hold predictions and labels.

Environment: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baseline.errors import BaselineError
from baseline.source.dataset import DatasetFacts
from baseline.source.forms import Dataset

# Problem type -> beginning of the names of its sections in statistics.json and constraints.json.
SECTIONS = {
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
    if kind not in SECTIONS:
        raise BaselineError(f"Problem.type: got {kind!r}, expected one of {', '.join(SECTIONS)}")
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
