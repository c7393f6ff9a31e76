"""What a message says beyond the violations themselves: records, baseline against current values, settings."""

from __future__ import annotations

from collections.abc import Sequence

from results.look import Looked
from results.text import bounded, named, wrapped
from run_report.advice import WAYS
from run_report.changes import change_of, moved
from run_report.examples import Example, Examples
from run_report.fixes import setting
from run_report.model import RunReport
from run_report.violations import Finding

_MAX_ROWS = 20
_MAX_PLACES = 10
_MAX_KEYS = 5
_MAX_NAME = 32
_MAX_CHANGE = 200
_MAX_ID = 64
_MAX_OBJECT = 300


def records(details: RunReport | None) -> dict[str, str]:
    """Return how many records the run has looked at, as a fact of the message."""
    if details is None or details.records is None:
        return {}
    known = details.baseline_records
    return {"Records": f"{details.records:,}{f' (the baseline has {known:,})' if known is not None else ''}"}


def changes(findings: Sequence[Finding], details: RunReport | None) -> str:
    """Return baseline against current value, and for attribution the features whose order has changed."""
    if details is None:
        return ""
    lines = []
    for finding in findings[:_MAX_ROWS]:
        since = details.since(finding)
        lasts = f", since {since:%Y-%m-%d %H:%M} UTC" if since < details.run.scheduled else ""
        name = named(finding.feature, _MAX_NAME)
        change = change_of(details, finding)
        if change and (change.before or change.now):
            what = f"{bounded(change.what, _MAX_CHANGE)} " if change.what else ""
            values = " -> ".join(bounded(value or "?", _MAX_CHANGE) for value in (change.before, change.now))
            lines.append(wrapped(f"{name}: {what}{values}{lasts}"))
        places = [
            f"{named(item.feature, _MAX_NAME)} {item.rank_before} -> {item.rank_now}"
            for item in moved(details, finding.feature)[:_MAX_PLACES]
        ]
        if places:
            lines.append(wrapped(f"{name}: places of features that changed most: {', '.join(places)}{lasts}"))
    return "\n".join(["BASELINE -> NOW", *lines]) if lines else ""


def examples(findings: Sequence[Finding], details: RunReport | None) -> str:
    """Return which records to look at first: what they are called, and none of their values."""
    if details is None:
        return ""
    found = [(finding, details.examples_of(finding)) for finding in findings[:_MAX_ROWS]]
    lines = [
        wrapped(f"{named(finding.feature, _MAX_NAME)}: {shown.summary}, {_first(shown)}")
        for finding, shown in found
        if shown
    ]
    return "\n".join(["EXAMPLES OF RECORDS", *lines]) if lines else ""


def left_out_in_words(looked: Looked) -> str | None:
    """Return how many records were left out, and which of them to look at first; None if none was."""
    if not looked.left_out or not looked.left_out.left_out:
        return None
    return f"{looked.left_out}{f', {_first(looked.odd)}' if looked.odd else ''}"


def _first(found: Examples) -> str:
    return f"for example: {', '.join(map(_called, found.first))}"


def _called(example: Example) -> str:
    """Return what a record is called; ids are the words of others."""
    if example.event_id is None:
        return f"line {example.line} of {bounded(example.place, _MAX_OBJECT)}"
    own = f" (inference id {named(example.inference_id, _MAX_ID)})" if example.inference_id else ""
    return f"{named(example.event_id, _MAX_ID)}{own}"


def settings(findings: Sequence[Finding]) -> str:
    """Return the key of each limit, for those who accept the change, and what else there is to do."""
    keys = list(dict.fromkeys(key for finding in findings[:_MAX_ROWS] if (key := setting(finding))))
    lines = [f"  {bounded(key, _MAX_CHANGE)}" for key in keys[:_MAX_KEYS]]
    if len(keys) > _MAX_KEYS:
        lines.append("  and so on for the others")
    limits = "\n".join(["If you accept the change, this is the setting behind each limit:", *lines, ""]) if keys else ""
    return limits + wrapped(f"Each way to go on, step by step, in docs/operating.md: {', '.join(WAYS)}.")
