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


def parse_problem(content: Mapping[str, Any]) -> Problem:
    """Read the property `Problem`, which the library has checked; an empty text counts as absent."""
    return Problem(**{key: value for key, value in content.items() if value not in (None, "")})


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
