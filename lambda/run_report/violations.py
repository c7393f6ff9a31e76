"""The texts of `constraint_violations.json` as numbers, for all kinds of monitors.

Texts: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-feature-attribute-drift-violations.html and real runs of 2019 to
2026. The service publishes no grammar, so a text that is not known is shown as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_COLUMNS = re.compile(r"current dataset: (?P<value>\d+), .*baseline constraints: (?P<limit>\d+)")
_DISTANCE = re.compile(r"distance: (?P<value>\S+) exceeds threshold: (?P<limit>\S+)")
_P_VALUE = re.compile(r"p-value: (?P<value>\S+) is below threshold: (?P<limit>\S+)")
_METRIC = re.compile(r"with (?P<value>\S+) \+/- (?P<spread>\S+) was \w+Threshold '(?P<limit>[^']+)'")
# The first wording is that of real runs, the second that of the guide.
_BIAS = re.compile(
    r"value (?P<value>\S+) (?:doesn't|does not) meet the (?:baseline )?constraint requirement (?P<limit>\S+)",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(r"attribution drift (?P<value>\S+) exceeds threshold (?P<limit>\S+)")
_PERCENT = re.compile(r"Expected(?: match)?: (?P<limit>[\d.E-]+)%.*Observed: Only (?P<value>[\d.E-]+)%")
# The wording of 2019 and 2020, deequ's own; it names no limit.
_RATIO = re.compile(r"Value: (?P<value>\S+) does not meet the constraint requirement")

_EXPECTED_TYPE = re.compile(r"Expected data type: (?P<type>\w+)")

DRIFT_CHECK = "baseline_drift_check"
_TYPE_CHECK = "data_type_check"
COLUMN_CHECKS = ("missing_column_check", "extra_column_check")
_LABELS = {
    "missing_column_check": "column count",
    "extra_column_check": "column count",
    _TYPE_CHECK: "data type",
    "completeness_check": "completeness",
    DRIFT_CHECK: "drift",
    "categorical_values_check": "allowed values",
    "LessThanThreshold": "too low",
    "GreaterThanThreshold": "too high",
    "bias_drift_check": "bias",
    "feature_attribution_drift_check": "attribution drift",
}


@dataclass(frozen=True)
class Finding:
    """One violation, ready to be shown.

    Attributes:
        feature: What it is about, as the report has it: a feature, a metric of the model, a metric of bias with its
            group, or a label.
        check: `constraint_check_type`.
        value: What was observed; empty when the text is not known.
        limit: What is allowed; empty when the text does not say.
        description: The text itself.
        severity: How far beyond the limit, as a share of the limit; infinite when columns are missing or too many.
    """

    feature: str
    check: str
    value: str
    limit: str
    description: str
    severity: float

    @property
    def is_about_columns(self) -> bool:
        """Whether the records have other columns than the baseline, which hides every other check."""
        return self.check in COLUMN_CHECKS

    @property
    def has_unknown_check(self) -> bool:
        """Whether the check is named by the report alone, in words that are not ours."""
        return self.check not in _LABELS

    @property
    def label(self) -> str:
        """The check in words."""
        return _LABELS.get(self.check, self.check.removesuffix("_check").replace("_", " "))


def parse_violation(violation: Mapping[str, object]) -> Finding:
    """Read one entry of a violations file; whatever it holds, nothing is lost and nothing is raised."""
    feature = _subject(violation)
    check = str(violation.get("constraint_check_type", "unknown check"))
    description = " ".join(str(violation.get("description", "")).split())
    value, limit, severity = _numbers(check, description)
    return Finding(feature, check, value, limit, description, severity)


def drift_distance(finding: Finding) -> float | None:
    """Return the distance to the baseline that a violation of drift tells, or None if it tells none.

    A test of significance tells a probability in place of a distance; what it reports counts as 1.
    """
    if finding.check != DRIFT_CHECK:
        return None
    if _P_VALUE.search(finding.description):
        return 1.0
    match = _DISTANCE.search(finding.description)
    try:
        return float(match["value"]) if match else None
    except ValueError:  # a number in a notation that is not known
        return None


def expected_type(finding: Finding) -> str | None:
    """Return the type that a violation of the data type says was expected, or None for another violation."""
    match = _EXPECTED_TYPE.search(finding.description) if finding.check == _TYPE_CHECK else None
    return match["type"] if match else None


def by_severity(findings: list[Finding]) -> list[Finding]:
    """Return the findings, the most severe first; equally severe ones by name."""
    return sorted(findings, key=lambda finding: (-finding.severity, finding.feature, finding.check))


def _subject(violation: Mapping[str, object]) -> str:
    if "feature_name" in violation:
        return str(violation["feature_name"])
    if "facet" in violation:
        return f"{violation.get('metric_name', 'bias')} of {violation['facet']}={violation.get('facet_value', '?')}"
    # Attribution drift has one entry for each label and always the same metric name.
    return str(violation.get("label", violation.get("metric_name", "(no feature named)")))


def _numbers(check: str, description: str) -> tuple[str, str, float]:
    """Return value, limit and severity of a description."""
    if match := _COLUMNS.search(description):
        return match["value"], match["limit"], math.inf
    try:
        for pattern in (_DISTANCE, _P_VALUE, _METRIC, _BIAS, _ATTRIBUTION):
            if match := pattern.search(description):
                value, limit = float(match["value"]), float(match["limit"])
                return _short(value, limit), _short(limit), _beyond(value, limit)
        if match := _PERCENT.search(description):
            value, limit = float(match["value"]), float(match["limit"])
            return f"{_short(value, limit)} %", f"{_short(limit)} %", (limit - value) / limit if limit else 0.0
        if match := _RATIO.search(description):
            value = float(match["value"])
            return f"{_short(100 * value, 100.0)} %", "", 1 - value
    except ValueError:  # a number in a notation that is not known
        pass
    return "", "", math.inf if check in COLUMN_CHECKS else 0.0


def _beyond(value: float, limit: float) -> float:
    """Return how far a value lies beyond its limit, as a share of the limit.

    The size of both counts and not the sign: a metric of bias may be as far below zero as above it.
    """
    distance = abs(abs(value) - abs(limit))
    if not math.isfinite(distance):
        return math.inf
    return distance / abs(limit) if limit else distance


def _short(value: float, limit: float | None = None) -> str:
    """Return three or so digits, or all of them where fewer would show the value as equal to its limit."""
    text = f"{value:.4g}"
    return repr(value) if limit is not None and value != limit and text == f"{limit:.4g}" else text
