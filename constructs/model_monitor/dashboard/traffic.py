"""Graphs of what the model is asked, how it answers, and whether that is captured."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch

from model_monitor.dashboard import layout

# https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
_CALLS = "{AWS/SageMaker,EndpointName,VariantName}"
_DISKS = "{/aws/sagemaker/Endpoints,EndpointName,VariantName}"
_SECONDS = 300
# Above this the endpoint stops to capture:
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
_CAPTURE_STOPS_AT = 75


def endpoint_graphs(endpoint_name: str) -> Sequence[cloudwatch.IWidget]:
    """Return graphs of an endpoint, of whatever variants it has.

    Args:
        endpoint_name: The endpoint.
    """
    return _graphs(f' EndpointName="{endpoint_name}"')


def graphs_of_all_endpoints() -> Sequence[cloudwatch.IWidget]:
    """Return graphs of all endpoints of the account and region."""
    return _graphs("")


def age_graph(metric: cloudwatch.Metric) -> cloudwatch.IWidget:
    """Return how old the newest captured record is.

    Args:
        metric: That age in seconds.
    """
    minutes = cloudwatch.MathExpression(
        expression="age / 60", using_metrics={"age": metric}, period=metric.period, label="age when a run ended"
    )
    return layout.graph("Age of the newest captured record", [minutes], unit="minutes")


def _graphs(condition: str) -> list[cloudwatch.IWidget]:
    def found(place: str, name: str, statistic: str) -> cloudwatch.MathExpression:
        expression = f"SEARCH('{place}{condition} MetricName=\"{name}\"', '{statistic}', {_SECONDS})"
        return layout.search(expression, seconds=_SECONDS)

    width = layout.QUARTER
    return [
        layout.graph("Invocations", [found(_CALLS, "Invocations", "Sum")], width=width),
        layout.graph(
            "Latency of the model",
            [found(_CALLS, "ModelLatency", "Average"), found(_CALLS, "ModelLatency", "p99")],
            unit="microseconds",
            width=width,
        ),
        layout.graph(
            "Errors",
            [found(_CALLS, "Invocation4XXErrors", "Sum"), found(_CALLS, "Invocation5XXErrors", "Sum")],
            width=width,
        ),
        layout.graph(
            "Disk of the instances",
            [found(_DISKS, "DiskUtilization", "Maximum")],
            limits=[layout.limit_line(_CAPTURE_STOPS_AT, "capture stops")],
            between=(0, 100),
            unit="percent",
            width=width,
        ),
    ]
