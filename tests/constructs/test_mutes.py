"""What is muted in code reaches the results function, and no mute can be forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Annotations, Match, Template

from model_monitor import DataQualityAlarms, Mute, mutes
from results import mutes as read
from tests.contracts.test_registry import parsed_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.constructs.conftest import Kit

    Refused = Callable[..., AbstractContextManager[None]]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOON = "2026-11-22T03:00:00+01:00"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutes, "_now", lambda: NOW)


def test_mutes_of_monitor_and_monitoring_mean_to_the_function_what_they_say(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = kit.monitoring(stack)
    alarms = DataQualityAlarms(drift={"gr\u00f6\u00dfe": 0.2}, mean_shift={"age": 3})
    monitor = monitoring.add_data_quality(baseline=kit.baseline(), alarms=alarms)
    monitoring.mute(Mute.window(since="2026-11-22T00:00:00Z", until=SOON, reason="migration"))
    monitor.mute(
        Mute.feature("age", until=NOW + timedelta(days=90)),
        Mute.alarm("drift of gr\u00f6\u00dfe", until=SOON),
        Mute.alarm("mean of age has moved", until=SOON),
    )
    later = monitoring.add_data_quality("Later", baseline=kit.baseline())

    documents = kit.registered(Template.from_stack(stack))
    first, second = (parsed_document(documents[one.monitoring_schedule_name]) for one in (monitor, later))
    found = read.of_code(first)
    assert [mute.subject for mute in found] == [
        "everything",
        "feature age",
        "metric FeatureDrift of gr%C3%B6%C3%9Fe",
        "metric FeatureMean of age",
        "metric FeatureRecords of age",
    ]
    assert found[0].holds_at(datetime(2026, 11, 22, 1, 59, tzinfo=UTC))
    assert not found[0].holds_at(datetime(2026, 11, 22, 2, tzinfo=UTC))
    assert not found[0].holds_at(NOW)
    assert found[1].holds_at(NOW)
    assert found[0].reason == "migration"
    assert first.stack == stack.stack_name
    assert [mute.subject for mute in read.of_code(second)] == ["everything"]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Mute.feature("age"), ("a mute without an end", "nobody remembers to end it", "docs/alarms.md")),
        (lambda: Mute.feature("age", until="2027-03-01T00:00:00Z"), ("a mute of 99 days", "at most 90 days")),
        (lambda: Mute.window(since=NOW, until=NOW + timedelta(days=91)), ("a mute of 91 days", "end it earlier")),
        (lambda: Mute.window(since=NOW, until=NOW), ("until='2026-11-21T12:00:00Z'", "exchange the two")),
        (lambda: Mute.feature("age", until="2026-11-22T03:00:00"), ("a time with its zone", "Z stands for UTC")),
        (lambda: Mute.feature("age", until=datetime(2026, 11, 22)), ("until=datetime(...)", "with its zone")),
        (lambda: Mute.window(since="tomorrow", until=SOON), ("since='tomorrow'", "such as 2026-11-22T02:00:00Z")),
        (lambda: Mute.feature("age", until=SOON, reason="x" * 201), ("a reason of 201 characters", "at most 200")),
    ],
)
def test_a_mute_that_would_be_forgotten_or_misread_is_refused(
    make: Callable[[], Any], told: tuple[str, ...], refused: Refused
) -> None:
    with refused(*told):
        make()


def test_alarms_that_do_not_exist_or_must_be_heard_are_refused(kit: Kit, refused: Refused) -> None:
    monitoring = kit.monitoring(kit.stack())
    monitor = monitoring.add_data_quality(baseline=kit.baseline())
    for muted in (monitor, monitoring):
        with refused("a mute of the alarm 'drift of age'", "'violations', 'run failed'"):
            muted.mute(Mute.alarm("drift of age", until=SOON))
        with refused("nobody is watching", "alarms.silence_after=None"):
            muted.mute(Mute.alarm("no runs", until=SOON))


def test_a_mute_that_is_over_is_a_warning(kit: Kit) -> None:
    stack = kit.stack()
    monitor = kit.monitoring(stack).add_data_quality(baseline=kit.baseline())
    monitor.mute(Mute.feature("age", until="2026-11-20T00:00:00Z"))
    told = ".*feature 'age' that was over on 2026-11-20T00:00:00Z.*remove it.*"
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp(told))
