"""Alarms that could never go into ALARM are refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from model_monitor import CategoricalFeatures, ConstraintOverrides, DataQualityAlarms, FeatureConstraints

Refused = Callable[..., AbstractContextManager[None]]
DRIFT = DataQualityAlarms(drift={"age": 0.1})
SHIFT = DataQualityAlarms(mean_shift={"age": 0.5})
AGE = FeatureConstraints


@pytest.mark.parametrize(
    ("alarms", "constraints", "categorical", "text"),
    [
        (DRIFT, ConstraintOverrides(drift_enabled=False), None, "drift_enabled=False"),
        (DRIFT, ConstraintOverrides(features={"age": AGE(drift_enabled=False)}), None, "drift_enabled=False"),
        (DRIFT, ConstraintOverrides(features={"age": AGE(enabled=False)}), None, "enabled=False"),
        (SHIFT, ConstraintOverrides(features={"age": AGE(enabled=False)}), None, "enabled=False"),
        (SHIFT, ConstraintOverrides(), CategoricalFeatures.of(["age"]), "together with categorical"),
        (DataQualityAlarms(drift={"age": 0.05}), ConstraintOverrides(), None, "at least 0.1"),
        (DRIFT, ConstraintOverrides(features={"age": AGE(drift_threshold=0.3)}), None, "at least 0.3"),
        (
            DRIFT,
            ConstraintOverrides(drift_threshold=0.2, categorical_drift_threshold=0.3),
            None,
            "at least 0.2, the drift threshold",
        ),
    ],
)
def test_an_alarm_that_could_see_nothing_is_refused(
    alarms: DataQualityAlarms,
    constraints: ConstraintOverrides,
    categorical: CategoricalFeatures | None,
    text: str,
    refused: Refused,
) -> None:
    with refused(text):
        alarms.require_effect(constraints, categorical, computed=True)


def test_an_alarm_that_can_see_something_is_taken() -> None:
    both = ConstraintOverrides(drift_enabled=False, features={"age": AGE(drift_enabled=True)})
    DRIFT.require_effect(both, None, computed=True)
    SHIFT.require_effect(ConstraintOverrides(), CategoricalFeatures.auto(), computed=True)
    DataQualityAlarms(drift={"age": 0.05}).require_effect(ConstraintOverrides(), None, computed=False)
    lower = ConstraintOverrides(features={"age": AGE(drift_threshold=0.05)})
    DataQualityAlarms(drift={"age": 0.05}).require_effect(lower, None, computed=True)
