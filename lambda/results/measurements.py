"""Values from the files of a report, for alarms: drift, completeness, mean, quality, bias, attribution.

Shapes: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html for statistics,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html for the model's quality,
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html for Clarify.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from results.executions import Execution
from results.metrics import Point
from results.monitor import Group
from results.report import Report, read_file
from run_report.files import ANALYSIS_FILE, STATISTICS_FILE
from run_report.json_values import json_objects
from run_report.violations import DRIFT_CHECK, drift_distance, expected_type
from shared.logs import log

_NUMERICAL = "numerical_statistics"
_STRING = "string_statistics"
_NUMBER_TYPES = ("Integral", "Fractional")
_BIAS_SECTIONS = ("post_training_bias_metrics", "pre_training_bias_metrics")
# Clarify has renamed one of its metrics.
_ALIASES = {"DCA": "DCAcc", "DCAcc": "DCA"}


def measurements(execution: Execution, report: Report) -> list[Point]:
    """Return what the registry wants to be published from the report of a run.

    Values that the report does not have are left out: a missing data point says "not known", and a 0 would say "well".
    """
    wanted, points = execution.monitor.wanted, list[Point]()
    if not execution.outcome.has_report:
        return points
    statistics = read_file(execution, STATISTICS_FILE) if wanted.of_statistics else None
    if statistics is not None:
        features = _features(statistics)
        points += _drift(execution, report, features)
        points += _completeness(wanted.completeness, features)
        points += _means(wanted.mean, features)
        points += _quality(wanted.quality, statistics)
    analysis = read_file(execution, ANALYSIS_FILE) if wanted.of_analysis else None
    if analysis is not None:
        points += _bias(wanted.bias, analysis)
        points += _attribution(wanted.attribution, analysis)
    return points


def _drift(execution: Execution, report: Report, features: Mapping[str, Mapping[str, Any]]) -> Iterator[Point]:
    """Yield the distance of each feature to the baseline; 0 if it was compared and the distance is within its limit."""
    if report.problem or any(finding.is_about_columns for finding in report.findings):
        return
    for name in execution.monitor.wanted.drift:
        found = [finding for finding in report.findings if finding.feature == name]
        reported = [finding for finding in found if finding.check == DRIFT_CHECK]
        if reported:
            distances = [distance for finding in reported if (distance := drift_distance(finding)) is not None]
            if distances:
                yield Point("FeatureDrift", max(distances), {"Feature": name})
            else:
                log("distance not readable", schedule=execution.monitor.name)
        elif _is_comparable(features.get(name), [expected_type(finding) for finding in found]):
            yield Point("FeatureDrift", 0.0, {"Feature": name})


def _is_comparable(feature: Mapping[str, Any] | None, expected_types: list[str | None]) -> bool:
    """Say whether the analyzer could compare a feature with the baseline.

    It cannot without values, nor where numbers were expected and the feature has become text.
    """
    present = _count(feature, "num_present") if feature else None
    if not feature or not present:
        return False
    return _NUMERICAL in feature or not any(kind in _NUMBER_TYPES for kind in expected_types)


def _completeness(names: tuple[str, ...], features: Mapping[str, Mapping[str, Any]]) -> Iterator[Point]:
    for name in names:
        feature = features.get(name, {})
        present, missing = _count(feature, "num_present"), _count(feature, "num_missing")
        if present is not None and missing is not None and present + missing > 0:
            yield Point("FeatureCompleteness", present / (present + missing), {"Feature": name})


def _means(names: tuple[str, ...], features: Mapping[str, Mapping[str, Any]]) -> Iterator[Point]:
    for name in names:
        feature = features.get(name, {})
        present = _count(feature, "num_present")
        if present is None or _NUMERICAL not in feature:
            continue
        yield Point("FeatureRecords", present, {"Feature": name}, "Count")
        mean = _number(feature[_NUMERICAL].get("mean"))
        if mean is not None and present:
            yield Point("FeatureMean", mean, {"Feature": name})


def _quality(names: tuple[str, ...], statistics: Mapping[str, Any]) -> Iterator[Point]:
    sections = [_dict(section) for key, section in statistics.items() if key.endswith("_metrics")]
    for name in names:
        for section in sections:
            value = _number(_dict(section.get(name)).get("value"))
            if value is not None:
                yield Point("ModelQuality", value, {"Metric": name})


def _bias(groups: tuple[Group, ...], analysis: Mapping[str, Any]) -> Iterator[Point]:
    for group in groups:
        value = _bias_value(group, analysis)
        if value is not None:
            dimensions = {"Metric": group.metric, "Facet": group.facet, "FacetValue": group.facet_value}
            yield Point("Bias", value, dimensions)


def _bias_value(group: Group, analysis: Mapping[str, Any]) -> float | None:
    names = (group.metric, _ALIASES.get(group.metric))
    for section in _BIAS_SECTIONS:
        facets = _dict(_dict(analysis.get(section)).get("facets"))
        for facet in json_objects(facets.get(group.facet)):
            if str(facet.get("value_or_threshold")) != group.facet_value:
                continue
            for metric in json_objects(facet.get("metrics")):
                if metric.get("name") in names:
                    return _number(metric.get("value"))
    return None


def _attribution(names: tuple[str, ...], analysis: Mapping[str, Any]) -> Iterator[Point]:
    labels = _dict(_dict(analysis.get("explanations")).get("kernel_shap"))
    values = _dict(_dict(next(iter(labels.values()), None)).get("global_shap_values"))
    for name in names:
        value = _number(values.get(name))
        if value is not None:
            yield Point("Attribution", value, {"Feature": name})


def _features(statistics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the features with their statistics, by name."""
    listed = json_objects(statistics.get("features"))
    return {
        feature["name"]: {key: feature[key] for key in (_NUMERICAL, _STRING) if isinstance(feature.get(key), dict)}
        for feature in listed
        if isinstance(feature.get("name"), str)
    }


def _count(feature: Mapping[str, Any], key: str) -> float | None:
    for section in feature.values():
        return _number(_dict(section.get("common")).get(key))
    return None


def _number(value: object) -> float | None:
    """Return a number; not a text such as "NaN" or "Infinity", and not null."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer that no float can hold
        return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
