"""What the custom resource hands back to the stack (`Fn::GetAtt`) for a baseline of data quality."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from baseline.data_quality import blind
from baseline.data_quality.effective import EffectiveBaseline
from baseline.errors import BaselineError
from baseline.numbers import decimal
from shared.s3 import S3Uri


def attributes(
    baseline: EffectiveBaseline,
    *,
    preprocessor_uri: S3Uri | None,
    mean_shift: Mapping[str, float],
) -> dict[str, str]:
    """Return the attributes, all of them strings.

    Args:
        baseline: The effective files.
        preprocessor_uri: The generated script, if there is one.
        mean_shift: Feature -> allowed shift of its mean in standard deviations.

    Raises:
        BaselineError: A feature has no mean, or none that is a finite number.
    """
    features = {feature["name"]: feature for feature in baseline.statistics["features"]}
    reasons = blind.blind_features(baseline.statistics, baseline.constraints)
    half_blind = blind.half_blind_features(baseline.statistics, baseline.constraints)
    data = {
        "StatisticsUri": str(baseline.statistics_uri),
        "ConstraintsUri": str(baseline.constraints_uri),
        "SuggestedConstraintsUri": str(baseline.suggested_constraints_uri),
        "PreprocessorUri": str(preprocessor_uri or ""),
        "ItemCount": str(baseline.statistics.get("dataset", {}).get("item_count", 0)),
        "BlindFeatures": blind.describe(reasons, half_blind, features=len(features)),
    }
    for name, factor in mean_shift.items():
        data.update(_mean_shift_attributes(name, features[name], factor))
    return data


def _mean_shift_attributes(name: str, feature: Mapping[str, Any], factor: float) -> dict[str, str]:
    statistics = feature.get("numerical_statistics")
    if not statistics or "mean" not in statistics:
        raise BaselineError(
            f"MeanShift names {name!r}, which is of type {feature.get('inferred_type')} in the baseline and has no "
            "mean; name numerical features only"
        )
    mean, deviation = float(statistics["mean"]), float(statistics["std_dev"])
    if not math.isfinite(mean) or not math.isfinite(factor * deviation):
        raise BaselineError(
            f"MeanShift names {name!r}, whose mean is {mean} and whose standard deviation is {deviation} in the "
            "baseline: it holds numbers that are infinite or too large; correct the training data, or leave it out"
        )
    if deviation == 0:
        raise BaselineError(
            f"MeanShift names {name!r}, which is constant in the baseline: a shift cannot be measured in standard "
            "deviations; leave it out"
        )
    return {
        f"Mean.{name}": decimal(mean),
        f"StdDev.{name}": decimal(deviation),
        f"MeanShiftLimit.{name}": decimal(factor * deviation),
    }
