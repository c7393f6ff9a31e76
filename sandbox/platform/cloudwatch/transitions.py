"""What follows from a change of state: history, event, actions, and the composite alarms above."""

import json
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from sandbox.platform.cloudwatch import actions
from sandbox.process import clock
from sandbox.seams import Name, ScopedStore, get, put_event

# The state that every alarm was last announced in: its events carry the previous reason and time as well.
_announced: ScopedStore[dict[str, str]] = ScopedStore()


def change_state(alarm: MutableMapping[str, Any], new: str, reason: str, reason_data: str) -> None:
    """Move a metric alarm to another state, as CloudWatch does after an evaluation."""
    old = alarm["StateValue"]
    moment = int(clock.time())
    alarm.update(
        StateValue=str(new),
        StateReason=reason,
        StateReasonData=reason_data,
        StateUpdatedTimestamp=moment,
        StateTransitionedTimestamp=moment,
    )
    get(Name.RECORD_HISTORY)(alarm["AlarmName"], old, str(new), reason, "MetricAlarm", json.loads(reason_data))
    get(Name.DISPATCH_ALARM_ACTIONS)(alarm, old, str(new), reason)
    get(Name.EVALUATE_PARENT_ALARMS)(alarm)


def announcing(original: Callable[..., None]) -> Callable[..., None]:
    """Wrap the writing of the history, through which every change of state passes, so that it becomes an event."""

    def record_history(alarm_name: str, old_state: str, new_state: str, reason: str, *rest: Any) -> None:
        original(alarm_name, old_state, new_state, reason, *rest)
        if old_state == new_state:
            # MiniStack's way to note the creation.
            get(Name.HISTORY)()[-1].update(
                HistoryItemType="ConfigurationUpdate", HistorySummary=f'Alarm "{alarm_name}" created'
            )
            return
        alarm = find(alarm_name)
        if alarm is not None:
            _announce(alarm, old_state, new_state, reason)

    return record_history


def find(name: str) -> Mapping[str, Any] | None:
    """A metric or composite alarm by name."""
    alarm: Mapping[str, Any] | None = get(Name.ALARMS).get(name) or get(Name.COMPOSITE_ALARMS).get(name)
    return alarm


def _announce(alarm: Mapping[str, Any], old: str, new: str, reason: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html."""
    state = {"value": new, "reason": reason, "timestamp": actions.timestamp(clock.time())}
    if alarm.get("StateReasonData"):
        state["reasonData"] = alarm["StateReasonData"]
    name = alarm["AlarmName"]
    previous = _announced.get(name) or {"value": old}
    _announced[name] = state
    detail = {
        "alarmName": name,
        "state": state,
        "previousState": previous | {"value": old},
        "configuration": actions.configuration(alarm),
    }
    put_event("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [alarm["AlarmArn"]])
