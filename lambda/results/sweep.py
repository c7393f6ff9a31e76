"""The sweep finds what events do not tell.

That is an event that was lost (EventBridge delivers those of SageMaker at best effort), a run without traffic, which
has no job and therefore no event, and what could not be done when the event came.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from results import lookup
from results.handling import handle, run_name
from results.invocation import Invocation
from results.monitor import Monitor
from results.once import Once
from shared import errors
from shared.logs import log

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef as Summary

_SWEPT = timedelta(hours=24)
# Waiting for AWS is all that takes time, and SageMaker limits how often its lists are read.
_WORKERS = 8
# What handling a run takes at most, apart from counting labels.
_ENOUGH_TIME = timedelta(seconds=20)
_MOST_TOLD = 20


class SweepError(Exception):
    """Some runs could not be handled; the others were."""


@dataclass
class _Result:
    """What came of one monitor."""

    handled: int = 0
    troubles: list[str] = field(default_factory=list)


def sweep(invocation: Invocation) -> int:
    """Handle the runs of the last 24 hours that were not handled yet; return their number.

    A run, a monitor or a document of the registry with trouble does not keep the others back.

    Raises:
        SweepError: Some could not be handled.
    """
    names = list(invocation.registry.names())
    # If time does not suffice for all, it shall not be the same ones each time that are left for the next sweep.
    random.shuffle(names)
    results = _in_threads(names, invocation)
    troubles = sorted(trouble for result in results for trouble in result.troubles)
    if troubles:
        hidden = len(troubles) - _MOST_TOLD
        more = f"; and {hidden} more, see the log" if hidden > 0 else ""
        raise SweepError(f"{len(troubles)} could not be handled: {'; '.join(troubles[:_MOST_TOLD])}{more}")
    return sum(result.handled for result in results)


def _in_threads(names: Iterable[str], invocation: Invocation) -> list[_Result]:
    """Sweep monitors side by side, each in a context of its own, so that no role of one is used for another."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        futures: list[Future[_Result]] = [
            pool.submit(copy_context().run, _sweep_monitor, name, invocation) for name in names
        ]
        return [future.result() for future in futures]


def _sweep_monitor(name: str, invocation: Invocation) -> _Result:
    result = _Result()
    try:
        if _is_late(result, name, invocation):
            return result
        monitor = invocation.registry.monitor(name)
        if monitor is None:  # its document has just been removed
            return result
        left = _not_handled(monitor, invocation)
    except Exception as error:
        _note(result, name, error)
        return result
    for summary in left:
        if _is_late(result, name, invocation):
            break
        try:
            result.handled += handle(lookup.of_summary(monitor, summary), invocation)
        except Exception as error:
            _note(result, f"{name}, {lookup.scheduled_time(summary):%Y-%m-%d %H:%M}", error)
    return result


def _is_late(result: _Result, name: str, invocation: Invocation) -> bool:
    """Say, and note, whether no time is left for a monitor; Lambda's retry and the next sweep go on."""
    if invocation.time_left > _ENOUGH_TIME:
        return False
    result.troubles.append(f"{name}: no time was left for it")
    return True


def _note(result: _Result, what: str, error: Exception) -> None:
    log("not handled", what=what, error=repr(error))
    result.troubles.append(f"{what}: {error}")


def _not_handled(monitor: Monitor, invocation: Invocation) -> list[Summary]:
    start = max(datetime.now(UTC) - _SWEPT, monitor.registered - monitor.period)
    finished = Once(invocation.settings.state, invocation).finished_since(monitor.name, run_name(monitor, start))
    try:
        ended = lookup.ended_since(monitor, start)
    except ClientError as error:
        if not errors.is_missing(error):
            raise
        log("no such schedule", schedule=monitor.name)  # not made yet, or deleted
        return []
    return [
        summary
        for summary in ended
        # Runs that had ended before were handled by the function that looked after the monitor then.
        if summary["LastModifiedTime"] > monitor.registered
        and run_name(monitor, lookup.scheduled_time(summary)) not in finished
    ]
