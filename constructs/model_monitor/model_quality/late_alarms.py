"""Alarms on metrics that wait for worse than what a run reports as a violation."""

from __future__ import annotations

from collections.abc import Mapping

from model_monitor.alarms.two_limits import late_alarm
from model_monitor.errors import ConfigurationError, Key, Setting
from model_monitor.internal.tokens import is_token
from model_monitor.model_quality.alarms import MetricLimit, ModelQualityAlarms
from model_monitor.model_quality.problem import Better, ProblemType


def late_alarms(
    alarms: ModelQualityAlarms, thresholds: Mapping[str, float | MetricLimit], problem: ProblemType
) -> list[ConfigurationError]:
    """Return what to warn of, as far as it is known at synthesis; there is nothing unless any violation alarms.

    Args:
        alarms: The alarms.
        thresholds: Limits of violations. Those that the baseline decides are not known.
        problem: What the model predicts.
    """
    if not alarms.any_violation:
        return []
    limits = {name: _limit(thresholds[name]) for name in sorted(alarms.metrics) if name in thresholds}
    return [
        late_alarm(
            option=("alarms", "metrics", Key(name)),
            got=f"an alarm on {name} at {_words(alarms.metrics[name])}",
            expected=f"{_words(limit)}, its limit in the thresholds",
            raised=Setting(("thresholds", Key(name)), alarms.metrics[name].value),
            where="the monitor",
        )
        for name, limit in limits.items()
        if _comes_later(alarms.metrics[name], limit, problem.require_metric(name))
    ]


def _limit(threshold: float | MetricLimit) -> MetricLimit:
    return threshold if isinstance(threshold, MetricLimit) else MetricLimit.at(threshold)


def _words(limit: MetricLimit) -> str:
    return f"{limit.value:g}{' worse than the baseline' if limit.relative_to_baseline else ''}"


def _comes_later(alarm: MetricLimit, violation: MetricLimit, better: Better) -> bool:
    """Say whether a metric that becomes worse reaches the limit of violations first."""
    if (
        alarm.relative_to_baseline != violation.relative_to_baseline
        or is_token(alarm.value)
        or is_token(violation.value)
    ):
        return False
    if better is Better.HIGHER and not alarm.relative_to_baseline:
        return alarm.value < violation.value
    return alarm.value > violation.value
