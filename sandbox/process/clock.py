"""The sandbox's clock: real time, times a scale, plus whatever it was advanced by.

SageMaker, CloudWatch and EventBridge read the time here. Signatures and sessions keep to the real time, because
the clients that make them do.
"""

import threading
import time as _real
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_lock = threading.RLock()
_listeners: list[Callable[[], None]] = []
_scale = 1.0
_real_origin = _real.time()
_origin = _real_origin


def set_scale(scale: float) -> None:
    """Make the clock run ``scale`` times as fast as real time, from this moment on.

    Raises:
        ValueError: The scale is not positive.
    """
    global _scale, _origin, _real_origin
    if scale <= 0:
        raise ValueError(f"the time scale must be a number above 0, got {scale}")
    with _lock:
        real = _real.time()
        _origin, _real_origin, _scale = _origin + (real - _real_origin) * _scale, real, scale


def scale() -> float:
    """How many seconds of the sandbox pass in one real second."""
    return _scale


def time() -> float:
    """The sandbox's time in seconds since the epoch."""
    with _lock:
        return _origin + (_real.time() - _real_origin) * _scale


def now() -> datetime:
    """The sandbox's time as an aware datetime in UTC."""
    return datetime.fromtimestamp(time(), UTC)


def advance(by: timedelta) -> datetime:
    """Move the clock forward and tell the listeners.

    Listeners run on the calling thread, after the clock has moved.

    Returns:
        The new time.

    Raises:
        ValueError: ``by`` is negative: a clock that runs backwards would unmake history.
    """
    global _origin  # noqa: PLW0603 - see set_scale
    if by < timedelta(0):
        raise ValueError(f"the clock only moves forward, got {by.total_seconds()} seconds")
    with _lock:
        _origin += by.total_seconds()
    for listener in list(_listeners):
        listener()
    return now()


def on_advance(listener: Callable[[], None]) -> None:
    """Call ``listener`` after every `advance`. It must not block."""
    _listeners.append(listener)
