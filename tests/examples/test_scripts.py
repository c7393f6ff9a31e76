"""Scripts of the examples, with the records that the analyzer hands to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preprocessors import check_script

SCRIPT = Path(__file__).resolve().parents[2] / "examples/configurations/scripts/drop_test_traffic.py"
COLUMNS = [str(position).zfill(20) for position in range(3)]


@pytest.fixture(autouse=True)
def marker(monkeypatch):
    monkeypatch.setenv("TEST_MARKER", "synthetic")


def call(payload):
    side = {"observedContentType": "text/csv", "encoding": "CSV"}
    return {
        "captureData": {
            "endpointInput": {**side, "mode": "INPUT", "data": payload},
            "endpointOutput": {**side, "mode": "OUTPUT", "data": "0.7"},
        },
        "eventMetadata": {"eventId": payload, "inferenceTime": "2026-11-21T04:26:34Z"},
        "eventVersion": "0",
    }


def checked(folder, name, records):
    file = folder / name
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return check_script(SCRIPT, file)


def test_baseline_and_captured_calls_become_the_same_columns_without_test_traffic(tmp_path):
    baseline = checked(tmp_path, "train.jsonl", [{"score": 0.4, "age": 51, "job": "clerk"}])
    captured = checked(tmp_path, "captured.jsonl", [call("34,driver"), call("34,synthetic")])

    assert baseline.ok, baseline
    assert captured.ok, captured
    assert [list(row) for row in (*baseline.rows, *captured.rows)] == [COLUMNS, COLUMNS]
    assert captured.rows[0][COLUMNS[2]] == "driver"
