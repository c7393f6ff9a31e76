"""Data quality: what comes in is compared with the training data."""

import pytest
from account import PEOPLE, buys
from sagemaker.model_monitor import CronExpressionGenerator, DefaultModelMonitor, ModelMonitor
from sagemaker.model_monitor.dataset_format import DatasetFormat
from sagemaker.network import NetworkConfig
from sagemaker.processing import ProcessingInput, ProcessingOutput
from schedule_checks import ScheduleChecks


@pytest.fixture(scope="module")
def baselined(account, predictor):
    rows = [f"{buys(age)},{float(buys(age))},{float(age)},{float(group)}" for age, group in PEOPLE * 4]
    isolated = NetworkConfig(enable_network_isolation=True)
    monitor = DefaultModelMonitor(**account.monitor_settings(), network_config=isolated)
    monitor.suggest_baseline(
        baseline_dataset=account.put("data/training.csv", "\n".join(["prediction,probability,age,group", *rows])),
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri=account.uri("baselines/data-quality"),
        wait=True,
        logs=True,
    )
    return monitor


@pytest.fixture(scope="module")
def monitor(account, predictor, baselined):
    baselined.create_monitoring_schedule(
        monitor_schedule_name="data-quality",
        endpoint_input=predictor.endpoint_name,
        output_s3_uri=account.uri("reports/data-quality"),
        statistics=baselined.baseline_statistics(),
        constraints=baselined.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    account.spend_an_hour(predictor)
    return baselined


@pytest.mark.calls("DefaultModelMonitor.suggest_baseline", "DefaultModelMonitor.baseline_statistics")
def test_the_baseline_describes_every_column(baselined):
    features = baselined.baseline_statistics().body_dict["features"]
    means = {feature["name"]: feature["numerical_statistics"]["mean"] for feature in features}
    assert list(means) == ["prediction", "probability", "age", "group"]
    assert means["age"] == pytest.approx(29.5)


@pytest.mark.calls("DefaultModelMonitor.suggested_constraints")
def test_the_baseline_suggests_constraints_of_every_column(baselined):
    features = baselined.suggested_constraints().body_dict["features"]
    assert [feature["completeness"] for feature in features] == [1.0] * 4


@pytest.mark.calls("NetworkConfig(enable_network_isolation=True)")
def test_its_jobs_have_no_network(monitor):
    (execution,) = monitor.list_executions()
    for job in (monitor.latest_baselining_job, execution):
        assert job.describe()["NetworkConfig"]["EnableNetworkIsolation"] is True


@pytest.mark.calls("ModelMonitor.run_baseline")
def test_a_monitor_of_any_image_makes_the_same_baseline_with_inputs_of_its_own(account, baselined):
    monitor = ModelMonitor(
        **account.monitor_settings(),
        image_uri=baselined.image_uri,
        env={
            "dataset_format": '{"csv": {"header": true}}',
            "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
            "output_path": "/opt/ml/processing/output",
            "publish_cloudwatch_metrics": "Disabled",
        },
    )
    dataset = ProcessingInput(
        source=account.uri("data/training.csv"), destination="/opt/ml/processing/input/baseline_dataset_input"
    )
    results = ProcessingOutput(source="/opt/ml/processing/output", destination=account.uri("baselines/own"))
    monitor.run_baseline(baseline_inputs=[dataset], output=results, wait=True, logs=False)
    assert monitor.baseline_statistics().body_dict["features"] == baselined.baseline_statistics().body_dict["features"]


@pytest.mark.calls("DefaultModelMonitor.latest_monitoring_statistics")
def test_the_run_has_seen_every_request(monitor):
    assert monitor.latest_monitoring_statistics().body_dict["dataset"]["item_count"] == 2 * len(PEOPLE)


@pytest.mark.calls("DefaultModelMonitor.latest_monitoring_constraint_violations")
def test_the_run_finds_the_column_that_drifted(monitor):
    violations = monitor.latest_monitoring_constraint_violations().body_dict["violations"]
    assert ("age", "baseline_drift_check") in {
        (item["feature_name"], item["constraint_check_type"]) for item in violations
    }


@pytest.mark.calls("DefaultModelMonitor.list_monitoring_alert_history")
def test_the_run_is_in_the_history_of_the_alerts(monitor):
    history, _ = monitor.list_monitoring_alert_history()
    assert [entry.alert_status for entry in history] == ["InAlert"]


class TestSchedule(ScheduleChecks):
    sdk_class = DefaultModelMonitor
