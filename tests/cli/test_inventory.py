"""Monitors are found from what is deployed, and called by names that people know."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from model_monitor.alarms import commands as of_alarms
from model_monitor.engine.schedule_guard import REGISTRY_TAG as TAG_OF_SCHEDULES
from model_monitor_cli.choose import choose_models, choose_monitor
from model_monitor_cli.exits import UsageError
from model_monitor_cli.inventory import REGISTRY_TAG, Model, Monitor, find_models, short_name, take_inventory
from results.monitor import parse_monitor


def monitor(model="credit", name="data-quality", schedule="credit-dataquality-1a2b3c4d"):
    entry = parse_monitor(
        {
            "schedule": schedule,
            "type": "DataQuality",
            "title": f"endpoint {model}",
            "endpoint": model,
            "reports": "s3://monitoring/reports",
            "registered": "2026-01-01T00:00:00Z",
        }
    )
    return Monitor(name=name, kind=entry.kind, schedule_name=schedule, entry=entry, model=model)


def model(name, *monitors):
    return Model(name=name, title=f"endpoint {name}", endpoint=name, monitors=monitors)


ONE = model("fraud", monitor("fraud", schedule="fraud-dataquality-1"))
TWO = model("credit", monitor(), monitor(name="model-bias", schedule="credit-modelbias-2"))


def test_monitors_are_found_by_the_registry_that_their_schedules_name(context):
    (found,) = find_models(context)

    assert (found.name, found.title, found.endpoint) == ("credit", "model credit", None)
    assert [(item.name, item.schedule_name) for item in found.monitors] == [
        ("data-quality", "credit-dataquality-1a2b3c4d"),
        ("strict", "credit-strict-5e6f7a8b"),
    ]
    assert [item.schedule is None for item in found.monitors] == [False, True]
    assert found.monitors[0].entry.access_role is None  # it trusts the functions, not people


def test_a_broken_document_is_reported_and_stops_no_other_monitor(context, world):
    world.put("s3://monitoring/registry/services/broken.json", "{")
    try:
        inventory = take_inventory(context)
    finally:
        world.box.client("s3").delete_object(Bucket="monitoring", Key="registry/services/broken.json")

    assert [found.name for found in inventory.models] == ["credit"]
    (problem,) = inventory.problems
    assert "broken.json cannot be read" in problem


def test_the_time_is_that_of_the_service(context, world):
    world.box.advance(timedelta(hours=5))

    context.sagemaker.list_monitoring_schedules()
    assert abs(context.now() - world.box.now()) < timedelta(seconds=5)
    time.sleep(0.01)
    assert context.now() > world.box.now() - timedelta(seconds=5)


def test_both_sides_of_the_seam_use_the_same_words():
    assert REGISTRY_TAG == TAG_OF_SCHEDULES
    for name in ("DataQuality", "ModelExplainability", "Strict", "my_monitor", "Two Words", "v2Beta"):
        assert short_name(name) == of_alarms.short_name(name)


@pytest.mark.parametrize("words", [("credit", "model-bias"), ("credit", "bias"), ("Credit", "model_bias")])
def test_a_monitor_is_chosen_by_any_name_that_people_know(words):
    assert choose_monitor([ONE, TWO], *words).schedule_name == "credit-modelbias-2"


def test_the_monitor_needs_no_name_where_there_is_one_only():
    assert choose_monitor([ONE, TWO], "fraud").schedule_name == "fraud-dataquality-1"
    assert choose_monitor([ONE, TWO], "credit-modelbias-2").name == "model-bias"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("credit",), "'credit' has 2 monitors, name one of them: data-quality, model-bias"),
        (("credit", "drift"), "'credit' has no monitor 'drift'; it has: data-quality, model-bias"),
        (("loans",), "no monitored endpoint or model is called 'loans'; there are: fraud, credit"),
    ],
)
def test_a_wrong_name_is_answered_with_those_that_there_are(words, told):
    with pytest.raises(UsageError) as error:
        choose_monitor([ONE, TWO], *words)
    assert str(error.value) == told


def test_two_monitors_of_one_name_are_told_apart_by_their_schedules():
    twins = model("credit", monitor(), monitor(schedule="credit-dataquality-9"))
    with pytest.raises(UsageError, match="name the schedule instead: credit-dataquality-1a2b3c4d, credit-dataquality"):
        choose_monitor([twins], "credit", "data-quality")
    assert choose_monitor([twins], "credit", "credit-dataquality-9").schedule_name == "credit-dataquality-9"


def test_an_account_without_monitors_is_asked_whether_it_is_the_right_one():
    with pytest.raises(UsageError, match="no monitor was found in this account and region"):
        choose_models([], None)
