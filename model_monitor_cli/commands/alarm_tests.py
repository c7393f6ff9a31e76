"""`model-monitor test-alarms`: whether alarms go off, and whether anybody hears of it."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import UsageError
from model_monitor_cli.options import AnyMonitor, Endpoint, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_monitor_cli.alarm_trial import Trial
    from model_monitor_cli.alarms import Alarm


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("test-alarms")(prove)


def prove(
    endpoint: Endpoint,
    monitor: AnyMonitor = None,
    alarm: Annotated[str | None, typer.Option(help="Only the alarm of this name, or a part of what it says.")] = None,
    state_only: Annotated[
        bool, typer.Option("--state-only", help="Set states by hand: publish no data points, prove delivery only.")
    ] = False,
    unannounced: Annotated[bool, typer.Option("--unannounced", help="Send no message before and after.")] = False,
    timeout: Annotated[int, typer.Option(help="Minutes to wait.", min=1)] = 10,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Prove that alarms go into ALARM, and that notifications of it arrive.

    Publishes bad data points to each alarm's own metric, waits for ALARM and for the notification, and publishes good
    ones. Everybody who is subscribed gets messages: that a test begins, of the alarm, and that the test is over. Exit
    code 0: all is proven; 1: an alarm or a notification failed; 3: something could not be tested.
    """
    from model_monitor_cli import alarm_screens, alarms as alarms_module, interrupts
    from model_monitor_cli.alarm_trial import Trial
    from model_monitor_cli.choose import choose_monitor
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import find_models
    from model_monitor_cli.output import Output, complain

    output, context = Output(as_json=json), Context()
    chosen = choose_monitor(find_models(context), endpoint, monitor)
    found = alarms_module.find_alarms(context)
    own = alarms_module.of_schedule(found, chosen.schedule_name)
    tested = alarms_module.choose(own, alarm) if alarm else own
    if not tested:
        raise UsageError(f"{chosen.name} of {chosen.model} has no alarms")
    composites = alarms_module.composites_of(found, chosen.schedule_name)
    trial = Trial(
        context,
        subject=f"{chosen.entry.title}, {chosen.name}",
        alarms=tested,
        notifiers=[item for item in (*composites, *tested) if item.actions],
        state_only=state_only,
        is_announced=not unannounced,
        timeout=timedelta(minutes=timeout),
        complain=complain,
    )
    _ask(trial, tested, yes=yes or json)
    with interrupts.terminated_like_interrupted(), output.working("The test") as progress:
        verdict = trial.run(progress)
    output.document(verdict)
    alarm_screens.show_verdict(output, verdict, context.now())
    raise typer.Exit(verdict.exit)


def _ask(trial: Trial, tested: Sequence[Alarm], *, yes: bool) -> None:
    """Ask before subscribers are disturbed, where there is somebody to answer."""
    if yes or not sys.stdin.isatty():
        return
    typer.confirm(
        f"Bring {len(tested)} alarm(s) of {trial.subject} into ALARM, and notify everybody who is subscribed?",
        abort=True,
    )
