"""Takes processing jobs from the queue, two at a time, and brings each to a final status."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox import seams
from sandbox.errors import AwsError
from sandbox.process import clock
from sandbox.sagemaker import activity, aws, events, state
from sandbox.sagemaker.jobs import clarify, container, metrics, transfer
from sandbox.sagemaker.jobs.container import Exit
from sandbox.sagemaker.jobs.folder import HOST, JobFolder
from sandbox.sagemaker.jobs.metrics import MetricFileError
from sandbox.sagemaker.s3_objects import TransferError
from sandbox.sagemaker.state import Document
from sandbox.sagemaker.validation import render

_log = logging.getLogger(__name__)

MAX_RUNNING = 2
"""Jobs that run at once; the others wait their turn with status InProgress."""
LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
_FAILURE_REASON_LENGTH = 1024
_TIMEOUT_REASON = "MaxRuntimeExceeded"
"""FailureReason of a job that ran longer than MaxRuntimeInSeconds; AWS's wording was not seen."""

Finished = Callable[[Document], None]


@dataclass
class _Ticket:
    """A job on its way through the queue."""

    job: Document
    on_finished: Finished | None
    scope: tuple[str, str]
    stop: threading.Event = field(default_factory=threading.Event)


_queue: queue.SimpleQueue[_Ticket] = queue.SimpleQueue()
_tickets: dict[str, _Ticket] = {}
_workers: list[threading.Thread] = []


def submit(job: Document, on_finished: Finished | None = None) -> None:
    """Queue a job.

    Args:
        job: A processing job with status InProgress.
        on_finished: Told of the job in its final status, before the event of it is sent.
    """
    ticket = _Ticket(job, on_finished, (seams.account_id(), seams.region()))
    activity.begin()
    with state.LOCK:
        _tickets[job["ProcessingJobArn"]] = ticket
        if len(_workers) < MAX_RUNNING:
            worker = threading.Thread(target=_work, name=f"sagemaker-jobs-{len(_workers)}", daemon=True)
            _workers.append(worker)
            worker.start()
    announce(job)
    _queue.put(ticket)


def stop(job: Document) -> None:
    """Have a job end soon with status Stopped."""
    state.touch(job, ProcessingJobStatus="Stopping")
    announce(job)
    _tickets[job["ProcessingJobArn"]].stop.set()


def reset() -> None:
    """Stop every job of every account and region."""
    for ticket in list(_tickets.values()):
        ticket.stop.set()


def announce(job: Document) -> None:
    """Publish the state of a job: the detail follows DescribeProcessingJob, with its times in milliseconds."""
    events.state_change("Processing Job", render("DescribeProcessingJob", job), job["ProcessingJobArn"])


def _work() -> None:
    while True:
        ticket = _queue.get()
        try:
            with seams.scope(*ticket.scope):
                _process(ticket)
        except Exception:
            _log.exception("job %s could not be finished", ticket.job["ProcessingJobName"])
        finally:
            _forget(ticket)
            activity.end()


def _forget(ticket: _Ticket) -> None:
    """Drop a ticket, unless a job of the same name has followed already."""
    arn = ticket.job["ProcessingJobArn"]
    with state.LOCK:
        if _tickets.get(arn) is ticket:
            del _tickets[arn]


def _process(ticket: _Ticket) -> None:
    job = ticket.job
    try:
        outcome = _run(job, ticket.stop)
    except AwsError as error:
        outcome = _failed(f"ClientError: {error.message}")
    except Exception as error:
        _log.exception("job %s broke the sandbox", job["ProcessingJobName"])
        outcome = _failed(f"InternalServerError: {error!r}")
    state.touch(job, ProcessingEndTime=clock.time(), **outcome)
    if ticket.on_finished is not None:
        ticket.on_finished(job)
    announce(job)


def _run(job: Document, stop: threading.Event) -> Document:
    """Run a job to its end.

    Returns:
        The members that describe the outcome: status, ExitMessage, FailureReason.
    """
    if stop.is_set():
        return {"ProcessingJobStatus": "Stopped"}
    refusal = container.refusal(job)
    if refusal:
        return _failed(f"ClientError: {refusal}")
    state.touch(job, ProcessingStartTime=clock.time())
    stream = f"{job['ProcessingJobName']}/{HOST}-{int(clock.time() * 1000)}"
    with JobFolder() as folder:
        s3 = aws.s3_client(job["RoleArn"])
        try:
            folder.prepare(job)
            transfer.download(job, folder, s3)
        except (TransferError, ValueError) as error:
            return _failed(f"ClientError: {error}")

        def log(lines: list[str]) -> None:
            seams.write_log_lines(LOG_GROUP, stream, lines)

        try:
            with clarify.environment(job, folder, log) as more:
                ended = container.run(job, folder, stop, log, more)
        except clarify.ClarifyError as error:
            return _failed(f"AlgorithmError: {error}")
        outcome = _outcome(ended, folder.exit_message())
        try:
            transfer.upload(job, folder, s3, succeeded=ended == Exit(0, "exited"))
            if job.get("MonitoringScheduleArn"):
                metrics.publish(job, folder.metrics_directory)
        except (TransferError, MetricFileError) as error:
            # A container that failed has the better reason of the two.
            return outcome if outcome["ProcessingJobStatus"] == "Failed" else _failed(f"ClientError: {error}")
        return outcome


def _outcome(ended: Exit, message: str | None) -> Document:
    told = {"ExitMessage": message} if message else {}
    if ended.cause == "stopped":
        return {"ProcessingJobStatus": "Stopped", **told}
    if ended.cause == "timeout":
        return {"ProcessingJobStatus": "Stopped", "FailureReason": _TIMEOUT_REASON, **told}
    if ended.code != 0:
        reason = message or "See job logs for more information"
        return _failed(f"AlgorithmError: {reason}", f", exit code: {ended.code}") | told
    return {"ProcessingJobStatus": "Completed", **told}


def _failed(reason: str, suffix: str = "") -> Document:
    return {
        "ProcessingJobStatus": "Failed",
        "FailureReason": reason[: _FAILURE_REASON_LENGTH - len(suffix)] + suffix,
    }
