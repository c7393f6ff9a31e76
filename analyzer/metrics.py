"""CloudWatch metrics as files: the platform pushes what it finds there.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-cloudwatch.html
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from analyzer.parameters import Parameters

# Any file in the folder is read; the name of the container's own file is not published.
METRICS_FILE = "metrics.jsonl"


@dataclass(frozen=True)
class Metric:
    """One data point.

    Args:
        name: Metric name.
        value: Value, or a statistic set (SampleCount, Sum, Minimum, Maximum).
        dimensions: Dimensions beyond those of the monitor.
    """

    name: str
    value: float | Mapping[str, float]
    dimensions: Mapping[str, str]


class MetricsFile:
    """Writer of the metrics of one run.

    Args:
        directory: Folder that the platform reads.
        schedule: Name of the monitoring schedule.
        endpoint: Name of the endpoint; None for batch monitors, whose metrics lack that dimension.
        time: Start of the analysed window; None means now.
    """

    def __init__(self, directory: Path, *, schedule: str, endpoint: str | None, time: datetime | None) -> None:
        self._path = directory / METRICS_FILE
        self._dimensions = ({"Endpoint": endpoint} if endpoint else {}) | {"MonitoringSchedule": schedule}
        self._timestamp = (time or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def write(self, metrics: Iterable[Metric]) -> None:
        """Write the file; values that are no finite numbers cannot be sent and are left out."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = [orjson.dumps(self._line(metric)) for metric in metrics if _is_finite(metric.value)]
        self._path.write_bytes(b"".join(line + b"\n" for line in lines))

    def _line(self, metric: Metric) -> dict[str, Any]:
        dimensions = sorted((self._dimensions | dict(metric.dimensions)).items())
        value = {"StatisticValues": metric.value} if isinstance(metric.value, Mapping) else {"Value": metric.value}
        return {
            "MetricName": metric.name,
            "Timestamp": self._timestamp,
            "Dimensions": [{"Name": name, "Value": text} for name, text in dimensions],
            **value,
            "Unit": "None",
        }


def publish(parameters: Parameters, metrics: Iterable[Metric]) -> None:
    """Write the metrics of a run when it is asked to publish any."""
    if parameters.publish_cloudwatch_metrics and parameters.sagemaker_monitoring_schedule_name:
        MetricsFile(
            parameters.cloudwatch_metrics_directory,
            schedule=parameters.sagemaker_monitoring_schedule_name,
            endpoint=parameters.sagemaker_endpoint_name,
            time=parameters.metric_time,
        ).write(metrics)


def _is_finite(value: float | Mapping[str, float]) -> bool:
    return all(map(math.isfinite, value.values())) if isinstance(value, Mapping) else math.isfinite(value)
