"""Which setting is changed for a violation, where the change in the traffic is accepted."""

from __future__ import annotations

from run_report.violations import Finding

_OF_FEATURE = {
    "baseline_drift_check": "drift_threshold",
    "completeness_check": "completeness",
    "categorical_values_check": "allowed_values",
    "data_type_check": "data_type",
}
_THRESHOLDS = ("LessThanThreshold", "GreaterThanThreshold")
_BASELINE = ("missing_column_check", "extra_column_check", "bias_drift_check", "feature_attribution_drift_check")


def setting(finding: Finding) -> str | None:
    """Return the key that changes the limit of a violation, in `monitoring.yaml` and in the constructs' options.

    Example:
        >>> from run_report.violations import parse_violation
        >>> setting(parse_violation({"feature_name": "age", "constraint_check_type": "completeness_check"}))
        'constraints.features.age.completeness'
    """
    if finding.check in _OF_FEATURE:
        return f"constraints.features.{finding.feature}.{_OF_FEATURE[finding.check]}"
    if finding.check in _THRESHOLDS:
        return f"thresholds.{_snake(finding.feature)}"
    # What bias and attribution are compared with is the baseline itself; the service has no other limit for them.
    return "baseline" if finding.check in _BASELINE else None


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
