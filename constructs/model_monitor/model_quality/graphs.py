"""Graphs of a model-quality monitor."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch

from model_monitor.dashboard import layout
from model_monitor.model_quality.alarms import MetricLimit
from model_monitor.model_quality.problem import Better

_LONGEST_ABBREVIATION = 4
# What a dashboard shows of each kind of problem, beside metrics with an alarm.
SHOWN = {
    "BinaryClassification": ("precision", "recall", "auc"),
    "MulticlassClassification": ("accuracy", "weighted_f1"),
    "Regression": ("rmse", "r2"),
}


def quality_graph(
    name: str, metric: cloudwatch.Metric, *, baseline: str | None, limit: MetricLimit | None, better: Better, width: int
) -> cloudwatch.IWidget:
    """Return one metric beside its value in the baseline, and the threshold of its alarm.

    Args:
        name: Its name.
        metric: The live values.
        baseline: The baseline's value, as a token, if it is known.
        limit: Of its alarm, if it has one.
        better: In which direction it is better.
        width: Of the graph.
    """
    words = name.replace("_", " ")
    lines: list[cloudwatch.IMetric] = [metric.with_(label=words)]
    limits = []
    if baseline is not None:
        lines.append(layout.constant(baseline, "baseline", is_limit=False))
    if baseline is not None and limit is not None and limit.relative_to_baseline:
        sign = "-" if better is Better.HIGHER else "+"
        lines.append(layout.constant(f"({baseline}) {sign} {limit.value:g}", "alarm", is_limit=True))
    elif limit is not None and not limit.relative_to_baseline:
        limits.append(layout.limit_line(limit.value, "alarm"))
    title = words.upper() if len(words) <= _LONGEST_ABBREVIATION else words.capitalize()
    direction = "higher is better" if better is Better.HIGHER else "lower is better"
    return layout.graph(f"{title}: {direction}", lines, limits=limits, width=width)
