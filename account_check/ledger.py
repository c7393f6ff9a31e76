"""What was made, and how it is deleted again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

_GONE = (
    "NoSuch",
    "NotFound",
    "NonExistent",
    "Could not find",
    "does not exist",
)
"""Part of the code or the text with which services say that something is not there."""


@dataclass
class Ledger:
    """Everything that exists because of this run, latest last.

    Attributes:
        on_delete: Told of each thing before it is deleted.
    """

    on_delete: Callable[[str], None] = lambda _: None
    _made: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    def add(self, what: str, delete: Callable[[], object]) -> None:
        """Note something. Call it right after the thing was made, or right before where making it takes steps.

        Args:
            what: The thing, for people: its kind and name.
            delete: Deletes it. That it is gone already is fine.
        """
        self._made.append((what, delete))

    def __len__(self) -> int:
        return len(self._made)

    def contents(self) -> list[str]:
        """Return what there is, in the order in which it was made."""
        return [what for what, _ in self._made]

    def delete_all(self) -> list[str]:
        """Delete everything, latest first. Ctrl-C waits until that is done.

        Returns:
            What could not be deleted, and why.
        """
        left = []
        with _uninterrupted():
            while self._made:
                what, delete = self._made.pop()
                self.on_delete(what)
                try:
                    delete()
                except ClientError as error:
                    if not is_gone(error):
                        left.append(f"{what}: {error}")
                except Exception as error:  # whatever it is, the rest has to go
                    left.append(f"{what}: {error}")
        return left


def is_gone(error: ClientError) -> bool:
    """Return whether a service says that what was asked for is not there."""
    answer = error.response.get("Error", {})
    text = f"{answer.get('Code', '')} {answer.get('Message', '')}"
    return any(part in text for part in _GONE)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
