"""Scripts of the examples, with the records that the analyzer hands to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from examples.json_payloads import app
from examples.json_payloads.prepare import flattening_script
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


def test_nested_training_data_and_captured_json_lines_become_the_same_named_columns(tmp_path):
    script = flattening_script(app.COLUMNS)
    requests = [
        {"loan": {"purpose": "car", "amount": 900.5}, "applicant": {"income": {"partner": 20.5}, "home": "rent"}},
        {"applicant": {"home": "own", "income": {"monthly": 10.5, "partner": 30.5}}, "new": [1, 2]},
    ]
    side = {"observedContentType": "application/jsonlines", "encoding": "JSON"}
    answers = [{"score": 0.25}, {"score": 0.5}]
    record = {
        "captureData": {
            "endpointInput": {**side, "mode": "INPUT", "data": "\n".join(map(json.dumps, requests))},
            "endpointOutput": {**side, "mode": "OUTPUT", "data": "\n".join(map(json.dumps, answers))},
        },
        "eventMetadata": {"eventId": "1", "inferenceTime": "2026-11-21T04:26:34Z"},
        "eventVersion": "0",
    }
    file = tmp_path / "captured.jsonl"
    file.write_text(json.dumps(record))

    training, captured = check_script(script, app.TRAINING_DATA), check_script(script, file)

    assert training.ok, training
    assert captured.ok, captured
    assert {tuple(row) for row in (*training.rows, *captured.rows)} == {tuple(app.COLUMNS)}
    assert None not in {value for row in training.rows for value in row.values()}
    assert [list(row.values()) for row in captured.rows] == [
        [0.25, "rent", None, 20.5, 900.5, "car"],
        [0.5, "own", 10.5, 30.5, None, None],
    ]
