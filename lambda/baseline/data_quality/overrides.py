"""Changes to the suggested constraints that the user wrote in code.

File format: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from baseline.errors import BaselineError

Constraints = dict[str, Any]
Block = dict[str, Any]
# The library has checked them; an absent key, or null, leaves what was suggested.
Overrides = Mapping[str, Any]


def apply_overrides(
    suggested: Constraints, overrides: Overrides, *, as_category: Mapping[str, Callable[[object], str]]
) -> Constraints:
    """Return the suggested constraints with the changes on top; the argument stays as it is.

    Args:
        suggested: Content of the suggested `constraints.json`, features under their true names.
        overrides: What to change: `drift` (`threshold`, `method`, `enabled`), `categorical_drift` (`threshold`,
            `method`), `data_type_threshold`, `domain_threshold`, `emit_metrics`, and `features`: name -> `enabled`,
            `drift_enabled`, `drift_threshold`, `completeness`, `allowed_values`, `data_type`.
        as_category: For every feature that the preprocessing script hands over as a category: how a value is written
            there, so that allowed values can be given as the data has them (`1`, not `category 1`).

    Raises:
        BaselineError: A feature does not exist, or cannot have what is asked of it.
    """
    effective = copy.deepcopy(suggested)
    _apply_to_dataset(effective.setdefault("monitoring_config", {}), overrides)
    features = {feature["name"]: feature for feature in effective.get("features", [])}
    for name, changes in overrides.get("features", {}).items():
        if name not in features:
            raise BaselineError(unknown_features("Overrides.features", [name], list(features)))
        _apply_to_feature(features[name], changes, as_category.get(name, str))
    return effective


def unknown_features(where: str, unknown: list[str], known: list[str]) -> str:
    """Return the text for names that the baseline does not have."""
    return (
        f"{where} names {', '.join(map(repr, unknown))}, which the baseline does not have; "
        f"expected some of its features: {', '.join(known)}"
    )


def _apply_to_dataset(config: Block, overrides: Overrides) -> None:
    drift, categorical = overrides.get("drift", {}), overrides.get("categorical_drift", {})
    distribution = config.setdefault("distribution_constraints", {})
    _put(distribution, "perform_comparison", _enabled(drift.get("enabled")))
    _put(distribution, "comparison_threshold", drift.get("threshold"))
    _put(distribution, "comparison_method", drift.get("method"))
    _put(distribution, "categorical_comparison_threshold", categorical.get("threshold"))
    _put(distribution, "categorical_drift_method", categorical.get("method"))
    _put(config, "datatype_check_threshold", overrides.get("data_type_threshold"))
    _put(config, "domain_content_threshold", overrides.get("domain_threshold"))
    _put(config, "emit_metrics", _enabled(overrides.get("emit_metrics")))


def _apply_to_feature(feature: Block, changes: Overrides, as_category: Callable[[object], str]) -> None:
    _put(feature, "completeness", changes.get("completeness"))
    _put(feature, "inferred_type", changes.get("data_type"))
    if changes.get("data_type") is not None:
        feature.pop("num_constraints" if feature["inferred_type"] == "String" else "string_constraints", None)
    if changes.get("allowed_values") is not None:
        if feature["inferred_type"] != "String":
            raise BaselineError(
                f"Overrides.features.{feature['name']}.allowed_values needs a text feature, got one of type "
                f"{feature['inferred_type']}; list it under Categorical to have it compared as categories"
            )
        domains = [as_category(str(value)) for value in changes["allowed_values"]]
        feature.setdefault("string_constraints", {})["domains"] = domains
    config = _feature_config(feature, changes)
    if config:
        # AWS's guide and its Python SDK disagree about place and spelling
        # (https://github.com/aws/sagemaker-python-sdk/issues/2745); each place gets the spelling that is known there.
        feature["monitoringConfigOverrides"] = config
        if "string_constraints" in feature:
            feature["string_constraints"]["monitoring_config_overrides"] = config


def _feature_config(feature: Block, changes: Overrides) -> Block:
    config: Block = {}
    _put(config, "evaluate_constraints", _enabled(changes.get("enabled")))
    distribution: Block = {}
    _put(distribution, "perform_comparison", _enabled(changes.get("drift_enabled")))
    _put(distribution, "comparison_threshold", changes.get("drift_threshold"))
    if feature["inferred_type"] == "String":
        _put(distribution, "categorical_comparison_threshold", changes.get("drift_threshold"))
    if distribution:
        config["distribution_constraints"] = distribution
    return config


def _enabled(value: bool | None) -> str | None:
    return None if value is None else ("Enabled" if value else "Disabled")


def _put(target: Block, key: str, value: object) -> None:
    if value is not None:
        target[key] = value
