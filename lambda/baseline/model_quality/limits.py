"""Limits of model quality: how much worse than in the baseline a metric may become.

A baseline job suggests the values that the model reached in the baseline
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-baseline.html). Traffic like the baseline's
is worse than that by chance in about every second run, so limits need some room.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from baseline.errors import BaselineError

_LESS = "LessThanThreshold"
# All other metrics are shares, from 0 to 1.
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
_UNBOUNDED = ("mae", "mse", "rmse", "r2")


@dataclass(frozen=True)
class MetricLimit:
    """A change of the limit of one metric; None leaves what was suggested.

    Attributes:
        threshold: The limit itself.
        margin: How much worse than suggested the metric may be, in its own unit.
        comparison: Operator of the comparison that is a violation.
    """

    threshold: float | None = None
    margin: float | None = None
    comparison: str | None = None


@dataclass(frozen=True)
class QualityLimits:
    """Changes to the suggested constraints.

    Attributes:
        tolerance: How much worse than suggested a metric may be that `metrics` gives neither threshold nor margin: a
            share of the suggested value. For error rates (of the metrics that are shares, those that are better low)
            a share of what they leave: a rate of 0.02 with a tolerance of 0.05 may rise by 0.05 * 0.98, as its
            counterpart of 0.98 may fall by.
        metrics: Changes for single metrics.
    """

    tolerance: float = 0.0
    metrics: Mapping[str, MetricLimit] = field(default_factory=dict)

    def apply(self, constraints: dict[str, Any]) -> None:
        """Change the constraints of metrics in place.

        Args:
            constraints: Metric -> `threshold` and `comparison_operator`, as in `constraints.json`.

        Raises:
            BaselineError: A metric that is named has no constraint, or a margin no value to start from.
        """
        unknown = [name for name in self.metrics if name not in constraints]
        if unknown:
            raise BaselineError(
                f"Overrides.metrics names {', '.join(map(repr, unknown))}, which has no limit in the baseline; "
                f"expected some of its metrics: {', '.join(constraints)}"
            )
        for name, constraint in constraints.items():
            limit = self.metrics.get(name, MetricLimit())
            if limit.comparison is not None:
                constraint["comparison_operator"] = limit.comparison
            threshold = self._threshold(name, constraint, limit)
            if threshold is not None:
                constraint["threshold"] = threshold

    def _threshold(self, name: str, constraint: Mapping[str, Any], limit: MetricLimit) -> Any:  # noqa: ANN401 - as found
        if limit.threshold is not None:
            return limit.threshold
        suggested, is_worse_low = constraint.get("threshold"), constraint.get("comparison_operator") == _LESS
        if not _is_number(suggested):
            if limit.margin is not None:
                raise BaselineError(
                    f"Overrides.metrics.{name}.margin has no value to start from: the baseline suggests {suggested!r}; "
                    "give a threshold instead"
                )
            return suggested
        is_share = name not in _UNBOUNDED
        margin = limit.margin
        if margin is None:
            margin = self.tolerance * abs(suggested if is_worse_low or not is_share else 1 - suggested)
        if margin == 0:
            return suggested
        threshold = suggested - margin if is_worse_low else suggested + margin
        return min(max(threshold, 0.0), 1.0) if is_share else threshold


def parse_limits(content: Mapping[str, Any]) -> QualityLimits:
    """Read the property `Overrides`, which the library has checked.

    Example:
        >>> parse_limits({"tolerance": 0.05, "metrics": {"recall": {"threshold": 0.8}}}).tolerance
        0.05
    """
    metrics = {name: MetricLimit(**limit) for name, limit in content.get("metrics", {}).items()}
    return QualityLimits(content.get("tolerance") or 0.0, metrics)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
