"""Waits for the times at which schedules fall due, on the sandbox's clock."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox import seams
from sandbox.process import clock
from sandbox.sagemaker import background
from sandbox.sagemaker.monitoring import cron
from sandbox.sagemaker.monitoring.cron import Cron
from sandbox.sagemaker.state import Document

MOST_MISSED = 48
"""When the clock jumps over more due times than this, only the latest so many run, oldest first."""
_LONGEST_WAIT = 3600.0

Run = Callable[[float], None]


@dataclass
class _Timer:
    cron: Cron
    run: Run
    scope: tuple[str, str]
    name: str
    next_due: datetime

    def take_due(self, now: datetime) -> list[float]:
        """The due times that have passed, oldest first; the timer moves on to the next."""
        due = []
        while self.next_due <= now:
            due.append(self.next_due.timestamp())
            self.next_due = self.cron.next_after(self.next_due)
            if len(due) > MOST_MISSED:
                del due[0]
        return due


_timers: dict[str, _Timer] = {}
_changed = threading.Condition()
_thread: threading.Thread | None = None


def install() -> None:
    """Listen to the clock; called once."""
    clock.on_advance(_fire)


def arm(schedule: Document, run: Run) -> None:
    """Run a schedule whenever it falls due from now on; one with NOW runs at once, and only once.

    Args:
        schedule: The monitoring schedule.
        run: Called on a thread of its own with each due time, in epoch seconds.
    """
    parsed = cron.parse(schedule["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"])
    name = f"monitoring schedule {schedule['MonitoringScheduleName']}"
    now = clock.now()
    if parsed is None:
        disarm(schedule)
        # Windows end at whole seconds: the next one, so that what was served until now is inside.
        background.run(lambda: run(float(math.ceil(now.timestamp()))), name)
        return
    timer = _Timer(parsed, run, (seams.account_id(), seams.region()), name, parsed.next_after(now))
    with _changed:
        _timers[schedule["MonitoringScheduleArn"]] = timer
        _ensure_thread()
        _changed.notify_all()


def disarm(schedule: Document) -> None:
    """Let a schedule fall due no more."""
    with _changed:
        _timers.pop(schedule["MonitoringScheduleArn"], None)


def reset() -> None:
    """Forget every schedule of every account and region."""
    with _changed:
        _timers.clear()


def _fire() -> None:
    """Start what is due. Counts as busy before it returns, so nobody sees an idle service in between."""
    now = clock.now()
    with _changed:
        batches = [(timer, timer.take_due(now)) for timer in _timers.values()]
        _changed.notify_all()  # after a jump of the clock, the watch must not sleep as long as it meant to
    for timer, due in batches:
        if due:
            with seams.scope(*timer.scope):
                background.run(_batch(timer.run, due), timer.name)


def _batch(run: Run, due: list[float]) -> Callable[[], None]:
    def run_all() -> None:
        for moment in due:
            run(moment)

    return run_all


def _ensure_thread() -> None:
    global _thread  # noqa: PLW0603 - started with the first schedule, once in a process
    if _thread is None:
        _thread = threading.Thread(target=_watch, name="sagemaker-scheduler", daemon=True)
        _thread.start()


def _watch() -> None:
    while True:
        with _changed:
            soonest = min((timer.next_due for timer in _timers.values()), default=None)
            if soonest is None or soonest > clock.now():
                _changed.wait(_real_seconds_until(soonest))
                continue
        _fire()


def _real_seconds_until(moment: datetime | None) -> float:
    if moment is None:
        return _LONGEST_WAIT
    return min((moment - clock.now()) / timedelta(seconds=1) / clock.scale(), _LONGEST_WAIT)
