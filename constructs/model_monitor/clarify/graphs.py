"""Graphs of the bias monitor and of the explainability monitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch

from model_monitor.clarify.bias_config import BiasLimit
from model_monitor.dashboard import layout


def bias_graph(
    metric: cloudwatch.Metric, title: str, *, ideal: int, limits: Sequence[BiasLimit], width: int
) -> cloudwatch.IWidget:
    """Return one metric of one group, with its ideal and the thresholds of its alarms.

    Args:
        metric: The live values.
        title: Metric and group.
        ideal: Its value where groups are treated alike.
        limits: Its alarms.
        width: Of the graph.
    """
    lines = [
        cloudwatch.HorizontalAnnotation(value=ideal, label="groups are treated alike", color=layout.BASELINE_COLOR)
    ]
    for limit in limits:
        lines += [layout.limit_line(ideal + limit.maximum, "alarm"), layout.limit_line(ideal - limit.maximum, "alarm")]
    return layout.graph(title, [metric.with_(label=title)], limits=lines, between=(None, None), width=width)


def attribution_graphs(
    features: Sequence[str], metric: Callable[[str], cloudwatch.Metric]
) -> Iterator[cloudwatch.IWidget]:
    """Yield how much features contribute to predictions.

    Args:
        features: Their names.
        metric: Returns the contribution of a feature.
    """
    for number, drawn in layout.in_graphs(features):
        yield layout.graph(
            f"Contribution of features: mean absolute SHAP value{number}",
            [metric(feature).with_(label=feature) for feature in drawn],
            width=layout.WHOLE_WIDTH,
        )
