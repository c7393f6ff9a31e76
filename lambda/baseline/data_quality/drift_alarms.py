"""Alarms on drift that could never go off: a run reports only distances above the constraint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baseline.data_quality.effective import feature_names
from baseline.data_quality.overrides import unknown_features
from baseline.errors import BaselineError

# The analyzer's own limit, where a file names none.
_DEFAULT_THRESHOLD = 0.1


def check_alarms(alarms: Mapping[str, float], constraints: Mapping[str, Any]) -> None:
    """Compare the thresholds of alarms with the effective constraints.

    Args:
        alarms: Feature -> distance of its alarm.
        constraints: Content of the effective `constraints.json`.

    Raises:
        BaselineError: A feature does not exist, is not checked for drift, or is reported too late for its alarm.
    """
    features = {feature["name"]: feature for feature in constraints["features"]}
    unknown = [name for name in alarms if name not in features]
    if unknown:
        raise BaselineError(unknown_features("DriftAlarms", unknown, feature_names(dict(constraints))))
    for name, alarm in alarms.items():
        _check(name, alarm, features[name], constraints.get("monitoring_config", {}))


def _check(name: str, alarm: float, feature: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    own = feature.get("monitoringConfigOverrides", {})
    settings = {**config.get("distribution_constraints", {}), **own.get("distribution_constraints", {})}
    evaluated = own.get("evaluate_constraints", config.get("evaluate_constraints"))
    if "Disabled" in (evaluated, settings.get("perform_comparison")):
        raise BaselineError(
            f"the drift of {name!r} is not checked, so its alarm at {alarm:g} would never go into ALARM; turn the "
            "check of this feature on, or leave the alarm out"
        )
    is_text = feature.get("inferred_type") == "String"
    if is_text and settings.get("categorical_drift_method") == "ChiSquared":
        return  # its limit is a p-value, and no distance
    limit = settings.get("comparison_threshold", _DEFAULT_THRESHOLD)
    threshold = float(settings.get("categorical_comparison_threshold", limit) if is_text else limit)
    if threshold > alarm:
        raise BaselineError(
            f"the drift of {name!r} is reported above {threshold:g} only, so its alarm at {alarm:g} would miss all "
            f"between the two; set the drift threshold of this feature to {alarm:g} or less, or the alarm's to "
            f"{threshold:g} or more"
        )
