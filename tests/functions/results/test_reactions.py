"""Which reactions a run brings about: counted features, and a cool-down that several monitors share."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from results import reactions
from results.monitor import Reaction
from shared.s3 import S3Uri

DAY = 24 * 3600
NOTE = "s3://out/state/_reactions/Retrain.json"


@pytest.fixture
def react(runs, aws, two_violations):
    """Return a function that ends a run with violations of `age` and `dti`, and gives the reactions in its event."""

    def handled(*, hours_ago=0, status="CompletedWithViolations", **reaction):
        runs.register(reactions=[{"name": "Retrain", **reaction}])
        name = runs.add(status, hours_ago=hours_ago, violations=two_violations if "With" in status else None)
        runs.handle(runs.event(name))
        return json.loads(aws.events[-1]["Detail"]).get("reactions", [])

    return handled


@pytest.mark.parametrize(
    ("reaction", "is_due"),
    [
        ({}, True),
        ({"features": ["age"]}, True),
        ({"features": ["age", "dti", "income"], "at_least": 2}, True),
        ({"features": ["age", "income"], "at_least": 2}, False),
        ({"features": ["income"]}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
    ],
)
def test_critical_features_are_counted(react, reaction, is_due):
    assert react(**reaction) == (["Retrain"] if is_due else [])


def test_a_reaction_comes_once_in_its_cool_down(react):
    found = {hours: react(hours_ago=hours, cool_down_seconds=3 * 3600) for hours in (7, 6, 5, 4, 3)}
    assert [hours for hours, names in found.items() if names] == [7, 4]


def test_a_run_that_is_found_late_does_not_react_again(react):
    assert react(hours_ago=1, cool_down_seconds=3600) == ["Retrain"]
    assert react(hours_ago=9, cool_down_seconds=3600) == []


def test_runs_without_violations_bring_nothing_about(react, aws):
    assert react(status="Completed", cool_down_seconds=DAY) == []
    assert react(hours_ago=1, status="Failed") == []
    assert "reactions" not in json.loads(aws.events[-1]["Detail"])


def test_an_event_that_comes_twice_changes_nothing(react, runs, aws):
    react(cool_down_seconds=DAY)
    runs.handle(runs.event(next(iter(aws.jobs))))
    assert len(aws.events) == 1


def test_the_same_run_keeps_its_reaction_when_its_event_must_be_sent_again(runs, aws, react):
    aws.fail("PutEvents", "InternalFailure", status=500, times=9)
    with pytest.raises(Exception, match="InternalFailure"):
        react(cool_down_seconds=DAY)
    aws.failures.clear()
    runs.handle(runs.event(next(iter(aws.jobs))))
    (event,) = aws.events
    assert json.loads(event["Detail"])["reactions"] == ["Retrain"]


def test_violations_that_cannot_be_read_count_as_violations_but_of_no_feature(runs, aws):
    runs.register(reactions=[{"name": "Any"}, {"name": "Critical", "features": ["age"]}])
    runs.handle(runs.event(runs.add("CompletedWithViolations")))
    assert json.loads(aws.events[-1]["Detail"])["reactions"] == ["Any"]


def test_a_note_that_nobody_wrote_is_named(react, aws):
    aws.put(NOTE, "?")
    with pytest.raises(reactions.ReactionError, match="delete it"):
        react(cool_down_seconds=DAY)


def test_of_several_monitors_that_end_together_one_reacts(aws, runs):
    """They run in functions of their own at the same time, and share the reaction of their model."""
    reaction = Reaction("Retrain", timedelta(days=1), frozenset(), 1)
    place, now = S3Uri.parse(NOTE), datetime.now(UTC)
    with ThreadPoolExecutor(8) as pool:
        claims = [pool.submit(reactions._claim, place, reaction, f"monitor-{number}", now) for number in range(8)]
    assert sum(claim.result() for claim in claims) == 1
