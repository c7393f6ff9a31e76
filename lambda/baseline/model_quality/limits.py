"""Limits of model quality: how much worse than in the baseline a metric may become.

A baseline job suggests the values that the model reached in the baseline
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html). Traffic like the baseline's
is worse than that by chance in about every second run, so limits need some room.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from baseline.errors import BaselineError

# All other metrics are shares, from 0 to 1.
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
_UNBOUNDED = ("mae", "mse", "rmse", "r2")


def apply_limits(constraints: dict[str, Any], limits: Mapping[str, Any]) -> None:
    """Change the constraints of metrics in place.

    Args:
        constraints: Metric -> `threshold` and `comparison_operator`, as in `constraints.json`.
        limits: The property `Overrides`, which the library has checked. `constraints`: what is different in the
            constraints. `margins`: metric -> how much worse than suggested it may be, in its own unit. `tolerance`: how
            much worse all others may be: a share of the suggested value. For error rates (of the metrics that are
            shares, those that are better low) a share of what they leave: a rate of 0.02 with a tolerance of 0.05 may
            rise by 0.05 * 0.98, as its counterpart of 0.98 may fall by.

    Raises:
        BaselineError: A metric that is named has no constraint, or a margin no value to start from.
    """
    changes, margins = limits.get("constraints", {}), limits.get("margins", {})
    unknown = [name for name in (*changes, *margins) if name not in constraints]
    if unknown:
        raise BaselineError(
            f"Overrides names {', '.join(map(repr, unknown))}, which has no limit in the baseline; expected some of "
            f"its metrics: {', '.join(constraints)}"
        )
    for name, constraint in constraints.items():
        suggested = constraint.get("threshold")
        if _is_number(suggested):
            constraint["threshold"] = _with_room(name, constraint, margins.get(name), limits.get("tolerance", 0))
        elif name in margins:
            raise BaselineError(
                f"Overrides.margins.{name} has no value to start from: the baseline suggests {suggested!r}; give a "
                "threshold instead"
            )
        constraint.update(changes.get(name, {}))


def _with_room(name: str, constraint: Mapping[str, Any], margin: float | None, tolerance: float) -> float:
    suggested: float = constraint["threshold"]
    is_worse_low = constraint.get("comparison_operator") == "LessThanThreshold"
    is_share = name not in _UNBOUNDED
    if margin is None:
        margin = tolerance * abs(suggested if is_worse_low or not is_share else 1 - suggested)
    if margin == 0:
        return suggested
    threshold = suggested - margin if is_worse_low else suggested + margin
    return min(max(threshold, 0.0), 1.0) if is_share else threshold


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
