"""Puts widgets where the dashboard has them, and draws them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import dates as mdates, pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from dashboard_picture.data import Line, Span, lines_of

_COLUMNS = 24
# Inches of one column and one row of CloudWatch's grid, and pixels of an inch.
_COLUMN, _ROW, _DPI = 0.52, 0.40, 100
_GAP = 0.06
_TITLE, _AXIS_BELOW, _AXIS_LEFT, _LEGEND_ROW = 0.30, 0.24, 0.46, 0.17
_AXIS_LABEL = 0.16
_LETTER = 0.066  # inches of a letter of the legend
_INK, _PALE, _BORDER, _PAGE = "#16191f", "#545b64", "#d5dbdb", "#f2f3f3"
_STATES = {"ALARM": "#d13212", "OK": "#1d8102", "INSUFFICIENT_DATA": "#879596"}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_COLORS_OF_THE_PALETTE = 96
_TWO_DAYS = timedelta(days=2)
_PLACE_FOR_A_NAME = 8  # columns


def draw_dashboard(cloudwatch: Any, name: str, span: Span, output: Path) -> None:  # noqa: ANN401 - boto3's client
    """Draw a dashboard.

    Args:
        cloudwatch: A boto3 `cloudwatch` client.
        name: Name of the dashboard.
        span: What is shown of time.
        output: PNG to write.
    """
    mpl.use("Agg")
    widgets = json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])["widgets"]
    rows = max(widget["y"] + widget["height"] for widget in widgets)
    figure = plt.figure(figsize=(_COLUMNS * _COLUMN, rows * _ROW), dpi=_DPI, facecolor=_PAGE)
    page = _Page(figure, rows)
    for widget in widgets:
        if widget["type"] == "text":
            page.draw_text(widget, widget["properties"]["markdown"])
        elif widget["type"] == "alarm":
            page.draw_alarms(widget, _states(cloudwatch, widget["properties"]["alarms"]))
        elif widget["type"] == "metric":
            page.draw_graph(widget, lines_of(cloudwatch, widget["properties"], span), span)
    output.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(output)
    plt.close(figure)
    with Image.open(output) as picture:
        small = picture.convert("RGB").quantize(_COLORS_OF_THE_PALETTE)
    small.save(output, optimize=True)


def _states(cloudwatch: Any, arns: list[str]) -> list[tuple[str, str]]:  # noqa: ANN401
    """Return name and state of alarms, those in ALARM first."""
    names = [arn.partition(":alarm:")[2] for arn in arns]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    found = {
        alarm["AlarmName"]: str(alarm["StateValue"])
        for page in pages
        for alarm in [*page["MetricAlarms"], *page["CompositeAlarms"]]
    }
    order = list(_STATES)
    return sorted(found.items(), key=lambda item: order.index(item[1]))


def _reach(values: list[float]) -> tuple[float, float]:
    """Return the lowest and the highest value; never the same."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + (abs(low) * 0.1 or 1))


class _Page:
    """A figure with CloudWatch's grid on it."""

    def __init__(self, figure: Figure, rows: int) -> None:
        self._figure = figure
        self._rows = rows

    def draw_text(self, widget: Mapping[str, Any], markdown: str) -> None:
        """Draw headings and lines; of links only the text is left."""
        left, bottom, _, height = self._box(widget)
        top = bottom + height - 0.08
        for line in markdown.splitlines():
            marks = len(line) - len(line.lstrip("#"))
            text = _LINK.sub(r"\1", line.lstrip("# ")).replace("`", "")
            size, weight = {1: (17, "bold"), 2: (14, "bold"), 3: (11, "bold")}.get(marks, (9, "normal"))
            self._write(left + 0.08, top, text, size=size, weight=weight, color=_INK if marks else _PALE)
            top -= size / 72 * 1.5

    def draw_alarms(self, widget: Mapping[str, Any], states: list[tuple[str, str]]) -> None:
        """Draw a box for each alarm, in the colour of its state."""
        left, bottom, width, height = self._card(widget)
        self._write(left + 0.1, bottom + height - 0.08, str(widget["properties"].get("title", "")), size=10)
        columns = max(1, int(widget["width"] // (_PLACE_FOR_A_NAME / 2)))
        lines = -(-len(states) // columns) or 1
        across, down = (width - 0.16) / columns, (height - _TITLE - 0.05) / lines
        for number, (name, state) in enumerate(states):
            row, column = divmod(number, columns)
            x, y = left + 0.08 + column * across, bottom + height - _TITLE - (row + 1) * down
            self._shape(Rectangle, x + 0.03, y + 0.03, across - 0.06, down - 0.06, facecolor=_STATES[state])
            shown = re.sub(r"\s*\[[^\]]*\]$", "", name).partition(", ")[2] or name
            most = int((across - 0.16) / (_LETTER * 0.93))
            text = shown if len(shown) <= most else f"{shown[: most - 1]}…"
            self._write(x + 0.09, y + down / 2, text, size=7.5, color="white", vertical="center")

    def draw_graph(self, widget: Mapping[str, Any], lines: list[Line], span: Span) -> None:
        """Draw lines over time, limits across them, and a legend below."""
        properties = widget["properties"]
        left, bottom, width, height = self._card(widget)
        self._write(left + 0.1, bottom + height - 0.08, str(properties.get("title", "")), size=10)
        shown = [line for line in lines if line.times]
        rows = self._legend_rows(shown, width)
        legend = len(rows) * _LEGEND_ROW + 0.06
        beside = _AXIS_LEFT + (_AXIS_LABEL if properties.get("yAxis", {}).get("left", {}).get("label") else 0)
        axes = self._figure.add_axes(
            self._share(
                left + beside,
                bottom + _AXIS_BELOW + legend,
                width - beside - 0.18,
                height - _TITLE - _AXIS_BELOW - legend - 0.06,
            )
        )
        colors = [line.color or f"C{number % 10}" for number, line in enumerate(shown)]
        for line, color in zip(shown, colors, strict=True):
            is_constant = line.color is not None
            axes.plot(
                mdates.date2num(list(line.times)),
                list(line.values),
                color=color,
                linewidth=1.2 if is_constant else 1.6,
                linestyle="--" if is_constant else "-",
                marker=None if is_constant else "o",
                markersize=3.2,
                clip_on=False,
            )
        self._limit(axes, properties, span)
        if shown:
            limits = [limit["value"] for limit in properties.get("annotations", {}).get("horizontal", [])]
            axes.set_ylim(*_reach([*limits, *(value for line in shown for value in line.values)]))
        self._scale(axes, properties, span)
        if not shown:
            axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center", color=_PALE, fontsize=9)
        self._write_legend(left, bottom, rows, {line.label: color for line, color in zip(shown, colors, strict=True)})

    @staticmethod
    def _limit(axes: Axes, properties: Mapping[str, Any], span: Span) -> None:
        for limit in properties.get("annotations", {}).get("horizontal", []):
            axes.axhline(limit["value"], color=limit.get("color", _PALE), linewidth=1.1, linestyle="--")
            axes.annotate(
                limit.get("label", ""),
                (mdates.date2num(span.start), limit["value"]),
                xytext=(3, 2),
                textcoords="offset points",
                fontsize=7,
                color=limit.get("color", _PALE),
            )

    @staticmethod
    def _scale(axes: Axes, properties: Mapping[str, Any], span: Span) -> None:
        scale = properties.get("yAxis", {}).get("left", {})
        axes.set_xlim(mdates.date2num(span.start), mdates.date2num(span.end))
        low, high = axes.get_ylim()
        room = (high - low) * 0.12
        axes.set_ylim(bottom=scale.get("min", low - room), top=scale.get("max", high + room))
        axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=7))
        axes.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M" if span.end - span.start <= _TWO_DAYS else "%d %b"))
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.tick_params(labelsize=7, colors=_PALE, length=2)
        axes.grid(axis="y", color="#eaeded", linewidth=0.8)
        axes.set_axisbelow(True)
        if scale.get("label"):
            axes.set_ylabel(scale["label"], fontsize=7, color=_PALE, labelpad=1)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(_BORDER)

    @staticmethod
    def _legend_rows(lines: list[Line], width: float) -> list[list[str]]:
        """Return the labels of lines, row by row."""
        rows: list[list[str]] = [[]]
        room = width - 0.2
        for line in lines:
            needed = 0.24 + _LETTER * len(line.label)
            if needed > room and rows[-1]:
                rows.append([])
                room = width - 0.2
            rows[-1].append(line.label)
            room -= needed
        return [row for row in rows if row]

    def _write_legend(self, left: float, bottom: float, rows: list[list[str]], colors: Mapping[str, str]) -> None:
        for number, row in enumerate(reversed(rows)):
            x, y = left + 0.12, bottom + 0.06 + number * _LEGEND_ROW
            for label in row:
                self._shape(Rectangle, x, y + 0.03, 0.1, 0.08, facecolor=colors[label])
                self._write(x + 0.14, y + 0.07, label, size=7.5, color=_PALE, vertical="center")
                x += 0.24 + _LETTER * len(label)

    def _card(self, widget: Mapping[str, Any]) -> tuple[float, float, float, float]:
        box = self._box(widget)
        self._shape(
            FancyBboxPatch, *box, boxstyle="round,pad=0,rounding_size=0.002", facecolor="white", edgecolor=_BORDER
        )
        return box

    def _box(self, widget: Mapping[str, Any]) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of a widget in inches."""
        top = (self._rows - widget["y"]) * _ROW
        return (
            widget["x"] * _COLUMN + _GAP / 2,
            top - widget["height"] * _ROW + _GAP / 2,
            widget["width"] * _COLUMN - _GAP,
            widget["height"] * _ROW - _GAP,
        )

    def _share(self, left: float, bottom: float, width: float, height: float) -> tuple[float, float, float, float]:
        across, down = _COLUMNS * _COLUMN, self._rows * _ROW
        return left / across, bottom / down, width / across, height / down

    def _shape(self, kind: Any, left: float, bottom: float, width: float, height: float, **style: Any) -> None:  # noqa: ANN401
        x, y, across, down = self._share(left, bottom, width, height)
        transform = self._figure.transFigure
        # Below the graphs, which matplotlib would otherwise draw first.
        shape = kind((x, y), across, down, transform=transform, linewidth=0.8, zorder=-1, **style)
        self._figure.add_artist(shape)

    def _write(
        self,
        left: float,
        top: float,
        text: str,
        *,
        size: float,
        weight: str = "normal",
        color: str = _INK,
        vertical: str = "top",
    ) -> None:
        x, y, _, _ = self._share(left, top, 0, 0)
        self._figure.text(x, y, text.replace("$", r"\$"), fontsize=size, fontweight=weight, color=color, va=vertical)
