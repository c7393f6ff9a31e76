from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

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
