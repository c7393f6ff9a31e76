"""The screen of `status`."""

from __future__ import annotations

from datetime import datetime

from rich.table import Table
from rich.text import Text

from model_monitor_cli import times
from model_monitor_cli.output import Output
from model_monitor_cli.state import CaptureState, LastRun, ModelState, MonitorState
from results.executions import Outcome

_GOOD, _BAD, _NOTED = "green", "bold red", "yellow"
_STYLES = {"OK": _GOOD, "ALARM": _BAD, "INSUFFICIENT_DATA": _NOTED}
_OUTCOMES = {
    Outcome.CLEAN.value: ("no violations", _GOOD),
    Outcome.VIOLATIONS.value: ("violations", _BAD),
    Outcome.FAILED.value: ("failed", _BAD),
    Outcome.STOPPED.value: ("stopped", _BAD),
    Outcome.NO_DATA.value: ("no data", _NOTED),
}


def show_state(output: Output, state: ModelState, now: datetime) -> None:
    """Show a model and its monitors.

    Args:
        output: Where.
        state: The model.
        now: The service's time.
    """
    output.show(_heading(state))
    style = _BAD if state.capture.is_on is False else ""
    output.line(Text(f"  {capture_words(state.capture, now)}", style=style))
    table = Table(box=None, pad_edge=True)
    for title in ("monitor", "schedule", "last run (UTC)", "outcome", "next run", "alarms"):
        table.add_column(title)
    for monitor in state.monitors:
        table.add_row(*_cells(monitor, now))
    output.show(table)
    for monitor in state.monitors:
        for alarm in monitor.alarms_in_alarm:
            since = times.clock_time(alarm.since, now)
            output.show(Text.assemble("  ", ("ALARM", _BAD), f" {monitor.name}: {alarm.title}, since {since}"))
    for alarm in state.composites:
        told = "" if alarm.actions_enabled and alarm.actions else " (it notifies nobody)"
        style = _STYLES.get(alarm.state, "")
        output.show(Text.assemble("  ", (alarm.state, style), f" {alarm.title}{told}"))
    output.say()


def capture_words(state: CaptureState, now: datetime) -> str:
    """Return what is known of a model's capture, in a sentence."""
    if state.is_on is False:
        return "capture is OFF: nobody can check the traffic"
    share = f" {state.sampling} %" if state.sampling is not None else ""
    place = f" to {state.place}" if state.place else " to a place that is not known"
    last = (
        f"last record {times.clock_time(state.last, now)} ({times.ago(state.last, now)} ago)"
        if state.last
        else "no record yet"
    )
    return f"captures{share}{place}, {last}"


def outcome_words(run: LastRun | None) -> tuple[str, str]:
    """Return what came of a run, and its style."""
    if run is None:
        return "not run yet", _NOTED
    words, style = _OUTCOMES.get(run.outcome, (run.outcome, _NOTED))
    if run.outcome == Outcome.VIOLATIONS.value:
        words = f"{run.violations} violation{'' if run.violations == 1 else 's'}"
    return words, style


def _heading(state: ModelState) -> Text:
    status = state.endpoint_status
    style = _GOOD if status in (None, "InService") else _BAD
    return Text.assemble((state.title, "bold"), "  ", (status or "", style))


def _cells(monitor: MonitorState, now: datetime) -> list[Text]:
    words, style = outcome_words(monitor.last)
    is_on = monitor.schedule_status == "Scheduled"
    running = f" (one is running since {times.clock_time(monitor.running_since, now)})" if monitor.running_since else ""
    in_alarm = len(monitor.alarms_in_alarm)
    unknown = sum(alarm.state == "INSUFFICIENT_DATA" for alarm in monitor.alarms)
    alarms = f"{in_alarm} of {len(monitor.alarms)} in ALARM" if in_alarm else f"{len(monitor.alarms)}, none in ALARM"
    return [
        Text(monitor.name),
        Text(monitor.schedule_status, style=_GOOD if is_on else _BAD),
        Text(times.clock_time(monitor.last.scheduled, now) if monitor.last else "-"),
        Text(words + running, style=style),
        Text(times.clock_time(monitor.next, now) if monitor.next else "-"),
        Text(alarms + (f", {unknown} without data" if unknown else ""), style=_BAD if in_alarm else ""),
    ]
