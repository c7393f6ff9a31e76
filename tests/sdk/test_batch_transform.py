"""Batch transform, and a monitor that looks at what it captured."""

import pytest
from account import PEOPLE
from sagemaker.inputs import BatchDataCaptureConfig
from sagemaker.model_monitor import (
    BatchTransformInput,
    CronExpressionGenerator,
    DefaultModelMonitor,
    MonitoringDatasetFormat,
)
from sagemaker.s3 import S3Downloader


@pytest.fixture(scope="module")
def predictions(account, model):
    account.put("batch/input/people.csv", "\n".join(f"{age},{group}" for age, group in PEOPLE))
    transformer = model.transformer(
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=account.uri("batch/predictions"),
        accept="text/csv",
        assemble_with="Line",
    )
    transformer.transform(
        account.uri("batch/input/"),
        content_type="text/csv",
        split_type="Line",
        batch_data_capture_config=BatchDataCaptureConfig(account.uri("batch/capture"), generate_inference_id=True),
        wait=True,
        logs=True,
    )
    uri = account.uri("batch/predictions/people.csv.out")
    return S3Downloader.read_file(uri, sagemaker_session=account.session).splitlines()


@pytest.mark.calls("Model.transformer", "Transformer.transform")
def test_every_row_is_scored(predictions):
    assert [line.split(",")[0] for line in (predictions[0], predictions[-1])] == ["0", "1"]
    assert len(predictions) == len(PEOPLE)


@pytest.mark.calls("DefaultModelMonitor.create_monitoring_schedule")
def test_a_schedule_that_runs_now_profiles_what_was_scored(account, predictions):
    monitor = DefaultModelMonitor(**account.monitor_settings())
    monitor.create_monitoring_schedule(
        monitor_schedule_name="scored-files",
        batch_transform_input=BatchTransformInput(
            data_captured_destination_s3_uri=account.uri("batch/capture"),
            dataset_format=MonitoringDatasetFormat.csv(header=False),
            destination="/opt/ml/processing/input",
        ),
        output_s3_uri=account.uri("reports/batch"),
        schedule_cron_expression=CronExpressionGenerator.now(),
        data_analysis_start_time="-PT1H",
        data_analysis_end_time="-PT0H",
    )
    account.wait_for_run("scored-files")
    assert monitor.latest_monitoring_statistics().body_dict["dataset"]["item_count"] == len(PEOPLE)
