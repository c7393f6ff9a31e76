"""Handler of the results function: called by the event of a monitoring job, and every hour by `{"sweep": true}`.

The sweep finds what events do not tell: an event that was lost (EventBridge delivers those of SageMaker at best
effort), and a run without traffic, which has no job and therefore no event.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from results import executions
from results.executions import Execution, Outcome
from results.labels import label_coverage
from results.message import Message, RunFacts, failure_message, violations_message
from results.once import Once
from results.report import Report, read_report
from results.settings import Monitor, Settings
from shared import clients, errors, failures
from shared.console import Console
from shared.logs import log

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.literals import StandardUnitType
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef as Summary

_SWEPT = timedelta(hours=24)


class SweepError(Exception):
    """Some runs could not be handled; the others were."""


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Handle the run of an event, or all runs of the last 24 hours that were not handled yet.

    Args:
        event: A `SageMaker Processing Job State Change` event, or `{"sweep": true}`.

    Returns:
        `handled`: the number of runs that something was done for.

    Raises:
        Exception: Something could not be done; it is tried again by Lambda's retry and by the next sweep.
    """
    settings = Settings.from_environment(os.environ)
    if event.get("sweep"):
        return {"handled": _sweep(settings)}
    execution = executions.of_event(event, settings)
    if execution is None:
        log("not a run of these monitors", job=event.get("detail", {}).get("ProcessingJobName"))
        return {"handled": 0}
    return {"handled": int(_handle(execution, settings))}


def _sweep(settings: Settings) -> int:
    """Handle what was not handled yet; a run or a monitor with trouble does not keep the others back."""
    start = datetime.now(UTC) - _SWEPT
    handled, troubles = 0, []
    for monitor in settings.monitors:
        try:
            executions_left = list(_not_handled(monitor, start, settings))
        except (ClientError, BotoCoreError) as error:
            if errors.is_missing(error):  # not made yet, or deleted
                log("no such schedule", schedule=monitor.schedule)
            else:
                troubles.append(f"{monitor.schedule}: {error}")
            continue
        for summary in executions_left:
            try:
                handled += _handle(executions.of_summary(monitor, summary), settings)
            except Exception as error:
                troubles.append(f"{monitor.schedule}, {executions.scheduled_time(summary):%Y-%m-%d %H:%M}: {error}")
    if troubles:
        raise SweepError(f"{len(troubles)} could not be handled: {'; '.join(troubles)}")
    return handled


def _not_handled(monitor: Monitor, start: datetime, settings: Settings) -> Iterator[Summary]:
    done = Once(settings.state).done_since(monitor.schedule, _marker(monitor, start, ""))
    for summary in executions.ended_since(monitor, start):
        scheduled, outcome = executions.scheduled_time(summary), executions.outcome_of(summary)
        if not done.issuperset(_markers(monitor, scheduled, outcome, settings)):
            yield summary


def _handle(execution: Execution, settings: Settings) -> bool:
    """Do what is not done yet for a run; return whether there was anything.

    Raises:
        Exception: What went wrong first. Metrics that cannot be published do not keep the message back.
    """
    once = Once(settings.state)
    report = cache(lambda: read_report(execution))
    actions = {
        "metrics": lambda: _publish_metrics(execution, report().count, settings),
        "message": lambda: _publish_message(execution, report(), settings),
        "labels": lambda: _publish_label_coverage(execution, settings),
    }
    handled, troubles = False, []
    for name in _markers(execution.monitor, execution.scheduled, execution.outcome, settings):
        thing = name.rpartition(".")[2]
        try:
            handled |= once.do(name, actions[thing])
        except Exception as error:
            log("not published", schedule=execution.monitor.schedule, thing=thing, error=repr(error))
            troubles.append(error)
    if troubles:
        raise troubles[0]
    log(
        "run handled" if handled else "run was handled already",
        schedule=execution.monitor.schedule,
        scheduled=execution.scheduled,
        outcome=execution.outcome.value,
    )
    return handled


def _markers(monitor: Monitor, scheduled: datetime, outcome: Outcome, settings: Settings) -> list[str]:
    """Return the names of the things to do for a run, each of them once."""
    things = ["metrics"]
    if settings.topic_arn and outcome in (Outcome.VIOLATIONS, Outcome.FAILED):
        things.append("message")
    if monitor.captured:
        things.append("labels")  # last, since counting takes time
    return [_marker(monitor, scheduled, thing) for thing in things]


def _marker(monitor: Monitor, scheduled: datetime, thing: str) -> str:
    return f"{monitor.schedule}/{scheduled:%Y-%m-%dT%H-%MZ}.{thing}"


def _publish_metrics(execution: Execution, violations: int, settings: Settings) -> None:
    values = {
        "Executions": 1,
        # What somebody stopped on purpose is told, but wakes nobody: else every other deployment rang an alarm.
        "FailedExecutions": int(execution.outcome is Outcome.FAILED and not execution.was_interrupted),
        "NoData": int(execution.outcome is Outcome.NO_DATA),
        "Violations": violations,
    }
    _put(execution.monitor, values, "Count", settings)


def _publish_label_coverage(execution: Execution, settings: Settings) -> None:
    coverage = label_coverage(execution)
    if coverage is not None:
        _put(execution.monitor, {"LabelCoverage": coverage}, "None", settings)


def _put(monitor: Monitor, values: Mapping[str, float], unit: StandardUnitType, settings: Settings) -> None:
    dimensions: list[DimensionTypeDef] = [{"Name": "MonitoringSchedule", "Value": monitor.schedule}]
    if monitor.endpoint:
        dimensions.insert(0, {"Name": "Endpoint", "Value": monitor.endpoint})
    # No timestamp, so the data count now: alarms look at the last hours, not at the hour of the traffic.
    data: list[MetricDatumTypeDef] = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit} for name, value in values.items()
    ]
    clients.cloudwatch().put_metric_data(Namespace=settings.metric_namespace, MetricData=data)


def _publish_message(execution: Execution, report: Report, settings: Settings) -> None:
    assert settings.topic_arn
    message = _message(execution, report, settings)
    clients.sns().publish(TopicArn=settings.topic_arn, Subject=message.subject, Message=message.body)


def _message(execution: Execution, report: Report, settings: Settings) -> Message:
    run = _facts(execution, report, settings)
    if execution.outcome is Outcome.VIOLATIONS:
        return violations_message(
            run,
            report.findings,
            count=report.count,
            streak=executions.streak(execution),
            problem=report.problem,
        )
    reason = execution.failure_reason
    if not reason and execution.was_interrupted:
        reason = "the processing job was stopped, by a person or by a deployment that changed the monitor"
    elif not reason and execution.job and execution.job["ProcessingJobStatus"] == "Stopped":
        reason = "the processing job ran longer than its limit (MaxRuntimeInSeconds) and was stopped"
    hint = failures.hint(reason, execution.exit_message)
    return failure_message(run, reason=reason, exit_message=execution.exit_message, hint=hint)


def _facts(execution: Execution, report: Report, settings: Settings) -> RunFacts:
    console = Console.of_arn(settings.topic_arn or "")
    places = {}
    if execution.outcome is Outcome.VIOLATIONS:
        places["Report"] = str(report.folder)
        places["Open report"] = console.folder(report.folder)
    if execution.job_name:
        places["Job"] = console.processing_job(execution.job_name)
        places["Log"] = console.job_logs(execution.job_name)
    if settings.runbook_url:
        places["Runbook"] = settings.runbook_url
    return RunFacts(
        endpoint=execution.monitor.endpoint,
        schedule=execution.monitor.schedule,
        kind=execution.monitor.kind,
        scheduled=execution.scheduled,
        window=execution.window,
        places=places,
        model=execution.monitor.model,
    )
