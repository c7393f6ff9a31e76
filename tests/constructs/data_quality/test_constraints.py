from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from model_monitor import CategoricalDriftMethod, ConstraintOverrides, DataType, DriftMethod, FeatureConstraints

Refused = Callable[..., AbstractContextManager[None]]


def test_no_override_is_an_empty_patch() -> None:
    assert ConstraintOverrides().to_patch() == {}
    assert FeatureConstraints().to_patch("age") == {"name": "age"}


def test_every_override_is_written_in_the_words_of_the_file() -> None:
    overrides = ConstraintOverrides(
        drift_threshold=0.2,
        drift_method=DriftMethod.SIMPLE,
        drift_enabled=True,
        categorical_drift_threshold=0.3,
        categorical_drift_method=CategoricalDriftMethod.CHI_SQUARED,
        data_type_threshold=0.99,
        domain_threshold=0.98,
        emit_metrics=False,
        features={
            "job": FeatureConstraints(allowed_values=("a", "b"), data_type=DataType.STRING),
            "age": FeatureConstraints(enabled=False, drift_enabled=False, drift_threshold=0.5, completeness=0.97),
        },
    )
    assert overrides.to_patch() == {
        "features": [
            {
                "name": "age",
                "completeness": 0.97,
                "monitoringConfigOverrides": {
                    "evaluate_constraints": "Disabled",
                    "distribution_constraints": {
                        "perform_comparison": "Disabled",
                        "comparison_threshold": 0.5,
                        "categorical_comparison_threshold": 0.5,
                    },
                },
            },
            {"name": "job", "inferred_type": "String", "string_constraints": {"domains": ["a", "b"]}},
        ],
        "monitoring_config": {
            "emit_metrics": "Disabled",
            "datatype_check_threshold": 0.99,
            "domain_content_threshold": 0.98,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.2,
                "comparison_method": "Simple",
                "categorical_comparison_threshold": 0.3,
                "categorical_drift_method": "ChiSquared",
            },
        },
    }


def test_the_order_of_features_does_not_matter() -> None:
    a, b = FeatureConstraints(completeness=0.5), FeatureConstraints(completeness=0.6)
    first = ConstraintOverrides(features={"a": a, "b": b})
    assert first.to_patch() == ConstraintOverrides(features={"b": b, "a": a}).to_patch()


@pytest.mark.parametrize(
    "option", ["drift_threshold", "categorical_drift_threshold", "data_type_threshold", "domain_threshold"]
)
@pytest.mark.parametrize("value", [-0.1, 1.1, 98])
def test_refuses_a_threshold_that_is_no_share(option: str, value: float, refused: Refused) -> None:
    options: dict[str, Any] = {option: value}
    with refused(f"{option}={value}", "0 to 1", "0.98"):
        ConstraintOverrides(**options)


@pytest.mark.parametrize("option", ["drift_threshold", "completeness"])
def test_refuses_a_share_of_a_feature_that_is_none(option: str, refused: Refused) -> None:
    options: dict[str, Any] = {option: 97}
    with refused(f"{option}=97", "0.98"):
        FeatureConstraints(**options)


def test_refuses_an_empty_list_of_allowed_values(refused: Refused) -> None:
    with refused("allowed_values=[]", "enabled=False"):
        FeatureConstraints(allowed_values=[])
