"""`model-monitor run`: a monitor looks at a stretch of traffic now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import Exit
from model_monitor_cli.options import AnyMonitor, Endpoint, Json

if TYPE_CHECKING:
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import Monitor
    from model_monitor_cli.on_demand import Delays, Window
    from model_monitor_cli.output import Output
    from model_monitor_cli.runs import Run

_HELP_OF_TIMES = "A time in UTC, such as 2026-11-21T03:00, or 03:00 for today."


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("run")(run)


def run(
    endpoint: Endpoint,
    monitor: AnyMonitor = None,
    start: Annotated[str | None, typer.Option(help=_HELP_OF_TIMES)] = None,
    end: Annotated[str | None, typer.Option(help=f"{_HELP_OF_TIMES} Default: now.")] = None,
    last: Annotated[
        str | None,
        typer.Option(
            help="Instead: the last 2h, 90m or 1d. Default: the last whole hour (or day), and what came since."
        ),
    ] = None,
    timeout: Annotated[int, typer.Option(help="Minutes to wait.", min=1)] = 60,
    json: Json = False,
) -> None:
    """Run a monitor now over a window of traffic, wait, and show what it finds.

    It costs a processing job like any other run. Messages and events are sent as usual; metrics carry the name of the
    run, so that no alarm of the monitor sees it. Exit code 0: no violations; 1: violations, or the run failed; 3: there
    was nothing to check.
    """
    from model_monitor_cli import on_demand, state
    from model_monitor_cli.choose import choose_monitor
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import find_models
    from model_monitor_cli.output import Output

    output, context = Output(as_json=json), Context()
    chosen = choose_monitor(find_models(context), endpoint, monitor)
    delays = on_demand.Delays.of(state.job_definition(context, chosen) or {})
    window = on_demand.window_of(start, end, last, context.now(), delays, period=chosen.entry.period)
    output.say(f"{chosen.name} of {chosen.model} looks at {window}")
    name, ended = _whole_run(output, context, chosen, window, delays, timedelta(minutes=timeout))
    raise typer.Exit(_show(output, chosen, window, name, ended))


def _whole_run(
    output: Output, context: Context, monitor: Monitor, window: Window, delays: Delays, timeout: timedelta
) -> tuple[str, Run]:
    """Start a run, wait for its end, and delete its schedule, also when somebody interrupts."""
    from model_monitor_cli import interrupts, on_demand

    with interrupts.terminated_like_interrupted(), output.working("The run") as progress:
        name, is_refused = on_demand.name_of(context, monitor), False
        try:
            on_demand.start(context, monitor, window, delays, name)
            return name, on_demand.wait(context, name, progress, timeout=timeout)
        except on_demand.NotStartedError:
            is_refused = True
            raise
        except KeyboardInterrupt:
            output.say("Interrupted: stopping the run and deleting its schedule. A second Ctrl-C leaves both.")
            raise
        finally:
            if not is_refused:
                on_demand.clean_up(name, progress)


def _show(output: Output, monitor: Monitor, window: Window, name: str, ended: Run) -> Exit:
    from model_monitor_cli import results_screen

    result = results_screen.result_of(monitor, name, window, ended)
    output.document(result)
    results_screen.show(output, result)
    return result.exit
