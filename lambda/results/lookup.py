"""Finding runs: the one that an event calls to look at, and those that SageMaker lists.

AWS's own example of a `SageMaker Processing Job State Change` event
(https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html) shows neither the schedule
nor the exit message, and one change may bring several events. So nothing but the name and the status of the job is
taken for granted; the rest is looked up in the description of the job, then in the list of runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from results.executions import MERGE_JOB, Execution, Job, Outcome, outcome_of
from results.monitor import Monitor
from results.registry import Registry
from run_report.job import time_in_name
from shared import clients, processing_jobs

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef as Summary

_ENDED_JOB = ("Completed", "Failed", "Stopped")
_PAGE = 100
_SCHEDULE_VARIABLE = "sagemaker_monitoring_schedule_name"
# A job begins up to 20 minutes after the nominal time of its run, and a second one when the first has ended.
_LOOK_BACK = timedelta(days=1)


class NotListedError(LookupError):
    """A run is not, or not as ended, in SageMaker's list yet. Lambda's retry or the next sweep finds it."""


def of_event(event: dict[str, Any], registry: Registry) -> Execution | None:
    """Return the run whose job an event tells of.

    Returns:
        None for a job that has not ended, is not of our monitors, or only merges labels with captures: if the merge
        went well its run goes on with another job, and a run that ends with it is found by the sweep.

    Raises:
        NotListedError: What the job does not tell is not in the list of runs yet.
    """
    detail = event.get("detail") or {}
    name, status = detail.get("ProcessingJobName") or "", detail.get("ProcessingJobStatus")
    if not name or status not in _ENDED_JOB or name.startswith(MERGE_JOB):
        return None
    schedule = detail.get("MonitoringScheduleArn")
    if schedule and registry.find(schedule) is None:
        return None
    described = _describe_job(name) or {}
    schedule = schedule or _schedule_of(name, described)
    monitor = registry.find(schedule) if schedule else None
    if monitor is None:
        return None
    # The description has what events lack (environment, output); the event is the newer of the two.
    told = {key: detail[key] for key in ("ExitMessage", "FailureReason") if detail.get(key)}
    job = {**described, **told, "ProcessingJobName": name, "ProcessingJobStatus": status}
    return Execution(
        monitor=monitor,
        scheduled=time_in_name(name) or _listed(monitor, name)["ScheduledTime"].astimezone(UTC),
        outcome=_outcome_of_job(monitor, job),
        failure_reason=job.get("FailureReason"),
        job=job,
    )


def ended_since(monitor: Monitor, start: datetime) -> list[Summary]:
    """Return the runs that were scheduled at a time or later and have ended, the oldest first."""
    pages = clients.sagemaker().get_paginator("list_monitoring_executions")
    summaries = [
        summary
        for page in pages.paginate(
            MonitoringScheduleName=monitor.name,
            # The API leaves runs at this very time out.
            ScheduledTimeAfter=start - timedelta(seconds=1),
            PaginationConfig={"PageSize": _PAGE},
        )
        for summary in page["MonitoringExecutionSummaries"]
        if outcome_of_summary(summary) and scheduled_time(summary) >= start
    ]
    return sorted(summaries, key=lambda summary: summary["ScheduledTime"])


def outcome_of_summary(summary: Summary) -> Outcome | None:
    """Return what came of a listed run, or None if it has not ended."""
    return outcome_of(summary["MonitoringExecutionStatus"], summary.get("FailureReason"))


def scheduled_time(summary: Summary) -> datetime:
    """Return the nominal time of a listed run, which tells the runs of a schedule apart (UTC).

    It is taken from the job's name where there is one, as for events: both ways must find the same run.
    """
    return time_in_name(_job_name(summary)) or summary["ScheduledTime"].astimezone(UTC)


def of_summary(monitor: Monitor, summary: Summary) -> Execution:
    """Return a listed run with its job."""
    status, reason, name = summary["MonitoringExecutionStatus"], summary.get("FailureReason"), _job_name(summary)
    job = _describe_job(name) if name else None
    outcome = outcome_of(status, reason, (job or {}).get("ExitMessage"))
    if outcome is None:
        raise ValueError(f"got a run that is {status}, expected one that has ended")
    return Execution(
        monitor=monitor, scheduled=scheduled_time(summary), outcome=outcome, failure_reason=reason, job=job
    )


@dataclass(frozen=True)
class Streak:
    """Runs with violations in a row, the latest included; runs that failed or had no data do not end it."""

    since: datetime
    runs: int
    is_cut: bool


def streak(execution: Execution) -> Streak:
    """Return since when a monitor has been reporting violations, looking back over its last 100 runs."""
    summaries = _latest(execution.monitor, before=execution.scheduled)
    since, runs = execution.scheduled, 1
    for summary in sorted(summaries, key=lambda item: item["ScheduledTime"], reverse=True):
        scheduled = scheduled_time(summary)
        if scheduled >= execution.scheduled:
            continue
        outcome = outcome_of_summary(summary)
        if outcome is Outcome.CLEAN:
            return Streak(since, runs, is_cut=False)
        if outcome is Outcome.VIOLATIONS:
            since, runs = scheduled, runs + 1
    return Streak(since, runs, is_cut=len(summaries) >= _PAGE)


def _schedule_of(name: str, job: Job) -> str | None:
    """Return name or ARN of the schedule that has started a job, or None if none has."""
    told = job.get("MonitoringScheduleArn") or job.get("Environment", {}).get(_SCHEDULE_VARIABLE)
    if told:
        return str(told)
    scheduled = time_in_name(name)
    start = scheduled - timedelta(seconds=1) if scheduled else datetime.now(UTC) - _LOOK_BACK
    end: dict[str, Any] = {"ScheduledTimeBefore": scheduled + timedelta(minutes=1)} if scheduled else {}
    pages = clients.sagemaker().get_paginator("list_monitoring_executions")
    for page in pages.paginate(ScheduledTimeAfter=start, PaginationConfig={"PageSize": _PAGE}, **end):
        for summary in page["MonitoringExecutionSummaries"]:
            if _job_name(summary) == name:
                return summary["MonitoringScheduleName"]
    return None


def _outcome_of_job(monitor: Monitor, job: Job) -> Outcome:
    """Return the outcome of a job that has ended; with or without violations, its status is `Completed`."""
    outcome = outcome_of(job["ProcessingJobStatus"], job.get("FailureReason"), job.get("ExitMessage"))
    if outcome is None or outcome is Outcome.CLEAN:
        message = job.get("ExitMessage") or ""
        if message.startswith(Outcome.VIOLATIONS.value):
            return Outcome.VIOLATIONS
        if message.startswith(Outcome.CLEAN.value):
            return Outcome.CLEAN
        outcome = outcome_of_summary(_listed(monitor, job["ProcessingJobName"]))
        if outcome is None:
            raise NotListedError(
                f"job {job['ProcessingJobName']} has ended without a known exit message, and its run of schedule "
                f"{monitor.name} is not listed as ended yet"
            )
    return outcome


def _listed(monitor: Monitor, job_name: str) -> Summary:
    """Return a job's run as SageMaker lists it."""
    for summary in _latest(monitor):
        if _job_name(summary) == job_name:
            return summary
    raise NotListedError(f"the run of job {job_name} is not among the latest of schedule {monitor.name} yet")


def _latest(monitor: Monitor, *, before: datetime | None = None) -> list[Summary]:
    end: dict[str, Any] = {"ScheduledTimeBefore": before} if before else {}
    listed = clients.sagemaker().list_monitoring_executions(
        MonitoringScheduleName=monitor.name, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=_PAGE, **end
    )
    return listed["MonitoringExecutionSummaries"]


def _job_name(summary: Summary) -> str:
    return summary.get("ProcessingJobArn", "").rpartition("/")[2]


def _describe_job(name: str) -> Job | None:
    job = processing_jobs.describe(name)
    return dict(job) if job else None
