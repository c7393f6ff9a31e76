"""Which features a drift check can never see.

Model Monitor's distance ranks the distinct values of a sketch, not the rows (awslabs/deequ, `Distance.scala`), and its
`Robust` form takes `1.8 * sqrt((n + m) / (n * m))` off, with `n` and `m` distinct values in baseline and live data. A
boolean column therefore shows no drift however far its shares move, and nobody is told. Here they are told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# The largest possible distance before the correction.
_MAX_DISTANCE = 1.0
_CORRECTION = 1.8
# Above about this many distinct texts the analyzer keeps no distribution (deequ's default; the exact limit of the
# service is not published).
_MAX_CATEGORIES = 120
_MAX_TEXT = 800

Feature = Mapping[str, Any]


def distinct_values(statistics: Feature) -> int:
    """Return how many different values the sketch of a numerical feature holds."""
    sketch = statistics["numerical_statistics"].get("distribution", {}).get("kll", {}).get("sketch", {})
    # A value counts once however often it occurs, whatever the weight of its level: it is one step of the distribution.
    return len({value for level in sketch.get("data", []) for value in level})


def blind_features(statistics: Mapping[str, Any], constraints: Mapping[str, Any]) -> dict[str, str]:
    """Return the features whose drift the chosen method cannot see, each with the reason.

    Args:
        statistics: Content of the effective `statistics.json`.
        constraints: Content of the effective `constraints.json`, which says method and thresholds.
    """
    distribution = constraints.get("monitoring_config", {}).get("distribution_constraints", {})
    by_name = {feature["name"]: feature for feature in constraints.get("features", [])}
    reasons: dict[str, str] = {}
    for feature in statistics.get("features", []):
        overrides = by_name.get(feature["name"], {}).get("monitoringConfigOverrides", {})
        settings = {**distribution, **overrides.get("distribution_constraints", {})}
        if "Disabled" in (settings.get("perform_comparison"), overrides.get("evaluate_constraints")):
            continue  # turned off on purpose
        reason = blindness(feature, settings)
        if reason:
            reasons[feature["name"]] = reason
    return reasons


def blindness(feature: Feature, distribution: Mapping[str, Any]) -> str | None:
    """Return why the drift of one feature cannot be seen, or None when it can.

    Args:
        feature: Its entry in `statistics.json`.
        distribution: The `distribution_constraints` that hold for it.
    """
    robust = distribution.get("comparison_method", "Robust") == "Robust"
    if "string_statistics" in feature:
        has_categories = bool(feature["string_statistics"].get("distribution", {}).get("categorical"))
        return None if has_categories else f"more than about {_MAX_CATEGORIES} distinct texts"
    if "numerical_statistics" not in feature:
        return "no values"
    distinct = distinct_values(feature)
    if distinct == 0:
        return "no values"
    if distinct == 1:
        return "constant" if robust else "constant: seen only when its range changes"
    if robust and never_exceeds(distinct, float(distribution.get("comparison_threshold", 0.1))):
        return f"{distinct} distinct values"
    return None


def never_exceeds(distinct: int, threshold: float) -> bool:
    """Say whether the corrected distance stays within the threshold even for endless live data."""
    return _CORRECTION / math.sqrt(distinct) >= _MAX_DISTANCE - threshold


def describe(reasons: Mapping[str, str], *, features: int) -> str:
    """Return one sentence for the outputs of the stack, at most 800 characters, or `none`.

    Example:
        >>> describe({"sex": "2 distinct values"}, features=20)
        '1 of 20 features cannot show drift: sex (2 distinct values)'
    """
    if not reasons:
        return "none"
    items = [f"{name} ({reason})" for name, reason in reasons.items()]
    start = f"{len(items)} of {features} features cannot show drift: "
    for shown in range(len(items), 0, -1):
        rest = len(items) - shown
        text = start + ", ".join(items[:shown]) + (f" and {rest} more" if rest else "")
        if len(text) <= _MAX_TEXT:
            return text
    return f"{len(items)} of {features} features cannot show drift"
