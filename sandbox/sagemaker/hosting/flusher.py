"""Writes captured records and invocation counts a little later than the requests, in few pieces."""

import logging
import threading
import time

from sandbox.sagemaker.hosting import capture, usage

_log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
"""How long records wait for company (real time); AWS takes about a minute."""

_starting = threading.Lock()
_thread: threading.Thread | None = None


def start() -> None:
    """Start writing in the background; once in a process is enough."""
    global _thread  # noqa: PLW0603 - one service in a process, one thread that writes
    if _thread is not None:
        return
    with _starting:
        if _thread is None:
            _thread = threading.Thread(target=_flush_forever, name="sagemaker-flusher", daemon=True)
            _thread.start()


def flush() -> None:
    """Write everything gathered so far; returns once it is in S3. Must not run on the event loop."""
    capture.flush()
    usage.publish()


def _flush_forever() -> None:
    while True:
        time.sleep(FLUSH_SECONDS)
        try:
            flush()
        except Exception:
            _log.exception("writing captured records failed")
