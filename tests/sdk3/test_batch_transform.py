"""Batch transform of version 3, and monitors that look now at what it captured."""

import pytest
from account import PEOPLE
from sagemaker.core.clarify import SHAPConfig
from sagemaker.core.model_monitor import (
    BatchTransformInput,
    CronExpressionGenerator,
    DefaultModelMonitor,
    ExplainabilityAnalysisConfig,
    ModelExplainabilityMonitor,
    MonitoringDatasetFormat,
)
from sagemaker.core.resources import TransformJob
from sagemaker.core.shapes import (
    BatchDataCaptureConfig,
    TransformDataSource,
    TransformInput,
    TransformOutput,
    TransformResources,
    TransformS3DataSource,
)


@pytest.fixture(scope="module")
def scored(account, model):
    account.put("batch/input/people.csv", "\n".join(f"{age},{group}" for age, group in PEOPLE))
    source = TransformS3DataSource(s3_data_type="S3Prefix", s3_uri=account.uri("batch/input/"))
    job = TransformJob.create(
        transform_job_name="people",
        model_name=model.model_name,
        transform_input=TransformInput(
            data_source=TransformDataSource(s3_data_source=source), content_type="text/csv", split_type="Line"
        ),
        transform_output=TransformOutput(
            s3_output_path=account.uri("batch/predictions"), accept="text/csv", assemble_with="Line"
        ),
        transform_resources=TransformResources(instance_type="ml.m5.large", instance_count=1),
        data_capture_config=BatchDataCaptureConfig(
            destination_s3_uri=account.uri("batch/capture"), generate_inference_id=True
        ),
    )
    job.wait(poll=1)
    return job


@pytest.mark.calls("TransformJob.create", "TransformJob.wait")
def test_a_file_is_scored(scored):
    assert scored.transform_job_status == "Completed"


def now(account, **attributes):
    """What a schedule needs that looks now at what was scored within the last hour."""
    return {
        "batch_transform_input": BatchTransformInput(
            data_captured_destination_s3_uri=account.uri("batch/capture"),
            dataset_format=MonitoringDatasetFormat.csv(header=False),
            destination="/opt/ml/processing/transform",
            **attributes,
        ),
        "schedule_cron_expression": CronExpressionGenerator.now(),
        "data_analysis_start_time": "-PT1H",
        "data_analysis_end_time": "-PT0H",
    }


@pytest.mark.calls("DefaultModelMonitor.latest_monitoring_statistics", "BatchTransformInput")
def test_a_schedule_that_runs_now_profiles_what_was_scored(account, scored):
    monitor = DefaultModelMonitor(**account.monitor_settings())
    monitor.create_monitoring_schedule(
        monitor_schedule_name="scored-files", output_s3_uri=account.uri("reports/batch"), **now(account)
    )
    account.wait_for_run("scored-files")
    assert monitor.latest_monitoring_statistics().body_dict["dataset"]["item_count"] == len(PEOPLE)


@pytest.mark.calls("ModelExplainabilityMonitor.create_monitoring_schedule", "ExplainabilityAnalysisConfig")
def test_a_schedule_that_runs_now_explains_what_was_scored(account, scored, model_config):
    monitor = ModelExplainabilityMonitor(**account.monitor_settings())
    shap = SHAPConfig(baseline=[[20, 0]], num_samples=20, agg_method="mean_abs", save_local_shap_values=False)
    monitor.create_monitoring_schedule(
        monitor_schedule_name="scored-attributions",
        analysis_config=ExplainabilityAnalysisConfig(shap, model_config, headers=["age", "group"]),
        output_s3_uri=account.uri("reports/attributions"),
        **now(account, inference_attribute="1"),
    )
    account.wait_for_run("scored-attributions")
    last = monitor.describe_schedule()["LastMonitoringExecutionSummary"]
    assert last["MonitoringExecutionStatus"] == "Completed", last.get("FailureReason")
