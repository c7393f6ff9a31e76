"""Executions of schedules: each is one record and, when there are data, one processing job or two in turn."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox import seams
from sandbox.errors import AwsError
from sandbox.process import clock
from sandbox.sagemaker import hosting, processing_jobs, state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.monitoring import baselining, plan, window
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.occasion import CannotRunError, Occasion
from sandbox.sagemaker.s3_objects import describe
from sandbox.sagemaker.state import Document

_UNFINISHED = ("Pending", "InProgress", "Stopping")
WITH_VIOLATIONS = "CompletedWithViolations"
"""Status of an execution, and what the ExitMessage of its job begins with."""
_FAILURE_REASON_LENGTH = 1024

_Then = Callable[[Occasion, Document, Document], None]
"""What follows a job's end: told of the occasion, the execution and the job."""

_executions: seams.ScopedStore[Document] = seams.ScopedStore()
_numbers = itertools.count()


@operation("ListMonitoringExecutions")
def list_monitoring_executions(request: Request) -> dict[str, Any]:
    """Summaries of executions, of deleted schedules too."""
    rows = [_row(execution) for execution in _executions.values()]
    return page("ListMonitoringExecutions", rows, request.body)


def run(schedule: Document, job: MonitoringJob, scheduled: float) -> None:
    """Start the execution of a schedule for a time (epoch seconds). Returns once its job is queued, or it failed.

    A monitor that names only its baselining job waits for that job first.
    """
    execution: Document = {
        "MonitoringScheduleName": schedule["MonitoringScheduleName"],
        "ScheduledTime": scheduled,
        "CreationTime": clock.time(),
        "LastModifiedTime": clock.time(),
        "MonitoringExecutionStatus": "Pending",
        "EndpointName": job.endpoint_name,
        "MonitoringJobDefinitionName": schedule["MonitoringScheduleConfig"].get("MonitoringJobDefinitionName"),
        "MonitoringType": job.monitoring_type,
    }
    _executions[f"{next(_numbers):09d}"] = execution
    with _failing(execution):
        _start(schedule, job, execution)


def running_of(schedule_name: str) -> list[Document]:
    """The executions of a schedule that have not ended."""
    return [row for row in _rows_of(schedule_name) if row["MonitoringExecutionStatus"] in _UNFINISHED]


def ended_of(schedule_name: str) -> list[Document]:
    """The executions of a schedule that have ended, oldest first."""
    ended = [row for row in _rows_of(schedule_name) if row["MonitoringExecutionStatus"] not in _UNFINISHED]
    return sorted(ended, key=lambda row: float(row["ScheduledTime"]))


def last_of(schedule_name: str) -> Document | None:
    """The latest execution of a schedule."""
    return max(_rows_of(schedule_name), key=lambda row: row["ScheduledTime"], default=None)


def reset() -> None:
    """Forget every execution of every account and region."""
    _executions.reset()


def _start(schedule: Document, job: MonitoringJob, execution: Document) -> None:
    moment = datetime.fromtimestamp(execution["ScheduledTime"], UTC)
    hosting.flush()
    span = window.of(schedule["MonitoringScheduleConfig"]["ScheduleConfig"], moment)
    occasion = Occasion(schedule, baselining.resolved(job), moment, span.earlier(job.data))
    request = plan.first_job(occasion)
    _queue(occasion, execution, request, _analyse if job.needs_labels else _finish)


def _analyse(occasion: Occasion, execution: Document, merge: Document) -> None:
    """Go on after the merge job: with the analysis, or not at all when there is nothing to analyse."""
    if merge["ProcessingJobStatus"] != "Completed":
        _finish(occasion, execution, merge)
        return
    with _failing(execution):
        _queue(occasion, execution, plan.job_after_merge(occasion), _finish)


def _queue(occasion: Occasion, execution: Document, request: Document, then: _Then) -> None:
    with state.LOCK:  # the job may end before this thread has noted its ARN
        started = processing_jobs.start(
            request,
            lambda finished: then(occasion, execution, finished),
            MonitoringScheduleArn=occasion.schedule["MonitoringScheduleArn"],
        )
        state.touch(execution, MonitoringExecutionStatus="InProgress", ProcessingJobArn=started["ProcessingJobArn"])


@contextmanager
def _failing(execution: Document) -> Iterator[None]:
    """Whatever goes wrong in the block fails the execution: left unfinished, it would protect its schedule for good."""
    try:
        yield
    except CannotRunError as error:
        _fail(execution, str(error))
    except (ClientError, BotoCoreError) as error:
        _fail(execution, f"ClientError: could not look for the data: {describe(error)}")
    except AwsError as error:
        _fail(execution, f"ClientError: {error.message}")
    except Exception as error:
        _fail(execution, f"InternalServerError: {error!r}")
        raise


def _rows_of(schedule_name: str) -> list[Document]:
    return [_row(item) for item in _executions.values() if item["MonitoringScheduleName"] == schedule_name]


def _row(execution: Document) -> Document:
    """MonitoringExecutionSummary; a job that is being stopped shows in it."""
    row = {name: value for name, value in execution.items() if value is not None}
    if row["MonitoringExecutionStatus"] == "InProgress":
        found = state.find_arn(row["ProcessingJobArn"])
        if found is not None and found[1]["ProcessingJobStatus"] == "Stopping":
            row["MonitoringExecutionStatus"] = "Stopping"
    return row


def _finish(_occasion: Occasion, execution: Document, job: Document) -> None:
    status = job["ProcessingJobStatus"]
    if status == "Completed" and job.get("ExitMessage", "").startswith(WITH_VIOLATIONS):
        status = WITH_VIOLATIONS
    reason = {"FailureReason": job["FailureReason"]} if "FailureReason" in job else {}
    state.touch(execution, MonitoringExecutionStatus=status, **reason)


def _fail(execution: Document, reason: str) -> None:
    state.touch(execution, MonitoringExecutionStatus="Failed", FailureReason=reason[:_FAILURE_REASON_LENGTH])
