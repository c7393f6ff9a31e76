"""Monitors of version 3: baselines, an hour of drifted traffic, and what is found."""

import pytest
from account import PEOPLE, buys
from sagemaker.core.model_monitor import (
    CronExpressionGenerator,
    DatasetFormat,
    DefaultModelMonitor,
    EndpointInput,
    ModelQualityMonitor,
    NetworkConfig,
)


@pytest.fixture(scope="module")
def data_quality(account, predictor):
    rows = [f"{buys(age)},{float(buys(age))},{float(age)},{float(group)}" for age, group in PEOPLE * 4]
    isolated = NetworkConfig(enable_network_isolation=True)
    monitor = DefaultModelMonitor(**account.monitor_settings(), network_config=isolated)
    monitor.suggest_baseline(
        baseline_dataset=account.put("data/training.csv", "\n".join(["prediction,probability,age,group", *rows])),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri=account.uri("baselines/data-quality"),
        wait=True,
        logs=False,
    )
    monitor.create_monitoring_schedule(
        monitor_schedule_name="data-quality",
        endpoint_input=predictor.endpoint_name,
        output_s3_uri=account.uri("reports/data-quality"),
        statistics=monitor.baseline_statistics(),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )
    return monitor


@pytest.fixture(scope="module")
def model_quality(account, predictor):
    rows = [f"{buys(age)},{age / 60:.4f},{buys(age) if age % 7 else 1 - buys(age)}" for age, _ in PEOPLE * 4]
    monitor = ModelQualityMonitor(**account.monitor_settings())
    monitor.suggest_baseline(
        baseline_dataset=account.put("data/validation.csv", "\n".join(["prediction,probability,label", *rows])),
        dataset_format=DatasetFormat.csv(header=True),
        problem_type="BinaryClassification",
        inference_attribute="prediction",
        probability_attribute="probability",
        ground_truth_attribute="label",
        output_s3_uri=account.uri("baselines/model-quality"),
        wait=True,
        logs=False,
    )
    monitor.create_monitoring_schedule(
        monitor_schedule_name="model-quality",
        endpoint_input=EndpointInput(
            endpoint_name=predictor.endpoint_name,
            destination="/opt/ml/processing/input_data",
            inference_attribute="0",
            probability_attribute="1",
            probability_threshold_attribute=0.5,
        ),
        ground_truth_input=account.uri("labels"),
        problem_type="BinaryClassification",
        output_s3_uri=account.uri("reports/model-quality"),
        constraints=monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )
    return monitor


@pytest.fixture(scope="module")
def an_hour(account, predictor, data_quality, model_quality):
    account.spend_an_hour(predictor)


@pytest.mark.calls("DefaultModelMonitor.suggest_baseline", "DefaultModelMonitor.baseline_statistics")
def test_the_baseline_describes_every_column(data_quality):
    features = data_quality.baseline_statistics().body_dict["features"]
    assert [feature["name"] for feature in features] == ["prediction", "probability", "age", "group"]


@pytest.mark.calls(
    "DefaultModelMonitor.create_monitoring_schedule", "DefaultModelMonitor.latest_monitoring_constraint_violations"
)
def test_the_run_finds_the_column_that_drifted(data_quality, an_hour):
    violations = data_quality.latest_monitoring_constraint_violations().body_dict["violations"]
    assert ("age", "baseline_drift_check") in {
        (item["feature_name"], item["constraint_check_type"]) for item in violations
    }


@pytest.mark.calls("DefaultModelMonitor.list_executions", "NetworkConfig(enable_network_isolation=True)")
def test_its_runs_are_listed(data_quality, an_hour):
    (execution,) = data_quality.list_executions()
    assert execution.describe()["ProcessingJobStatus"] == "Completed"


@pytest.mark.calls("ModelQualityMonitor.suggest_baseline", "ModelQualityMonitor.suggested_constraints")
def test_the_baseline_suggests_what_the_model_reached(model_quality):
    constraints = model_quality.suggested_constraints().body_dict["binary_classification_constraints"]
    assert constraints["accuracy"]["comparison_operator"] == "LessThanThreshold"


@pytest.mark.calls(
    "ModelQualityMonitor.create_monitoring_schedule", "ModelQualityMonitor.latest_monitoring_constraint_violations"
)
def test_the_run_finds_that_the_model_has_become_worse(model_quality, an_hour):
    violations = model_quality.latest_monitoring_constraint_violations().body_dict["violations"]
    assert {"accuracy", "precision", "recall"} <= {violation["metric_name"] for violation in violations}


@pytest.mark.calls(
    "DefaultModelMonitor.describe_schedule",
    "DefaultModelMonitor.stop_monitoring_schedule",
    "DefaultModelMonitor.start_monitoring_schedule",
    "DefaultModelMonitor.delete_monitoring_schedule",
)
def test_a_schedule_is_stopped_started_and_deleted(data_quality, account, an_hour):
    data_quality.stop_monitoring_schedule()
    assert data_quality.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"
    data_quality.start_monitoring_schedule()
    assert data_quality.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled"
    data_quality.delete_monitoring_schedule()
    account.wait_until_idle()
    client = account.session.sagemaker_client
    assert client.list_monitoring_schedules(NameContains="data-quality")["MonitoringScheduleSummaries"] == []
