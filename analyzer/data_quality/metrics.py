"""Metrics of a data-quality run.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html for the names with
two dimensions; https://github.com/aws/sagemaker-python-sdk (data-quality dashboard) for those with Feature.
"""

from collections.abc import Iterator

from analyzer.data_quality.drift import Drift
from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.job.metrics import Metric


def feature_metrics(feature: str, profile: ColumnProfile, drift: Drift | None) -> Iterator[Metric]:
    """Yield the metrics of one feature, in both sets of dimensions."""
    if profile.is_numeric:
        yield Metric(f"feature_data_{feature}", _statistic_set(profile), {})
    non_null = {"non_null": float(profile.num_present)}
    baseline_drift = {"baseline_drift": drift.value} if drift else {}
    for name, value in (non_null | baseline_drift).items():
        yield Metric(f"feature_{name}_{feature}", value, {})
    for name, value in (_counts(profile) | non_null | baseline_drift).items():
        yield Metric(f"feature_{name}_{feature}", value, {"Feature": feature})


def _statistic_set(profile: ColumnProfile) -> dict[str, float]:
    moments = profile.moments
    return {
        "SampleCount": float(moments.count),
        "Sum": moments.sum,
        "Minimum": moments.minimum,
        "Maximum": moments.maximum,
    }


def _counts(profile: ColumnProfile) -> dict[str, float]:
    return {
        "fractional_counts": float(profile.types.fractional),
        "integral_counts": float(profile.types.integral),
        "string_counts": float(profile.types.string),
        "boolean_counts": float(profile.types.boolean),
        "unknown_counts": float(profile.num_missing),
        "null": float(profile.num_missing),
        "estimated_unique_values": float(profile.distinct.estimate()),
        "completeness": profile.completeness,
    }
