from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Duration, aws_cloudwatch as cloudwatch
from aws_cdk.assertions import Template

from model_monitor import DataQualityMonitor, MonitorSchedule

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture(scope="module")
def monitor(kit: Kit) -> DataQualityMonitor:
    return kit.monitor()


def _read(metric: cloudwatch.Metric) -> tuple[str, str, str, float]:
    return metric.namespace, metric.metric_name, metric.statistic, metric.period.to_seconds()


@pytest.mark.parametrize(
    ("method", "name", "statistic"),
    [
        ("metric_feature_drift", "FeatureDrift", "Maximum"),
        ("metric_feature_completeness", "FeatureCompleteness", "Minimum"),
        ("metric_feature_mean", "FeatureMean", "Average"),
        ("metric_feature_count", "FeatureRecords", "Maximum"),
    ],
)
def test_metrics_of_a_feature_are_our_own_with_the_feature_as_a_dimension(
    method: str, name: str, statistic: str, monitor: DataQualityMonitor
) -> None:
    metric = getattr(monitor, method)("age")
    assert _read(metric) == ("ModelMonitoring", name, statistic, 3600)
    assert metric.dimensions == {
        "Endpoint": "fraud-prod",
        "MonitoringSchedule": monitor.monitoring_schedule_name,
        "Feature": "age",
    }


def test_records_that_were_left_out_are_counted(monitor: DataQualityMonitor) -> None:
    assert _read(monitor.metric_records_left_out()) == ("ModelMonitoring", "RecordsLeftOut", "Maximum", 3600)


def test_metrics_of_quality_groups_and_contributions_are_our_own(kit: Kit) -> None:
    quality = kit.model_quality().metric_quality("recall")
    bias = kit.model_bias().metric_bias("DPPL", facet="sex")
    attribution = kit.model_explainability().metric_attribution("age")
    assert [_read(metric) for metric in (quality, bias, attribution)] == [
        ("ModelMonitoring", "ModelQuality", "Average", 3600),
        ("ModelMonitoring", "Bias", "Average", 3600),
        ("ModelMonitoring", "Attribution", "Average", 3600),
    ]
    further = [
        {name: value for name, value in metric.dimensions.items() if name not in ("Endpoint", "MonitoringSchedule")}
        for metric in (quality, bias, attribution)
    ]
    assert further == [
        {"Metric": "recall"},
        {"Metric": "DPPL", "Facet": "sex", "FacetValue": "female"},
        {"Feature": "age"},
    ]


@pytest.mark.parametrize(
    ("feature", "dimension"),
    [
        ("größe", "gr%C3%B6%C3%9Fe"),
        (":age", "%3Aage"),
        ("  ", "%20%20"),
        ("a/b %", "a/b %"),
        ("f" * 255, "f" * 255),
    ],
)
def test_any_feature_can_be_the_value_of_a_dimension(feature: str, dimension: str, monitor: DataQualityMonitor) -> None:
    assert monitor.metric_feature_drift(feature).dimensions["Feature"] == dimension


def test_long_names_that_begin_alike_stay_apart(monitor: DataQualityMonitor) -> None:
    values = {monitor.metric_feature_drift("f" * 300 + end).dimensions["Feature"] for end in "ab"}
    assert len(values) == 2
    assert all(len(value) == 255 for value in values)


@pytest.mark.parametrize(
    ("method", "name", "statistic"),
    [
        ("metric_executions", "Executions", "Sum"),
        ("metric_failed_executions", "FailedExecutions", "Maximum"),
        ("metric_no_data", "NoData", "Maximum"),
        ("metric_violations", "Violations", "Maximum"),
    ],
)
def test_metrics_of_runs_may_be_published_twice_and_count_once(
    method: str, name: str, statistic: str, monitor: DataQualityMonitor
) -> None:
    metric = getattr(monitor, method)()
    assert _read(metric) == ("ModelMonitoring", name, statistic, 3600)
    assert set(metric.dimensions) == {"Endpoint", "MonitoringSchedule"}


def test_any_other_metric_of_the_service_can_be_named(monitor: DataQualityMonitor) -> None:
    metric = monitor.metric("feature_null_age", statistic="Sum", dimensions={"Feature": "age"})
    assert _read(metric)[:3] == ("aws/sagemaker/Endpoints/data-metrics", "feature_null_age", "Sum")
    assert (metric.dimensions or {})["Feature"] == "age"


def test_the_period_is_the_time_between_two_runs(kit: Kit) -> None:
    daily = kit.monitor(schedule=MonitorSchedule.daily())
    assert daily.metric_violations().period.to_hours() == 24
    assert daily.metric_signs_of_life().period.to_hours() == 24


def test_a_single_run_has_metrics_by_the_hour(kit: Kit) -> None:
    once = kit.monitor(schedule=MonitorSchedule.once(start=Duration.hours(2)))
    assert once.metric_violations().period.to_hours() == 1


def test_refuses_a_metric_of_the_service_whose_name_is_too_long(monitor: DataQualityMonitor, refused: Refused) -> None:
    with refused("273 characters long", "at most 255", "shorter name"):
        monitor.metric("feature_baseline_drift_" + "f" * 250)


def test_signs_of_life_are_runs_and_deployments(monitor: DataQualityMonitor) -> None:
    signs = monitor.metric_signs_of_life()
    assert (signs.metric_name, signs.statistic) == ("Executions", "SampleCount")


def test_only_what_somebody_looks_at_is_published(kit: Kit) -> None:
    stack = kit.stack()
    monitor = kit.monitor(stack)
    quality = kit.model_quality(stack)
    bias = kit.model_bias(stack)
    attribution = kit.model_explainability(stack)
    monitor.metric_feature_drift("age")
    monitor.metric_feature_drift("größe")
    monitor.metric_feature_drift("age")
    monitor.metric_feature_completeness("income")
    monitor.metric_feature_mean("age")
    monitor.metric_feature_count("age")
    monitor.metric("feature_null_job")
    quality.metric_quality("auc")
    bias.metric_bias("DPPL", facet="sex")
    attribution.metric_attribution("income")
    documents = {found["type"]: found.get("metrics") for found in kit.registered(Template.from_stack(stack)).values()}
    assert documents == {
        "DataQuality": {"completeness": ["income"], "drift": ["age", "größe"], "mean": ["age"]},
        "ModelQuality": {"quality": ["auc"]},
        "ModelBias": {"bias": [{"metric": "DPPL", "facet": "sex", "facet_value": "female"}]},
        "ModelExplainability": {"attribution": ["income"]},
    }


def test_a_monitor_without_alarms_on_features_publishes_no_metric_of_one(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitor(stack)
    (document,) = kit.registered(Template.from_stack(stack)).values()
    assert "metrics" not in document
