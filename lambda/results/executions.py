"""Runs of a monitor: what came of them, which hours they looked at, where their report lies.

Sources: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListMonitoringExecutions.html for the states,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-outputs.html for the exit message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from results.monitor import Monitor
from run_report.job import tells_of_no_data, window_of
from shared.s3 import S3Uri

Job = dict[str, Any]

MERGE_JOB = "groundtruth-merge-"
"""How the names of the jobs begin that give labels to captured records, before the job that analyses them."""
_HOUR = timedelta(hours=1)


class Outcome(Enum):
    """What came of a run, in the words of our event: those of SageMaker, and `NoData`."""

    CLEAN = "Completed"
    VIOLATIONS = "CompletedWithViolations"
    FAILED = "Failed"
    STOPPED = "Stopped"
    NO_DATA = "NoData"

    @property
    def has_report(self) -> bool:
        """Whether a run of this outcome has analysed its traffic."""
        return self in (Outcome.CLEAN, Outcome.VIOLATIONS)

    @property
    def is_trouble(self) -> bool:
        """Whether people get a message."""
        return self in (Outcome.VIOLATIONS, Outcome.FAILED, Outcome.STOPPED)


def outcome_of(status: str, *reasons: str | None) -> Outcome | None:
    """Return the outcome of a run or of its job, or None for a status that is not an end.

    Args:
        status: Of the run or the job.
        *reasons: Its failure reason, and what the analyzer said. A window without traffic ends as `Failed` with the
            reason "Job inputs had no data".
    """
    try:
        outcome = Outcome(status)
    except ValueError:
        return None
    has_no_data = any(tells_of_no_data(reason or "") for reason in reasons)
    return Outcome.NO_DATA if outcome is Outcome.FAILED and has_no_data else outcome


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
        if not isinstance(started, datetime) or not isinstance(ended, datetime) or limit is None:
            return True
        return bool(ended - started < timedelta(seconds=limit))

    @property
    def stop_reason(self) -> str | None:
        """Why the run was stopped, as far as its job tells."""
        if self.outcome is not Outcome.STOPPED or self.job is None:
            return None
        if self.was_interrupted:
            return "the processing job was stopped, by a person or by a deployment that changed the monitor"
        return "the processing job ran longer than its limit (MaxRuntimeInSeconds) and was stopped"

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
        is_merge = self.job["ProcessingJobName"].startswith(MERGE_JOB)
        return not is_merge or self.job["ProcessingJobStatus"] == "Completed"

    @property
    def _window_of_job(self) -> tuple[datetime, datetime] | None:
        return window_of(self.job) if self.job else None

    @property
    def report_folders(self) -> tuple[S3Uri, ...]:
        """Where the report may lie, the likeliest place first.

        The job's own output is where the SageMaker Python SDK looks; the dated folder is where runs are documented to
        put it.
        """
        outputs = self.job.get("ProcessingOutputConfig", {}).get("Outputs", []) if self.job else []
        written = [S3Uri.parse(output["S3Output"]["S3Uri"]) for output in outputs if "S3Output" in output]
        reports = self.monitor.reports / self.monitor.endpoint if self.monitor.endpoint else self.monitor.reports
        dated = reports / self.monitor.name / f"{self.scheduled:%Y/%m/%d/%H}"
        return tuple(dict.fromkeys([*written, dated]))
