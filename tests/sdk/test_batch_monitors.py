"""Monitors of batch transform that run now: of predictions with labels, and of inputs and predictions in one row."""

import pytest
from account import PEOPLE, buys
from sagemaker.clarify import BiasConfig, SHAPConfig
from sagemaker.inputs import BatchDataCaptureConfig
from sagemaker.model_monitor import (
    BatchTransformInput,
    BiasAnalysisConfig,
    CronExpressionGenerator,
    ExplainabilityAnalysisConfig,
    ModelBiasMonitor,
    ModelExplainabilityMonitor,
    ModelQualityMonitor,
    MonitoringDatasetFormat,
)
from sagemaker.s3 import S3Downloader

NOW = {
    "schedule_cron_expression": CronExpressionGenerator.now(),
    "data_analysis_start_time": "-PT1H",
    "data_analysis_end_time": "-PT0H",
}


@pytest.fixture(scope="module")
def labels(account, model):
    """Score people, their rows beside the predictions; those of group 1 do the opposite of what the model says."""
    account.put("joined/input/people.csv", "\n".join(f"{age},{group}" for age, group in PEOPLE))
    transformer = model.transformer(
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=account.uri("joined/predictions"),
        accept="text/csv",
        assemble_with="Line",
    )
    transformer.transform(
        account.uri("joined/input/"),
        content_type="text/csv",
        split_type="Line",
        join_source="Input",
        batch_data_capture_config=BatchDataCaptureConfig(account.uri("joined/capture"), generate_inference_id=True),
        wait=True,
        logs=False,
    )
    uri = account.uri("joined/predictions/people.csv.out")
    rows = [line.split(",") for line in S3Downloader.read_file(uri, sagemaker_session=account.session).splitlines()]
    truth = {identifier: abs(buys(int(age)) - int(group)) for age, group, _, _, identifier, _ in rows}
    return account.put_labels("joined/labels", truth)


def scored(account, **attributes):
    return BatchTransformInput(
        data_captured_destination_s3_uri=account.uri("joined/capture"),
        dataset_format=MonitoringDatasetFormat.csv(header=False),
        destination="/opt/ml/processing/transform",
        **attributes,
    )


@pytest.mark.calls("ModelQualityMonitor.create_monitoring_schedule", "BatchTransformInput")
def test_quality_is_that_of_predictions_and_their_labels(account, labels):
    monitor = ModelQualityMonitor(**account.monitor_settings())
    monitor.create_monitoring_schedule(
        monitor_schedule_name="scored-quality",
        batch_transform_input=scored(account, inference_attribute="2", probability_attribute="3"),
        ground_truth_input=labels,
        problem_type="BinaryClassification",
        output_s3_uri=account.uri("reports/scored-quality"),
        **NOW,
    )
    account.wait_for_run("scored-quality")
    metrics = monitor.latest_monitoring_statistics().body_dict["binary_classification_metrics"]
    assert metrics["accuracy"]["value"] == pytest.approx(0.5)
    files = sorted(S3Downloader.list(account.uri("reports/scored-quality/merge"), sagemaker_session=account.session))
    merged = S3Downloader.read_file(files[-1], sagemaker_session=account.session).splitlines()
    assert len(merged) == len(PEOPLE), "the last file is not that of the merged records"


@pytest.mark.calls("ModelBiasMonitor.create_monitoring_schedule", "BiasAnalysisConfig", "BatchTransformInput")
def test_bias_is_that_of_predictions_beside_their_inputs(account, labels):
    monitor = ModelBiasMonitor(**account.monitor_settings())
    bias = BiasConfig(label_values_or_threshold=[1], facet_name="group", facet_values_or_threshold=[1])
    monitor.create_monitoring_schedule(
        monitor_schedule_name="scored-fairness",
        batch_transform_input=scored(account, inference_attribute="0"),
        ground_truth_input=labels,
        analysis_config=BiasAnalysisConfig(bias, headers=["age", "group", "label"], label="label"),
        output_s3_uri=account.uri("reports/scored-fairness"),
        **NOW,
    )
    account.wait_for_run("scored-fairness")
    (execution,) = monitor.list_executions()
    assert execution.describe()["ProcessingJobStatus"] == "Completed"


@pytest.mark.calls("ModelExplainabilityMonitor.create_monitoring_schedule", "ExplainabilityAnalysisConfig")
def test_attributions_are_those_of_the_inputs(account, labels, model_config):
    monitor = ModelExplainabilityMonitor(**account.monitor_settings())
    shap = SHAPConfig(baseline=[[20, 0]], num_samples=20, agg_method="mean_abs", save_local_shap_values=False)
    monitor.create_monitoring_schedule(
        monitor_schedule_name="scored-attributions",
        batch_transform_input=scored(account, inference_attribute="1"),
        analysis_config=ExplainabilityAnalysisConfig(shap, model_config, headers=["age", "group"]),
        output_s3_uri=account.uri("reports/scored-attributions"),
        **NOW,
    )
    account.wait_for_run("scored-attributions")
    (execution,) = monitor.list_executions()
    described = execution.describe()
    assert described["ProcessingJobStatus"] == "Completed", described.get("FailureReason")
