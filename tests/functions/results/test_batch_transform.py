"""Monitors of batch transform jobs, which have no endpoint to be named by."""

import json
import os

import pytest

from results.handler import handler


@pytest.fixture
def batch(runs, monkeypatch):
    """Return the runs of a monitor without an endpoint."""
    (schedule,) = {execution["MonitoringScheduleName"] for execution in _one_run(runs)}
    monitor = {"type": "DataQuality", "reports": "s3://out/reports/credit-risk"}
    monkeypatch.setenv("MONITORS", json.dumps({schedule: monitor}))
    return runs


def _one_run(runs):
    runs.add("Completed", hours_ago=3)
    return runs.aws.executions


def test_metrics_have_no_endpoint(batch, aws):
    handler(batch.event(batch.add("Completed")), None)
    assert aws.metrics
    for datum in aws.metrics:
        assert [dimension["Name"] for dimension in datum["Dimensions"]] == ["MonitoringSchedule"]


def test_a_message_names_the_monitor(batch, aws, two_violations):
    handler(batch.event(batch.add("CompletedWithViolations", violations=two_violations)), None)
    (message,) = aws.messages
    assert "2 violations" in message["Subject"]
    assert "None" not in message["Subject"]
    assert "in the traffic of batch transform jobs between" in " ".join(message["Message"].split())


def test_a_failure_names_the_monitor(batch, aws):
    handler(batch.event(batch.add("Failed", reason="AlgorithmError: no disk")), None)
    (message,) = aws.messages
    assert "monitor of batch transform jobs failed" in " ".join(message["Message"].split())


def test_a_model_that_sagemaker_does_not_serve_is_called_by_its_name(batch, aws, monkeypatch):
    (monitor,) = json.loads(os.environ["MONITORS"]).items()
    monkeypatch.setenv("MONITORS", json.dumps({monitor[0]: {**monitor[1], "model": "credit"}}))
    handler(batch.event(batch.add("Failed", reason="AlgorithmError: no disk")), None)
    (message,) = aws.messages
    assert message["Subject"].startswith("credit: ")
    assert "monitor of model credit failed" in " ".join(message["Message"].split())
