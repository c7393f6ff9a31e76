"""What dashboards show, and what is published for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.assertions import Template

from model_monitor import (
    BiasLimit,
    CapturedAttributes,
    ConfigurationError,
    DataQualityAlarms,
    MetricLimit,
    ModelBiasAlarms,
    ModelQualityAlarms,
    ModelReference,
    QualityColumns,
    ShapConfig,
)
from model_monitor.dashboard.layout import dashboard_body

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

DASHBOARD = "AWS::CloudWatch::Dashboard"


@pytest.fixture(scope="module")
def template(kit: Kit) -> Template:
    """All four monitors, added after the dashboard, and the dashboard of all models."""
    stack = kit.stack()
    monitoring = kit.monitoring(stack, runbook_url="https://wiki.example.com/drift")
    dashboard = monitoring.add_dashboard(features=["age", "income"])
    dashboard.add_widgets(cloudwatch.TextWidget(markdown="Our own words"))
    monitoring.services.add_dashboard()
    monitoring.add_data_quality(
        baseline=kit.baseline(), alarms=DataQualityAlarms(drift={"age": 0.2, "debt": 0.2}, mean_shift={"flag": 0.5})
    )
    labels: dict[str, Any] = {"ground_truth": kit.ground_truth(), "baseline": kit.baseline()}
    quality = monitoring.add_model_quality(
        problem=kit.problem(),
        columns=QualityColumns(ground_truth="fraud", probability="score"),
        alarms=ModelQualityAlarms(
            metrics={"recall": MetricLimit.baseline(tolerance=0.05), "precision": MetricLimit.at(0.4)}
        ),
        **labels,
    )
    quality.metric_quality("f1")
    attributes = CapturedAttributes(inference=0)
    monitoring.add_model_bias(
        config=kit.bias_config(),
        attributes=attributes,
        predicted_label="prediction",
        alarms=ModelBiasAlarms(limits=[BiasLimit(metric="DPPL", facet="sex", maximum=0.1)]),
        **labels,
    )
    monitoring.add_model_explainability(
        model=ModelReference.from_model_name("fraud-model"),
        shap=ShapConfig(baseline=[[39, 5000]], features=["age", "debt"]),
        attributes=attributes,
        baseline=kit.baseline(),
    )
    return Template.from_stack(stack)


def _body(kit: Kit, template: Template, name: str) -> dict[str, Any]:
    found = kit.resources(template, DASHBOARD)
    (dashboard,) = [item for logical_id, item in found.items() if name in logical_id]
    body: dict[str, Any] = kit.json(dashboard["Properties"]["DashboardBody"])
    return body


@pytest.fixture(scope="module")
def widgets(kit: Kit, template: Template) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _body(kit, template, "Dashboard")["widgets"]
    return found


@pytest.fixture(scope="module")
def graphs(widgets: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        widget["properties"]["title"]: widget["properties"] for widget in widgets if "title" in widget["properties"]
    }


def _lines(graph: dict[str, Any]) -> list[str]:
    return [row[-1]["label"] for row in graph["metrics"] if row[-1].get("visible", True)]


def _limits(graph: dict[str, Any]) -> dict[str, float]:
    return {line["label"]: line["value"] for line in graph.get("annotations", {}).get("horizontal", [])}


def test_drift_is_drawn_with_the_thresholds_of_alarms(graphs: dict[str, dict[str, Any]]) -> None:
    drift = graphs["Drift of features: distance to the baseline"]
    assert sorted(_lines(drift)) == ["age", "debt", "income"]
    assert _limits(drift) == {"alarm: debt, age": 0.2} or _limits(drift) == {"alarm: age, debt": 0.2}
    shift = graphs["Shift of means: share of what the alarm allows"]
    assert _lines(shift) == ["flag"]
    assert _limits(shift) == {"alarm": 1}
    assert "Mean.flag" in shift["metrics"][0][0]["expression"]
    assert "MeanShiftLimit.flag" in shift["metrics"][0][0]["expression"]


def test_quality_is_drawn_beside_baseline_and_threshold(graphs: dict[str, dict[str, Any]]) -> None:
    recall, precision = graphs["Recall: higher is better"], graphs["Precision: higher is better"]
    assert _lines(recall) == ["recall", "baseline", "alarm"]
    assert recall["metrics"][2][0]["expression"].endswith(".Metric.recall>) - 0.05)")
    assert _lines(precision) == ["precision", "baseline"]
    assert _limits(precision) == {"alarm": 0.4}
    assert "AUC: higher is better" in graphs
    # Nobody has asked the baseline for it before the template was written.
    assert _lines(graphs["F1: higher is better"]) == ["f1"]


def test_baseline_is_asked_for_every_value_that_a_graph_names(
    kit: Kit, template: Template, graphs: dict[str, dict[str, Any]]
) -> None:
    baselines = kit.resources(template, "Custom::ModelMonitorBaseline").values()
    (asked,) = [item["Properties"]["Metrics"] for item in baselines if "Metrics" in item["Properties"]]
    drawn = [name for title, graph in graphs.items() if "better" in title for name in _lines(graph)[:2]]
    named = [name for name, other in pairwise(drawn) if other == "baseline"]
    assert sorted(kit.json(asked)) == sorted(named)


def test_bias_is_drawn_between_its_thresholds(graphs: dict[str, dict[str, Any]]) -> None:
    graph = graphs["DPPL of sex female"]
    values = [line["value"] for line in graph["annotations"]["horizontal"]]
    assert values == [0, 0.1, -0.1]


def test_contribution_is_drawn_of_features_that_the_model_has(graphs: dict[str, dict[str, Any]]) -> None:
    assert _lines(graphs["Contribution of features: mean absolute SHAP value"]) == ["age"]


def test_runs_of_all_monitors_are_in_one_graph(graphs: dict[str, dict[str, Any]]) -> None:
    monitors = ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
    assert _lines(graphs["Violations of each run"]) == monitors
    assert _lines(graphs["Runs: how many ended, and how"]) == ["ended", "failed", "without data"]


def test_calls_and_capture_of_the_endpoint_are_shown(kit: Kit, graphs: dict[str, dict[str, Any]]) -> None:
    for title in ("Invocations", "Latency of the model", "Errors", "Disk of the instances"):
        assert 'EndpointName="fraud-prod"' in graphs[title]["metrics"][0][0]["expression"]
    assert _limits(graphs["Disk of the instances"]) == {"capture stops": 75}
    assert "CaptureAge" in graphs["Age of the newest captured record"]["metrics"][1]


def test_only_one_monitor_looks_up_the_age_of_the_capture(kit: Kit, template: Template) -> None:
    documents = kit.registered(template).values()
    asked = [document["type"] for document in documents if "records" in document]
    assert asked == ["DataQuality"]
    assert any(
        "captured-traffic/capture/fraud-prod" in place for place in kit.allowed(template, "Access", "s3:GetObject")
    )


def test_every_alarm_has_its_place(kit: Kit, template: Template, graphs: dict[str, dict[str, Any]]) -> None:
    alarms = kit.resources(template, "AWS::CloudWatch::Alarm")
    assert sorted(graphs["Alarms"]["alarms"]) == sorted(f"<{name}.Arn>" for name in alarms)


def test_links_lead_to_reports_runbook_and_all_models(widgets: list[dict[str, Any]]) -> None:
    texts = "\n".join(widget["properties"]["markdown"] for widget in widgets if widget["type"] == "text")
    assert "(https://wiki.example.com/drift)" in texts
    assert "(#dashboards:name=Fraud-Fleet-" in texts
    assert texts.count("[Reports of all runs](https://console.aws.amazon.com/s3/buckets/") == 4
    assert "model-monitor report fraud-prod model-bias" in texts
    assert texts.endswith("Our own words")


def test_dashboard_of_all_models_finds_models_with_and_without_endpoint(kit: Kit, template: Template) -> None:
    widgets = _body(kit, template, "Fleet")["widgets"]
    (graph,) = [item["properties"] for item in widgets if item["properties"].get("title") == "Violations of each run"]
    expressions = [row[0]["expression"] for row in graph["metrics"]]
    assert [text.partition("}")[0] for text in expressions] == [
        "SEARCH('{ModelMonitoring,Endpoint,MonitoringSchedule",
        "SEARCH('{ModelMonitoring,MonitoringSchedule",
    ]


def test_names_tell_regions_apart(kit: Kit, template: Template) -> None:
    names = [item["Properties"]["DashboardName"] for item in kit.resources(template, DASHBOARD).values()]
    assert len(set(names)) == 2
    assert all(name.endswith("-eu-west-1") for name in names)


def test_nothing_is_published_or_drawn_unless_somebody_asks(kit: Kit, default_template: Template) -> None:
    assert kit.resources(default_template, DASHBOARD) == {}
    (document,) = kit.registered(default_template).values()
    assert "records" not in document


def test_more_features_than_a_dashboard_shows_are_refused(
    kit: Kit, refused: Callable[..., AbstractContextManager[None]]
) -> None:
    monitoring = kit.monitoring()
    with refused("501 features", "at most 500"):
        monitoring.add_dashboard(features=[f"f{number}" for number in range(501)])


def test_more_metrics_than_cloudwatch_shows_are_refused(kit: Kit) -> None:
    row = [
        cloudwatch.GraphWidget(
            left=[cloudwatch.Metric(namespace="Test", metric_name=f"Metric{number}") for number in range(501)]
        )
    ]
    with pytest.raises(ConfigurationError, match="501 metrics in 1 widgets"):
        dashboard_body(kit.stack(), [row])
