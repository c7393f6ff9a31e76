"""What `mute` and `unmute` show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from model_monitor_cli import times
from model_monitor_cli.muting import Cleared, Muted
from model_monitor_cli.output import Output


def show_muted(
    output: Output, muted: Sequence[Muted], cleared: Sequence[Cleared], now: datetime, *, is_of_alarm: bool
) -> None:
    """Show what is muted now, and what is still heard."""
    for item in muted:
        output.say(item.sentence(now))
    for alarm in cleared:
        if alarm.back_by:
            output.say(
                f"  {alarm.monitor}: the alarm '{alarm.title}' is in ALARM; it goes back to OK by "
                f"{times.minute(alarm.back_by)} UTC"
            )
        else:
            output.say(f"  {alarm.monitor}: the alarm '{alarm.title}' is in ALARM, and stays so", style="yellow")
    still = "messages of runs, events" if is_of_alarm else "events"
    output.say(f"Still on: runs, reports, {still}, and the alarm that runs have stopped.")


def show_ended(output: Output, ended: Sequence[Muted], in_code: Sequence[Muted]) -> None:
    """Show what is heard again, and what is not, because code mutes it."""
    for item in ended:
        output.say(f"{item.monitor}: {item.subject} is no longer muted, from the next run on")
    for item in in_code:
        output.say(item.how_to_end, style="yellow")
    if not ended:
        output.say("Nothing of this was muted.")
