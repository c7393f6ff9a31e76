"""Runs of a monitor: what came of them, which hours they looked at, where their report lies.

Sources: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListMonitoringExecutions.html for the states,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-outputs.html for the exit message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from results.settings import Monitor, Settings
from shared import clients, processing_jobs
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef as Summary

Job = dict[str, Any]

_JOB_NAME_TIME = re.compile(r"-(\d{12})-[0-9a-f]+$")
_HOUR = timedelta(hours=1)
_MERGE_JOB = "groundtruth-merge-"
_VIOLATIONS = "CompletedWithViolations"
_NO_DATA = "no data"
_ENDED = ("Completed", _VIOLATIONS, "Failed", "Stopped")
_MAX_STREAK = 100


class Outcome(Enum):
    """What came of a run."""

    CLEAN = "clean"
    VIOLATIONS = "violations"
    FAILED = "failed"
    NO_DATA = "no data"


@dataclass(frozen=True)
class Execution:
    """A run that has ended. `job` is its processing job's description, None where there was none."""

    monitor: Monitor
    scheduled: datetime
    outcome: Outcome
    failure_reason: str | None
    job: Job | None

    @property
    def job_name(self) -> str | None:
        """Name of the processing job."""
        return self.job["ProcessingJobName"] if self.job else None

    @property
    def exit_message(self) -> str | None:
        """What the analyzer said at its end."""
        return self.job.get("ExitMessage") if self.job else None

    @property
    def was_interrupted(self) -> bool:
        """Whether the job was stopped before its time was over: by a person, or by a deployment of the monitor."""
        if self.job is None or self.job["ProcessingJobStatus"] != "Stopped":
            return False
        started, ended = self.job.get("ProcessingStartTime"), self.job.get("ProcessingEndTime")
        limit = self.job.get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
        if started is None or ended is None or limit is None:
            return True
        return bool(ended - started < timedelta(seconds=limit))

    @property
    def window(self) -> tuple[datetime, datetime]:
        """Beginning and end of the traffic that was looked at (UTC)."""
        return self._window_of_job or (self.scheduled - _HOUR, self.scheduled)

    @property
    def whole_hours(self) -> tuple[datetime, ...]:
        """Beginnings of the hours (UTC) that lie in the window as a whole; none if the job does not tell its window."""
        if self._window_of_job is None:
            return ()
        start, end = self._window_of_job
        first = start.replace(minute=0, second=0, microsecond=0)
        if first < start:
            first += _HOUR
        return tuple(first + number * _HOUR for number in range((end - first) // _HOUR))

    @property
    def has_merged(self) -> bool:
        """Whether captured records were given their labels, by this job or by the one before it."""
        if self.job is None:
            return False
        is_merge = self.job["ProcessingJobName"].startswith(_MERGE_JOB)
        return not is_merge or self.job["ProcessingJobStatus"] == "Completed"

    @property
    def _window_of_job(self) -> tuple[datetime, datetime] | None:
        environment = self.job.get("Environment", {}) if self.job else {}
        try:
            return _utc(environment["start_time"]), _utc(environment["end_time"])
        except (KeyError, ValueError):
            return None

    @property
    def report_folders(self) -> tuple[S3Uri, ...]:
        """Where the report may lie, the likeliest place first.

        The job's own output is where the SageMaker Python SDK looks; the dated folder is where runs are documented to
        put it.
        """
        outputs = self.job.get("ProcessingOutputConfig", {}).get("Outputs", []) if self.job else []
        written = [S3Uri.parse(output["S3Output"]["S3Uri"]) for output in outputs if "S3Output" in output]
        reports = self.monitor.reports / self.monitor.endpoint if self.monitor.endpoint else self.monitor.reports
        dated = reports / self.monitor.schedule / f"{self.scheduled:%Y/%m/%d/%H}"
        return tuple(dict.fromkeys([*written, dated]))


def of_event(event: dict[str, Any], settings: Settings) -> Execution | None:
    """Return the run whose job a `SageMaker Processing Job State Change` event tells of.

    Returns:
        None for a job that has not ended, is not of our monitors, or only merges labels with captures: if the merge
        went well its run goes on with another job, and a run that ends with it is found by the sweep.
    """
    detail = event.get("detail", {})
    name = detail.get("ProcessingJobName", "")
    if detail.get("ProcessingJobStatus") not in ("Completed", "Failed", "Stopped") or name.startswith(_MERGE_JOB):
        return None
    schedule_arn = detail.get("MonitoringScheduleArn")
    # Whether the event always carries the schedule is not documented.
    job = None if schedule_arn else _describe_job(name)
    schedule_arn = schedule_arn or (job or {}).get("MonitoringScheduleArn")
    monitor = settings.monitor_of(schedule_arn) if schedule_arn else None
    if monitor is None:
        return None
    # The description has what events lack (environment, output); the event is the newer of the two.
    ended = {key: detail[key] for key in ("ProcessingJobStatus", "ExitMessage", "FailureReason") if key in detail}
    job = {**(job or _describe_job(name) or detail), **ended}
    return Execution(
        monitor=monitor,
        scheduled=_time_in_name(name) or _looked_up_time(monitor, job),
        outcome=_outcome_of_job(job),
        failure_reason=job.get("FailureReason"),
        job=job,
    )


def ended_since(monitor: Monitor, start: datetime) -> list[Summary]:
    """Return the runs that were scheduled after a time and have ended, the oldest first."""
    pages = clients.sagemaker().get_paginator("list_monitoring_executions")
    summaries = [
        summary
        for page in pages.paginate(MonitoringScheduleName=monitor.schedule, ScheduledTimeAfter=start)
        for summary in page["MonitoringExecutionSummaries"]
        if summary["MonitoringExecutionStatus"] in _ENDED
    ]
    return sorted(summaries, key=lambda summary: summary["ScheduledTime"])


def outcome_of(summary: Summary) -> Outcome:
    """Return what came of a listed run."""
    status = summary["MonitoringExecutionStatus"]
    if status == "Completed":
        return Outcome.CLEAN
    if status == _VIOLATIONS:
        return Outcome.VIOLATIONS
    # A window without traffic ends as "Failed" with the reason "Job inputs had no data" and without a job.
    return Outcome.NO_DATA if _NO_DATA in summary.get("FailureReason", "").lower() else Outcome.FAILED


def scheduled_time(summary: Summary) -> datetime:
    """Return the nominal time of a listed run, which tells the runs of a schedule apart (UTC).

    It is taken from the job's name where there is one, as for events: both ways must find the same run.
    """
    name = summary.get("ProcessingJobArn", "").rpartition("/")[2]
    return _time_in_name(name) or summary["ScheduledTime"].astimezone(UTC)


def of_summary(monitor: Monitor, summary: Summary) -> Execution:
    """Return a listed run with its job."""
    arn = summary.get("ProcessingJobArn")
    return Execution(
        monitor=monitor,
        scheduled=scheduled_time(summary),
        outcome=outcome_of(summary),
        failure_reason=summary.get("FailureReason"),
        job=_describe_job(arn.rpartition("/")[2]) if arn else None,
    )


@dataclass(frozen=True)
class Streak:
    """Runs with violations in a row, the latest included; runs that failed or had no data do not end it."""

    since: datetime
    runs: int
    is_cut: bool


def streak(execution: Execution) -> Streak:
    """Return since when a monitor has been reporting violations, looking back over its last 100 runs."""
    summaries = clients.sagemaker().list_monitoring_executions(
        MonitoringScheduleName=execution.monitor.schedule,
        ScheduledTimeBefore=execution.scheduled,
        SortBy="ScheduledTime",
        SortOrder="Descending",
        MaxResults=_MAX_STREAK,
    )["MonitoringExecutionSummaries"]
    since, runs = execution.scheduled, 1
    for summary in sorted(summaries, key=lambda item: item["ScheduledTime"], reverse=True):
        scheduled = scheduled_time(summary)
        if scheduled >= execution.scheduled:
            continue
        outcome = outcome_of(summary)
        if summary["MonitoringExecutionStatus"] in _ENDED and outcome is Outcome.CLEAN:
            return Streak(since, runs, is_cut=False)
        if outcome is Outcome.VIOLATIONS:
            since, runs = scheduled, runs + 1
    return Streak(since, runs, is_cut=len(summaries) >= _MAX_STREAK)


def _describe_job(name: str) -> Job | None:
    job = processing_jobs.describe(name)
    return dict(job) if job else None


def _outcome_of_job(job: Job) -> Outcome:
    if job["ProcessingJobStatus"] != "Completed":
        return Outcome.FAILED
    return Outcome.VIOLATIONS if job.get("ExitMessage", "").startswith(_VIOLATIONS) else Outcome.CLEAN


def _time_in_name(job_name: str) -> datetime | None:
    match = _JOB_NAME_TIME.search(job_name)
    return datetime.strptime(match[1], "%Y%m%d%H%M").replace(tzinfo=UTC) if match else None


def _looked_up_time(monitor: Monitor, job: Job) -> datetime:
    """Return the nominal time of a job's run from the list of runs."""
    summaries = clients.sagemaker().list_monitoring_executions(
        MonitoringScheduleName=monitor.schedule, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=_MAX_STREAK
    )["MonitoringExecutionSummaries"]
    for summary in summaries:
        if summary.get("ProcessingJobArn") == job["ProcessingJobArn"]:
            return summary["ScheduledTime"].astimezone(UTC)
    raise LookupError(
        f"the run of job {job['ProcessingJobName']} is not among the latest of schedule {monitor.schedule} yet"
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
