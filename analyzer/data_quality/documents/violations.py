"""constraint_violations.json: the constraints that a data set breaks.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from analyzer.data_quality.profile.types import DataType
from analyzer.text.jackson import Json
from analyzer.text.java_double import java_double

VIOLATIONS_FILE = "constraint_violations.json"


class CheckType(StrEnum):
    """Values of ``constraint_check_type``."""

    DATA_TYPE = "data_type_check"
    COMPLETENESS = "completeness_check"
    BASELINE_DRIFT = "baseline_drift_check"
    MISSING_COLUMN = "missing_column_check"
    EXTRA_COLUMN = "extra_column_check"
    CATEGORICAL_VALUES = "categorical_values_check"


@dataclass(frozen=True)
class Violation:
    """One broken constraint. The descriptions below are the texts that the service's container writes."""

    feature_name: str
    check_type: CheckType
    description: str


def violations_document(violations: Iterable[Violation]) -> Json:
    """Return the content of constraint_violations.json."""
    return {
        "violations": [
            {
                "feature_name": violation.feature_name,
                "constraint_check_type": violation.check_type.value,
                "description": violation.description,
            }
            for violation in violations
        ]
    }


def data_type_violation(feature: str, expected: DataType, threshold: float, share: float) -> Violation:
    """Too few values have the expected type; ``threshold`` and ``share`` are 0 to 1."""
    text = (
        f"Data type match requirement is not met. Expected data type: {expected}, Expected match: "
        f"{_percent(threshold)}. Observed: Only {_percent(share)} of data is {expected}."
    )
    return Violation(feature, CheckType.DATA_TYPE, text)


def completeness_violation(feature: str, expected: float, observed: float) -> Violation:
    """More values are missing than in the baseline; both shares are 0 to 1."""
    text = (
        f"Data completeness requirement is not met. Expected: {_percent(expected)}. "
        f"Observed: Only {_percent(observed)}."
    )
    return Violation(feature, CheckType.COMPLETENESS, text)


def categorical_values_violation(feature: str, threshold: float, share: float) -> Violation:
    """Too few texts are among the known categories.

    The service's present wording is not published; this one follows its other sentences.
    """
    text = (
        f"Categorical values requirement is not met. Expected match: {_percent(threshold)}. "
        f"Observed: Only {_percent(share)} of data is in the domain of the baseline."
    )
    return Violation(feature, CheckType.CATEGORICAL_VALUES, text)


def drift_violation(feature: str, distance: float, threshold: float) -> Violation:
    """The distribution is farther from the baseline's than allowed."""
    text = f"Baseline drift distance: {java_double(distance)} exceeds threshold: {java_double(threshold)}"
    return Violation(feature, CheckType.BASELINE_DRIFT, text)


def improbable_drift_violation(feature: str, p_value: float, threshold: float) -> Violation:
    """The chi-squared test finds the distribution too improbable under the baseline's.

    The service's wording is not published; a p-value that violates is small, so "exceeds" would be wrong.
    """
    text = f"Baseline drift p-value: {java_double(p_value)} is below threshold: {java_double(threshold)}"
    return Violation(feature, CheckType.BASELINE_DRIFT, text)


def column_count_violation(observed: int, expected: int) -> Violation:
    """The data set has fewer or more columns than the baseline."""
    kind, check = ("missing", CheckType.MISSING_COLUMN) if observed < expected else ("extra", CheckType.EXTRA_COLUMN)
    text = (
        f"There are {kind} columns in current dataset. Number of columns in current dataset: {observed}, "
        f"Number of columns in baseline constraints: {expected}"
    )
    return Violation(f"{kind.capitalize()} columns", check, text)


def _percent(share: float) -> str:
    return f"{java_double(share * 100)}%"
