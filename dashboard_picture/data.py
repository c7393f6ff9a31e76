"""Asks CloudWatch for what a graph shows: metrics, metric math and searches, as widgets of dashboards write them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_DEFAULT_PERIOD = 300
_PLAIN = ("Sum", "Maximum")  # of one metric, one statistic is shown
_SEARCH = re.compile(r"SEARCH\('\{([^}]*)\}\s*(.*?)',\s*'([^']*)'(?:,\s*(\d+))?\)")
_CONDITION = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Span:
    """What is shown of time."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Line:
    """One line of a graph.

    Attributes:
        label: What the legend says.
        times: When.
        values: How much.
        color: As the widget says, or None.
    """

    label: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    color: str | None


def lines_of(cloudwatch: Any, widget: Mapping[str, Any], span: Span) -> list[Line]:  # noqa: ANN401 - boto3's client
    """Return the lines of a metric widget, in its order.

    Args:
        cloudwatch: A boto3 `cloudwatch` client.
        widget: Its properties.
        span: What to ask for.
    """
    queries = [query for row in widget.get("metrics", []) for query in _queries(cloudwatch, widget, row)]
    named = [{**query, "Id": query.get("Id") or f"line{number}"} for number, query in enumerate(queries)]
    colors = {query["Id"]: query.pop("color", None) for query in named}
    if not named:
        return []
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=named, StartTime=span.start, EndTime=span.end, ScanBy="TimestampAscending"
    )
    found: dict[str, Line] = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            before = found.get(result["Id"], Line(result["Label"], (), (), colors[result["Id"]]))
            times, values = (*before.times, *result["Timestamps"]), (*before.values, *result["Values"])
            found[result["Id"]] = Line(before.label, times, values, before.color)
    return [found[query["Id"]] for query in named if query["Id"] in found]


def _queries(cloudwatch: Any, widget: Mapping[str, Any], row: Sequence[Any]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield the queries that one entry of a widget's metrics stands for."""
    options: dict[str, Any] = row[-1] if isinstance(row[-1], dict) else {}
    parts = row[:-1] if isinstance(row[-1], dict) else row
    common = {
        "ReturnData": options.get("visible", True),
        **({"Id": options["id"]} if "id" in options else {}),
        **({"Label": options["label"]} if options.get("label") else {}),
        **({"color": options["color"]} if "color" in options else {}),
    }
    period = int(options.get("period") or widget.get("period") or _DEFAULT_PERIOD)
    expression = str(options.get("expression", ""))
    if search := _SEARCH.fullmatch(expression):
        yield from _found(cloudwatch, search)
    elif expression:
        yield {**common, "Expression": expression, "Period": period}
    else:
        namespace, name, *pairs = parts
        dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
        stat = options.get("stat") or widget.get("stat") or "Average"
        yield {**common, "MetricStat": _metric_stat(namespace, name, dimensions, period, stat)}


def _found(cloudwatch: Any, search: re.Match[str]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield a query for each metric that a search finds; its label is what tells it from the others."""
    schema, conditions, statistic, period = search.groups()
    namespace, *names = schema.split(",")
    wanted = dict(_CONDITION.findall(conditions))
    metric_name = wanted.pop("MetricName")
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace, MetricName=metric_name)
    found = []
    for page in pages:
        for metric in page["Metrics"]:
            dimensions = {item["Name"]: item["Value"] for item in metric["Dimensions"]}
            if set(dimensions) == set(names) and wanted.items() <= dimensions.items():
                found.append(dimensions)
    for dimensions in sorted(found, key=lambda item: sorted(item.items())):
        differing = [value for name, value in dimensions.items() if len({other[name] for other in found}) > 1]
        label = " ".join([*differing, *([] if statistic in _PLAIN else [statistic])])
        stat = _metric_stat(namespace, metric_name, dimensions, int(period or _DEFAULT_PERIOD), statistic)
        yield {"Label": label or metric_name, "MetricStat": stat, "ReturnData": True}


def _metric_stat(namespace: str, name: str, dimensions: Mapping[str, str], period: int, stat: str) -> dict[str, Any]:
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {
        "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": pairs},
        "Period": period,
        "Stat": stat,
    }
