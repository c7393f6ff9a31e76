"""Which reactions of the user's a run brings about: rules of EventBridge cannot count, and know no cool-down.

The answer goes into our event, and a rule waits for the name of its reaction there. Of a reaction with a cool-down one
object in S3 tells which run has brought it about last. Only one function at a time can write it, so of several runs
that end together one brings the reaction about. A run whose event is sent again, because nobody knows whether it was
sent, has the same reactions again: rather twice than never, as with the event itself (`results/once.py`).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from results import conditional
from results.executions import Execution, Outcome
from results.invocation import Invocation
from results.monitor import Reaction
from results.report import Report
from shared.logs import log
from shared.s3 import S3Uri

# No schedule has an underscore in its name, so no note of a run lies there.
_FOLDER = "_reactions"
# Others can be faster as often as there are monitors of a model that end in the same moment.
_ATTEMPTS = 5


class ReactionError(Exception):
    """It could not be told whether a reaction is due."""


def due(execution: Execution, report: Report, run: str, invocation: Invocation) -> list[str]:
    """Return the names of the reactions that a run brings about.

    Args:
        execution: The run.
        report: What it found.
        run: The id of its event.
        invocation: Says where notes are kept.

    Raises:
        ReactionError: Others wrote the note of a reaction again and again.
    """
    if execution.outcome is not Outcome.VIOLATIONS:
        return []
    state = invocation.settings.state
    found = []
    for reaction in execution.monitor.reactions:
        if not _is_met(reaction, report):
            continue
        if not reaction.cool_down or _claim(
            state / _FOLDER / f"{reaction.name}.json", reaction, run, execution.scheduled
        ):
            found.append(reaction.name)
        else:
            log("reaction is cooling down", schedule=execution.monitor.name, reaction=reaction.name)
    return found


def _is_met(reaction: Reaction, report: Report) -> bool:
    if not reaction.features and reaction.at_least <= 1:
        return True  # also where the violations could not be read
    violated = {finding.feature for finding in report.findings}
    return len(violated & reaction.features if reaction.features else violated) >= reaction.at_least


def _claim(place: S3Uri, reaction: Reaction, run: str, scheduled: datetime) -> bool:
    """Note that a run brings a reaction about, unless one has done so less than the cool-down before, or later."""
    text = json.dumps({"run": run, "scheduled": scheduled.astimezone(UTC).isoformat()})
    for _ in range(_ATTEMPTS):
        found = conditional.get(place)
        if found is None:
            condition = {"IfNoneMatch": "*"}
        else:
            last_run, last = _read(found[0], place)
            if last_run == run:
                return True
            if scheduled - last < reaction.cool_down:
                return False
            condition = {"IfMatch": found[1]}
        if conditional.put(place, text, **condition) is not None:
            return True
    raise ReactionError(f"{place} was written by others {_ATTEMPTS} times in a row")


def _read(content: bytes, place: S3Uri) -> tuple[str, datetime]:
    try:
        note = json.loads(content)
        return str(note["run"]), datetime.fromisoformat(note["scheduled"])
    except (ValueError, TypeError, KeyError) as error:
        raise ReactionError(f"{place} holds {content[:200]!r}, expected a note of this function; delete it") from error
