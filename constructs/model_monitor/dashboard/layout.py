"""What all graphs of dashboards share: size, colours, limits drawn as lines, and CloudWatch's own quotas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from aws_cdk import Duration, Stack, aws_cloudwatch as cloudwatch
from constructs import Construct, IConstruct

from model_monitor.errors import ConfigurationError
from model_monitor.internal.lazy import lazy_json
from model_monitor.s3_location import S3Location

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
_MOST_METRICS = 2500
_MOST_METRICS_OF_A_WIDGET = 500
_MOST_WIDGETS = 500
# More lines than this in one graph can be told apart by nobody; further ones get a graph of their own.
LINES_OF_A_GRAPH = 20
_ALARMS_OF_A_WIDGET = 100
_ALARMS_OF_A_ROW = 8  # as wide as the dashboard
_NAMES_OF_A_LIMIT = 3
WHOLE_WIDTH = 24
HALF = 12
THIRD = 8
QUARTER = 6
_RANGE = "-P7D"
_LIMIT_COLOR = "#d13212"
BASELINE_COLOR = "#7f7f7f"
Rows = Iterable[Sequence[cloudwatch.IWidget]]
_Item = TypeVar("_Item")
_HOSTS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}


def graph(
    title: str,
    lines: Sequence[cloudwatch.IMetric],
    *,
    limits: Sequence[cloudwatch.HorizontalAnnotation] = (),
    width: int = THIRD,
    between: tuple[float | None, float | None] = (0, None),
    unit: str | None = None,
) -> cloudwatch.GraphWidget:
    """Return a graph over time.

    Args:
        title: What it shows.
        lines: Metrics or expressions.
        limits: Lines across the graph.
        width: Of the 24 columns.
        between: Range of the axis; `None`: what the values need. Default: from 0 on.
        unit: What the axis counts.
    """
    lowest, highest = between
    return cloudwatch.GraphWidget(
        title=title,
        left=list(lines),
        left_annotations=list(limits),
        left_y_axis=cloudwatch.YAxisProps(min=lowest, max=highest, label=unit, show_units=False),
        width=width,
        height=QUARTER,
        legend_position=cloudwatch.LegendPosition.BOTTOM,
    )


def limit_line(value: float, label: str) -> cloudwatch.HorizontalAnnotation:
    """Return the line of an alarm's threshold."""
    return cloudwatch.HorizontalAnnotation(value=value, label=label, color=_LIMIT_COLOR)


def constant(value: str, label: str, *, is_limit: bool) -> cloudwatch.MathExpression:
    """Return the line of a number that is known at deployment only.

    Args:
        value: The number, or a calculation of it, as text; it may hold tokens.
        label: What it is.
        is_limit: Whether it is an alarm's threshold; otherwise it is a value of the baseline.
    """
    color = _LIMIT_COLOR if is_limit else BASELINE_COLOR
    return cloudwatch.MathExpression(expression=f"TIME_SERIES({value})", using_metrics={}, label=label, color=color)


def shared_limits(limits: Iterable[tuple[str, float]]) -> list[cloudwatch.HorizontalAnnotation]:
    """Return one line for each threshold, which names the alarms that have it.

    Args:
        limits: Name of an alarm, and its threshold.
    """
    names: dict[float, list[str]] = {}
    for name, value in limits:
        names.setdefault(value, []).append(name)
    return [limit_line(value, f"alarm: {_listed(found)}") for value, found in sorted(names.items())]


def in_graphs(items: Sequence[_Item]) -> Iterator[tuple[str, Sequence[_Item]]]:
    """Yield the items of each graph, with what to append to its title."""
    for start in range(0, len(items), LINES_OF_A_GRAPH):
        number = f" ({start // LINES_OF_A_GRAPH + 1})" if len(items) > LINES_OF_A_GRAPH else ""
        yield number, items[start : start + LINES_OF_A_GRAPH]


def share_of_a_row(count: int) -> int:
    """Return the width with which so many graphs fill rows, at most four in a row."""
    return WHOLE_WIDTH // min(max(count, 1), WHOLE_WIDTH // QUARTER)


def text(markdown: str, *, height: int = 2) -> cloudwatch.TextWidget:
    """Return a text as wide as the dashboard."""
    return cloudwatch.TextWidget(
        markdown=markdown, width=WHOLE_WIDTH, height=height, background=cloudwatch.TextWidgetBackground.TRANSPARENT
    )


def alarm_list(alarms: Sequence[cloudwatch.Alarm]) -> list[cloudwatch.IWidget]:
    """Return the states of alarms, with those in ALARM first."""
    return [
        cloudwatch.AlarmStatusWidget(
            title="Alarms",
            alarms=list(alarms[start : start + _ALARMS_OF_A_WIDGET]),
            sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
            width=WHOLE_WIDTH,
            height=2 + (min(len(alarms) - start, _ALARMS_OF_A_WIDGET) - 1) // _ALARMS_OF_A_ROW,
        )
        for start in range(0, len(alarms), _ALARMS_OF_A_WIDGET)
    ]


def search(expression: str, *, seconds: int) -> cloudwatch.MathExpression:
    """Return all metrics that a search finds; the label of each is its dimensions."""
    return cloudwatch.MathExpression(
        expression=expression, using_metrics={}, label="", period=Duration.seconds(seconds)
    )


def console_link(scope: IConstruct, path: str) -> str:
    """Return an address in the console of the stack's region.

    Args:
        scope: Anything in the stack.
        path: What follows the host, without a slash before it.
    """
    region = Stack.of(scope).region
    host = next((host for prefix, host in _HOSTS.items() if region.startswith(prefix)), "console.aws.amazon.com")
    return f"https://{host}/{path}"


def folder_link(scope: IConstruct, place: S3Location) -> str:
    """Return the address of a folder in the S3 console."""
    region = Stack.of(scope).region
    return console_link(scope, f"s3/buckets/{place.bucket_name}?region={region}&prefix={place.key}/")


def dashboard_body(scope: Construct, rows: Rows) -> dict[str, Any]:
    """Return the body of a dashboard.

    Args:
        scope: What it shows; named where it is too large.
        rows: Widgets, row by row; a row that is too wide goes on in the next line.

    Raises:
        ConfigurationError: CloudWatch would not show all of it.
    """
    lines = [cast("cloudwatch.IWidget", cloudwatch.Row(*row)) for row in rows if row]
    column = cloudwatch.Column(*lines)
    column.position(0, 0)
    widgets: list[dict[str, Any]] = column.to_json()
    counts = [len(widget.get("properties", {}).get("metrics") or ()) for widget in widgets]
    most = max(counts, default=0)
    if sum(counts) > _MOST_METRICS or most > _MOST_METRICS_OF_A_WIDGET or len(widgets) > _MOST_WIDGETS:
        raise ConfigurationError(
            got=f"a dashboard with {sum(counts)} metrics in {len(widgets)} widgets, {most} in the largest one, for "
            f"{scope.node.path}",
            expected=f"at most {_MOST_METRICS} metrics, {_MOST_METRICS_OF_A_WIDGET} in a widget, and {_MOST_WIDGETS} "
            "widgets, which is all that CloudWatch shows",
            fix="name fewer features, or put monitors of the model into several monitorings",
        )
    return {"start": _RANGE, "periodOverride": "inherit", "widgets": widgets}


def make_dashboard(scope: Construct, name: str, rows: Callable[[], Rows]) -> cloudwatch.CfnDashboard:
    """Make a dashboard whose widgets are asked for when the template is written.

    Args:
        scope: Parent.
        name: Its name; no two dashboards of an account may have one.
        rows: Returns the widgets, row by row.
    """
    return cloudwatch.CfnDashboard(
        scope,
        "Resource",
        dashboard_name=name,
        dashboard_body=lazy_json(scope, lambda: dashboard_body(scope, rows())),
    )


def _listed(names: Sequence[str]) -> str:
    shown, hidden = ", ".join(names[:_NAMES_OF_A_LIMIT]), len(names) - _NAMES_OF_A_LIMIT
    return f"{shown} and {hidden} more" if hidden > 0 else shown
