"""Puts the sandbox's own behaviour into MiniStack, service by service."""

import asyncio
import logging
from collections.abc import Callable

from sandbox.platform import cloudformation, events, functions, mail, s3, subscribers
from sandbox.platform.cloudwatch import installation as cloudwatch
from sandbox.platform.iam import installation as iam

_TICK_SECONDS = 1.0
_TICKING: tuple[Callable[[], None], ...] = (cloudwatch.tick, events.tick)
_log = logging.getLogger("sandbox")


def install() -> None:
    """Install every correction. Called once, before the server starts."""
    iam.install()
    mail.install()
    subscribers.install()
    events.install()
    cloudwatch.install()
    cloudformation.install()
    functions.install()
    s3.install()


async def tick() -> None:
    """Do what time alone brings about, on the event loop, until cancelled."""
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        for ticking in _TICKING:
            try:
                ticking()
            except Exception:
                # The next tick must come, whatever this one met.
                _log.exception("what is due could not be done")
