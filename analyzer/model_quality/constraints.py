"""constraints.json of model quality: limits of metrics.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from analyzer.data_quality.documents.reading import read_document
from analyzer.job.failure import AnalysisError
from analyzer.model_quality.outcomes import Quality
from analyzer.model_quality.problem import ProblemType
from analyzer.model_quality.scores import BEST_CONSTANT
from analyzer.text.jackson import Json


class Comparison(StrEnum):
    """Values of ``comparison_operator``: which side of the threshold is a violation."""

    LESS = "LessThanThreshold"
    GREATER = "GreaterThanThreshold"


# Of these, large values are bad; of all others, small ones.
_ERRORS = frozenset({"false_positive_rate", "false_negative_rate", "mae", "mse", "rmse"})
# The service has this metric since 2024 and suggests no limit for it.
_WITHOUT_LIMIT = "au_prc"


@dataclass(frozen=True)
class Limit:
    """How good one metric must be."""

    threshold: float
    comparison: Comparison

    def is_broken_by(self, value: float) -> bool:
        """Whether a value is a violation; the threshold itself is none, nor is a value that is not a number."""
        return value < self.threshold if self.comparison is Comparison.LESS else value > self.threshold


Limits = Mapping[str, Limit]


def suggest_limits(quality: Quality) -> Limits:
    """Return the limits that the data itself suggests: what the model reaches in them.

    The metrics of the constant classifier, those without a value, matrix and curves have no limit.
    """
    return {
        name: Limit(metric.value, Comparison.GREATER if name in _ERRORS else Comparison.LESS)
        for name, metric in quality.metrics.items()
        if not name.endswith(BEST_CONSTANT) and name != _WITHOUT_LIMIT and math.isfinite(metric.value)
    }


def constraints_document(limits: Limits, problem_type: ProblemType) -> Json:
    """Return the content of constraints.json."""
    return {
        "version": 0.0,
        f"{problem_type.section}_constraints": {
            name: {"threshold": limit.threshold, "comparison_operator": limit.comparison.value}
            for name, limit in limits.items()
        },
    }


def load_limits(path: Path, problem_type: ProblemType) -> Limits:
    """Read a constraints.json.

    Raises:
        AnalysisError: When the file is not such a document, or that of another kind of problem.
    """
    document = read_document(path)
    section = f"{problem_type.section}_constraints"
    limits = document.get(section)
    if not isinstance(limits, dict):
        raise AnalysisError(
            f"{path} has no {section}, but {', '.join(sorted(document)) or 'nothing'}; expected the file of a "
            f"model-quality baseline for a {problem_type}"
        )
    return {name: _limit(f"{path}: {section}.{name}", limit) for name, limit in limits.items()}


def _limit(where: str, content: Any) -> Limit:  # noqa: ANN401 - whatever the file holds
    try:
        threshold, operator = content["threshold"], content["comparison_operator"]
    except (KeyError, TypeError):
        raise AnalysisError(f"{where} is {content!r}, expected threshold and comparison_operator") from None
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise AnalysisError(f"{where}.threshold is {threshold!r}, expected a number")
    if operator not in set(Comparison):
        raise AnalysisError(f"{where}.comparison_operator is {operator!r}, expected one of {', '.join(Comparison)}")
    return Limit(float(threshold), Comparison(operator))
