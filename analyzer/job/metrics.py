"""CloudWatch metrics as files: the platform pushes what it finds there.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-cloudwatch.html
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from analyzer.job.parameters import TIME_FORMAT, Publication

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


def publish(publication: Publication | None, metrics: Iterable[Metric]) -> None:
    """Write the metrics of a run when it is to publish any.

    Values that are no finite numbers cannot be sent and are left out.

    Args:
        publication: Where the metrics go, and what they are of; None when nobody wants them.
        metrics: Data points.
    """
    if publication is None:
        return
    timestamp = f"{publication.time or datetime.now(UTC):{TIME_FORMAT}}"
    publication.directory.mkdir(parents=True, exist_ok=True)
    lines = (_line(metric, publication, timestamp) for metric in metrics if _is_finite(metric.value))
    (publication.directory / METRICS_FILE).write_bytes(b"".join(lines))


def _line(metric: Metric, publication: Publication, timestamp: str) -> bytes:
    dimensions = {"MonitoringSchedule": publication.schedule, **metric.dimensions}
    if publication.endpoint:
        dimensions["Endpoint"] = publication.endpoint
    value = {"StatisticValues": metric.value} if isinstance(metric.value, Mapping) else {"Value": metric.value}
    document = {
        "MetricName": metric.name,
        "Timestamp": timestamp,
        "Dimensions": [{"Name": name, "Value": text} for name, text in sorted(dimensions.items())],
        **value,
        "Unit": "None",
    }
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def _is_finite(value: float | Mapping[str, float]) -> bool:
    return all(map(math.isfinite, value.values())) if isinstance(value, Mapping) else math.isfinite(value)
