"""What metrics a run has published, and when they can be read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from account_check.bench import Bench, seconds_between
from account_check.facts import MetricFacts

_DAYS_AROUND = timedelta(days=1)
_PERIOD = 60
_LIMIT = timedelta(minutes=20)
"""A new metric may be listed up to 15 minutes late:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html"""

Metric = dict[str, Any]


def metric_facts(
    bench: Bench, schedule: str, variables: dict[str, str], expected: list[Metric], *, ended: datetime
) -> MetricFacts:
    """Wait for the metrics of a schedule, at most 20 minutes after the end of its run.

    Args:
        bench: The run.
        schedule: Name of the schedule, a dimension of every metric.
        variables: The environment of the job, which names its window.
        expected: Metrics to look for before they are listed: Namespace, MetricName, Dimensions.
        ended: When the job ended.
    """
    listed: list[Metric] = []
    listed_after = readable_after = None
    moment: datetime | None = None
    while bench.pace.now() - ended < _LIMIT and (listed_after is None or readable_after is None):
        listed = _listed(bench, schedule)
        if listed and listed_after is None:
            listed_after = seconds_between(ended, bench.pace.now())
        if readable_after is None:
            moment = _first_point(bench, [*expected, *listed[:1]])
            readable_after = None if moment is None else seconds_between(ended, bench.pace.now())
        if listed_after is None or readable_after is None:
            bench.say(f"waiting for metrics ({len(listed)} are listed)")
            bench.pace.sleep(15)
    general = bench.account.wording.general
    return MetricFacts(
        namespaces=sorted({metric["Namespace"] for metric in listed}),
        dimensions=[list(names) for names in sorted({tuple(sorted(_names(metric))) for metric in listed})],
        names=sorted({general(metric["MetricName"]) for metric in listed}),
        timestamp=_place(moment, variables),
        listed_after_seconds=listed_after,
        readable_after_seconds=readable_after,
    )


def _listed(bench: Bench, schedule: str) -> list[Metric]:
    pages = bench.account.client("cloudwatch").get_paginator("list_metrics")
    wanted = [{"Name": "MonitoringSchedule", "Value": schedule}]
    return [metric for page in pages.paginate(Dimensions=wanted) for metric in page["Metrics"]]


def _first_point(bench: Bench, metrics: list[Metric]) -> datetime | None:
    """Return the time of a data point of the first metric that has one."""
    if not metrics:
        return None
    queries = [
        {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": _PERIOD, "Stat": "Sum"}}
        for number, metric in enumerate(metrics)
    ]
    now = bench.pace.now()
    answer = bench.account.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=now - _DAYS_AROUND, EndTime=now + timedelta(hours=1)
    )
    moments = [moment for result in answer["MetricDataResults"] for moment in result["Timestamps"]]
    return min(moments, default=None)


def _place(
    moment: datetime | None, variables: dict[str, str]
) -> Literal["start of the window", "end of the window", "other"] | None:
    if moment is None:
        return None
    if _is_at(moment, variables.get("start_time")):
        return "start of the window"
    return "end of the window" if _is_at(moment, variables.get("end_time")) else "other"


def _is_at(moment: datetime, text: str | None) -> bool:
    """Return whether a data point, which lies at a whole minute, is of a time."""
    return text is not None and moment.timestamp() // _PERIOD == datetime.fromisoformat(text).timestamp() // _PERIOD


def _names(metric: Metric) -> list[str]:
    return [dimension["Name"] for dimension in metric["Dimensions"]]
