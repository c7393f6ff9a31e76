"""Waiting in custom resources: for how long, and what is done again.

The CDK Provider framework calls `is_complete` until its own limit and then fails with words that help nobody, so a
resource keeps a limit of its own, a little shorter, and says what it waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shared import errors
from shared.logs import log

MAX_WAIT_PROPERTY = "MaxWaitInSeconds"
_DEFAULT_SECONDS = 1500


def deadline(properties: Mapping[str, Any]) -> float:
    """Return the time (seconds since 1970) until which a request that comes now may wait."""
    return time.time() + float(properties.get(MAX_WAIT_PROPERTY) or _DEFAULT_SECONDS)


def is_over(limit: float) -> bool:
    """Say whether a deadline has passed."""
    return time.time() > limit


def unless_busy(step: Callable[[], bool]) -> bool:
    """Return what the step returns, or false when AWS is too busy for it at the moment.

    To raise would fail the deployment for a moment's trouble; every step can be done again at the next poll.
    """
    try:
        return step()
    except (ClientError, BotoCoreError) as error:
        if not errors.is_transient(error):
            raise
        log("will be tried again", error=str(error))
        return False
