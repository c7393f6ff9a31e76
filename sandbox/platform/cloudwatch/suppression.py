"""Action suppression of composite alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html: while the suppressor alarm is in
ALARM, the composite alarm runs no actions. The wait period gives the suppressor time to go into ALARM first; the
extension period keeps the actions back a while after it has left ALARM.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.process import clock
from sandbox.seams import Name, ScopedStore, get, scope

Alarm = Mapping[str, Any]
Run = Callable[[Alarm, str, str, str], None]


@dataclass
class _Pending:
    """Actions that are held back."""

    old_state: str
    new_state: str
    reason: str
    due: float | None
    """When they run; None while the suppressor is in ALARM."""


_pending: ScopedStore[_Pending] = ScopedStore()


def holds_back(alarm: Alarm, old_state: str, new_state: str, reason: str) -> bool:
    """Whether the actions of a change of state have to wait; if so they are kept for `release`."""
    _pending.pop(alarm["AlarmName"], None)
    if not alarm.get("ActionsSuppressor"):
        return False
    active = _is_active(alarm)
    wait = int(alarm.get("ActionsSuppressorWaitPeriod") or 0)
    if not active and not wait:
        return False
    due = None if active else clock.time() + wait
    _pending[alarm["AlarmName"]] = _Pending(old_state, new_state, reason, due)
    return True


def release(run: Run) -> None:
    """Run what was held back and may go now, in every account and region."""
    for account, region in _pending.scopes():
        with scope(account, region):
            for name, pending in list(_pending.items()):
                _release_one(name, pending, run)


def _release_one(name: str, pending: _Pending, run: Run) -> None:
    alarm = get(Name.COMPOSITE_ALARMS).get(name)
    if alarm is None:
        del _pending[name]
    elif _is_active(alarm):
        pending.due = None
    elif pending.due is None:
        pending.due = clock.time() + int(alarm.get("ActionsSuppressorExtensionPeriod") or 0)
    if alarm is not None and pending.due is not None and clock.time() >= pending.due:
        del _pending[name]
        run(alarm, pending.old_state, pending.new_state, pending.reason)


def _is_active(alarm: Alarm) -> bool:
    name = str(alarm["ActionsSuppressor"]).rsplit(":alarm:", 1)[-1]
    suppressor = get(Name.ALARMS).get(name) or get(Name.COMPOSITE_ALARMS).get(name)
    return suppressor is not None and suppressor["StateValue"] == "ALARM"
