"""Monitors of batch transform jobs, which have no endpoint to be named by."""

import pytest


@pytest.fixture
def batch(runs):
    """Return the runs of a monitor without an endpoint."""
    runs.register(endpoint=None, title="batch transform jobs", reports="s3://out/reports/credit-risk")
    return runs


def test_metrics_have_no_endpoint(batch, aws):
    batch.handle(batch.event(batch.add("Completed")))
    assert aws.metrics
    for datum in aws.metrics:
        assert [dimension["Name"] for dimension in datum["Dimensions"]] == ["MonitoringSchedule"]


def test_a_message_names_the_monitor(batch, aws, two_violations):
    batch.handle(batch.event(batch.add("CompletedWithViolations", violations=two_violations)))
    (message,) = aws.messages
    assert "2 violations" in message["Subject"]
    assert "None" not in message["Subject"]
    assert "in the traffic of batch transform jobs between" in " ".join(message["Message"].split())


def test_a_failure_names_the_monitor(batch, aws):
    batch.handle(batch.event(batch.add("Failed", reason="AlgorithmError: no disk")))
    (message,) = aws.messages
    assert "monitor of batch transform jobs failed" in " ".join(message["Message"].split())


def test_a_model_that_sagemaker_does_not_serve_is_called_by_its_name(batch, aws):
    batch.register(endpoint=None, model="credit", title="model credit")
    batch.handle(batch.event(batch.add("Failed", reason="AlgorithmError: no disk")))
    (message,) = aws.messages
    assert message["Subject"].startswith("credit: ")
    assert "monitor of model credit failed" in " ".join(message["Message"].split())
