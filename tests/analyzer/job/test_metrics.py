"""CloudWatch metric files."""

import pytest

PUBLISH = {
    "publish_cloudwatch_metrics": "Enabled",
    "sagemaker_endpoint_name": "credit",
    "sagemaker_monitoring_schedule_name": "credit-data-quality",
    "start_time": "2026-01-01T10:00:00Z",
    "end_time": "2026-01-01T11:00:00Z",
}
ENDPOINT = {"Name": "Endpoint", "Value": "credit"}
SCHEDULE = {"Name": "MonitoringSchedule", "Value": "credit-data-quality"}


@pytest.fixture
def baseline(table):
    return table("a.csv", "x,s", *(f"{i / 7},{'ab'[i % 2]}" for i in range(400)))


@pytest.fixture
def live(table):
    return table("b.csv", "x,s", *(f"{i / 7 + 40},{'ab'[i % 2] if i else ''}" for i in range(400)))


def by_name(metrics, *dimensions):
    return {m["MetricName"]: m for m in metrics if m["Dimensions"] == list(dimensions)}


def test_metrics_have_the_dimensions_of_endpoint_and_schedule(monitor, baseline, live):
    done = monitor(baseline, live, **PUBLISH)
    metrics = by_name(done.metrics, ENDPOINT, SCHEDULE)
    assert set(metrics) == {
        "feature_data_x",
        "feature_non_null_x",
        "feature_baseline_drift_x",
        "feature_non_null_s",
        "feature_baseline_drift_s",
    }
    x = done.statistics["x"]["numerical_statistics"]
    assert metrics["feature_data_x"] == {
        "MetricName": "feature_data_x",
        "Timestamp": "2026-01-01T10:00:00Z",
        "Dimensions": [ENDPOINT, SCHEDULE],
        "StatisticValues": {"SampleCount": 400.0, "Sum": x["sum"], "Minimum": x["min"], "Maximum": x["max"]},
        "Unit": "None",
    }
    assert metrics["feature_non_null_s"]["Value"] == 399.0


def test_the_published_drift_is_the_number_in_the_violation(monitor, baseline, live):
    done = monitor(baseline, live, **PUBLISH)
    published = by_name(done.metrics, ENDPOINT, SCHEDULE)["feature_baseline_drift_x"]["Value"]
    texts = [v["description"] for v in done.violations if v["feature_name"] == "x"]
    assert texts == [f"Baseline drift distance: {published} exceeds threshold: 0.1"]


def test_drift_that_is_corrected_away_is_published_as_zero(monitor, baseline):
    done = monitor(baseline, baseline, **PUBLISH)
    assert by_name(done.metrics, ENDPOINT, SCHEDULE)["feature_baseline_drift_x"]["Value"] == 0.0


def test_the_newer_metrics_have_the_feature_as_a_dimension_too(monitor, baseline, live):
    done = monitor(baseline, live, **PUBLISH)
    metrics = by_name(done.metrics, ENDPOINT, {"Name": "Feature", "Value": "s"}, SCHEDULE)
    values = {name: metric["Value"] for name, metric in metrics.items()}
    assert values.pop("feature_baseline_drift_s") == 0.0
    assert values == {
        "feature_fractional_counts_s": 0.0,
        "feature_integral_counts_s": 0.0,
        "feature_string_counts_s": 399.0,
        "feature_boolean_counts_s": 0.0,
        "feature_unknown_counts_s": 1.0,
        "feature_null_s": 1.0,
        "feature_non_null_s": 399.0,
        "feature_estimated_unique_values_s": 2.0,
        "feature_completeness_s": 399 / 400,
    }


def test_batch_monitors_have_no_endpoint(monitor, baseline):
    variables = {name: value for name, value in PUBLISH.items() if name != "sagemaker_endpoint_name"}
    done = monitor(baseline, baseline, **variables)
    assert "feature_data_x" in by_name(done.metrics, SCHEDULE)


def test_metric_time_goes_before_the_start_of_the_window(monitor, baseline):
    done = monitor(baseline, baseline, **PUBLISH, metric_time="2026-01-01T09:00:00Z")
    assert {metric["Timestamp"] for metric in done.metrics} == {"2026-01-01T09:00:00Z"}


def test_a_feature_can_be_silenced(monitor, baseline):
    def change(document):
        document["features"][0]["monitoring_config_overrides"] = {"emit_metrics": "Disabled"}

    done = monitor(baseline, baseline, change=change, **PUBLISH)
    assert {metric["MetricName"].rsplit("_", 1)[1] for metric in done.metrics} == {"s"}


def test_columns_that_are_not_the_baselines_have_no_metrics(monitor, baseline, table):
    done = monitor(baseline, table("c.csv", "y,x,s", "1,2,a"), **PUBLISH)
    assert len(done.violations) == 1
    assert done.metrics == []


def test_values_that_cannot_be_sent_are_left_out(monitor, table):
    path = table("c.csv", "x", "1", "1e999")
    assert "feature_data_x" not in {metric["MetricName"] for metric in monitor(path, path, **PUBLISH).metrics}


@pytest.mark.parametrize("variables", [{}, {"publish_cloudwatch_metrics": "Disabled"}])
def test_nothing_is_written_unless_publishing_is_enabled(monitor, baseline, variables):
    assert not (monitor(baseline, baseline, **variables).folder / "metrics").exists()
