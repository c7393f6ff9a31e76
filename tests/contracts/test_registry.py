"""The results function understands what the templates register, and finds it."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

from model_monitor import CapturedModelMonitoring, MonitorSchedule, S3Location, ServedElsewhere
from results.monitor import Group, Monitor, Wanted, parse_monitor
from results.settings import Settings
from schedule_guard.registry import Entry
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_TEMPLATES = [f"{name}_template" for name in ("default", "vpc", "imported", "quality", "clarify", "batch")]
_REGISTERED = {"registered": "2026-11-21T03:00:00Z"}


def parsed_document(document: dict[str, Any]) -> Monitor:
    """Return the monitor that the function reads from a document; tokens are texts in angle brackets."""
    plain = {
        name: value.replace("<", "").replace(">", "") if isinstance(value, str) else value
        for name, value in document.items()
    }
    return parse_monitor({**plain, **_REGISTERED})


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_the_function_understands_every_document(fixture: str, kit: Kit, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(fixture)
    documents = kit.registered(template)
    schedules = kit.resources(template, "AWS::SageMaker::MonitoringSchedule").values()
    assert set(documents) == {found["Properties"]["MonitoringScheduleName"] for found in schedules}
    known = {field.name for field in fields(Monitor)} | {"period_hours", "metrics"}
    for name, document in documents.items():
        assert set(document) <= known
        monitor = parsed_document(document)
        assert (monitor.schedule, monitor.title) == (name, document["title"].replace("<", "").replace(">", ""))
        assert monitor.access_role
        assert monitor.topic


def test_a_document_means_to_the_function_what_the_monitor_means(kit: Kit) -> None:
    stack = kit.stack()
    model = ServedElsewhere.of(name="credit", captured=S3Location.from_uri("s3://models/capture"))
    monitoring = CapturedModelMonitoring(
        stack, "Credit", model=model, runbook_url="https://wiki.example.com/drift", output=kit.output()
    )
    monitor = monitoring.add_data_quality(baseline=kit.baseline(), schedule=MonitorSchedule.every(hours=6))
    monitor.metric_feature_drift("größe")
    monitor.metric_feature_completeness("age")
    monitor.metric_feature_mean("income")
    name = monitor.monitoring_schedule_name
    parsed = parsed_document(kit.registered(Template.from_stack(stack))[name])
    assert (parsed.type, parsed.endpoint, parsed.model) == ("DataQuality", None, "credit")
    assert parsed.period == timedelta(hours=6)
    assert parsed.runbook == "https://wiki.example.com/drift"
    assert str(parsed.reports) == f"s3://monitoring-output/monitoring/reports/{name}"
    assert parsed.wanted == Wanted(drift=("größe",), completeness=("age",), mean=("income",))


def test_groups_and_metrics_of_quality_arrive(kit: Kit, quality_template: Template, clarify_template: Template) -> None:
    documents = [*kit.registered(quality_template).values(), *kit.registered(clarify_template).values()]
    wanted = {document["type"]: parsed_document(document).wanted for document in documents}
    assert wanted["ModelQuality"].quality == ("recall", "false_positive_rate", "auc")
    assert wanted["ModelBias"].bias == (
        Group("DPPL", "sex", "female"),
        Group("DI", "age", "(40, 75]"),
        Group("CI", "sex", "female"),
    )
    assert not wanted["ModelExplainability"]


@pytest.mark.parametrize("fixture", _TEMPLATES)
def test_the_guard_writes_where_the_function_looks(fixture: str, kit: Kit, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(fixture)
    functions = kit.resources(template, "AWS::Lambda::Function").values()
    registries = [
        Settings.from_environment(
            {
                name: kit.flat(value).replace("<", "").replace(">", "")
                for name, value in found["Properties"]["Environment"]["Variables"].items()
            }
        ).registry
        for found in functions
        if found["Properties"]["Handler"] == "results.handler.handler"
    ]
    for guard in kit.resources(template, "Custom::MonitoringScheduleGuard").values():
        properties = {name: kit.flat(value) for name, value in guard["Properties"].items()}
        properties = {name: value.replace("<", "").replace(">", "") for name, value in properties.items()}
        entry = Entry.of(properties, owner=properties["Owner"])
        if "BeforeChange" in str(guard) or entry is None:
            assert "Revision" in properties
        else:
            name = f"{entry.monitor['schedule']}.json"
            assert entry.uri in [S3Uri(place.bucket, f"{place.key}/{name}") for place in registries]
