"""Changes to the suggested constraints: a part of `constraints.json`, which the library writes and checks.

File format: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

from __future__ import annotations

import copy
from collections.abc import Container, Mapping
from typing import Any

from baseline.data_quality.categories import as_category
from baseline.errors import BaselineError

Block = dict[str, Any]
Patch = Mapping[str, Any]


def apply_overrides(suggested: Block, overrides: Patch, *, converted: Container[str] = ()) -> Block:
    """Return the suggested constraints with the changes on top; the argument stays as it is.

    Args:
        suggested: Content of the suggested `constraints.json`, features under their true names.
        overrides: What is different in it; of `features` only those that change, with their `name`.
        converted: Columns that the preprocessing script hands over as categories. Their values are given as the data
            have them (`1`, not `category 1`).

    Raises:
        BaselineError: A feature does not exist, or cannot have what is asked of it.
    """
    effective = copy.deepcopy(suggested)
    features = {feature["name"]: feature for feature in effective.get("features", [])}
    for change in overrides.get("features", []):
        name = change["name"]
        if name not in features:
            raise BaselineError(unknown_features("Overrides.features", [name], list(features)))
        _apply_to_feature(features[name], change, is_converted=name in converted)
    _merge(effective, {key: value for key, value in overrides.items() if key != "features"})
    return effective


def unknown_features(where: str, unknown: list[str], known: list[str]) -> str:
    """Return the text for names that the baseline does not have."""
    return (
        f"{where} names {', '.join(map(repr, unknown))}, which the baseline does not have; "
        f"expected some of its features: {', '.join(known)}"
    )


def _merge(target: Block, patch: Patch) -> None:
    for key, value in patch.items():
        if isinstance(value, dict):
            _merge(target.setdefault(key, {}), value)
        else:
            target[key] = value


def _apply_to_feature(feature: Block, change: Patch, *, is_converted: bool) -> None:
    _merge(feature, change)
    is_text = feature.get("inferred_type") == "String"
    if "string_constraints" in change and not is_text:
        raise BaselineError(
            f"Overrides.features: allowed_values needs a text feature, got {feature['name']!r} of type "
            f"{feature.get('inferred_type')}; list it under Categorical to have it compared as categories"
        )
    if "inferred_type" in change:
        feature.pop("num_constraints" if is_text else "string_constraints", None)
    if is_converted and "string_constraints" in change:
        text = feature["string_constraints"]
        text["domains"] = [as_category(value) for value in text["domains"]]
    if "monitoringConfigOverrides" in change:
        own = feature["monitoringConfigOverrides"]
        if not is_text:  # the library, which does not know the type, gives every feature both thresholds
            own.get("distribution_constraints", {}).pop("categorical_comparison_threshold", None)
        # AWS's guide and its Python SDK disagree about place and spelling
        # (https://github.com/aws/sagemaker-python-sdk/issues/2745); each place gets the spelling that is known there.
        if "string_constraints" in feature:
            feature["string_constraints"]["monitoring_config_overrides"] = own
