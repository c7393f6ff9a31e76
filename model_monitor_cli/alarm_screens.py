"""What `test-alarms` shows."""

from __future__ import annotations

from datetime import datetime

from rich.table import Table
from rich.text import Text

from model_monitor_cli import times
from model_monitor_cli.alarm_verdict import Notice, Proof, Verdict
from model_monitor_cli.output import Output

_GOOD, _BAD, _NOTED = "green", "bold red", "yellow"
_WAYS = {"data": "by its data", "state": "state set by hand", "none": "not tested"}


def show_verdict(output: Output, verdict: Verdict, now: datetime) -> None:
    """Show what came of a test."""
    table = Table(box=None, pad_edge=True)
    for title in ("alarm", "went into ALARM", "tested", "back in OK by (UTC)"):
        table.add_column(title)
    for proof in verdict.proofs:
        back = times.clock_time(proof.back_by, now) if proof.back_by else "-"
        table.add_row(Text(proof.title), _reached(proof), Text(_WAYS[proof.way]), Text(back))
    output.show(table)
    for proof in verdict.proofs:
        if proof.note:
            output.say(f"  {proof.title}: {proof.note}")
    output.say()
    for notice in verdict.notices:
        output.line(Text.assemble(_arrived(notice), f" {notice.title} -> {notice.topic or 'nobody'}"))
        if notice.note:
            output.say(f"  {notice.note}")
        if notice.subscribers is not None:
            output.say(f"  {_subscribers(notice)}")
    if not verdict.notices:
        output.say("No alarm notifies anybody.", style=_BAD)
    if any(proof.way == "data" for proof in verdict.proofs):
        output.say("The data points of the test stay in the graphs of the metrics.")


def _reached(proof: Proof) -> Text:
    if proof.way == "none":
        return Text("-", style=_NOTED)
    return Text("yes", style=_GOOD) if proof.reached else Text("NO", style=_BAD)


def _arrived(notice: Notice) -> Text:
    if notice.arrived is None:
        return Text("? not known", style=_NOTED)
    return Text("✔ delivered", style=_GOOD) if notice.arrived else Text("✘ NOT delivered", style=_BAD)


def _subscribers(notice: Notice) -> str:
    listed = ", ".join(f"{count} {protocol}" for protocol, count in sorted((notice.subscribers or {}).items()))
    pending = f"; {notice.pending} not confirmed, and not notified" if notice.pending else ""
    return f"subscribers: {listed or 'none'}{pending}"
