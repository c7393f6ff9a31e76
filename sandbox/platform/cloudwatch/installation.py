"""Puts our CloudWatch in the place of MiniStack's."""

import functools

from sandbox.platform.cloudwatch import actions, alarms, api, dashboards, late_data, suppression, transitions
from sandbox.process import clock
from sandbox.process.clock_module import clock_module
from sandbox.seams import Name, replace

_MINUTE = 60


def install() -> None:
    """Install it. Called once, before the server starts."""
    replace(Name.CLOUDWATCH_TIME, clock_module)
    replace(Name.EVALUATE_ALARM, lambda _original: alarms.evaluate)
    replace(Name.EVALUATE_ALL_ALARMS, lambda _original: alarms.evaluate_all)
    replace(Name.RECORD_HISTORY, transitions.announcing)
    replace(Name.DISPATCH_ALARM_ACTIONS, lambda _original: actions.dispatch)
    replace(Name.GET_METRIC_DATA, api.get_metric_data)
    replace(Name.PUT_METRIC_ALARM, api.put_metric_alarm)
    replace(Name.PUT_COMPOSITE_ALARM, api.put_composite_alarm)
    replace(Name.SET_ALARM_STATE, api.set_alarm_state)
    dashboards.install()
    late_data.install()
    clock.on_advance(tick)


@functools.lru_cache(maxsize=1)
def _evaluate_in(_minute: int) -> None:
    """Evaluate every alarm, once in a minute of the sandbox's clock."""
    alarms.evaluate_everywhere()


def tick() -> None:
    """Publish late data, evaluate every alarm once a minute has begun, and run held actions that are due."""
    late_data.release()
    _evaluate_in(int(clock.time() // _MINUTE))
    suppression.release(actions.run)
