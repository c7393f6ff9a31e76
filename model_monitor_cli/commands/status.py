"""`model-monitor status`: how everything is, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from model_monitor_cli.exits import Exit
from model_monitor_cli.options import AnyEndpoint, Json

if TYPE_CHECKING:
    from model_monitor_cli.state import ModelState


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("status")(status)


def status(endpoint: AnyEndpoint = None, json: Json = False) -> None:
    """Show endpoints, capture, monitors, last and next runs, and alarms.

    Exit code 0: all is well; 1: an alarm is in ALARM, a last run failed or found violations, or something is off.
    """
    from model_monitor_cli import screens
    from model_monitor_cli.choose import choose_models
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import take_inventory
    from model_monitor_cli.output import Output
    from model_monitor_cli.state import states

    output, context = Output(as_json=json), Context()
    with output.working("Looking at what is deployed"):
        inventory = take_inventory(context)
        found = states(context, choose_models(inventory.models, endpoint))
    now = context.now()
    troubles = [trouble for state in found for trouble in state.troubles]
    output.document({"time": now, "models": [document(state) for state in found], "problems": inventory.problems})
    for state in found:
        screens.show_state(output, state, now)
    for problem in inventory.problems:
        output.say(f"! {problem}", style="yellow")
    raise typer.Exit(Exit.TROUBLE if troubles or inventory.problems else Exit.FINE)


def document(state: ModelState) -> dict[str, object]:
    """Return the state of a model for programs."""
    from model_monitor_cli.output import plain

    return {**plain(state), "troubles": state.troubles}
