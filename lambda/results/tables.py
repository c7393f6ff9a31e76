"""What a run found as rows, for Athena: one JSON object in a line, one file for each table, run and day.

The columns are those of the tables that the construct library makes; a test compares them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from results.event import run_detail
from results.executions import Execution
from results.report import Report, read_file
from run_report.files import ANALYSIS_FILE, STATISTICS_FILE
from run_report.json_values import json_objects
from shared import s3
from shared.s3 import S3Uri

Row = dict[str, Any]
_SECTIONS = ("numerical_statistics", "string_statistics")
_BIAS_SECTIONS = ("pre_training_bias_metrics", "post_training_bias_metrics")


def write_tables(execution: Execution, report: Report, place: S3Uri) -> None:
    """Write the rows of a run; done again, it writes the same files.

    Args:
        execution: The run.
        report: Its violations.
        place: Where the folders of the tables lie.
    """
    monitor = execution.monitor
    common = {
        "run_id": run_detail(execution, report)["id"],
        "schedule": monitor.schedule,
        "monitor_type": monitor.type,
        "endpoint": monitor.endpoint,
        "model": monitor.model,
        "scheduled_time": _time(execution.scheduled),
    }
    file = f"{monitor.name}-{execution.scheduled.astimezone(UTC):%Y%m%dT%H%M}.json"
    folder = f"day={execution.scheduled.astimezone(UTC):%Y-%m-%d}"
    for table, rows in _tables(execution, report).items():
        if rows:
            lines = (json.dumps({**common, **row}, allow_nan=False) for row in rows)
            s3.write(place / table / folder / file, "\n".join(lines) + "\n")


def _tables(execution: Execution, report: Report) -> dict[str, list[Row]]:
    tables = {"runs": [_run(execution, report)], "violations": list(_violations(report))}
    if execution.outcome.has_report:
        if execution.monitor.type in ("DataQuality", "ModelQuality"):
            statistics = read_file(execution, STATISTICS_FILE) or {}
            tables["statistics"] = list(_features(statistics))
            tables["metrics"] = list(_quality(statistics))
        else:
            analysis = read_file(execution, ANALYSIS_FILE) or {}
            tables["metrics"] = [*_bias(analysis), *_attributions(analysis)]
    return tables


def _run(execution: Execution, report: Report) -> Row:
    detail = run_detail(execution, report)
    start, end = execution.window
    return {
        "status": detail["status"],
        "one_time": detail["oneTime"],
        "window_start": _time(start),
        "window_end": _time(end),
        "violations": detail["violations"],
        "report_uri": detail.get("reportUri"),
        "failure_reason": detail.get("failureReason"),
    }


def _violations(report: Report) -> Iterator[Row]:
    for finding in report.findings:
        yield {
            "feature": finding.feature,
            "check_type": finding.check,
            "value": _number_in(finding.value),
            "limit_value": _number_in(finding.limit),
            "description": finding.description,
        }


def _features(statistics: Mapping[str, Any]) -> Iterator[Row]:
    for feature in json_objects(statistics.get("features")):
        section = next((_dict(feature[key]) for key in _SECTIONS if key in feature), {})
        common = _dict(section.get("common"))
        yield {
            "feature": feature.get("name"),
            "inferred_type": feature.get("inferred_type"),
            "num_present": common.get("num_present"),
            "num_missing": common.get("num_missing"),
            **{key: _number(section.get(key)) for key in ("mean", "std_dev", "min", "max", "sum")},
            "distinct_count": _number(section.get("distinct_count")),
        }


def _quality(statistics: Mapping[str, Any]) -> Iterator[Row]:
    for section, metrics in statistics.items():
        if section.endswith("_metrics"):
            for name, metric in _dict(metrics).items():
                value = _number(_dict(metric).get("value"))
                if value is not None:
                    yield {
                        "name": name,
                        "value": value,
                        "standard_deviation": _number(metric.get("standard_deviation")),
                    }


def _bias(analysis: Mapping[str, Any]) -> Iterator[Row]:
    for section in _BIAS_SECTIONS:
        for facet, groups in _dict(_dict(analysis.get(section)).get("facets")).items():
            for group in json_objects(groups):
                for metric in json_objects(group.get("metrics")):
                    yield {
                        "name": metric.get("name"),
                        "facet": facet,
                        "facet_value": str(group.get("value_or_threshold")),
                        "value": _number(metric.get("value")),
                    }


def _attributions(analysis: Mapping[str, Any]) -> Iterator[Row]:
    labels = _dict(_dict(analysis.get("explanations")).get("kernel_shap"))
    for label, found in labels.items():
        for feature, value in _dict(_dict(found).get("global_shap_values")).items():
            yield {"name": feature, "facet": "label", "facet_value": label, "value": _number(value)}


def _time(time: datetime) -> str:
    """Return a time as Hive reads it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}.000"


def _number(value: object) -> float | None:
    """Return a number; not a text such as "NaN"."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _number_in(text: str) -> float | None:
    try:
        number = float(text.rstrip("%"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
