"""The rows that the results function writes have the columns of the tables that the library makes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from model_monitor.query.tables import RUN_COLUMNS, TABLES
from results import tables
from results.executions import Execution, Outcome
from results.monitor import parse_monitor
from results.report import Report
from run_report.violations import parse_violation
from shared.s3 import S3Uri

_NUMBERS = ("double", "bigint", "int")
_FILES: dict[str, Any] = {
    "DataQuality": {"features": [{"name": "age", "inferred_type": "Integral", "numerical_statistics": {"mean": 1.5}}]},
    "ModelQuality": {"regression_metrics": {"rmse": {"value": 1.5, "standard_deviation": 0.1}}},
    "ModelBias": {
        "post_training_bias_metrics": {
            "facets": {"sex": [{"value_or_threshold": "f", "metrics": [{"name": "DPPL", "value": 0.1}]}]}
        }
    },
    "ModelExplainability": {"explanations": {"kernel_shap": {"label0": {"global_shap_values": {"age": 0.3}}}}},
}
_TIME = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.mark.parametrize("kind", _FILES)
def test_every_row_fits_its_table(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, str] = {}
    monkeypatch.setattr(tables, "read_file", lambda execution, name: _FILES[kind])
    monkeypatch.setattr(tables.s3, "write", lambda uri, body: written.update({str(uri): body}))
    monitor = parse_monitor(
        {"schedule": "s", "type": kind, "title": "t", "reports": "s3://o/r", "registered": _TIME.isoformat()}
    )
    violation = {
        "feature_name": "age",
        "constraint_check_type": "baseline_drift_check",
        "description": "Baseline drift distance: 0.25 exceeds threshold: 0.1",
    }
    report = Report(S3Uri.parse("s3://o/r"), (parse_violation(violation),), 1, None)
    execution = Execution(monitor, _TIME, Outcome.VIOLATIONS, None, None)

    tables.write_tables(execution, report, S3Uri.parse("s3://o/tables"))

    measured = "statistics" if kind == "DataQuality" else "metrics"
    assert {uri.split("/")[4] for uri in written} == {"runs", "violations", measured}
    for uri, body in written.items():
        columns = {**RUN_COLUMNS, **TABLES[uri.split("/")[4]][1]}
        for line in body.splitlines():
            row = json.loads(line)
            assert row.keys() <= columns.keys()
            for name, value in row.items():
                if value is not None:
                    assert isinstance(value, int | float) is (columns[name] in (*_NUMBERS, "boolean")), name
