"""A batch transform job whose capture the monitor reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def transform_job(model_name: str, bucket: str, file: str, now: datetime) -> dict[str, Any]:
    """The request for boto3's `create_transform_job`, or for the step of a pipeline.

    Args:
        model_name: The model that scores.
        bucket: `ScoringBucket`, an output of the stack. The model's execution role reads and writes there.
        file: What is scored: the name of a CSV file without a header line, below `input/`.
        now: Makes the job's name unique.
    """
    root = f"s3://{bucket}"
    return {
        "TransformJobName": f"{model_name}-{now:%Y%m%d-%H%M%S}",
        "ModelName": model_name,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{root}/input/{file}"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": f"{root}/predictions", "Accept": "text/csv", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        # Without it nothing is monitored. The ids are what labels are matched by, should they be monitored one day.
        "DataCaptureConfig": {"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True},
    }
