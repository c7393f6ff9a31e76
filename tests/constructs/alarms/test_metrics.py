from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Duration, aws_cloudwatch as cloudwatch

from model_monitor import DataQualityMonitor, MonitorSchedule

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture(scope="module")
def monitor(kit: Kit) -> DataQualityMonitor:
    return kit.monitor()


def _read(metric: cloudwatch.Metric) -> tuple[str, str, str, float]:
    return metric.namespace, metric.metric_name, metric.statistic, metric.period.to_seconds()


# Names, dimensions and namespace: section "Data quality" of
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html and published alarms.
@pytest.mark.parametrize(
    ("method", "name", "statistic"),
    [
        ("metric_feature_drift", "feature_baseline_drift_age", "Maximum"),
        ("metric_feature_completeness", "feature_completeness_age", "Minimum"),
        ("metric_feature_mean", "feature_data_age", "Average"),
        ("metric_feature_count", "feature_data_age", "SampleCount"),
    ],
)
def test_metrics_of_a_feature_have_the_names_of_the_service(
    method: str, name: str, statistic: str, monitor: DataQualityMonitor
) -> None:
    metric = getattr(monitor, method)("age")
    assert _read(metric) == ("aws/sagemaker/Endpoints/data-metrics", name, statistic, 3600)
    assert metric.dimensions["Endpoint"] == "fraud-prod"
    assert metric.dimensions["MonitoringSchedule"] == monitor.monitoring_schedule_name


def test_completeness_has_the_feature_as_a_further_dimension(monitor: DataQualityMonitor) -> None:
    assert (monitor.metric_feature_completeness("age").dimensions or {})["Feature"] == "age"
    assert "Feature" not in (monitor.metric_feature_drift("age").dimensions or {})


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("metric_executions", "Executions"),
        ("metric_failed_executions", "FailedExecutions"),
        ("metric_no_data", "NoData"),
        ("metric_violations", "Violations"),
    ],
)
def test_own_metrics_have_a_namespace_of_their_own(method: str, name: str, monitor: DataQualityMonitor) -> None:
    metric = getattr(monitor, method)()
    assert _read(metric) == ("ModelMonitoring", name, "Sum", 3600)
    assert set(metric.dimensions) == {"Endpoint", "MonitoringSchedule"}


def test_any_other_metric_of_the_service_can_be_named(monitor: DataQualityMonitor) -> None:
    assert _read(monitor.metric("feature_null_age", statistic="Sum"))[1:3] == ("feature_null_age", "Sum")


def test_the_period_is_the_time_between_two_runs(kit: Kit) -> None:
    daily = kit.monitor(schedule=MonitorSchedule.daily())
    assert daily.metric_violations().period.to_hours() == 24
    assert daily.metric_signs_of_life().period.to_hours() == 24


def test_a_single_run_has_metrics_by_the_hour(kit: Kit) -> None:
    once = kit.monitor(schedule=MonitorSchedule.once(start=Duration.hours(2)))
    assert once.metric_violations().period.to_hours() == 1


def test_refuses_a_feature_whose_metric_would_be_too_long(monitor: DataQualityMonitor, refused: Refused) -> None:
    with refused("273 characters long", "at most 255", "shorter name"):
        monitor.metric_feature_drift("f" * 250)


@pytest.mark.parametrize("feature", ["größe", ":age", "  "])
def test_refuses_a_feature_that_cannot_be_the_value_of_a_dimension(
    feature: str, monitor: DataQualityMonitor, refused: Refused
) -> None:
    with refused(repr(feature), "ASCII characters"):
        monitor.metric_feature_completeness(feature)


def test_signs_of_life_are_runs_and_deployments(monitor: DataQualityMonitor) -> None:
    signs = monitor.metric_signs_of_life()
    assert (signs.metric_name, signs.statistic) == ("Executions", "SampleCount")
