"""Explainability: which features decide, in the baseline and now."""

import pytest
from account import PEOPLE, buys
from sagemaker.clarify import DataConfig, SHAPConfig
from sagemaker.model_monitor import CronExpressionGenerator, ModelExplainabilityMonitor
from schedule_checks import ScheduleChecks


@pytest.fixture(scope="module")
def baselined(account, model_config):
    # The label is there, as in AWS's notebooks, so that the job knows what is no feature.
    rows = [f"{buys(age)},{age},{group}" for age, group in PEOPLE]
    monitor = ModelExplainabilityMonitor(**account.monitor_settings())
    monitor.suggest_baseline(
        model_config=model_config,
        data_config=DataConfig(
            s3_data_input_path=account.put("data/explainability/training.csv", "\n".join(rows)),
            s3_output_path=account.uri("baselines/explainability"),
            label="label",
            headers=["label", "age", "group"],
            dataset_type="text/csv",
        ),
        explainability_config=SHAPConfig(
            baseline=[[20, 0]], num_samples=20, agg_method="mean_abs", save_local_shap_values=False
        ),
        model_scores=1,
    )
    monitor.latest_baselining_job.wait(logs=False)
    return monitor


@pytest.fixture(scope="module")
def monitor(account, predictor, baselined):
    baselined.create_monitoring_schedule(
        monitor_schedule_name="explainability",
        endpoint_input=predictor.endpoint_name,
        output_s3_uri=account.uri("reports/explainability"),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )
    account.spend_an_hour(predictor)
    return baselined


@pytest.mark.calls("ModelExplainabilityMonitor.suggest_baseline", "ModelExplainabilityMonitor.suggested_constraints")
def test_the_baseline_says_that_age_decides(baselined):
    (label,) = baselined.suggested_constraints().body_dict["explanations"]["kernel_shap"].values()
    assert label["global_shap_values"]["age"] > label["global_shap_values"]["group"]


@pytest.mark.calls("ModelExplainabilityMonitor.latest_monitoring_constraint_violations")
def test_the_run_finds_that_the_same_feature_decides(monitor):
    assert monitor.latest_monitoring_constraint_violations().body_dict["violations"] == []


class TestSchedule(ScheduleChecks):
    sdk_class = ModelExplainabilityMonitor
    exit_status = "Completed"
