"""Metrics of our own: their dimensions, and how they are published."""

from __future__ import annotations

import hashlib
import math
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from results.monitor import Monitor
from shared import clients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.literals import StandardUnitType
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
_MAX_LENGTH = 255
_SAFE = "".join(character for character in string.printable if character.isprintable() and character != "%")
_DIGEST_LENGTH = 8
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html: 1000 metrics and 1 MB. In the
# query protocol a character takes up to three bytes, and each value has a name of up to 60.
_MOST_DATA = 1000
_MOST_BYTES = 900_000
_BYTES_OF_FIELD = 64
_LARGEST_VALUE = 2.0**360


@dataclass(frozen=True)
class Point:
    """A value of a run.

    Attributes:
        name: Name of the metric.
        value: A number.
        dimensions: What it has besides `Endpoint` and `MonitoringSchedule`, as texts of any kind.
        unit: In the words of CloudWatch.
    """

    name: str
    value: float
    dimensions: Mapping[str, str] = field(default_factory=dict)
    unit: StandardUnitType = "None"


def dimension_text(value: str) -> str:
    """Return a text as CloudWatch takes it for a dimension: printable ASCII, not blank, at most 255 characters.

    The constructs' alarms do the same, so that both mean the same metric.

    Example:
        >>> dimension_text("gr\u00f6\u00dfe")
        'gr%C3%B6%C3%9Fe'
    """
    is_plain = value.isascii() and value.isprintable() and bool(value.strip()) and not value.startswith(":")
    text = value if is_plain else quote(value, safe=_SAFE.replace(":", "").replace(" ", ""))
    if len(text) <= _MAX_LENGTH:
        return text
    digest = hashlib.sha256(value.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{text[: _MAX_LENGTH - _DIGEST_LENGTH - 1]}-{digest}"


def publish(points: Sequence[Point], monitor: Monitor, *, namespace: str) -> None:
    """Publish values of a run; what CloudWatch refuses (NaN, infinity) is left out.

    They carry no time, so they count now: alarms look at the last hours, not at the hours of the traffic. To publish
    them again does no harm, because alarms look at the largest or smallest value of a period.

    Args:
        points: The values.
        monitor: Gives the dimensions that all have.
        namespace: Where the metrics are.
    """
    common = {"Endpoint": monitor.endpoint} if monitor.endpoint else {}
    common["MonitoringSchedule"] = monitor.name
    data: list[MetricDatumTypeDef] = [
        {
            "MetricName": point.name,
            "Dimensions": [
                {"Name": name, "Value": dimension_text(value)} for name, value in {**common, **point.dimensions}.items()
            ],
            "Value": point.value,
            "Unit": point.unit,
        }
        for point in points
        if math.isfinite(point.value) and abs(point.value) <= _LARGEST_VALUE
    ]
    for batch in _batches(data):
        clients.cloudwatch().put_metric_data(Namespace=namespace, MetricData=batch)


def _batches(data: Sequence[MetricDatumTypeDef]) -> Iterator[list[MetricDatumTypeDef]]:
    batch: list[MetricDatumTypeDef] = []
    size = 0
    for datum in data:
        datum_size = _size(datum)
        if batch and (len(batch) == _MOST_DATA or size + datum_size > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(datum)
        size += datum_size
    if batch:
        yield batch


def _size(datum: MetricDatumTypeDef) -> int:
    """Return the most bytes that a value takes in a request."""
    texts = [datum["MetricName"], *(item["Name"] + item["Value"] for item in datum.get("Dimensions", []))]
    return sum(3 * len(text) for text in texts) + _BYTES_OF_FIELD * (2 * len(texts) + 3)
