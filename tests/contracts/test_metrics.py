"""Alarms look at the metrics that the results function publishes: names, dimensions and their texts."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Template
from hypothesis import example, given, strategies as st

from baseline import resource as baseline
from model_monitor.alarms import metrics as library
from model_monitor_cli import synthetic
from results import handling, left_out, measurements, metrics as functions, mutes

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_TEMPLATES = [f"{name}_template" for name in ("default", "quality", "clarify", "batch")]


@given(st.text(max_size=400))
@example("100 % größe")
@example("ö" * 300)
@example(":age")
@example("   ")
@example("a%b")
@example("a:b é")
@example("f" * 256)
def test_both_write_a_dimension_alike(text: str) -> None:
    written = library.dimension_text(text)
    assert written == functions.dimension_text(text)
    assert len(written) <= 255
    assert written.isascii()
    assert written.isprintable()
    assert written.strip() or not text


def _published() -> dict[str, set[str]]:
    """Name and further dimensions of every metric that the results function publishes from a report."""
    source = Path(measurements.__file__).read_text(encoding="utf-8")
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Point":
            name = ast.literal_eval(node.args[0])
            if isinstance(node.args[2], ast.Dict):
                found[name] = {ast.literal_eval(key) for key in node.args[2].keys if key is not None}
            else:
                found[name] = {"Metric", "Facet", "FacetValue"}  # `dimensions`, of the only metric of groups
    return found


def _texts(module: object) -> set[str]:
    source = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    return {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}


def test_metrics_from_reports_have_the_same_names_and_dimensions(kit: Kit) -> None:
    monitor, quality = kit.monitor(), kit.model_quality()
    bias, attribution = kit.model_bias(), kit.model_explainability()
    watched = [
        monitor.metric_feature_drift("age"),
        monitor.metric_feature_completeness("age"),
        monitor.metric_feature_mean("age"),
        monitor.metric_feature_count("age"),
        quality.metric_quality("recall"),
        bias.metric_bias("DPPL", facet="sex"),
        attribution.metric_attribution("age"),
    ]
    common = {"Endpoint", "MonitoringSchedule"}
    assert _published() == {metric.metric_name: set(metric.dimensions or {}) - common for metric in watched}


def test_metrics_of_runs_have_the_same_names() -> None:
    names = {
        library.EXECUTIONS,
        library.FAILED_EXECUTIONS,
        library.NO_DATA,
        library.VIOLATIONS,
        library.LABEL_COVERAGE,
        library.CAPTURE_AGE,
        library.RECORDS_LEFT_OUT,
        library.SHARE_LEFT_OUT,
    }
    assert names <= _texts(handling) | _texts(left_out)


def test_a_deployment_and_a_run_give_the_same_sign_of_life() -> None:
    assert library.EXECUTIONS == mutes.SIGN_OF_LIFE
    assert library.EXECUTIONS in _texts(baseline)


def test_the_command_line_reads_and_proves_alarms_where_the_function_publishes() -> None:
    assert synthetic.NAMESPACE == library.OWN_NAMESPACE


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_what_alarms_look_at_is_registered_for_publishing(
    fixture: str, kit: Kit, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(fixture)
    kinds = {
        "FeatureDrift": "drift",
        "FeatureCompleteness": "completeness",
        "FeatureMean": "mean",
        "FeatureRecords": "mean",
        "ModelQuality": "quality",
        "Attribution": "attribution",
    }
    registered = kit.registered(template)
    found = 0
    for alarm in kit.resources(template, "AWS::CloudWatch::Alarm").values():
        for metric in kit.watched(alarm["Properties"]):
            dimensions = metric["dimensions"]
            published = registered[dimensions["MonitoringSchedule"]].get("metrics", {})
            if metric["name"] in kinds:
                value = dimensions.get("Feature") or dimensions["Metric"]
                assert value in map(functions.dimension_text, published[kinds[metric["name"]]])
                found += 1
            if metric["name"] == "Bias":
                group = {"metric": "Metric", "facet": "Facet", "facet_value": "FacetValue"}
                assert {name: dimensions[dimension] for name, dimension in group.items()} in published["bias"]
                found += 1
    assert found
