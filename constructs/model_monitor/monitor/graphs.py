"""Graphs that every kind of monitor has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aws_cdk import Duration, aws_cloudwatch as cloudwatch

from model_monitor.dashboard import layout

if TYPE_CHECKING:
    from model_monitor.monitor.monitor import Monitor


def run_graphs(monitors: Mapping[str, Monitor], *, width: int) -> Sequence[cloudwatch.IWidget]:
    """Return what the runs of monitors found, and how they ended.

    Args:
        monitors: The monitors, by what a line is called.
        width: Of each of the two graphs.
    """
    found = [monitor.metric_violations().with_(label=name) for name, monitor in monitors.items()]
    watched = list(monitors.values())
    ended = [
        _sum("e", "ended", [monitor.metric_executions() for monitor in watched]),
        _sum("f", "failed", [monitor.metric_failed_executions() for monitor in watched]),
        _sum("n", "without data", [monitor.metric_no_data() for monitor in watched]),
    ]
    return [
        layout.graph("Violations of each run", found, width=width),
        layout.graph("Runs: how many ended, and how", ended, width=width),
    ]


def coverage_graph(metric: cloudwatch.Metric, minimum: float | None, *, width: int) -> cloudwatch.IWidget:
    """Return the share of records that found their label.

    Args:
        metric: That share.
        minimum: Threshold of its alarm, if it has one.
        width: Of the graph.
    """
    limits = [] if minimum is None else [layout.limit_line(minimum, "alarm")]
    return layout.graph("Records that found their label", [metric], limits=limits, between=(0, 1), width=width)


def _sum(letter: str, label: str, metrics: Sequence[cloudwatch.Metric]) -> cloudwatch.MathExpression:
    """Return the sum of metrics, of those that have a value."""
    named: dict[str, cloudwatch.IMetric] = {f"{letter}{number}": metric for number, metric in enumerate(metrics)}
    # Monitors may run hourly and daily: counted by the hour, no run is counted twice.
    return cloudwatch.MathExpression(
        expression=f"SUM([{', '.join(named)}])", using_metrics=named, label=label, period=Duration.hours(1)
    )
