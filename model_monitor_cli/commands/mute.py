"""`model-monitor mute` and `unmute`: what nobody wants to hear of for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from model_monitor_cli.exits import UsageError
from model_monitor_cli.options import AnyMonitor, Endpoint, Json

if TYPE_CHECKING:
    from datetime import datetime

    from model_monitor_cli.alarms import Alarm
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import Monitor
    from results.mutes import Mute

_Feature = Annotated[str | None, typer.Option(help="Only this feature, or metric of the model's quality.")]
_Alarm = Annotated[str | None, typer.Option(help="Only this alarm, by its name or a part of what it says.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("mute")(mute)
    app.command("unmute")(unmute)


def mute(
    endpoint: Endpoint,
    length: Annotated[str, typer.Option("--for", help="For how long: 4h, 90m or 2d.")],
    monitor: AnyMonitor = None,
    feature: _Feature = None,
    alarm: _Alarm = None,
    start: Annotated[
        str | None, typer.Option(help="A time in UTC, such as 2026-11-21T03:00, or 03:00 for today. Default: now.")
    ] = None,
    why: Annotated[str | None, typer.Option(help="Why it is muted: `status` and messages show it.")] = None,
    json: Json = False,
) -> None:
    """Mute a model, a monitor, a feature or an alarm for a while; it is heard again by itself.

    Runs go on, reports are written, events are sent, and the alarm that runs have stopped stays on. Alarms of what is
    muted that are in ALARM are brought back to OK by a data point.
    """
    from model_monitor_cli import mute_screens, muting
    from model_monitor_cli.on_demand import parse_time
    from model_monitor_cli.output import Output

    output = Output(as_json=json)
    context, monitors, alarms = _begin(endpoint, monitor)
    begin = parse_time("--start", start, context.now()) if start else None
    muted, cleared = [], []
    for chosen, subjects in _subjects(context, monitors, alarms, feature, alarm):
        since, until = muting.span_of(context, chosen, begin, length)
        added = [_made(since, until, subject, why) for subject in subjects]
        muting.add(chosen, added, context.now())
        muted += [muting.Muted.of(chosen, item) for item in added]
        if begin is None or begin <= context.now():
            cleared += muting.clear(context, chosen, alarms[chosen.schedule_name], added)
    output.document({"muted": muted, "cleared": cleared})
    mute_screens.show_muted(output, muted, cleared, context.now(), is_of_alarm=alarm is not None)


def unmute(
    endpoint: Endpoint,
    monitor: AnyMonitor = None,
    feature: _Feature = None,
    alarm: _Alarm = None,
    json: Json = False,
) -> None:
    """Hear of it again: of everything, or of one feature or alarm."""
    from model_monitor_cli import mute_screens, muting
    from model_monitor_cli.output import Output

    output = Output(as_json=json)
    context, monitors, alarms = _begin(endpoint, monitor)
    now, ended, in_code = context.now(), [], []
    for chosen, subjects in _subjects(context, monitors, alarms, feature, alarm):
        is_all = feature is None and alarm is None
        wanted = None if is_all else [_made(now, now, subject, None) for subject in subjects]
        ended += [muting.Muted.of(chosen, item) for item in muting.remove(chosen, now, wanted)]
        in_code += muting.of_code(chosen, now, wanted)
    if in_code and not ended:
        raise UsageError("; ".join(item.how_to_end for item in in_code))
    output.document({"ended": ended, "in_code": in_code})
    mute_screens.show_ended(output, ended, in_code)


def _begin(endpoint: str, monitor: str | None) -> tuple[Context, list[Monitor], dict[str, tuple[Alarm, ...]]]:
    """Return the monitors that are meant, and the alarms of each by its schedule."""
    from model_monitor_cli import alarms as alarms_module
    from model_monitor_cli.choose import choose_models, choose_monitor
    from model_monitor_cli.context import Context
    from model_monitor_cli.inventory import find_models

    context = Context()
    models = find_models(context)
    if monitor is None:
        named = [found for model in choose_models(models, endpoint) for found in model.monitors]
        by_schedule = [found for found in named if found.schedule_name.lower() == endpoint.lower()]
        monitors = by_schedule or named
    else:
        monitors = [choose_monitor(models, endpoint, monitor)]
    all_alarms = alarms_module.find_alarms(context)
    alarms = {found.schedule_name: alarms_module.of_schedule(all_alarms, found.schedule_name) for found in monitors}
    return context, monitors, alarms


_Subject = tuple[str | None, str | None, dict[str, str]]
"""Feature, metric, dimensions."""


def _subjects(
    context: Context,
    monitors: Sequence[Monitor],
    alarms: dict[str, tuple[Alarm, ...]],
    feature: str | None,
    alarm: str | None,
) -> list[tuple[Monitor, list[_Subject]]]:
    """Return what is meant of each monitor."""
    from model_monitor_cli import alarms as alarms_module, muting

    if feature is not None and alarm is not None:
        raise UsageError("give either --feature or --alarm")
    if alarm is None:
        return [(found, [(feature, None, {})]) for found in monitors]
    (chosen,) = alarms_module.choose([item for found in monitors for item in alarms[found.schedule_name]], alarm)
    owner = next(found for found in monitors if chosen in alarms[found.schedule_name])
    return [(owner, [(None, name, dimensions) for name, dimensions in muting.metrics_of(context, chosen)])]


def _made(since: datetime, until: datetime, subject: _Subject, why: str | None) -> Mute:
    from results.mutes import Mute

    feature, metric, dimensions = subject
    return Mute(since, until, feature, metric, dimensions, why)
