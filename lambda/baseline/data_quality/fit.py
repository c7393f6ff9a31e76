"""Whether the two files of a baseline belong together.

Runs look a feature's distribution up in the statistics, and check nothing where it is not found. So files of two
different jobs, or files that somebody has changed, would switch drift checks off without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from baseline.data_quality import blind
from baseline.errors import BaselineError

Content = Mapping[str, Any]

_SHOWN = 10
# The analyzer keeps the counts of texts of which there are few; its limit is not published, and lies well above this.
_FEW_TEXTS = 50


def require_fit(statistics: Content, constraints: Content, *, where: str) -> None:
    """Check that every feature of one file is one of the other, in the same order.

    Args:
        statistics: Content of `statistics.json`.
        constraints: Content of `constraints.json`.
        where: The folder of both.

    Raises:
        BaselineError: Drift of a feature would not be checked, or would be checked against another feature.
    """
    measured, constrained = (
        [str(feature["name"]) for feature in file["features"]] for file in (statistics, constraints)
    )
    problems = [
        f"{file} lacks {_listed(lacking)}"
        for file, lacking in (
            ("statistics.json", [name for name in constrained if name not in measured]),
            ("constraints.json", [name for name in measured if name not in constrained]),
        )
        if lacking
    ]
    if not problems and measured != constrained:
        differing = [name for name, other in zip(constrained, measured, strict=False) if name != other]
        problems = [f"they have {_listed(differing or constrained)} in another order, or more than once"]
    if problems:
        raise BaselineError(
            f"the baseline's files in {where} do not fit each other: {'; '.join(problems)}. Give both files of one "
            "baseline job"
        )


def require_distributions(statistics: Content, constraints: Content, *, where: str) -> None:
    """Check that there is something to compare each feature with whose drift is checked.

    Args:
        statistics: Content of `statistics.json`.
        constraints: Content of the effective `constraints.json`, which says what is checked.
        where: The folder of the files.

    Raises:
        BaselineError: A feature had values, but its distribution is gone.
    """
    types = {feature["name"]: feature.get("inferred_type") for feature in constraints["features"]}
    lacking = [
        feature["name"]
        for feature, _ in blind.checked_features(statistics, constraints)
        if _lacks_distribution(feature, types.get(feature["name"]))
    ]
    if lacking:
        raise BaselineError(
            f"statistics.json in {where} has no distribution of {_listed(lacking)}, so drift would not be checked. "
            "Give both files of one baseline job, or turn the drift check of these features off"
        )


def _lacks_distribution(feature: Content, expected_type: str | None) -> bool:
    for kind in ("numerical_statistics", "string_statistics"):
        measured = feature.get(kind)
        if isinstance(measured, dict):
            if not measured.get("common", {}).get("num_present", 1):
                return False
            if kind == "numerical_statistics":
                return not blind.distinct_values(feature)
            has_counts = bool(((measured.get("distribution") or {}).get("categorical") or {}).get("buckets"))
            return not has_counts and measured.get("distinct_count", 0) <= _FEW_TEXTS
    return expected_type != "Unknown"


def _listed(names: Iterable[str]) -> str:
    listed = [repr(name) for name in names]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
