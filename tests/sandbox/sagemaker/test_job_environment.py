"""The environments of monitoring jobs, by monitoring type and input."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.sagemaker.monitoring import variables
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.occasion import Occasion
from sandbox.sagemaker.monitoring.window import Window

NINE, TEN = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC)
LABELS = {"GroundTruthS3Input": {"S3Uri": "s3://b/labels"}}
BATCH = {"DataCapturedDestinationS3Uri": "s3://b/batch", "LocalPath": "/opt/ml/processing/input/batch"}


def occasion(monitoring_type: str, source: dict[str, Any], **application: str) -> Occasion:
    job = MonitoringJob(
        monitoring_type=monitoring_type,
        application={"ImageUri": "image", **application},
        baseline={},
        source=source,
        output={"S3Uri": "s3://b/reports", "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"},
        kms_key_id=None,
        cluster={},
        network={},
        role_arn="role",
        max_runtime=1800,
        environment={},
    )
    return Occasion({"MonitoringScheduleName": "hourly"}, job, TEN, Window(NINE, TEN))


def of_endpoint(**members: Any) -> dict[str, Any]:
    return {"EndpointInput": {"EndpointName": "loans", "LocalPath": "/opt/ml/processing/input/endpoint", **members}}


def test_model_quality_is_told_where_predictions_are_in_merged_records() -> None:
    source = of_endpoint(InferenceAttribute="0", ProbabilityAttribute="1", ProbabilityThresholdAttribute=0.5) | LABELS
    assert variables.analysing(occasion("ModelQuality", source, ProblemType="BinaryClassification")) == {
        "analysis_type": "MODEL_QUALITY",
        "dataset_format": (
            '{"sagemakerMergeJson":{"captureIndexNames":["endpointOutput"],"originalDatasetFormat":null}}'
        ),
        "dataset_source": "/opt/ml/processing/input/endpoint",
        "end_time": "2026-03-01T10:00:00Z",
        "inference_attribute": "0",
        "metric_time": "2026-03-01T09:00:00Z",
        "monitoring_input_type": "ENDPOINT_INPUT",
        "output_path": "/opt/ml/processing/output",
        "probability_attribute": "1",
        "probability_threshold_attribute": "0.500000",
        "problem_type": "BinaryClassification",
        "publish_cloudwatch_metrics": "Enabled",
        "sagemaker_endpoint_name": "loans",
        "sagemaker_monitoring_schedule_name": "hourly",
        "start_time": "2026-03-01T09:00:00Z",
    }


def test_bias_reads_both_sides_of_merged_records() -> None:
    environment = variables.analysing(occasion("ModelBias", of_endpoint(FeaturesAttribute="features") | LABELS))
    assert environment["analysis_type"] == "MODEL_BIAS"
    assert environment["features_attribute"] == "features"
    assert environment["dataset_format"] == (
        '{"sagemakerMergeJson":{"captureIndexNames":["endpointInput","endpointOutput"],"originalDatasetFormat":null}}'
    )


@pytest.mark.parametrize(
    ("dataset_format", "text"),
    [
        ({"Csv": {"Header": True}}, '{"csv":{"header":"true"}}'),
        ({"Json": {"Line": True}}, '{"json":{"line":"true"}}'),
        ({"Parquet": {}}, '{"parquet":{}}'),
    ],
)
def test_batch_transform_is_read_as_it_was_written(dataset_format: dict[str, Any], text: str) -> None:
    source = {"BatchTransformInput": {**BATCH, "DatasetFormat": dataset_format}}
    assert variables.analysing(occasion("DataQuality", source))["dataset_format"] == text
    assert variables.merging(occasion("ModelQuality", source | LABELS))["dataset_format"] == text
    merged = json.loads(variables.analysing(occasion("ModelQuality", source | LABELS))["dataset_format"])
    assert merged["sagemakerMergeJson"]["originalDatasetFormat"] == json.loads(text)


def test_labels_are_looked_for_up_to_the_time_of_the_run() -> None:
    week_before = NINE - timedelta(days=7)
    job = occasion("ModelQuality", of_endpoint() | LABELS).job
    assert Occasion({}, job, TEN, Window(week_before, NINE)).collected == Window(week_before, TEN)
