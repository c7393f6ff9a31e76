"""Counts the work in flight, so that tests and demos can wait until the service is idle."""

import threading

_lock = threading.Lock()
_count = 0


def begin() -> None:
    """One more piece of work is in flight."""
    global _count  # noqa: PLW0603 - one service in a process, one count
    with _lock:
        _count += 1


def end() -> None:
    """One piece of work is done."""
    global _count  # noqa: PLW0603 - see begin
    with _lock:
        _count -= 1


def is_idle() -> bool:
    """Whether nothing is in flight."""
    return _count == 0
