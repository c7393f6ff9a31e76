from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from model_monitor import CategoricalDriftMethod, ConstraintOverrides, DataType, DriftMethod, FeatureConstraints

Refused = Callable[..., AbstractContextManager[None]]


def test_no_override_is_an_empty_document() -> None:
    assert ConstraintOverrides().to_document() == {}
    assert FeatureConstraints().to_document() == {}


def test_every_override_is_written_in_the_form_that_the_function_reads() -> None:
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
    assert overrides.to_document() == {
        "drift": {"threshold": 0.2, "method": "Simple", "enabled": True},
        "categorical_drift": {"threshold": 0.3, "method": "ChiSquared"},
        "data_type_threshold": 0.99,
        "domain_threshold": 0.98,
        "emit_metrics": False,
        "features": {
            "age": {"enabled": False, "drift_enabled": False, "drift_threshold": 0.5, "completeness": 0.97},
            "job": {"allowed_values": ["a", "b"], "data_type": "String"},
        },
    }


def test_the_order_of_features_does_not_matter() -> None:
    a, b = FeatureConstraints(completeness=0.5), FeatureConstraints(completeness=0.6)
    first = ConstraintOverrides(features={"a": a, "b": b}).to_document()
    assert list(first["features"]) == list(ConstraintOverrides(features={"b": b, "a": a}).to_document()["features"])


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
