"""Publishes the metrics that a monitoring container left in files.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-cloudwatch.html
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox import seams
from sandbox.process import settings
from sandbox.sagemaker.state import Document

_METRIC_KINDS = {
    "MODEL_QUALITY": "model-metrics",
    "MODEL_BIAS": "bias-metrics",
    "MODEL_EXPLAINABILITY": "explainability-metrics",
}
_BATCH = 500
_DATA_QUALITY = "data-metrics"


class MetricFileError(Exception):
    """A metric file does not keep to the contract; the message names file, line and fault."""


def namespace(job: Document) -> str:
    """Where the metrics of a monitoring job belong: by what it analyses, and of an endpoint or of a batch."""
    environment = job.get("Environment", {})
    kind = _METRIC_KINDS.get(environment.get("analysis_type", ""), _DATA_QUALITY)
    source = "Endpoints" if environment.get("monitoring_input_type") == "ENDPOINT_INPUT" else "ModelMonitoring"
    return f"aws/sagemaker/{source}/{kind}"


def publish(job: Document, directory: Path) -> None:
    """Send every metric below a directory to CloudWatch.

    Raises:
        MetricFileError: A line is not a metric; what came before it was sent.
    """
    batch: list[dict[str, Any]] = []
    for datum in _data(directory):
        if namespace(job).endswith(_DATA_QUALITY) and not _is_published(datum):
            continue
        batch.append(datum)
        if len(batch) == _BATCH:
            seams.put_metric_data(namespace(job), batch)
            batch = []
    if batch:
        seams.put_metric_data(namespace(job), batch)


def _is_published(datum: dict[str, Any]) -> bool:
    """Whether the metrics of data quality have these dimensions, as it is set."""
    wanted = settings.current().feature_metric_dimensions
    names_feature = any(pair["Name"] == "Feature" for pair in datum["Dimensions"])
    return wanted == "both" or names_feature == (wanted == "three")


def _data(directory: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if line.strip():
                    yield _datum(line, f"{path.name} line {number}")


def _datum(line: str, where: str) -> dict[str, Any]:
    try:
        metric = json.loads(line)
        moment = datetime.fromisoformat(metric["Timestamp"])
        datum = {
            "MetricName": metric["MetricName"],
            "Dimensions": metric["Dimensions"],
            "Timestamp": moment,
            "Unit": metric.get("Unit", "None"),
        }
        values = {name: metric[name] for name in ("Value", "StatisticValues") if name in metric}
    except (ValueError, KeyError, TypeError) as error:
        raise MetricFileError(f"metric file {where}: {error!r}") from error
    if len(values) != 1:
        raise MetricFileError(f"metric file {where}: expected exactly one of Value and StatisticValues")
    return datum | values
