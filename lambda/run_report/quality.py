"""`statistics.json` and `constraints.json` of model quality.

Shape: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from run_report.distribution import number
from run_report.model import Curve, Matrix, Metric, Quality
from run_report.violations import Finding

_CURVES = (
    (
        "ROC curve",
        "receiver_operating_characteristic_curve",
        ("False positive rate", "false_positive_rates"),
        ("True positive rate", "true_positive_rates"),
    ),
    ("Precision-recall curve", "precision_recall_curve", ("Recall", "recalls"), ("Precision", "precisions")),
)
_MOST_POINTS = 150
_MOST_LABELS = 30
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def read_quality(
    now: Mapping[str, Any], before: Mapping[str, Any], constraints: Mapping[str, Any], findings: Iterable[Finding]
) -> Quality:
    """Return the quality of a model.

    Args:
        now: `statistics.json` of the run.
        before: That of the baseline; empty if it is not known.
        constraints: `constraints.json` of the baseline; empty if it is not known.
        findings: The violations.
    """
    values, old, limits = _section(now, "_metrics"), _section(before, "_metrics"), _section(constraints, "_constraints")
    violated = {_plain(finding.feature) for finding in findings}
    names = [
        name
        for name in dict.fromkeys([*limits, *values, *old])
        if not name.endswith("_best_constant_classifier") and ("value" in _dict(values.get(name)) or name in limits)
    ]
    return Quality(
        tuple(_metric(name, values, old, limits, violated) for name in names),
        tuple(curve for form in _CURVES if (curve := _curve(form, old, values))),
        _matrix(old.get("confusion_matrix")),
        _matrix(values.get("confusion_matrix")),
    )


def records(statistics: Mapping[str, Any]) -> int | None:
    """Return the number of records of a statistics file."""
    count = number(_dict(statistics.get("dataset")).get("item_count"))
    return None if count is None else int(count)


def _metric(
    name: str, now: Mapping[str, Any], before: Mapping[str, Any], limits: Mapping[str, Any], violated: set[str]
) -> Metric:
    limit, current = _dict(limits.get(name)), _dict(now.get(name))
    operator = limit.get("comparison_operator")
    return Metric(
        name,
        before=number(_dict(before.get(name)).get("value")),
        now=number(current.get("value")),
        limit=number(limit.get("threshold")),
        is_violated=_plain(name) in violated,
        deviation=number(current.get("standard_deviation")),
        higher_is_worse={"GreaterThanThreshold": True, "LessThanThreshold": False}.get(str(operator)),
    )


def _plain(name: str) -> str:
    """Return a metric's name as statistics have it: violations call `true_positive_rate` `truePositiveRate`."""
    return _WORDS.sub("", name).lower()


def _section(content: Mapping[str, Any], ending: str) -> Mapping[str, Any]:
    return next((_dict(value) for key, value in content.items() if key.endswith(ending)), {})


def _curve(
    form: tuple[str, str, tuple[str, str], tuple[str, str]], before: Mapping[str, Any], now: Mapping[str, Any]
) -> Curve | None:
    title, key, (x, xs), (y, ys) = form
    sides = [_points(_dict(side.get(key)), xs, ys) for side in (before, now)]
    return Curve(title, x, y, sides[0], sides[1]) if any(sides) else None


def _points(curve: Mapping[str, Any], xs: str, ys: str) -> tuple[tuple[float, float], ...]:
    pairs = zip(_numbers(curve.get(xs)), _numbers(curve.get(ys)), strict=False)
    points = [(x, y) for x, y in pairs if x is not None and y is not None]
    if len(points) <= _MOST_POINTS:
        return tuple(points)
    last = len(points) - 1
    return tuple(points[round(i * last / (_MOST_POINTS - 1))] for i in range(_MOST_POINTS))


def _numbers(values: object) -> list[float | None]:
    return [number(value) for value in values] if isinstance(values, list) else []


def _matrix(content: object) -> Matrix | None:
    rows = {str(actual): _dict(row) for actual, row in _dict(content).items()}
    labels = list(dict.fromkeys([*rows, *(str(label) for row in rows.values() for label in row)]))[:_MOST_LABELS]
    if not labels:
        return None
    counts = [tuple(number(rows.get(actual, {}).get(label)) or 0.0 for label in labels) for actual in labels]
    return Matrix(tuple(labels), tuple(counts))


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
