"""Monitoring schedules: their state, the runs in flight, and one-time runs.

A schedule that is Pending can be neither changed nor deleted, nor can one while a run is Pending, InProgress or
Stopping (https://github.com/aws-controllers-k8s/sagemaker-controller, monitoring_schedule hooks).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared import clients, errors, processing_jobs
from shared.logs import log

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import (
        DescribeMonitoringScheduleResponseTypeDef as Schedule,
        MonitoringExecutionSummaryTypeDef as Execution,
    )

_IN_FLIGHT = ("Pending", "InProgress", "Stopping")
_ONE_TIME = re.compile(r"-run-\d{14}$")
# With "-run-" and the time that makes 63, the most that a name may have.
_MAX_BASE = 44
# What generated names end with, and what alone tells the monitors of a stack with a long name apart.
_HASH_LENGTH = 8


def describe(name: str) -> Schedule | None:
    """Return a schedule, or None when there is none of this name."""
    try:
        return clients.sagemaker().describe_monitoring_schedule(MonitoringScheduleName=name)
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def stop(name: str) -> None:
    """Ask a schedule to start no more runs."""
    clients.sagemaker().stop_monitoring_schedule(MonitoringScheduleName=name)
    log("schedule asked to stop", schedule=name)


def start(name: str) -> None:
    """Ask a stopped schedule to go on."""
    clients.sagemaker().start_monitoring_schedule(MonitoringScheduleName=name)
    log("schedule asked to start", schedule=name)


def executions(name: str) -> list[Execution]:
    """Return the last hundred runs, the newest first."""
    listed = clients.sagemaker().list_monitoring_executions(MonitoringScheduleName=name, MaxResults=100)
    return listed["MonitoringExecutionSummaries"]


def executions_in_flight(name: str) -> list[Execution]:
    """Return the runs that have not ended; they are always among the newest."""
    return [execution for execution in executions(name) if execution["MonitoringExecutionStatus"] in _IN_FLIGHT]


def ends_of_runs(name: str) -> list[float]:
    """Return when the last runs ended, in seconds since 1970."""
    return [
        execution["LastModifiedTime"].timestamp()
        for execution in executions(name)
        if execution["MonitoringExecutionStatus"] not in _IN_FLIGHT
    ]


def job_name(execution: Execution) -> str | None:
    """Return the name of a run's processing job, or None while it has none."""
    return execution.get("ProcessingJobArn", "").rpartition("/")[2] or None


def stop_job(execution: Execution) -> None:
    """Ask the job of a run to stop; one that has none yet, or has just ended, is fine."""
    name = job_name(execution)
    if name is not None and execution["MonitoringExecutionStatus"] != "Stopping":
        processing_jobs.stop(name)


def one_time_prefix(name: str) -> str:
    """Return how the names of a schedule's one-time runs begin; long names are cut in front of their hash."""
    if len(name) <= _MAX_BASE:
        return f"{name}-run-"
    readable = name[: _MAX_BASE - _HASH_LENGTH - 1].rstrip("-")
    return f"{readable}-{name[-_HASH_LENGTH:]}-run-"


def one_time_name(name: str, now: datetime) -> str:
    """Return the name of the schedule that does a single run in place of another one.

    Example:
        >>> one_time_name("credit-data-quality", datetime(2026, 11, 21, 3, 0, 7))
        'credit-data-quality-run-20261121030007'
    """
    return f"{one_time_prefix(name)}{now:%Y%m%d%H%M%S}"


def is_one_time_run_of(name: str, schedule: str) -> bool:
    """Say whether a name is that of a one-time run of a schedule; case does not matter."""
    return bool(_ONE_TIME.search(name)) and name.lower().startswith(one_time_prefix(schedule).lower())


def one_time_runs(name: str) -> list[str]:
    """Return the names of a schedule's one-time runs; SageMaker lists them until somebody deletes them."""
    pages = clients.sagemaker().get_paginator("list_monitoring_schedules")
    return [
        summary["MonitoringScheduleName"]
        for page in pages.paginate(NameContains=one_time_prefix(name))
        for summary in page["MonitoringScheduleSummaries"]
        if is_one_time_run_of(summary["MonitoringScheduleName"], name)
    ]


def delete(name: str) -> None:
    """Delete a schedule; one that is gone, or that SageMaker will not let go yet, is fine."""
    try:
        clients.sagemaker().delete_monitoring_schedule(MonitoringScheduleName=name)
    except ClientError as error:
        if not errors.is_missing(error) and errors.code(error) != "ValidationException":
            raise
        return
    log("schedule deleted", schedule=name)
