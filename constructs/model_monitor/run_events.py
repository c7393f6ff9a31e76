"""The event of our own that says how a run of a monitor has ended, and rules on it.

AWS documents no event of a monitoring run. Ours is sent once a run by the results function, whoever ran it and however
the function learned of it: docs/events.md.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from aws_cdk import aws_events as events
from constructs import Construct

from model_monitor.internal.lazy import lazy_list

EVENT_SOURCE = "model-monitoring"
EVENT_DETAIL_TYPE = "Monitoring Run Ended"


class RunStatus(Enum):
    """How a run has ended."""

    COMPLETED = "Completed"
    """Nothing was found."""
    COMPLETED_WITH_VIOLATIONS = "CompletedWithViolations"
    FAILED = "Failed"
    STOPPED = "Stopped"
    """Its job was stopped, by a person, by a deployment, or at its time limit."""
    NO_DATA = "NoData"
    """There were no captured records, or no labels."""


COMPLETED = (RunStatus.COMPLETED, RunStatus.COMPLETED_WITH_VIOLATIONS)
VIOLATION = (RunStatus.COMPLETED_WITH_VIOLATIONS,)
FAILED = (RunStatus.FAILED, RunStatus.STOPPED)
ENDED = tuple(RunStatus)


def run_rule(
    scope: Construct,
    id: str,
    *,
    schedule_names: Callable[[], list[str]],
    statuses: tuple[RunStatus, ...],
    target: events.IRuleTarget,
    description: str,
    reaction: str | None = None,
) -> events.Rule:
    """Make a rule on the event of our own.

    Args:
        scope: Parent.
        id: Construct id.
        schedule_names: The monitors, asked for when the template is written.
        statuses: How runs must have ended.
        target: What is called; it gets the event.
        description: Shown in the console.
        reaction: Name of the reaction that the event must bring about. Default: any event will do.
    """
    return events.Rule(
        scope,
        id,
        description=description,
        event_pattern=events.EventPattern(
            source=[EVENT_SOURCE],
            detail_type=[EVENT_DETAIL_TYPE],
            detail={
                "monitoringScheduleName": lazy_list(schedule_names),
                "status": [status.value for status in statuses],
                **({"reactions": [reaction]} if reaction else {}),
            },
        ),
        targets=[target],
    )
