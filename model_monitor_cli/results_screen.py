"""What became of a run on demand, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from rich.table import Table
from rich.text import Text

from model_monitor_cli import runs
from model_monitor_cli.exits import Exit
from model_monitor_cli.inventory import Monitor
from model_monitor_cli.on_demand import Window
from model_monitor_cli.output import Output
from model_monitor_cli.runs import Run
from results.executions import Outcome
from run_report.violations import Finding
from shared import failures

_MOST_SHOWN = 30
_EXITS = {Outcome.CLEAN: Exit.FINE, Outcome.NO_DATA: Exit.UNKNOWN}


@dataclass(frozen=True)
class Result:
    """What became of a run.

    Attributes:
        model: Name of the model.
        monitor: Short name of the monitor.
        run: Name of the schedule that did it.
        start: Beginning of the traffic.
        end: End of the traffic.
        outcome: In the words of the event about the end of a run.
        violations: How many.
        findings: The violations, the most severe first.
        report: Folder of the report; None where the traffic was not analysed.
        job: Name of the processing job; None where there was none.
        reason: Why it failed, or why there is nothing.
        advice: What to do about it.
    """

    model: str
    monitor: str
    run: str
    start: datetime
    end: datetime
    outcome: Outcome
    violations: int = 0
    findings: tuple[Finding, ...] = field(default=())
    report: str | None = None
    job: str | None = None
    reason: str = ""
    advice: str = ""

    @property
    def exit(self) -> Exit:
        """Exit code of the program."""
        return _EXITS.get(self.outcome, Exit.TROUBLE)


def result_of(monitor: Monitor, name: str, window: Window, run: Run) -> Result:
    """Return what became of a run that has ended."""
    execution = runs.execution_of(replace(monitor.entry, one_time_run=name), run)
    result = Result(
        model=monitor.model,
        monitor=monitor.name,
        run=name,
        start=window.start,
        end=window.end,
        outcome=execution.outcome,
        job=execution.job_name,
        reason=execution.failure_reason or execution.stop_reason or "",
    )
    if execution.outcome.has_report:
        report = runs.report_of(execution)
        return replace(
            result,
            violations=report.count,
            findings=report.findings,
            report=str(report.folder),
            reason=report.problem or "",
        )
    if execution.outcome is Outcome.NO_DATA:
        needed = " or no labels for them" if monitor.entry.captured else ""
        return replace(
            result,
            reason=f"no records were captured in this time{needed}",
            advice=f"model-monitor doctor {monitor.model} finds out why; --last 1d looks further back",
        )
    hint = failures.hint(execution.failure_reason, execution.stop_reason, execution.exit_message)
    return replace(result, advice=hint or "the log of the job says more")


def show(output: Output, result: Result) -> None:
    """Show it to people."""
    words, style = _headline(result)
    output.say(words, style=style)
    if result.findings:
        output.show(_table(result.findings))
    for title, text in (("why", result.reason), ("what to do", result.advice)):
        if text:
            output.say(f"{title}: {text}")
    for title, place in (("report", result.report), ("job", result.job)):
        if place:
            output.line(f"{title}: {place}")


def _headline(result: Result) -> tuple[str, str]:
    if result.outcome is Outcome.CLEAN:
        return "no violations", "green"
    if result.outcome is Outcome.VIOLATIONS:
        return f"{result.violations} violation{'' if result.violations == 1 else 's'}", "bold red"
    if result.outcome is Outcome.NO_DATA:
        return "no data: nothing was checked", "yellow"
    return f"the run {'failed' if result.outcome is Outcome.FAILED else 'was stopped'}", "bold red"


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table(box=None)
    for title in ("feature", "check", "value", "limit"):
        table.add_column(title)
    for finding in findings[:_MOST_SHOWN]:
        # Names of features come from traffic: they are shown as text, and mean nothing to the terminal.
        cells = (finding.feature, finding.label, finding.value or finding.description, finding.limit)
        table.add_row(*(Text("".join(letter if letter.isprintable() else "?" for letter in cell)) for cell in cells))
    if len(findings) > _MOST_SHOWN:
        table.add_row(Text(f"and {len(findings) - _MOST_SHOWN} more"))
    return table
