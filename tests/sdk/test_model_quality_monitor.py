"""Model quality: what the model said is compared with what came true."""

import pytest
from account import PEOPLE, buys
from sagemaker.model_monitor import CronExpressionGenerator, EndpointInput, ModelQualityMonitor
from sagemaker.model_monitor.dataset_format import DatasetFormat
from schedule_checks import ScheduleChecks


@pytest.fixture(scope="module")
def baselined(account):
    # Every seventh prediction is wrong.
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
        logs=True,
    )
    return monitor


@pytest.fixture(scope="module")
def monitor(account, predictor, baselined):
    baselined.create_monitoring_schedule(
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
        constraints=baselined.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    account.spend_an_hour(predictor)
    return baselined


@pytest.mark.calls("ModelQualityMonitor.suggest_baseline", "ModelQualityMonitor.suggested_constraints")
def test_the_baseline_suggests_what_the_model_reached(baselined):
    constraints = baselined.suggested_constraints().body_dict["binary_classification_constraints"]
    wrong = sum(age % 7 == 0 for age, _ in PEOPLE)
    assert constraints["accuracy"]["threshold"] == pytest.approx(1 - wrong / len(PEOPLE))
    assert constraints["accuracy"]["comparison_operator"] == "LessThanThreshold"


@pytest.mark.calls("ModelQualityMonitor.latest_monitoring_statistics")
def test_the_run_has_found_the_label_of_every_request(monitor):
    statistics = monitor.latest_monitoring_statistics().body_dict
    assert statistics["dataset"]["item_count"] == 2 * len(PEOPLE)
    assert 0.4 < statistics["binary_classification_metrics"]["accuracy"]["value"] < 0.6


@pytest.mark.calls("ModelQualityMonitor.latest_monitoring_constraint_violations")
def test_the_run_finds_that_the_model_has_become_worse(monitor):
    violations = monitor.latest_monitoring_constraint_violations().body_dict["violations"]
    assert {"accuracy", "precision", "recall"} <= {violation["metric_name"] for violation in violations}


class TestSchedule(ScheduleChecks):
    sdk_class = ModelQualityMonitor
