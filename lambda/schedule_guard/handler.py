"""Handlers of `Custom::MonitoringScheduleGuard` behind the CDK Provider framework.

SageMaker refuses to change or to delete a monitoring schedule while one of its runs is in flight, and CloudFormation
gives up at once. The guard is asked first: it ends the run and waits. Before a deletion it stops the schedule, too.
Before a change it does not: if the rest of the stack then failed, nobody would start the schedule again, and monitoring
would be off without a word.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from shared import schedules
from shared.console import Console
from shared.logs import log
from shared.waiting import deadline, is_over, unless_busy

Event = Mapping[str, Any]
Result = dict[str, Any]

# A schedule that is told to stop does so within seconds; the next poll comes much later.
_SETTLE_STEPS = 5
_SETTLE_SECONDS = 0.5


class GuardError(Exception):
    """A schedule cannot be changed or deleted now; the text names what is in the way."""


def on_event(event: Event, _context: object) -> Result:
    """Do the first step towards rest.

    Args:
        event: The request of CloudFormation; properties `ScheduleName`, `Revision` (whose change is what makes
            CloudFormation call) and optionally `MaxWaitInSeconds`.

    Returns:
        The physical id, and the deadline that `is_complete` goes by.
    """
    name = _schedule_name(event)
    log("request", type=event["RequestType"], schedule=name, request=event["RequestId"])
    unless_busy(lambda: _step(event))
    # A guard of another schedule is another guard.
    physical_id = event["PhysicalResourceId"] if _is_delete(event) else f"{name}-guard"
    return {"PhysicalResourceId": physical_id, "Deadline": deadline(event["ResourceProperties"])}


def is_complete(event: Event, _context: object) -> Result:
    """Go on until no run is in flight.

    Args:
        event: The request together with what `on_event` returned.

    Raises:
        GuardError: It takes too long; the text names the run and its job.
    """
    for step in range(_SETTLE_STEPS):
        if step:
            time.sleep(_SETTLE_SECONDS)
        if unless_busy(lambda: _step(event)):
            log("schedule at rest", schedule=_schedule_name(event))
            return {"IsComplete": True}
    if is_over(event["Deadline"]):
        raise GuardError(_in_the_way(event))
    return {"IsComplete": False}


def _step(event: Event) -> bool:
    """Do what can be done now; return whether the schedule may be changed or deleted."""
    name = _schedule_name(event)
    # SageMaker keeps a job definition for as long as any schedule refers to it, those of one-time runs included.
    one_time_runs = schedules.one_time_runs(name)
    for run in one_time_runs:
        _stop_executions(run)
        schedules.delete(run)
    return _is_at_rest(name, deleting=_is_delete(event)) and not one_time_runs


def _is_at_rest(name: str, *, deleting: bool) -> bool:
    schedule = schedules.describe(name)
    if schedule is None:
        return True
    status = schedule["MonitoringScheduleStatus"]
    if status == "Pending":
        return False
    if status == "Scheduled" and deleting:
        schedules.stop(name)
        return False
    return _stop_executions(name)


def _stop_executions(name: str) -> bool:
    """Stop the jobs of all runs in flight; return whether there was none."""
    in_flight = schedules.executions_in_flight(name)
    for execution in in_flight:
        schedules.stop_job(execution)
    return not in_flight


def _in_the_way(event: Event) -> str:
    name = _schedule_name(event)
    names = [name, *schedules.one_time_runs(name)]
    verb = "deleted" if _is_delete(event) else "changed"
    in_flight = [execution for item in names for execution in schedules.executions_in_flight(item)]
    if not in_flight:
        schedule = schedules.describe(name)
        status = schedule["MonitoringScheduleStatus"] if schedule else "deleted"
        return f"schedule {name} cannot be {verb}: it is still {status}; try again in some minutes"
    execution = in_flight[0]
    text = (
        f"schedule {name} cannot be {verb}: its run of {execution['ScheduledTime']:%Y-%m-%d %H:%M} UTC is still "
        f"{execution['MonitoringExecutionStatus']}"
    )
    job = schedules.job_name(execution)
    if job is None:
        return f"{text} and has no processing job yet that could be stopped; try again when it has ended"
    where = Console.of_arn(execution["ProcessingJobArn"]).processing_job(job)
    return f"{text}; stop its processing job {job} and try again: {where}"


def _is_delete(event: Event) -> bool:
    return bool(event["RequestType"] == "Delete")


def _schedule_name(event: Event) -> str:
    name = event["ResourceProperties"].get("ScheduleName")
    if not isinstance(name, str) or not name:
        raise GuardError(f"ScheduleName: got {name!r}, expected the name of a monitoring schedule")
    return name
