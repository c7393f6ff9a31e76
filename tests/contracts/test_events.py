"""Rules of the library match what AWS and the results function send."""

from __future__ import annotations

from model_monitor import run_events
from model_monitor.results import JOB_NAME_PREFIXES
from results import event
from results.executions import MERGE_JOB, Outcome


def test_reactions_match_the_event_that_the_function_sends() -> None:
    assert (run_events.EVENT_SOURCE, run_events.EVENT_DETAIL_TYPE) == (event.SOURCE, event.DETAIL_TYPE)
    assert {status.value for status in run_events.RunStatus} == {outcome.value for outcome in Outcome}


def test_reactions_match_on_fields_that_the_event_always_has() -> None:
    required = event.RunDetail.__required_keys__
    assert {"monitoringScheduleName", "status"} <= required


def test_rules_with_conditions_wait_for_a_field_that_the_event_can_have() -> None:
    assert "reactions" in event.RunDetail.__annotations__


def test_the_function_is_called_for_merge_jobs_too() -> None:
    # A run without labels ends with its merge job.
    assert MERGE_JOB in JOB_NAME_PREFIXES
