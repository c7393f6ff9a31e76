"""`model-monitor report`: what a run found, in the terminal and as a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import Exit, UsageError
from model_monitor_cli.options import AnyMonitor, Endpoint, Json

if TYPE_CHECKING:
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import Monitor
    from model_monitor_cli.output import Output
    from run_report.model import RunReport

_PAGE = Path("model-monitor-report.html")
_CLEAN = "Completed"

At = Annotated[
    str | None, typer.Option(help="Nominal time of the run in UTC, such as 2026-11-21T03:00. Default: last.")
]
Execution = Annotated[str | None, typer.Option(help="A single run (<schedule>-run-<time>), or the job of a run.")]
Html = Annotated[Path | None, typer.Option(help="Write the report as a page to this file.")]
Open = Annotated[bool, typer.Option("--open", help=f"Open the page in a browser; without --html: {_PAGE}.")]
Compare = Annotated[
    list[str] | None,
    typer.Option(
        help="Compare runs: a time, or a single run, optionally with a name: drift=2026-11-21T03:00. Repeat it."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("report")(report)


def report(
    endpoint: Endpoint,
    monitor: AnyMonitor = None,
    at: At = None,
    execution: Execution = None,
    compare: Compare = None,
    html: Html = None,
    open: Open = False,  # noqa: A002 - what the option is called
    json: Json = False,
) -> None:
    """Show what a run found: the last one of a monitor, or another one.

    Exit code 0: no violations; 1: violations, or a run that failed or had no data.
    """
    from model_monitor_cli.choose import choose_monitor
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import find_models
    from model_monitor_cli.output import Output

    if compare and (at or execution):
        raise UsageError("--compare names the runs itself; leave --at and --execution out")
    output, context = Output(as_json=json), Context()
    with output.working("Looking for the monitor"):
        chosen = choose_monitor(find_models(context), endpoint, monitor)
    target = html or (_PAGE if open else None)
    if compare:
        found = _compare(context, chosen, compare, output, target)
    else:
        found = [_show(context, chosen, output, target, at=at, execution=execution)]
    if target is not None and open:
        typer.launch(target.resolve().as_uri())
    raise typer.Exit(Exit.FINE if all(item.run.outcome == _CLEAN for item in found) else Exit.TROUBLE)


def _show(
    context: Context, monitor: Monitor, output: Output, target: Path | None, *, at: str | None, execution: str | None
) -> RunReport:
    from model_monitor_cli import report_screens, run_reports
    from run_report.page import render

    with output.working("Reading the files of the run"):
        found, page = run_reports.gather(context, run_reports.find_run(context, monitor, at=at, execution=execution))
    _write(target, lambda: render(found))
    output.document({**report_screens.document(found), "page": page, "file": target})
    report_screens.show(output, found)
    if page:
        output.say("\nPage beside the run's files:")
        output.line(page)
    if target:
        output.say("\nPage on this machine:")
        output.line(str(target.resolve()))
    elif not page:
        output.say("\nAs a page: add --open, or --html FILE.")
    return found


def _compare(
    context: Context, monitor: Monitor, wanted: list[str], output: Output, target: Path | None
) -> list[RunReport]:
    from model_monitor_cli import report_screens, run_reports
    from run_report.comparison import Comparison, render_comparison

    scenarios = []
    with output.working("Reading the files of the runs") as progress:
        for text in wanted:
            name, _, run = text.rpartition("=")
            progress.tell(name or run)
            chosen = run_reports.find_named(context, monitor, run)
            scenarios.append((name or run, run_reports.gather(context, chosen, looks=False)[0]))
    comparison = Comparison(tuple(scenarios))
    _write(target, lambda: render_comparison(comparison))
    output.document(report_screens.comparison_document(comparison))
    report_screens.show_comparison(output, comparison)
    if target:
        output.say("\nPage on this machine:")
        output.line(str(target.resolve()))
    return [found for _, found in scenarios]


def _write(target: Path | None, render: Callable[[], str]) -> None:
    if target is None:
        return
    try:
        target.write_text(render(), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}; choose another file with --html") from error
