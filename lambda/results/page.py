"""The page of a run: gathered and written once, and never in the way of what people must be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from results.executions import Execution
from results.invocation import Invocation
from results.look import Looked, look_at_records
from results.report import Report
from run_report import PAGE
from run_report.collect import collect, earlier_runs
from run_report.job import places_of
from run_report.model import Run, RunReport
from run_report.page import render
from shared import clients, s3
from shared.console import Console
from shared.logs import log
from shared.s3 import S3Uri

# What 500 features take at most; with less time left, message and event matter more.
_ENOUGH_TIME = timedelta(seconds=60)


class RunPage:
    """The page of a run.

    Attributes:
        details: What is known of the run beside its violations, or None as long as, or if, it was not gathered.
    """

    def __init__(self, execution: Execution, invocation: Invocation, report: Report) -> None:
        """Gather nothing yet.

        Args:
            execution: The run.
            invocation: The invocation that handles it.
            report: Its violations, and where they were found.
        """
        self._execution, self._invocation, self._report = execution, invocation, report
        self._looked: Looked | None = None
        self._is_written = False
        self.details: RunReport | None = None

    @property
    def uri(self) -> S3Uri:
        """Where the page is, if there is one."""
        return self._report.folder / PAGE

    def write(self) -> None:
        """Gather what is known, and write the page; trouble with it is told by the log alone."""
        monitor = self._execution.monitor
        if self._invocation.time_left < _ENOUGH_TIME:
            log("page not written", schedule=monitor.name, problem="no time was left")
            return
        try:
            details = self._gather()
            for problem in details.problems:
                log("file for the page not readable", schedule=monitor.name, problem=problem)
            if monitor.has_page:
                self._write(render(details))
        except Exception as error:
            log("page not written", schedule=monitor.name, problem=repr(error))

    def exists(self) -> bool:
        """Say whether there is a page that a message can link to; if an earlier attempt has written it, gather again.

        What was gathered once without harm can be gathered again, so that a message that is repeated says the same.
        """
        if self._is_written or not self._execution.monitor.has_page:
            return self._is_written
        try:
            with self._execution.monitor.access():
                self._is_written = s3.exists(self.uri)
            if self._is_written and self.details is None:
                self._gather()
        except Exception as error:
            log("page not looked for", schedule=self._execution.monitor.name, problem=repr(error))
        return self._is_written

    def looked(self) -> Looked:
        """Return what the captured records tell; they are read once."""
        if self._looked is None and self._execution.outcome.has_report:
            self.exists()
        return self._look(self.details) if self._looked is None else self._looked

    def _look(self, details: RunReport | None) -> Looked:
        self._looked = look_at_records(self._execution, details, time_left=self._invocation.time_left)
        return self._looked

    def _gather(self) -> RunReport:
        run = run_of(self._execution, self._report.folder, self._invocation.console)
        try:
            earlier = earlier_runs(run, clients.sagemaker())
        except (ClientError, BotoCoreError) as error:
            log("earlier runs not listed", schedule=self._execution.monitor.name, problem=str(error))
            earlier = []
        with self._execution.monitor.access():
            details = collect(run, clients.s3(), earlier)
        looked = self._look(details)
        self.details = replace(details, examples=looked.examples, odd=looked.odd)
        return self.details

    def _write(self, page: str) -> None:
        # The key of the run's own files; None: what the bucket does by default.
        key = (self._execution.job or {}).get("ProcessingOutputConfig", {}).get("KmsKeyId")
        with self._execution.monitor.access():
            s3.write(self.uri, page, kms_key_id=key, content_type="text/html; charset=utf-8")
        self._is_written = True
        log("page written", schedule=self._execution.monitor.name, bytes=len(page))


def run_of(execution: Execution, folder: S3Uri, console: Console) -> Run:
    """Return a run as its page needs it.

    Args:
        execution: The run.
        folder: Where its files were found.
        console: For links.
    """
    monitor, places = execution.monitor, places_of(execution.job or {})
    links = [("Open report files", console.folder(folder))]
    if execution.job_name:
        links += [("Job", console.processing_job(execution.job_name)), ("Log", console.job_logs(execution.job_name))]
    if monitor.runbook:
        links.append(("Runbook", monitor.runbook))
    return Run(
        watched=monitor.title,
        type=monitor.type,
        schedule=monitor.schedule,
        scheduled=execution.scheduled,
        window=execution.window,
        outcome=execution.outcome.value,
        folder=str(folder),
        constraints=places.constraints,
        statistics=places.statistics,
        one_time=monitor.one_time_run,
        reason=execution.failure_reason or execution.stop_reason,
        links=tuple(links),
        command=monitor.report_command(execution.scheduled),
    )
