"""What a value must be like to show a violation of its feature.

The rules are those by which the analysis counts (the analyzer's `data_quality/check.py`; a test compares them). Drift
has no single value that is wrong: there, values are shown that the baseline does not have at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from run_report.distribution import Categories
from run_report.model import RunReport, Side
from run_report.violations import COLUMN_CHECKS, DRIFT_CHECK, Finding, expected_type

Key = tuple[str, str]
"""Feature and check of a violation."""

_SIGN = r"[+-]? ?"
_INTEGRAL = re.compile(_SIGN + r"[0-9]+")
_NUMERIC = re.compile(_SIGN + r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 400
_MOST_RULES = 50


@dataclass(frozen=True)
class Rule:
    """What shows a violation.

    Attributes:
        key: The violation.
        position: Column of the feature.
        what: What is wrong, as a noun.
        breaks: Whether a value is wrong; None stands for no value.
    """

    key: Key
    position: int
    what: str
    breaks: Callable[[str | None], bool]


@dataclass(frozen=True)
class ColumnRule:
    """What shows that records have other columns than the baseline."""

    key: Key
    sign: int
    what: str = "other columns than the baseline's"

    def breaks(self, surplus: int) -> bool:
        """Say whether a record is one of those, by the number of its columns beyond the baseline's."""
        return surplus * self.sign > 0


def column_rules(findings: Sequence[Finding]) -> tuple[ColumnRule, ...]:
    """Return the rules for violations of the number of columns."""
    return tuple(
        ColumnRule((finding.feature, finding.check), 1 if finding.check.startswith("extra") else -1)
        for finding in findings
        if finding.check in COLUMN_CHECKS
    )


def value_rules(details: RunReport, constraints: Mapping[str, Any], columns: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules for violations of single features, for as many as there is time.

    Args:
        details: What is known of the run.
        constraints: What the run was compared with.
        columns: Names of the columns of rows, in their order.
    """
    positions = {name: position for position, name in enumerate(columns)}
    domains = {
        str(feature.get("name")): feature.get("string_constraints", {}).get("domains")
        for feature in constraints.get("features", ())
        if isinstance(feature, dict)
    }
    return tuple(_rules(details, domains, positions))[:_MOST_RULES]


def _rules(details: RunReport, domains: Mapping[str, Any], positions: Mapping[str, int]) -> Iterator[Rule]:
    for finding in details.findings:
        position = positions.get(finding.feature)
        feature = details.feature(finding.feature)
        found = _test(finding, feature.before if feature else None, domains.get(finding.feature))
        if position is not None and found is not None:
            yield Rule((finding.feature, finding.check), position, *found)


def _test(finding: Finding, before: Side | None, domain: object) -> tuple[str, Callable[[str | None], bool]] | None:
    if finding.check == "completeness_check":
        return "no value", lambda text: text is None
    if finding.check == "data_type_check":
        return _TYPES.get(expected_type(finding) or "")
    if finding.check == "categorical_values_check" and isinstance(domain, list):
        known = {str(text) for text in domain}
        return "values that are not allowed", lambda text: text is not None and text not in known
    return _unseen(before) if finding.check == DRIFT_CHECK and before is not None else None


def _unseen(before: Side) -> tuple[str, Callable[[str | None], bool]] | None:
    """Return how to tell values that the baseline does not have, or None where its files do not tell."""
    if isinstance(before.distribution, Categories):
        known = before.distribution.counts
        return "categories that the baseline does not have", lambda text: text is not None and text not in known
    low, high = before.smallest, before.largest
    if low is None or high is None:
        return None

    def is_outside(text: str | None) -> bool:
        number = _number(text)
        return number is not None and not low <= number <= high

    return "values outside of the baseline's range", is_outside


def _number(text: str | None) -> float | None:
    if text is None or len(text) > _LONGEST_NUMBER or not _NUMERIC.fullmatch(text):
        return None
    return float(text.replace(" ", ""))


def _is_no(pattern: re.Pattern[str]) -> Callable[[str | None], bool]:
    return lambda text: text is not None and len(text) <= _LONGEST_NUMBER and not pattern.fullmatch(text)


_TYPES: Mapping[str, tuple[str, Callable[[str | None], bool]]] = {
    "Integral": ("values that are no whole numbers", _is_no(_INTEGRAL)),
    "Fractional": ("values that are no numbers", _is_no(_NUMERIC)),
    "String": (
        "numbers in place of texts",
        lambda text: text is not None and len(text) <= _LONGEST_NUMBER and bool(_NUMERIC.fullmatch(text)),
    ),
}
