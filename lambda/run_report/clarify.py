"""`analysis.json` of bias and attribution, beside that of the baseline.

Shape: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from run_report.distribution import number
from run_report.json_values import json_objects
from run_report.model import Attribution, Facet, Metric, Ranked
from run_report.violations import Finding

_STAGES = (("post_training_bias_metrics", "after training"), ("pre_training_bias_metrics", "before training"))
# Clarify has renamed one of its metrics.
_ALIASES = {"DCA": "DCAcc"}
_Groups = dict[tuple[str, str], dict[str, Mapping[str, Any]]]


def facets(now: Mapping[str, Any], before: Mapping[str, Any], findings: Iterable[Finding]) -> tuple[Facet, ...]:
    """Return the metrics of bias of each group."""
    violated = {finding.feature for finding in findings}
    return tuple(
        Facet(column, value, words, _metrics(column, value, current, old.get((column, value), {}), violated))
        for section, words in _STAGES
        for old in [_groups(before.get(section))]
        for (column, value), current in _groups(now.get(section)).items()
    )


def attributions(now: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[Attribution, ...]:
    """Return the order of features for each label of the model."""
    labels, old = _shap(now), _shap(before)
    return tuple(Attribution(label, _ranked(old.get(label, {}), values)) for label, values in labels.items())


def _metrics(
    column: str,
    value: str,
    now: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, Mapping[str, Any]],
    violated: set[str],
) -> tuple[Metric, ...]:
    metrics = []
    for name, metric in now.items():
        old = _value(before.get(name, {}).get("value"))
        metrics.append(
            Metric(
                name,
                before=old,
                now=_value(metric.get("value")),
                # The service reports what is farther from 0 than in the baseline.
                limit=abs(old) if old is not None else None,
                is_violated=any(f"{known} of {column}={value}" in violated for known in (name, _alias(name))),
                description=str(metric.get("description", "")),
                problem=str(metric.get("error") or ""),
            )
        )
    return tuple(metrics)


def _groups(section: object) -> _Groups:
    return {
        (str(column), str(group.get("value_or_threshold"))): {
            _ALIASES.get(name, name): metric
            for metric in json_objects(group.get("metrics"))
            if (name := str(metric.get("name", "")))
        }
        for column, groups in _dict(_dict(section).get("facets")).items()
        for group in json_objects(groups)
    }


def _alias(name: str) -> str:
    return next((old for old, new in _ALIASES.items() if new == name), name)


def _shap(analysis: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    labels = _dict(_dict(analysis.get("explanations")).get("kernel_shap"))
    return {
        str(label): {
            str(name): value
            for name, told in _dict(_dict(content).get("global_shap_values")).items()
            if (value := number(told)) is not None
        }
        for label, content in labels.items()
    }


def _ranked(before: Mapping[str, float], now: Mapping[str, float]) -> tuple[Ranked, ...]:
    old, new = _ranks(before), _ranks(now)
    names = [*new, *(name for name in old if name not in new)]
    return tuple(Ranked(name, before.get(name), now.get(name), old.get(name), new.get(name)) for name in names)


def _ranks(values: Mapping[str, float]) -> dict[str, int]:
    ordered = sorted(values, key=lambda name: -values[name])
    return {name: rank for rank, name in enumerate(ordered, start=1)}


def _value(value: object) -> float | None:
    if value in ("Infinity", "-Infinity"):
        return math.inf if value == "Infinity" else -math.inf
    return number(value)


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
