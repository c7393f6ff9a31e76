"""Graphs ask CloudWatch for what the dashboard's own definition names."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from dashboard_picture.data import Span, lines_of
from dashboard_picture.picture import draw_dashboard

END = datetime(2026, 11, 21, 8, tzinfo=UTC)
SPAN = Span(END - timedelta(hours=4), END)
FOUND = [
    {"EndpointName": "credit", "VariantName": "Blue"},
    {"EndpointName": "credit", "VariantName": "Green"},
    {"EndpointName": "other", "VariantName": "Blue"},
    {"EndpointName": "credit"},
]


class CloudWatch:
    """Answers as boto3's client does, with the number of a query's letters as its value."""

    def __init__(self, widgets):
        self.widgets, self.asked = widgets, []

    def get_dashboard(self, DashboardName):  # noqa: N803
        return {"DashboardBody": json.dumps({"widgets": self.widgets})}

    def get_paginator(self, operation):
        self.operation = operation
        return self

    def paginate(self, **asked):
        if self.operation == "list_metrics":
            metrics = [{"Dimensions": [{"Name": key, "Value": value} for key, value in item.items()]} for item in FOUND]
            return [{"Metrics": metrics}]
        if self.operation == "describe_alarms":
            states = ["OK", "ALARM"]
            alarms = [
                {"AlarmName": name, "StateValue": states[number % 2]} for number, name in enumerate(asked["AlarmNames"])
            ]
            return [{"MetricAlarms": alarms, "CompositeAlarms": []}]
        self.asked = asked["MetricDataQueries"]
        shown = [query for query in self.asked if query["ReturnData"]]
        halves = [
            {"Id": query["Id"], "Label": query.get("Label", "none"), "Timestamps": [time], "Values": [0.5]}
            for time in (SPAN.start, SPAN.end)
            for query in shown
        ]
        return [{"MetricDataResults": halves[: len(shown)]}, {"MetricDataResults": halves[len(shown) :]}]


def _graph(**more):
    return {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {"title": "Graph", **more}}


def test_metrics_and_math_become_queries_and_pages_are_joined():
    metric = ["ModelMonitoring", "Violations", "Endpoint", "credit", {"id": "m0", "visible": False, "stat": "Maximum"}]
    math = [{"expression": "m0 * 2", "label": "twice", "color": "#d13212", "period": 3600}]
    cloudwatch = CloudWatch([])

    (line,) = lines_of(cloudwatch, {"metrics": [math, metric], "period": 60}, SPAN)

    assert (line.label, line.color, line.times, line.values) == (
        "twice",
        "#d13212",
        (SPAN.start, SPAN.end),
        (0.5, 0.5),
    )
    expression, hidden = cloudwatch.asked
    assert (expression["Expression"], expression["Period"]) == ("m0 * 2", 3600)
    assert hidden["Id"] == "m0"
    assert hidden["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "Endpoint", "Value": "credit"}]
    assert (hidden["MetricStat"]["Stat"], hidden["MetricStat"]["Period"]) == ("Maximum", 60)


@pytest.mark.parametrize(
    ("condition", "statistic", "labels"),
    [
        ('EndpointName="credit" ', "Sum", ["Blue", "Green"]),
        ('EndpointName="credit" ', "p99", ["Blue p99", "Green p99"]),
        ("", "Sum", ["credit Blue", "credit Green", "other Blue"]),
        ('EndpointName="nobody" ', "Sum", []),
    ],
)
def test_a_search_finds_metrics_with_exactly_its_dimensions(condition, statistic, labels):
    expression = (
        f"SEARCH('{{AWS/SageMaker,EndpointName,VariantName}} {condition}MetricName=\"Calls\"', '{statistic}', 300)"
    )
    lines = lines_of(CloudWatch([]), {"metrics": [[{"expression": expression}]]}, SPAN)
    assert [line.label for line in lines] == labels


def test_a_picture_has_the_size_of_the_dashboard_and_the_colours_of_states(tmp_path):
    cloudwatch = CloudWatch(
        [
            _graph(
                metrics=[["N", "M", {"label": "$10 of 20%"}]],
                annotations={"horizontal": [{"value": 1, "label": "alarm", "color": "#d13212"}]},
            ),
            _graph(metrics=[]) | {"x": 12},
            {
                "type": "text",
                "x": 0,
                "y": 6,
                "width": 24,
                "height": 2,
                "properties": {"markdown": "# [Title](x)\ntext"},
            },
            {
                "type": "alarm",
                "x": 0,
                "y": 8,
                "width": 24,
                "height": 2,
                "properties": {"title": "Alarms", "alarms": ["arn:aws:cloudwatch:r:1:alarm:a", "arn:x:alarm:b"]},
            },
        ]
    )
    draw_dashboard(cloudwatch, "Credit", SPAN, tmp_path / "pictures" / "dashboard.png")
    with Image.open(tmp_path / "pictures" / "dashboard.png") as picture:
        assert picture.size == (1248, 400)
        below = picture.convert("RGB").crop((0, 320, 1248, 400)).getcolors(100_000)
    colors = [color for _, color in below]
    assert any(red > 180 and green < 80 for red, green, _ in colors), "one alarm is in ALARM"
    assert any(green > 100 and red < 60 for red, green, _ in colors), "the other one is OK"
