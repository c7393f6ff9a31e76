"""Changes to the suggested constraints that the user wrote in code.

File format: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from baseline.errors import BaselineError

Constraints = dict[str, Any]
Block = dict[str, Any]


@dataclass(frozen=True)
class FeatureOverrides:
    """Changes for one feature; None leaves what was suggested."""

    enabled: bool | None = None
    drift_enabled: bool | None = None
    drift_threshold: float | None = None
    completeness: float | None = None
    allowed_values: tuple[str, ...] | None = None
    data_type: str | None = None


@dataclass(frozen=True)
class Overrides:
    """Changes for the whole data set, and for single features by name; None leaves what was suggested."""

    drift_enabled: bool | None = None
    drift_threshold: float | None = None
    drift_method: str | None = None
    categorical_drift_threshold: float | None = None
    categorical_drift_method: str | None = None
    data_type_threshold: float | None = None
    domain_threshold: float | None = None
    emit_metrics: bool | None = None
    features: Mapping[str, FeatureOverrides] = field(default_factory=dict)


def parse_overrides(content: Mapping[str, Any]) -> Overrides:
    """Read the `Overrides` property.

    Raises:
        BaselineError: A key is unknown or a value is outside of what it may be.

    Example:
        >>> parse_overrides({"drift": {"threshold": 0.2}}).drift_threshold
        0.2
    """
    _check_keys(
        content,
        "Overrides",
        ("drift", "categorical_drift", "data_type_threshold", "domain_threshold", "emit_metrics", "features"),
    )
    drift = _section(content, "drift", ("threshold", "method", "enabled"))
    categorical = _section(content, "categorical_drift", ("threshold", "method"))
    features = content.get("features", {})
    _require(isinstance(features, dict), "Overrides.features", features, "an object of feature names")
    return Overrides(
        drift_enabled=_switch(drift, "enabled", "Overrides.drift"),
        drift_threshold=_share(drift, "threshold", "Overrides.drift"),
        drift_method=_choice(drift, "method", "Overrides.drift", ("Robust", "Simple")),
        categorical_drift_threshold=_share(categorical, "threshold", "Overrides.categorical_drift"),
        categorical_drift_method=_choice(
            categorical, "method", "Overrides.categorical_drift", ("LInfinity", "ChiSquared")
        ),
        data_type_threshold=_share(content, "data_type_threshold", "Overrides"),
        domain_threshold=_share(content, "domain_threshold", "Overrides"),
        emit_metrics=_switch(content, "emit_metrics", "Overrides"),
        features={name: _parse_feature(name, value) for name, value in features.items()},
    )


def apply_overrides(
    suggested: Constraints, overrides: Overrides, *, as_category: Mapping[str, Callable[[object], str]]
) -> Constraints:
    """Return the suggested constraints with the changes on top; the argument stays as it is.

    Args:
        suggested: Content of the suggested `constraints.json`, features under their true names.
        overrides: What to change.
        as_category: For every feature that the preprocessing script hands over as a category: how a value is written
            there, so that allowed values can be given as the data has them (`1`, not `category 1`).

    Raises:
        BaselineError: A feature does not exist, or cannot have what is asked of it.
    """
    effective = copy.deepcopy(suggested)
    _apply_to_dataset(effective.setdefault("monitoring_config", {}), overrides)
    features = {feature["name"]: feature for feature in effective.get("features", [])}
    for name, changes in overrides.features.items():
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
    distribution = config.setdefault("distribution_constraints", {})
    _put(distribution, "perform_comparison", _enabled(overrides.drift_enabled))
    _put(distribution, "comparison_threshold", overrides.drift_threshold)
    _put(distribution, "comparison_method", overrides.drift_method)
    _put(distribution, "categorical_comparison_threshold", overrides.categorical_drift_threshold)
    _put(distribution, "categorical_drift_method", overrides.categorical_drift_method)
    _put(config, "datatype_check_threshold", overrides.data_type_threshold)
    _put(config, "domain_content_threshold", overrides.domain_threshold)
    _put(config, "emit_metrics", _enabled(overrides.emit_metrics))


def _apply_to_feature(feature: Block, changes: FeatureOverrides, as_category: Callable[[object], str]) -> None:
    _put(feature, "completeness", changes.completeness)
    if changes.data_type is not None:
        feature["inferred_type"] = changes.data_type
        if changes.data_type == "String":
            feature.pop("num_constraints", None)
        else:
            feature.pop("string_constraints", None)
    if changes.allowed_values is not None:
        if feature["inferred_type"] != "String":
            raise BaselineError(
                f"Overrides.features.{feature['name']}.allowed_values needs a text feature, got one of type "
                f"{feature['inferred_type']}; list it under Categorical to have it compared as categories"
            )
        domains = [as_category(value) for value in changes.allowed_values]
        feature.setdefault("string_constraints", {})["domains"] = domains
    config = _feature_config(feature, changes)
    if config:
        # AWS's guide and its Python SDK disagree about place and spelling
        # (https://github.com/aws/sagemaker-python-sdk/issues/2745); each place gets the spelling that is known there.
        feature["monitoringConfigOverrides"] = config
        if "string_constraints" in feature:
            feature["string_constraints"]["monitoring_config_overrides"] = config


def _feature_config(feature: Block, changes: FeatureOverrides) -> Block:
    config: Block = {}
    _put(config, "evaluate_constraints", _enabled(changes.enabled))
    distribution: Block = {}
    _put(distribution, "perform_comparison", _enabled(changes.drift_enabled))
    _put(distribution, "comparison_threshold", changes.drift_threshold)
    if feature["inferred_type"] == "String":
        _put(distribution, "categorical_comparison_threshold", changes.drift_threshold)
    if distribution:
        config["distribution_constraints"] = distribution
    return config


def _parse_feature(name: str, content: object) -> FeatureOverrides:
    where = f"Overrides.features.{name}"
    keys = ("enabled", "drift_enabled", "drift_threshold", "completeness", "allowed_values", "data_type")
    _require(isinstance(content, dict), where, content, f"an object with some of {', '.join(keys)}")
    assert isinstance(content, dict)
    _check_keys(content, where, keys)
    allowed = content.get("allowed_values")
    if allowed is not None:
        _require(isinstance(allowed, list) and bool(allowed), f"{where}.allowed_values", allowed, "a list of values")
    return FeatureOverrides(
        enabled=_switch(content, "enabled", where),
        drift_enabled=_switch(content, "drift_enabled", where),
        drift_threshold=_share(content, "drift_threshold", where),
        completeness=_share(content, "completeness", where),
        allowed_values=None if allowed is None else tuple(map(str, allowed)),
        data_type=_choice(content, "data_type", where, ("Integral", "Fractional", "String", "Unknown")),
    )


def _section(content: Mapping[str, Any], key: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    section = content.get(key, {})
    _require(isinstance(section, dict), f"Overrides.{key}", section, f"an object with some of {', '.join(keys)}")
    _check_keys(section, f"Overrides.{key}", keys)
    return dict(section)


def _check_keys(content: Mapping[str, Any], where: str, known: tuple[str, ...]) -> None:
    unknown = sorted(set(content) - set(known))
    _require(not unknown, where, ", ".join(unknown), f"only these keys: {', '.join(known)}")


def _share(content: Mapping[str, Any], key: str, where: str) -> float | None:
    value = content.get(key)
    if value is None:
        return None
    is_share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    _require(is_share, f"{where}.{key}", value, "a number from 0 to 1")
    return float(value)


def _switch(content: Mapping[str, Any], key: str, where: str) -> bool | None:
    value = content.get(key)
    _require(value is None or isinstance(value, bool), f"{where}.{key}", value, "true or false")
    return value


def _choice(content: Mapping[str, Any], key: str, where: str, choices: tuple[str, ...]) -> str | None:
    value = content.get(key)
    _require(value is None or value in choices, f"{where}.{key}", value, f"one of {', '.join(choices)}")
    return value


def _require(condition: bool, where: str, got: object, expected: str) -> None:
    if not condition:
        raise BaselineError(f"{where}: got {got!r}, expected {expected}")


def _enabled(value: bool | None) -> str | None:
    return None if value is None else ("Enabled" if value else "Disabled")


def _put(target: Block, key: str, value: object) -> None:
    if value is not None:
        target[key] = value
