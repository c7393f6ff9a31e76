"""An alarm beyond the limit of violations changes nothing while any violation alarms: the synthesis says so."""

from __future__ import annotations

import pytest
from aws_cdk import Stack

from model_monitor import (
    ConstraintOverrides,
    DataQualityAlarms,
    FeatureConstraints,
    MetricLimit,
    ModelQualityAlarms,
    ProblemType,
)
from model_monitor.alarms.two_limits import ALARM_ABOVE_CONSTRAINT
from model_monitor.model_quality.late_alarms import late_alarms
from tests.constructs.conftest import Kit

LATE = DataQualityAlarms(drift={"age": 0.3})
AT, TOLERATED = MetricLimit.at, MetricLimit.baseline


@pytest.mark.parametrize(
    ("alarms", "constraints", "computed", "limit"),
    [
        (LATE, ConstraintOverrides(), True, "0.1"),
        (LATE, ConstraintOverrides(drift_threshold=0.2), True, "0.2"),
        (LATE, ConstraintOverrides(features={"age": FeatureConstraints(drift_threshold=0.3)}), True, None),
        (LATE, ConstraintOverrides(), False, None),
        (LATE, ConstraintOverrides(categorical_drift_threshold=0.3), True, None),
        (DataQualityAlarms(drift={"age": 0.3}, any_violation=False), ConstraintOverrides(), True, None),
    ],
    ids=["suggested", "all features", "same", "unknown", "if it is a text", "no other alarm"],
)
def test_drift_alarms_that_come_later_than_violations_are_named(
    alarms: DataQualityAlarms, constraints: ConstraintOverrides, computed: bool, limit: str | None
) -> None:
    texts = [str(warning) for warning in alarms.late_ones(constraints, computed=computed)]
    expected = f"got an alarm at a drift of 0.3 for 'age'; expected {limit}, the drift threshold of the constraints"
    assert [text.partition(":")[0] for text in texts] == ([expected] if limit else [])


@pytest.mark.parametrize(
    ("metric", "alarm", "threshold", "is_late"),
    [
        ("recall", AT(0.7), 0.8, True),
        ("recall", AT(0.9), 0.8, False),
        ("false_positive_rate", AT(0.2), 0.1, True),
        ("false_positive_rate", AT(0.1), 0.1, False),
        ("recall", TOLERATED(tolerance=0.1), TOLERATED(tolerance=0.05), True),
        ("recall", TOLERATED(tolerance=0.01), TOLERATED(tolerance=0.05), False),
        ("recall", AT(0.7), TOLERATED(tolerance=0.05), False),
        ("recall", AT(0.7), None, False),
    ],
)
def test_the_direction_of_a_metric_decides_which_limit_comes_first(
    metric: str, alarm: MetricLimit, threshold: float | MetricLimit | None, is_late: bool
) -> None:
    problem = ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.5)
    thresholds = {} if threshold is None else {metric: threshold}
    assert bool(late_alarms(ModelQualityAlarms(metrics={metric: alarm}), thresholds, problem)) is is_late
    silent = ModelQualityAlarms(metrics={metric: alarm}, any_violation=False)
    assert late_alarms(silent, thresholds, problem) == []


def test_the_synthesis_warns_with_a_fix_and_an_id_that_can_be_acknowledged(kit: Kit, stack: Stack) -> None:
    monitor = kit.monitor(stack, alarms=LATE)
    quality = kit.model_quality(
        stack, alarms=ModelQualityAlarms(metrics={"recall": AT(0.7)}), thresholds={"recall": 0.8}
    )
    for late, fix in ((monitor, "add drift_threshold=0.3"), (quality, "add thresholds['recall']=0.7")):
        (entry,) = [entry for entry in late.node.metadata if entry.type == "aws:cdk:warning"]
        assert fix in str(entry.data)
        assert "or use alarms.any_violation=False" in str(entry.data)
        assert ALARM_ABOVE_CONSTRAINT in str(entry.data)
