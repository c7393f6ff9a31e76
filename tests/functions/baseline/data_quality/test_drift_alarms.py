"""An alarm on drift that could never go off fails the deployment."""

import pytest

from baseline.data_quality.drift_alarms import check_alarms
from baseline.errors import BaselineError


def constraints(*, config=None, **features):
    distribution = {"perform_comparison": "Enabled", "comparison_threshold": 0.1, "comparison_method": "Robust"}
    return {
        "features": [{"name": name, "inferred_type": "Fractional", **feature} for name, feature in features.items()],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "distribution_constraints": distribution | (config or {}),
        },
    }


def own(**distribution):
    return {"monitoringConfigOverrides": {"distribution_constraints": distribution}}


TEXT = {"inferred_type": "String"}


@pytest.mark.parametrize(
    ("alarm", "found"),
    [
        (0.1, constraints(age={})),
        (0.3, constraints(age={})),
        (0.05, constraints(age=own(comparison_threshold=0.05))),
        (0.2, constraints(age=TEXT, config={"comparison_threshold": 0.5, "categorical_comparison_threshold": 0.2})),
        (0.1, constraints(age=TEXT)),
        (0.01, constraints(age=TEXT, config={"categorical_drift_method": "ChiSquared"})),
        (0.1, {"features": [{"name": "age"}]}),
    ],
)
def test_an_alarm_at_or_above_the_constraint_is_fine(alarm, found):
    check_alarms({"age": alarm}, found)


@pytest.mark.parametrize(
    ("alarm", "found", "threshold"),
    [
        (0.05, constraints(age={}), "0.1"),
        (0.1, constraints(age=own(comparison_threshold=0.3)), "0.3"),
        (0.1, constraints(age=TEXT, config={"categorical_comparison_threshold": 0.2}), "0.2"),
        (0.05, constraints(age=TEXT), "0.1"),
    ],
)
def test_an_alarm_below_the_constraint_is_told_with_both_numbers_and_both_fixes(alarm, found, threshold):
    with pytest.raises(BaselineError) as caught:
        check_alarms({"age": alarm}, found)
    text = str(caught.value)
    assert f"the drift of 'age' is reported above {threshold} only, so its alarm at {alarm}" in text
    assert f"set the drift threshold of this feature to {alarm} or less" in text
    assert f"or the alarm's to {threshold} or more" in text


@pytest.mark.parametrize(
    "found",
    [
        constraints(age=own(perform_comparison="Disabled")),
        constraints(age={}, config={"perform_comparison": "Disabled"}),
        constraints(age={"monitoringConfigOverrides": {"evaluate_constraints": "Disabled"}}),
    ],
)
def test_an_alarm_on_drift_that_is_not_checked_is_told(found):
    with pytest.raises(BaselineError, match="the drift of 'age' is not checked"):
        check_alarms({"age": 0.2}, found)


def test_the_deployment_compares_with_the_effective_constraints(csv_baseline, framework, properties):
    with pytest.raises(BaselineError, match=r"reported above 0\.1 only, so its alarm at 0\.05"):
        framework.create(properties(DriftAlarms={"age": 0.05}))
    feature = {"name": "age", **own(comparison_threshold=0.05)}
    framework.create(properties(DriftAlarms={"age": 0.05}, Overrides={"features": [feature]}))
    with pytest.raises(BaselineError, match="DriftAlarms names 'aeg', which the baseline does not have"):
        framework.update(properties(DriftAlarms={"aeg": 0.05}))
