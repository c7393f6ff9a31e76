"""The clock that AWS lives by, and how to wait on it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
SECRET_VARIABLE = "SANDBOX_SECRET"  # noqa: S105 - a name
"""The environment variable with which a sandbox's clock may be moved."""
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:")
_SANDBOX_POLL = 0.1
"""How long a wait of any length takes in the sandbox at most, in seconds of real time."""


class NoSandboxError(Exception):
    """No sandbox answers; the message says what to do."""


class TooLateError(Exception):
    """Something did not happen in time."""


class Pace(Protocol):
    """A clock that can be waited on."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""


class RealPace:
    """The clock of a real account."""

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SandboxPace:
    """The clock of a sandbox: who waits for it moves it forward, unless a job is at work.

    A job takes seconds there, so that the time that the job of a real account is given would be over too soon.

    Args:
        url: The sandbox's endpoint.
        secret: What its administration wants to be sent.

    Raises:
        NoSandboxError: No sandbox with this secret answers there.
    """

    def __init__(self, url: str, secret: str) -> None:
        self._url = f"{url.rstrip('/')}/_sandbox"
        self._headers = {"X-Sandbox-Secret": secret}
        if not url.startswith(_LOOPBACK):
            raise NoSandboxError(
                f"{SECRET_VARIABLE} is set, but {url} is no sandbox of this machine; unset one of them"
            )
        try:
            self.now()
        except (OSError, ValueError, KeyError) as error:
            raise NoSandboxError(
                f"{SECRET_VARIABLE} is set, but no sandbox with this secret answers at {url} ({error}); "
                "take both values from the line that the sandbox printed when it started"
            ) from error

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return datetime.fromisoformat(self._ask("clock")["now"])

    def sleep(self, seconds: float) -> None:
        """Let the sandbox work for a moment, or move its clock when it has nothing to do."""
        time.sleep(min(seconds, _SANDBOX_POLL))
        if self._ask("idle")["idle"]:
            self._ask("clock", {"advance_seconds": seconds})

    def _ask(self, name: str, body: dict[str, float] | None = None) -> Any:  # noqa: ANN401 - JSON
        request = urllib.request.Request(  # noqa: S310 - a loopback address, see `pace_of`
            f"{self._url}/{name}",
            data=None if body is None else json.dumps(body).encode(),
            headers=self._headers,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - see above
            return json.load(answer)


def pace_of(endpoint_url: str | None, secret: str | None) -> Pace:
    """Return the clock behind an endpoint: that of a sandbox whose clock may be moved, or the real one.

    Args:
        endpoint_url: As in AWS_ENDPOINT_URL; None for AWS itself.
        secret: As in SANDBOX_SECRET, if it is set.

    Raises:
        NoSandboxError: There is a secret, but no sandbox that it belongs to.
    """
    return SandboxPace(endpoint_url or "AWS", secret) if secret else RealPace()


def until(pace: Pace, condition: Callable[[], T | None], *, every: float, limit: timedelta, what: str) -> T:
    """Wait until a condition gives something.

    Args:
        pace: The clock.
        condition: Asked again and again; None means not yet.
        every: Seconds between two questions.
        limit: How long to ask.
        what: What is waited for, for the error.

    Raises:
        TooLateError: It gave nothing in time.
    """
    end = pace.now() + limit
    while (found := condition()) is None:
        if pace.now() >= end:
            raise TooLateError(f"{what} did not happen within {limit.total_seconds() / 60:.0f} minutes")
        pace.sleep(every)
    return found
