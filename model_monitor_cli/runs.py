"""Runs of a monitor, in the words of the results function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from results import lookup
from results.executions import Execution, Outcome, outcome_of
from results.monitor import Monitor as Entry
from results.report import Report, read_report
from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

IN_FLIGHT = ("Pending", "InProgress", "Stopping")
_PAGE = 100


@dataclass(frozen=True)
class Run:
    """A run of a monitor.

    Attributes:
        scheduled: Its nominal time.
        status: What SageMaker says.
        outcome: What came of it; None while it is under way.
        reason: Why it failed, in SageMaker's words.
        ended: When it was last touched.
        summary: As SageMaker lists it.
    """

    scheduled: datetime
    status: str
    outcome: Outcome | None
    reason: str
    ended: datetime
    summary: Mapping[str, Any]

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> Run:
        """Read a run from SageMaker's list."""
        status, reason = summary["MonitoringExecutionStatus"], summary.get("FailureReason", "")
        return cls(
            scheduled=lookup.scheduled_time(summary),  # type: ignore[arg-type]  # a mapping is all that it needs
            status=status,
            outcome=outcome_of(status, reason),
            reason=reason,
            ended=summary["LastModifiedTime"],
            summary=summary,
        )

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status not in IN_FLIGHT


def runs_of(context: Context, schedule: str, *, most: int = _PAGE) -> list[Run]:
    """Return the last runs of a schedule, the newest first; none for a schedule that does not exist."""
    try:
        listed = context.sagemaker.list_monitoring_executions(
            MonitoringScheduleName=schedule, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=most
        )
    except ClientError as error:
        if errors.is_missing(error):
            return []
        raise
    return [Run.of(summary) for summary in listed["MonitoringExecutionSummaries"]]


def execution_of(entry: Entry, run: Run) -> Execution:
    """Return a run that has ended, with its job."""
    return lookup.of_summary(entry, run.summary)  # type: ignore[arg-type]  # as SageMaker lists it


def report_of(execution: Execution) -> Report:
    """Return what a run found."""
    return read_report(execution)
