"""What is done for one run that has ended: metrics, message, event, and counting labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from results import event, lookup
from results.capture_age import capture_age
from results.executions import Execution, Outcome
from results.invocation import Invocation
from results.labels import label_coverage
from results.left_out import LeftOut
from results.measurements import measurements
from results.message import Message, RunFacts, failure_message, unreadable_message, violations_message
from results.message_details import left_out_in_words
from results.metrics import Point, publish
from results.monitor import Monitor
from results.mutes import Mutes, read_mutes
from results.once import Claim, LostClaimError, Once
from results.page import RunPage
from results.report import Report, read_report
from results.tables import write_tables
from shared import clients, failures
from shared.logs import log

_PAGE = "page"
_ALL_LEFT_OUT = (
    "No record has the columns of the baseline. If the model's clients send something new, make the baseline again "
    "from data that have it"
)


def handle(execution: Execution, invocation: Invocation) -> bool:
    """Do what is not done yet for a run; return whether there was anything. `results/once.py` says what is guaranteed.

    Raises:
        Exception: What went wrong first. Each thing is tried, whatever became of the others; what was not done is tried
            again by Lambda's retry and by the next sweep.
    """
    claim = Once(invocation.settings.state, invocation).claim(run_name(execution.monitor, execution.scheduled))
    if claim is None:
        return False
    with claim:
        handled, troubles = _do_all(claim, execution, invocation)
        if troubles:
            raise troubles[0]
        claim.finish()
    log(
        "run handled" if handled else "run was handled already",
        schedule=execution.monitor.name,
        scheduled=execution.scheduled,
        outcome=execution.outcome.value,
    )
    return handled


def run_name(monitor: Monitor, scheduled: datetime) -> str:
    """Return the name under which it is noted what was done for a run; names sort by time."""
    return f"{monitor.name}/{scheduled:%Y-%m-%dT%H-%MZ}.run"


def _do_all(claim: Claim, execution: Execution, invocation: Invocation) -> tuple[bool, list[Exception]]:
    handled, troubles = False, list[Exception]()
    for thing, action in _things(execution, invocation).items():
        try:
            handled |= claim.attempt(thing, action) if thing == _PAGE else claim.do(thing, action)
        except LostClaimError:
            raise
        except Exception as error:
            log("not published", schedule=execution.monitor.name, thing=thing, error=repr(error))
            troubles.append(error)
    return handled, troubles


def _things(execution: Execution, invocation: Invocation) -> dict[str, Callable[[], None]]:
    """Return the things to do for a run."""
    monitor = execution.monitor
    report = cache(lambda: read_report(execution))
    page = cache(lambda: RunPage(execution, invocation, report()))
    muted = cache(lambda: _mutes(execution, invocation))

    def put(points: list[Point]) -> None:
        publish(muted().heard(points), monitor, namespace=invocation.settings.metric_namespace)

    things: dict[str, Callable[[], None]] = {"metrics": lambda: put(_run_metrics(execution, report(), muted()))}
    if monitor.wanted and execution.outcome.has_report:
        things["measurements"] = lambda: put(measurements(execution, report()))
    tells = execution.outcome is Outcome.VIOLATIONS and (monitor.topic is not None or monitor.examples is not None)
    if execution.outcome.has_report and (monitor.has_page or tells):
        things[_PAGE] = lambda: page().write()
    if monitor.guard:
        things["left out"] = lambda: put(_left_out_metrics(page().looked().left_out))
    # A run to which the script left no record ends without data, but not for lack of traffic.
    if monitor.topic and (execution.outcome.is_trouble or (execution.outcome is Outcome.NO_DATA and monitor.guard)):
        things["message"] = lambda: _publish_message(execution, report(), page(), invocation, muted=muted())
    things["event"] = lambda: event.send(execution, report(), invocation, examples=page().looked().examples)
    tables = invocation.settings.tables
    if tables is not None:
        things["tables"] = lambda: write_tables(execution, report(), tables)
    if monitor.records:
        things["capture age"] = lambda: put(_capture_metrics(execution))
    if monitor.captured:
        things["labels"] = lambda: put(_label_metrics(execution))  # last, since counting takes time
    return things


def _mutes(execution: Execution, invocation: Invocation) -> Mutes:
    monitor = execution.monitor
    if monitor.one_time_run:  # somebody asked for it
        return Mutes()
    return read_mutes(invocation.settings.registry, monitor, execution.scheduled)


def _run_metrics(execution: Execution, report: Report, muted: Mutes) -> list[Point]:
    # What somebody stopped on purpose is told, but brings nothing into ALARM: else every other deployment would.
    has_failed = execution.outcome is Outcome.FAILED or (
        execution.outcome is Outcome.STOPPED and not execution.was_interrupted
    )
    values = {
        "Executions": 1,
        "FailedExecutions": int(has_failed),
        "NoData": int(execution.outcome is Outcome.NO_DATA),
        "Violations": report.count - len(muted.of(report)),
    }
    return [Point(name, value, unit="Count") for name, value in values.items()]


def _capture_metrics(execution: Execution) -> list[Point]:
    age = capture_age(execution.monitor)
    return [] if age is None else [Point("CaptureAge", age, unit="Seconds")]


def _label_metrics(execution: Execution) -> list[Point]:
    coverage = label_coverage(execution)
    return [] if coverage is None else [Point("LabelCoverage", coverage)]


def _left_out_metrics(left_out: LeftOut | None) -> list[Point]:
    return left_out.points() if left_out else []


def _publish_message(
    execution: Execution, report: Report, page: RunPage, invocation: Invocation, *, muted: Mutes
) -> None:
    monitor, left_out = execution.monitor, page.looked().left_out
    has_nothing_to_say = execution.outcome is Outcome.NO_DATA and not (left_out and left_out.left_out)
    if monitor.topic is None or has_nothing_to_say or muted.hide_all(report):
        return
    message = _message(execution, report, page, invocation, muted=muted)
    with monitor.access():
        clients.sns().publish(TopicArn=monitor.topic, Subject=message.subject, Message=message.body)


def _message(execution: Execution, report: Report, page: RunPage, invocation: Invocation, *, muted: Mutes) -> Message:
    run, left_out = _facts(execution, report, page, invocation), page.looked().left_out
    if execution.outcome is Outcome.VIOLATIONS:
        streak = lookup.streak(execution)
        if report.problem:
            return unreadable_message(run, problem=report.problem, exit_message=execution.exit_message, streak=streak)
        hidden = muted.of(report)
        told = [finding for finding in report.findings if finding not in hidden]
        count = report.count - len(hidden)
        return violations_message(run, told, count=count, streak=streak, details=page.details, muted=hidden)
    return failure_message(
        run,
        reason=execution.failure_reason,
        stop_reason=execution.stop_reason,
        exit_message=execution.exit_message,
        hint=_ALL_LEFT_OUT
        if left_out and left_out.records and left_out.left_out == left_out.records
        else failures.hint(execution.failure_reason, execution.stop_reason, execution.exit_message),
    )


def _facts(execution: Execution, report: Report, page: RunPage, invocation: Invocation) -> RunFacts:
    monitor, console, places = execution.monitor, invocation.console, dict[str, str]()
    if execution.outcome is Outcome.VIOLATIONS:
        if page.exists():
            places["Page"] = console.object(page.uri)
        places["Command"] = monitor.report_command(execution.scheduled)
        places["Report"] = str(report.folder)
        places["Open report"] = console.folder(report.folder)
    if execution.job_name:
        places["Job"] = console.processing_job(execution.job_name)
        places["Log"] = console.job_logs(execution.job_name)
    if monitor.runbook:
        places["Runbook"] = monitor.runbook
    return RunFacts(
        watched=monitor.title,
        title=monitor.called or monitor.name,
        schedule=monitor.name,
        kind=monitor.kind,
        scheduled=execution.scheduled,
        window=execution.window,
        places=places,
        left_out=left_out_in_words(page.looked()),
    )
