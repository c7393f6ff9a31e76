"""Bias: groups are compared by what the model says of them and by what came true."""

import pytest
from account import PEOPLE, buys
from sagemaker.clarify import BiasConfig, DataConfig, ModelPredictedLabelConfig
from sagemaker.model_monitor import CronExpressionGenerator, EndpointInput, ModelBiasMonitor
from schedule_checks import ScheduleChecks


@pytest.fixture(scope="module")
def baselined(account, model_config):
    rows = [f"{buys(age)},{age},{group}" for age, group in PEOPLE * 4]
    monitor = ModelBiasMonitor(**account.monitor_settings())
    monitor.suggest_baseline(
        model_config=model_config,
        data_config=DataConfig(
            s3_data_input_path=account.put("data/bias/training.csv", "\n".join(["label,age,group", *rows])),
            s3_output_path=account.uri("baselines/bias"),
            label="label",
            headers=["label", "age", "group"],
            dataset_type="text/csv",
        ),
        bias_config=BiasConfig(label_values_or_threshold=[1], facet_name="group", facet_values_or_threshold=[1]),
        model_predicted_label_config=ModelPredictedLabelConfig(label=0, probability_threshold=0.5),
    )
    monitor.latest_baselining_job.wait(logs=False)
    return monitor


@pytest.fixture(scope="module")
def monitor(account, predictor, baselined):
    baselined.create_monitoring_schedule(
        monitor_schedule_name="bias",
        endpoint_input=EndpointInput(
            endpoint_name=predictor.endpoint_name,
            destination="/opt/ml/processing/input/endpoint",
            inference_attribute="0",
        ),
        ground_truth_input=account.uri("labels"),
        output_s3_uri=account.uri("reports/bias"),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )
    account.spend_an_hour(predictor)
    return baselined


@pytest.mark.calls("ModelBiasMonitor.suggest_baseline", "ModelBiasMonitor.suggested_constraints")
def test_the_baseline_measures_both_kinds_of_bias(baselined):
    constraints = baselined.suggested_constraints().body_dict
    assert {"post_training_bias_metrics", "pre_training_bias_metrics"} <= set(constraints)


@pytest.mark.calls("ModelBiasMonitor.latest_monitoring_constraint_violations")
def test_the_run_finds_the_group_that_the_model_is_wrong_about(monitor):
    violations = monitor.latest_monitoring_constraint_violations().body_dict["violations"]
    assert {"AD", "DPL"} <= {violation["metric_name"] for violation in violations}
    assert {violation["facet"] for violation in violations} == {"group"}


class TestSchedule(ScheduleChecks):
    sdk_class = ModelBiasMonitor
