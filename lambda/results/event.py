"""Our own event about the end of a run, which users react to; `docs/events.md` describes it.

AWS's event about the job lacks what a reaction needs, may come twice, and does not come for runs without a job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NotRequired, TypedDict

from results import reactions
from results.executions import Execution, Outcome
from results.invocation import Invocation
from results.report import Report
from results.text import shortened
from run_report.examples import Example, Examples
from run_report.violations import Finding
from shared import clients

SOURCE = "model-monitoring"
DETAIL_TYPE = "Monitoring Run Ended"
VERSION: Literal["1"] = "1"
_MOST_FINDINGS = 50
_MAX_TEXT = 1000
_MAX_ID = 128
# EventBridge takes entries of less than 256 KB, and the event that targets get is larger than the entry
# (https://docs.aws.amazon.com/eventbridge/latest/userguide/calculate-putevents-entry-size.html).
_MOST_BYTES = 200_000


class EventError(Exception):
    """EventBridge did not take the event."""


class WindowDetail(TypedDict):
    """The traffic that was looked at, in UTC."""

    start: str
    end: str


class RecordDetail(TypedDict):
    """What a captured record is called, and where it lies."""

    eventId: NotRequired[str]
    inferenceId: NotRequired[str]
    object: str
    line: int


class ExamplesDetail(TypedDict):
    """Records that show a violation: the first ones, and how many there are."""

    found: int
    lookedAt: int
    records: list[RecordDetail]


class FindingDetail(TypedDict):
    """One violation; `value` and `limit` are empty when its text is not known."""

    feature: str
    check: str
    value: str
    limit: str
    description: str
    examples: NotRequired[ExamplesDetail]


class RunDetail(TypedDict):
    """The `detail` of the event. `docs/monitoring-run-ended.schema.json` says the same to machines."""

    version: Literal["1"]
    id: str
    status: str
    monitoringScheduleName: str
    monitoringType: str
    endpointName: NotRequired[str]
    modelName: NotRequired[str]
    oneTime: bool
    runName: NotRequired[str]
    scheduledTime: str
    window: WindowDetail
    violations: int
    findings: list[FindingDetail]
    reportUri: NotRequired[str]
    reportProblem: NotRequired[str]
    processingJobName: NotRequired[str]
    failureReason: NotRequired[str]
    reactions: NotRequired[list[str]]


_Found = Mapping[tuple[str, str], Examples]


def send(execution: Execution, report: Report, invocation: Invocation, *, examples: _Found) -> None:
    """Send the event of a run to the account's default bus, with the reactions that are due.

    Args:
        execution: The run.
        report: Its violations.
        invocation: The invocation that handles it.
        examples: Records that show a violation, by its feature and check.

    Raises:
        EventError: EventBridge did not take it.
    """
    detail = run_detail(execution, report, examples)
    due = reactions.due(execution, report, detail["id"], invocation)
    if due:
        detail["reactions"] = due
    answer = clients.events().put_events(
        Entries=[
            {
                "Source": SOURCE,
                "DetailType": DETAIL_TYPE,
                "Resources": [invocation.schedule_arn(execution.monitor.name)],
                "Detail": detail_text(detail),
            }
        ]
    )
    if answer["FailedEntryCount"]:
        entry = answer["Entries"][0]
        raise EventError(f"EventBridge refused the event: {entry.get('ErrorCode')} {entry.get('ErrorMessage', '')}")


def run_detail(execution: Execution, report: Report, examples: _Found | None = None) -> RunDetail:
    """Return the detail of the event, with all findings that it has room for at most."""
    monitor = execution.monitor
    start, end = execution.window
    detail: RunDetail = {
        "version": VERSION,
        "id": f"{monitor.name}/{_time(execution.scheduled)}",
        "status": execution.outcome.value,
        "monitoringScheduleName": monitor.schedule,
        "monitoringType": monitor.type,
        "oneTime": monitor.one_time_run is not None,
        "scheduledTime": _time(execution.scheduled),
        "window": {"start": _time(start), "end": _time(end)},
        "violations": report.count,
        "findings": _findings(report.findings, examples or {}),
    }
    if monitor.endpoint:
        detail["endpointName"] = monitor.endpoint
    if monitor.model:
        detail["modelName"] = monitor.model
    if monitor.one_time_run:
        detail["runName"] = monitor.one_time_run
    if execution.outcome.has_report:
        detail["reportUri"] = str(report.folder)
    if report.problem:
        detail["reportProblem"] = _text(f"a run with violations whose report could not be read: {report.problem}")
    if execution.job_name:
        detail["processingJobName"] = execution.job_name
    reason = execution.failure_reason or execution.stop_reason
    if reason and execution.outcome in (Outcome.FAILED, Outcome.STOPPED, Outcome.NO_DATA):
        detail["failureReason"] = _text(reason)
    return detail


def detail_text(detail: RunDetail) -> str:
    """Return the detail as JSON, with as many findings as fit, and examples if all of them do."""
    text = json.dumps(detail)
    if len(text) > _MOST_BYTES:
        detail = {**detail, "findings": [_without_examples(finding) for finding in detail["findings"]]}
        text = json.dumps(detail)
    while len(text) > _MOST_BYTES and detail["findings"]:
        detail = {**detail, "findings": detail["findings"][:-1]}
        text = json.dumps(detail)
    return text


def _findings(findings: Sequence[Finding], examples: _Found) -> list[FindingDetail]:
    return [_finding(finding, examples.get((finding.feature, finding.check))) for finding in findings[:_MOST_FINDINGS]]


def _finding(finding: Finding, examples: Examples | None) -> FindingDetail:
    detail: FindingDetail = {
        "feature": _text(finding.feature),
        "check": _text(finding.check),
        "value": _text(finding.value),
        "limit": _text(finding.limit),
        "description": _text(finding.description),
    }
    if examples is not None:
        detail["examples"] = {
            "found": examples.found,
            "lookedAt": examples.looked_at,
            "records": [_record(example) for example in examples.first],
        }
    return detail


def _record(example: Example) -> RecordDetail:
    """Return what a record is called. Its values stay where they are: who gets events may not be who may read them."""
    detail: RecordDetail = {"object": _text(example.place), "line": example.line}
    if example.event_id:
        detail["eventId"] = _text(example.event_id, _MAX_ID)
    if example.inference_id:
        detail["inferenceId"] = _text(example.inference_id, _MAX_ID)
    return detail


def _without_examples(finding: FindingDetail) -> FindingDetail:
    without = finding.copy()
    without.pop("examples", None)
    return without


def _text(text: str, longest: int = _MAX_TEXT) -> str:
    """Return a text of a limited length without halves of characters, which are no valid JSON to others."""
    return shortened(text.encode("utf-8", "replace").decode(), longest)


def _time(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
