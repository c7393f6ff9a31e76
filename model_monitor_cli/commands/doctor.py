"""`model-monitor doctor`: the first broken link, and how to fix it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import Exit
from model_monitor_cli.options import AnyEndpoint, AnyMonitor, Json

if TYPE_CHECKING:
    from model_monitor_cli.doctor.chain import Diagnosis
    from model_monitor_cli.output import Output

_MARKS = {"whole": ("✔", "green"), "broken": ("✘", "bold red"), "unknown": ("?", "yellow")}


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("doctor")(doctor)


def doctor(
    endpoint: AnyEndpoint = None,
    monitor: AnyMonitor = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what is behind the first broken link, too.")] = False,
    json: Json = False,
) -> None:
    """Walk from the endpoint to the subscriptions, and show the first broken link and its fix.

    It looks at endpoint, capture, baseline, schedule, execution, metrics, alarms and subscriptions, and changes
    nothing. Exit code 0: all links hold; 1: one is broken; 3: some could not be looked at.
    """
    from model_monitor_cli.alarms import alarms_or_none
    from model_monitor_cli.choose import choose_models, choose_monitor
    from model_monitor_cli.context import Context
    from model_monitor_cli.doctor.chain import diagnose
    from model_monitor_cli.doctor.facts import gather
    from model_monitor_cli.inventory import take_inventory
    from model_monitor_cli.output import Output

    output, context = Output(as_json=json), Context()
    with output.working("Looking") as progress:
        inventory = take_inventory(context)
        models = choose_models(inventory.models, endpoint)
        monitors = [found for model in models for found in model.monitors]
        if endpoint and (monitor or len(monitors) == 1):
            monitors = [choose_monitor(models, endpoint, monitor)]
        alarms, diagnoses = alarms_or_none(context), []
        for found in monitors:
            progress.tell(f"{found.name} of {found.model}")
            diagnoses.append(diagnose(gather(context, found, alarms)))
    output.document({"time": context.now(), "monitors": diagnoses, "problems": inventory.problems})
    for diagnosis in diagnoses:
        show(output, diagnosis, everything=everything)
    for problem in inventory.problems:
        output.say(f"✘ registry: {problem}", style="bold red")
    raise typer.Exit(_exit(diagnoses, has_problems=bool(inventory.problems)))


def show(output: Output, diagnosis: Diagnosis, *, everything: bool) -> None:
    """Show the chain of a monitor, up to the first broken link or whole."""
    from rich.text import Text

    output.show(Text(f"{diagnosis.monitor} of {diagnosis.model}", style="bold"))
    for verdict in diagnosis.verdicts:
        mark, style = _MARKS[verdict.state]
        output.line(Text.assemble("  ", (mark, style), f" {verdict.link}: ", verdict.says))
        if verdict.fix:
            output.line(Text.assemble("    ", ("fix: ", "bold"), verdict.fix))
        if verdict is diagnosis.broken and not everything:
            break
    output.say()


def _exit(diagnoses: list[Diagnosis], *, has_problems: bool) -> Exit:
    if has_problems or any(diagnosis.broken for diagnosis in diagnoses):
        return Exit.TROUBLE
    return Exit.UNKNOWN if any(diagnosis.unknown for diagnosis in diagnoses) else Exit.FINE
