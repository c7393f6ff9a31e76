"""What the events of SageMaker look like."""

from __future__ import annotations

import json
from typing import Any

from account_check.facts import EventFact

PATTERN = {"source": ["aws.sagemaker"]}
"""Every event of SageMaker, those of other people's jobs included."""
_STATUSES = ("ProcessingJobStatus", "MonitoringScheduleStatus", "MonitoringExecutionStatus")
_CHANGES_EVERY_TIME = ("id", "time")


def own(messages: list[dict[str, Any]], *marks: str) -> list[dict[str, Any]]:
    """Return the events that mention one of the marks: the name of the run, or of a job."""
    return [message for message in messages if any(mark in json.dumps(message) for mark in marks)]


def event_facts(events: list[dict[str, Any]]) -> list[EventFact]:
    """Return what the events have in common, by kind and status."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for event in events:
        groups.setdefault((event.get("detail-type", ""), _status(event.get("detail", {}))), []).append(event)
    return [_fact(kind, status, members) for (kind, status), members in sorted(groups.items())]


def _fact(kind: str, status: str, events: list[dict[str, Any]]) -> EventFact:
    details = [event.get("detail", {}) for event in events]
    contents = [_without(event, *_CHANGES_EVERY_TIME) for event in events]
    return EventFact(
        detail_type=kind,
        status=status,
        fields=sorted({name for detail in details for name in detail}),
        has_schedule_arn=all("MonitoringScheduleArn" in detail for detail in details),
        has_exit_message=all("ExitMessage" in detail for detail in details),
        count=len(events),
        repeated=any(content in contents[:number] for number, content in enumerate(contents)),
    )


def _status(detail: dict[str, Any]) -> str:
    return next((str(detail[name]) for name in _STATUSES if name in detail), "unknown")


def _without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in names}
