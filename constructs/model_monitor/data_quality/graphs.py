"""Graphs of a data-quality monitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from aws_cdk import Tokenization, aws_cloudwatch as cloudwatch

from model_monitor.dashboard import layout


def drift_graphs(
    features: Sequence[str], thresholds: Mapping[str, float], metric: Callable[[str], cloudwatch.Metric]
) -> Iterator[cloudwatch.IWidget]:
    """Yield the distance of features to the baseline, with the thresholds of their alarms.

    Args:
        features: Their names.
        thresholds: Of those that have an alarm.
        metric: Returns the drift of a feature.
    """
    if not features:
        yield cloudwatch.TextWidget(
            markdown="### Drift of features\nNone is drawn: name them with `add_dashboard(features=[...])`, or give "
            "them an alarm.",
            width=layout.HALF,
            height=layout.QUARTER,
        )
    for number, drawn in layout.in_graphs(features):
        limits = layout.shared_limits((feature, thresholds[feature]) for feature in drawn if feature in thresholds)
        yield layout.graph(
            f"Drift of features: distance to the baseline{number}",
            [metric(feature).with_(label=feature) for feature in drawn],
            limits=limits,
            between=(0, 1),
            width=layout.HALF,
        )


def mean_graphs(shifts: Mapping[str, tuple[str, float]], parts: Callable[[str], Parts]) -> Iterator[cloudwatch.IWidget]:
    """Yield how far the means of features have moved, in shares of what their alarms allow: 1 is the threshold.

    Args:
        shifts: Mean of the baseline and allowed shift of each feature, as tokens.
        parts: Returns the metrics of a feature's mean and of its records, and how many records are needed.
    """
    for number, drawn in layout.in_graphs(list(shifts.items())):
        lines = []
        for index, (feature, (mean, limit)) in enumerate(drawn):
            live, records, minimum = parts(feature)
            allowed = Tokenization.stringify_number(limit)
            lines.append(
                cloudwatch.MathExpression(
                    expression=f"IF(r{index} >= {minimum}, ABS(m{index} - ({mean})) / ({allowed}), 0)",
                    using_metrics={f"m{index}": live, f"r{index}": records},
                    period=live.period,
                    label=feature,
                )
            )
        yield layout.graph(
            f"Shift of means: share of what the alarm allows{number}",
            lines,
            limits=[layout.limit_line(1, "alarm")],
            width=layout.HALF,
        )


def completeness_graphs(
    features: Sequence[str], metric: Callable[[str], cloudwatch.Metric]
) -> Iterator[cloudwatch.IWidget]:
    """Yield the share of records that have a value.

    Args:
        features: Their names.
        metric: Returns the completeness of a feature.
    """
    for number, drawn in layout.in_graphs(features):
        yield layout.graph(
            f"Records with a value{number}",
            [metric(feature).with_(label=feature) for feature in drawn],
            between=(0, 1),
            width=layout.HALF,
        )


def left_out_graph(metric: cloudwatch.Metric, maximum: float | None) -> cloudwatch.IWidget:
    """Return the share of records that runs left out because they do not have the baseline's columns.

    Args:
        metric: That share.
        maximum: Threshold of its alarm, if it has one.
    """
    limits = [] if maximum is None else [layout.limit_line(maximum, "alarm")]
    return layout.graph("Records that were left out", [metric], limits=limits, between=(0, 1), width=layout.HALF)


Parts = tuple[cloudwatch.Metric, cloudwatch.Metric, int]
