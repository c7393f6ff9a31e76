"""Finds a run of a monitor, and gathers all that its files tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from model_monitor_cli.exits import UsageError
from model_monitor_cli.runs import execution_of, report_of, runs_of
from model_monitor_cli.times import minute
from results.executions import Execution
from results.look import look_at_records
from results.page import run_of
from run_report import PAGE
from run_report.collect import collect, earlier_runs
from run_report.model import RunReport
from shared import errors, processing_jobs, s3, schedules
from shared.console import Console

if TYPE_CHECKING:
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import Monitor
    from model_monitor_cli.runs import Run

_MOST_TOLD = 8
# As much as the results function has for all that it does for a run.
_TIME = timedelta(minutes=5)
_SCHEDULE_VARIABLE = "sagemaker_monitoring_schedule_name"


def find_run(context: Context, monitor: Monitor, *, at: str | None = None, execution: str | None = None) -> Execution:
    """Return a run that has ended.

    Args:
        context: The account.
        monitor: The monitor.
        at: Nominal time of the run, as the user typed it. Default: that of the last one.
        execution: Name of a single run, or of the job of a run.

    Raises:
        UsageError: There is no such run, or it has not ended.
    """
    entry, time = monitor.entry, _time(at) if at else None
    single = _single_run(monitor, execution) if execution else None
    if single:
        entry = replace(entry, one_time_run=single)
        execution = None if execution == single else execution
    runs = runs_of(context, entry.name)
    if not runs:
        raise UsageError(f"{entry.name} has had no run yet; 'model-monitor status' tells when the next one is")
    ended = [run for run in runs if run.outcome is not None]
    fitting = [run for run in ended if _fits(run, time, execution)]
    if fitting:
        return execution_of(entry, fitting[0])
    if any(_fits(run, time, execution) for run in runs):
        raise UsageError("the run has not ended; try again when it has")
    wanted = execution or (minute(time) if time else "")
    times = ", ".join(minute(run.scheduled) for run in ended[:_MOST_TOLD])
    raise UsageError(f"{entry.name} has no run '{wanted}'; its last ones (UTC) are: {times}")


def find_named(context: Context, monitor: Monitor, name: str) -> Execution:
    """Return a run by its time or by the name of a single run."""
    if schedules.is_one_time_run_of(name, monitor.schedule_name):
        return find_run(context, monitor, execution=name)
    return find_run(context, monitor, at=name)


def gather(context: Context, execution: Execution, *, looks: bool = True) -> tuple[RunReport, str | None]:
    """Return all that is known of a run, and where the page is that was written when it ended, if it was.

    Args:
        context: The account.
        execution: The run.
        looks: Whether captured records are looked at, for those that show a violation.
    """
    folder = report_of(execution).folder
    meta = context.sagemaker.meta
    run = run_of(execution, folder, Console(meta.partition, meta.region_name))
    try:
        earlier = earlier_runs(run, context.sagemaker)
    except ClientError as error:
        if not errors.is_missing(error):
            raise
        earlier = []  # the schedule has been deleted, its files have not
    found = collect(run, context.s3, earlier)
    if looks and found.findings:
        looked = look_at_records(execution, found, time_left=_TIME)
        found = replace(found, examples=looked.examples, odd=looked.odd)
    page = folder / PAGE
    return found, str(page) if run.has_report and s3.exists(page) else None


def _single_run(monitor: Monitor, execution: str) -> str | None:
    """Return the name of the single run that is meant by its own name or by that of its job, or None."""
    if schedules.is_one_time_run_of(execution, monitor.schedule_name):
        return execution
    job = processing_jobs.describe(execution)
    name = job.get("Environment", {}).get(_SCHEDULE_VARIABLE, "") if job else ""
    return name if schedules.is_one_time_run_of(name, monitor.schedule_name) else None


def _fits(run: Run, time: datetime | None, job: str | None) -> bool:
    if job:
        return str(run.summary.get("ProcessingJobArn", "")).rpartition("/")[2] == job
    return time is None or minute(run.scheduled) == minute(time)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise UsageError(f"got the time '{text}', expected one such as 2026-11-21T03:00 (UTC)") from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
