"""In which form captured requests and predictions lie in S3."""

from __future__ import annotations

from enum import Enum


class CaptureLayout(Enum):
    """Form of the objects; the monitor that reads them decides which one is right."""

    ENDPOINT = "endpoint"
    """Records of an endpoint's data capture, for monitors of an endpoint that exists in SageMaker, and for own jobs.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
    """

    BATCH_CSV = "batch-csv"
    """What a batch transform job with CSV captures, for monitors without any endpoint.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
    """

    BATCH_JSON_LINES = "batch-json-lines"
    """The same with JSON lines."""
