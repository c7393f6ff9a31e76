"""Handler of the results function: called by the event of a monitoring job, and every hour by `{"sweep": true}`."""

from __future__ import annotations

import os
from typing import Any

from results import lookup
from results.handling import handle
from results.invocation import Invocation, LambdaContext
from results.sweep import sweep
from shared.logs import log


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Handle the run of an event, or all runs of the last 24 hours that were not handled yet.

    Args:
        event: A `SageMaker Processing Job State Change` event, of which only the name and the status of the job are
            needed, or `{"sweep": true}`.
        context: Lambda's.

    Returns:
        `handled`: the number of runs that something was done for.

    Raises:
        Exception: Something could not be done; it is tried again by Lambda's retry and by the next sweep.
    """
    invocation = Invocation.begin(os.environ, context)
    if event.get("sweep"):
        return {"handled": sweep(invocation)}
    execution = lookup.of_event(event, invocation.registry)
    if execution is None:
        log("not a run of these monitors", job=(event.get("detail") or {}).get("ProcessingJobName"))
        return {"handled": 0}
    return {"handled": int(handle(execution, invocation))}
