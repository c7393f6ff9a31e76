"""Executions of schedules: each is one record and, when there are data, one processing job."""

import itertools
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox import clock, seams
from sandbox.sagemaker import hosting, processing_jobs, state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.jobs.transfer import describe
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.monitoring import plan, window
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.state import Document

_UNFINISHED = ("Pending", "InProgress", "Stopping")
_WITH_VIOLATIONS = "CompletedWithViolations"
_FAILURE_REASON_LENGTH = 1024

_executions: seams.ScopedStore[Document] = seams.ScopedStore()
_numbers = itertools.count()


@operation("ListMonitoringExecutions")
def list_monitoring_executions(request: Request) -> dict[str, Any]:
    """Summaries of executions, of deleted schedules too."""
    return page(
        [_row(execution) for execution in _executions.values()],
        request.body,
        result="MonitoringExecutionSummaries",
        equal={
            "MonitoringScheduleName": "MonitoringScheduleName",
            "EndpointName": "EndpointName",
            "StatusEquals": "MonitoringExecutionStatus",
            "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
            "MonitoringTypeEquals": "MonitoringType",
        },
        sort_keys={
            "CreationTime": "CreationTime",
            "ScheduledTime": "ScheduledTime",
            "Status": "MonitoringExecutionStatus",
        },
    )


def run(schedule: Document, job: MonitoringJob, scheduled: float) -> None:
    """Start the execution of a schedule for a time (epoch seconds). Returns once its job is queued, or it failed."""
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
    try:
        _start(schedule, job, execution)
    except plan.CannotRunError as error:
        _fail(execution, str(error))
    except (ClientError, BotoCoreError) as error:
        _fail(execution, f"ClientError: could not look for captured data: {describe(error)}")
    except Exception as error:
        # Left Pending, the execution would forbid every change of its schedule for good.
        _fail(execution, f"InternalServerError: {error!r}")
        raise


def running_of(schedule_name: str) -> list[Document]:
    """The executions of a schedule that have not ended."""
    return [row for row in _rows_of(schedule_name) if row["MonitoringExecutionStatus"] in _UNFINISHED]


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
    request = plan.processing_job(schedule, job, moment, span)
    with state.LOCK:  # the job may end before this thread has noted its ARN
        started = processing_jobs.start(
            request,
            lambda finished: _finish(execution, finished),
            MonitoringScheduleArn=schedule["MonitoringScheduleArn"],
        )
        state.touch(execution, MonitoringExecutionStatus="InProgress", ProcessingJobArn=started["ProcessingJobArn"])


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


def _finish(execution: Document, job: Document) -> None:
    status = job["ProcessingJobStatus"]
    if status == "Completed" and job.get("ExitMessage", "").startswith(_WITH_VIOLATIONS):
        status = _WITH_VIOLATIONS
    reason = {"FailureReason": job["FailureReason"]} if "FailureReason" in job else {}
    state.touch(execution, MonitoringExecutionStatus=status, **reason)


def _fail(execution: Document, reason: str) -> None:
    state.touch(execution, MonitoringExecutionStatus="Failed", FailureReason=reason[:_FAILURE_REASON_LENGTH])
