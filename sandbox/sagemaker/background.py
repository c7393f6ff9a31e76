"""Threads that go on with a request after it was answered."""

import logging
from collections.abc import Callable

from sandbox import seams
from sandbox.sagemaker import activity

_log = logging.getLogger(__name__)


def run(work: Callable[[], None], name: str) -> None:
    """Run ``work`` on a thread of its own, in the account and region at hand; the service is busy until it ends."""
    activity.begin()

    def body() -> None:
        try:
            work()
        except Exception:
            _log.exception("%s failed", name)
        finally:
            activity.end()

    try:
        seams.spawn_background(body, name)
    except BaseException:
        activity.end()
        raise
