from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template

from model_monitor import AnalysisScript, CategoricalFeatures, ConstraintOverrides, DataQualityAlarms, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


def test_refuses_categories_together_with_a_script_since_the_service_runs_one(kit: Kit, refused: Refused) -> None:
    script = AnalysisScript.from_location(S3Location.from_uri("s3://scripts/pre.py"))
    with refused("categorical together with preprocessor", "a single script"):
        kit.monitor(categorical=["flag"], preprocessor=script)


def test_alarms_need_no_metrics_of_the_service(kit: Kit) -> None:
    off = ConstraintOverrides(emit_metrics=False)
    monitor = kit.monitor(constraints=off, alarms=DataQualityAlarms(drift={"age": 0.1}, mean_shift={"age": 1}))
    assert len(monitor.alarms) == 6


def test_categories_can_be_given_in_every_form(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitor(stack, "List", categorical=["flag"])
    kit.monitor(stack, "Auto", categorical="auto")
    kit.monitor(stack, "Chosen", categorical=CategoricalFeatures.of(["grade"]))
    baselines = kit.resources(Template.from_stack(stack), "Custom::ModelMonitorBaseline")
    assert sorted(kit.flat(found["Properties"]["Categorical"]) for found in baselines.values()) == [
        '"auto"',
        '["flag"]',
        '["grade"]',
    ]


def _guarded(kit: Kit, **options: Any) -> tuple[Template, dict[str, Any]]:
    stack = kit.stack()
    kit.monitor(stack, **options)
    template = Template.from_stack(stack)
    return template, kit.properties(template, "Custom::ModelMonitorBaseline")


def test_guarded_records_need_a_script_but_no_categories(kit: Kit) -> None:
    template, baseline = _guarded(kit, guard_records=True)
    assert baseline["GuardRecords"] == "true"
    assert re.fullmatch('"[0-9a-f]{12}"', baseline["ScriptRevision"])
    assert "Categorical" not in baseline
    specification = kit.properties(template, "AWS::SageMaker::DataQualityJobDefinition")["DataQualityAppSpecification"]
    assert kit.flat(specification["RecordPreprocessorSourceUri"]).endswith(".PreprocessorUri>")


def test_what_is_left_out_is_counted_where_it_was_captured_and_has_an_alarm(kit: Kit) -> None:
    template, _ = _guarded(kit, guard_records=True)
    ((_, document),) = kit.registered(template).items()
    assert document["guard"]["records"] == kit.endpoint().records.uri
    assert kit.flat(document["guard"]["script"]).endswith(".PreprocessorUri>")
    assert any(kit.endpoint().records.key in place for place in kit.allowed(template, "Access", "s3:GetObject"))
    alarm = kit.alarm(template, "LeftOut")
    (metric,) = alarm["Metrics"]
    assert metric["MetricStat"]["Metric"]["MetricName"] == "ShareLeftOut"
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (0.1, "ignore")


def test_without_an_endpoint_the_inputs_are_judged_and_not_the_predictions(kit: Kit) -> None:
    stack = kit.stack()
    kit.monitor(stack, input=kit.batch(), guard_records=True)
    ((_, document),) = kit.registered(Template.from_stack(stack)).items()
    assert document["guard"]["records"] == f"{kit.batch().capture_location.uri}/input"


@pytest.mark.parametrize(
    "options", [{"categorical": ["flag"]}, {"categorical": "auto", "guard_records": True}], ids=["alone", "both"]
)
def test_a_generated_script_always_guards(kit: Kit, options: dict[str, Any]) -> None:
    _, baseline = _guarded(kit, **options)
    assert baseline["GuardRecords"] == "true"


@pytest.mark.parametrize("guard_records", [None, False])
def test_without_a_script_nothing_is_guarded(kit: Kit, guard_records: bool | None) -> None:
    template, baseline = _guarded(kit, guard_records=guard_records)
    assert not {"GuardRecords", "ScriptRevision"} & set(baseline)
    assert not any("guard" in document for document in kit.registered(template).values())


def test_captures_are_read_for_examples_only_where_they_are_wanted_and_certain(kit: Kit, refused: Refused) -> None:
    def read(**options: Any) -> tuple[str | None, bool]:
        template, _ = _guarded(kit, **options)
        ((_, document),) = kit.registered(template).items()
        places = kit.allowed(template, "Access", "s3:GetObject")
        return document.get("examples"), any(kit.endpoint().records.key in place for place in places)

    script = AnalysisScript.from_location(S3Location.from_uri("s3://scripts/pre.py"))
    assert read() == (kit.endpoint().records.uri, True)
    assert read(example_records=False) == (None, False)
    assert read(preprocessor=script) == (None, False)
    with refused("example_records=True with preprocessor", "leave example_records out"):
        kit.monitor(example_records=True, preprocessor=script)


def test_the_alarm_on_what_is_left_out_can_be_left_out(kit: Kit) -> None:
    monitor = kit.monitor(guard_records=True, alarms=DataQualityAlarms(maximum_left_out=None))
    assert not [alarm for alarm in monitor.alarms if alarm.node.id == "LeftOut"]


@pytest.mark.parametrize("share", [-0.1, 1, 10])
def test_refuses_an_alarm_at_no_share(share: float, refused: Refused) -> None:
    with refused(f"maximum_left_out={share!r}", "write 10 % as 0.1"):
        DataQualityAlarms(maximum_left_out=share)


def test_refuses_a_guard_beside_a_script_and_categories_without_one(kit: Kit, refused: Refused) -> None:
    script = AnalysisScript.from_location(S3Location.from_uri("s3://scripts/pre.py"))
    with refused("guard_records together with preprocessor", "a single script"):
        kit.monitor(guard_records=True, preprocessor=script)
    with refused("guard_records=False together with categorical", "leave guard_records out"):
        kit.monitor(guard_records=False, categorical=["flag"])


def test_a_metric_asked_for_later_still_has_its_feature_checked_by_the_deployment(kit: Kit, stack: Stack) -> None:
    monitor = kit.monitor(stack)
    for method in (
        monitor.metric_feature_drift,
        monitor.metric_feature_completeness,
        monitor.metric_feature_mean,
        monitor.metric_feature_count,
    ):
        method(method.__name__)
    features = kit.json(kit.properties(Template.from_stack(stack), "Custom::ModelMonitorBaseline")["Features"])
    assert features == [
        "metric_feature_completeness",
        "metric_feature_count",
        "metric_feature_drift",
        "metric_feature_mean",
    ]


def test_the_stack_shows_which_features_are_blind_and_which_constraints_hold(default_template: Template) -> None:
    outputs = {output["Description"] for output in default_template.to_json()["Outputs"].values()}
    assert {"Features whose drift cannot be seen", "Effective constraints of the monitor"} <= outputs
