"""`statistics.json` of data quality: records, and each feature's statistics.

Shape: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from run_report.distribution import Categories, Numbers, compare, number
from run_report.model import Feature, Side
from run_report.stream import entries
from run_report.violations import Finding


def read_statistics(chunks: Iterable[bytes]) -> tuple[int | None, dict[str, Side]]:
    """Return the number of records, and the features by name in column order.

    Raises:
        JsonStreamError: The text is no such file.
    """
    records, sides = None, dict[str, Side]()
    for key, value in entries(chunks):
        if key == "dataset" and isinstance(value, dict):
            count = number(value.get("item_count"))
            records = None if count is None else int(count)
        elif key == "features" and isinstance(value, dict) and isinstance(value.get("name"), str):
            sides[value["name"]] = _side(value)
    return records, sides


def features(before: Mapping[str, Side], now: Mapping[str, Side], findings: Iterable[Finding]) -> tuple[Feature, ...]:
    """Return all features: those with violations first, by severity, then those whose distributions differ most."""
    found = dict[str, list[Finding]]()
    for finding in findings:
        found.setdefault(finding.feature, []).append(finding)
    names = dict.fromkeys([*before, *now, *(name for name in found if name in before or name in now)])
    made = [
        Feature(
            name,
            before.get(name),
            now.get(name),
            _comparison(before.get(name), now.get(name)),
            tuple(found.get(name, ())),
        )
        for name in names
    ]

    def order(feature: Feature) -> tuple[float, float]:
        severity = max((finding.severity for finding in feature.findings), default=-1.0)
        gap = feature.comparison.gap if feature.comparison else None
        return (-severity, -(gap if gap is not None else -1.0))

    return tuple(sorted(made, key=order))


def _comparison(before: Side | None, now: Side | None) -> Any:  # noqa: ANN401 - as compare()
    return compare(before.distribution if before else None, now.distribution if now else None)


def _side(feature: Mapping[str, Any]) -> Side:
    kind = str(feature.get("inferred_type", "Unknown"))
    numbers, texts = _dict(feature.get("numerical_statistics")), _dict(feature.get("string_statistics"))
    section = numbers or texts
    common = _dict(section.get("common"))
    present, missing = number(common.get("num_present")), number(common.get("num_missing"))
    if not numbers:
        return Side(
            kind,
            present,
            missing,
            distinct=number(texts.get("distinct_count")),
            distribution=Categories.parse(texts),
        )
    return Side(
        kind,
        present,
        missing,
        mean=number(numbers.get("mean")),
        deviation=number(numbers.get("std_dev")),
        smallest=number(numbers.get("min")),
        largest=number(numbers.get("max")),
        distinct=number(numbers.get("approximate_num_distinct_values")),
        distribution=Numbers.parse(_dict(numbers.get("distribution"))),
    )


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
