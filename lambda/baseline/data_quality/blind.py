"""Which features a drift check cannot see, or sees only in part.

Model Monitor's distance ranks the distinct values of a sketch, not the rows (awslabs/deequ, `Distance.scala`), and its
`Robust` form takes `1.8 * sqrt((n + m) / (n * m))` off, with `n` and `m` distinct values in baseline and live data. So
a column whose live values are among those of the baseline shows drift only through the values that are gone, never
through how often the others occur; with few distinct values not even that exceeds the threshold. A flag or a small
integer can move as far as it likes, and nobody is told. Here they are told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_CORRECTION = 1.8
# A value of a continuous column hardly ever comes twice; one with fewer distinct values than this share of its rows
# repeats them, and then it is their shares that matter.
_CONTINUOUS_SHARE = 0.05
# Above about this many distinct texts the analyzer keeps no distribution (deequ's default; the exact limit of the
# service is not published).
_MAX_CATEGORIES = 120
_MAX_TEXT = 800
_MAX_BLIND_TEXT = 500

Feature = Mapping[str, Any]


def distinct_values(statistics: Feature) -> int:
    """Return how many different values the sketch of a numerical feature holds."""
    sketch = ((statistics["numerical_statistics"].get("distribution") or {}).get("kll") or {}).get("sketch") or {}
    # A value counts once however often it occurs, whatever the weight of its level: it is one step of the distribution.
    return len({value for level in sketch.get("data", []) for value in level})


def blind_features(statistics: Mapping[str, Any], constraints: Mapping[str, Any]) -> dict[str, str]:
    """Return the features whose drift the chosen method cannot see, each with the reason.

    Args:
        statistics: Content of the effective `statistics.json`.
        constraints: Content of the effective `constraints.json`, which says method and thresholds.
    """
    checked = checked_features(statistics, constraints)
    return {feature["name"]: reason for feature, settings in checked if (reason := blindness(feature, settings))}


def half_blind_features(statistics: Mapping[str, Any], constraints: Mapping[str, Any]) -> list[str]:
    """Return the features that show drift only when values appear or vanish, not when their shares move."""
    return [
        feature["name"]
        for feature, settings in checked_features(statistics, constraints)
        if "numerical_statistics" in feature
        and not blindness(feature, settings)
        and distinct_values(feature) < _CONTINUOUS_SHARE * feature["numerical_statistics"]["common"]["num_present"]
    ]


def checked_features(
    statistics: Mapping[str, Any], constraints: Mapping[str, Any]
) -> Iterator[tuple[Feature, Mapping[str, Any]]]:
    """Give each feature that is checked for drift, with the settings that hold for it."""
    distribution = constraints.get("monitoring_config", {}).get("distribution_constraints", {})
    by_name = {feature["name"]: feature for feature in constraints.get("features", [])}
    for feature in statistics.get("features", []):
        overrides = by_name.get(feature["name"], {}).get("monitoringConfigOverrides", {})
        settings = {**distribution, **overrides.get("distribution_constraints", {})}
        if "Disabled" not in (settings.get("perform_comparison"), overrides.get("evaluate_constraints")):
            yield feature, settings  # any other was turned off on purpose


def blindness(feature: Feature, distribution: Mapping[str, Any]) -> str | None:
    """Return why the drift of one feature cannot be seen, or None when it can.

    Args:
        feature: Its entry in `statistics.json`.
        distribution: The `distribution_constraints` that hold for it.
    """
    robust = distribution.get("comparison_method", "Robust") == "Robust"
    if "string_statistics" in feature:
        has_categories = bool((feature["string_statistics"].get("distribution") or {}).get("categorical"))
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
    """Say whether the corrected distance stays within the threshold while live values are among the baseline's.

    The distance is largest when the live data hold only the highest or only the lowest values of the baseline; the
    fewer these are, the larger is the correction.
    """
    return all(
        (distinct - live) / distinct - _CORRECTION * math.sqrt((distinct + live) / (distinct * live)) <= threshold
        for live in range(1, distinct + 1)
    )


def describe(reasons: Mapping[str, str], half_blind: Sequence[str] = (), *, features: int) -> str:
    """Return one or two sentences for the outputs of the stack, at most 800 characters, or `none`.

    Example:
        >>> describe({"sex": "2 distinct values"}, ["age"], features=20)
        '1 of 20 features cannot show drift: sex (2 distinct values). 1 show it only when values appear or vanish: age'
    """
    sentences = []
    if reasons:
        start = f"{len(reasons)} of {features} features cannot show drift: "
        sentences.append(_list(start, [f"{name} ({reason})" for name, reason in reasons.items()], _MAX_BLIND_TEXT))
    if half_blind:
        who = f"{len(half_blind)} of {features} features show drift" if not reasons else f"{len(half_blind)} show it"
        start = f"{who} only when values appear or vanish: "
        room = _MAX_TEXT - len(". ".join([*sentences, ""]))
        sentences.append(_list(start, list(half_blind), room))
    return ". ".join(sentences) or "none"


def _list(start: str, items: Sequence[str], room: int) -> str:
    for shown in range(len(items), 0, -1):
        rest = len(items) - shown
        text = start + ", ".join(items[:shown]) + (f" and {rest} more" if rest else "")
        if len(text) <= room:
            return text
    return start.removesuffix(": ")
