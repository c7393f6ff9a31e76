"""The one exception that the library raises for a wrong configuration."""

from __future__ import annotations


class ConfigurationError(ValueError):
    """A construct was given something that cannot work.

    The message says what was got, what is expected and how to mend it. It is raised during synthesis, never later.
    """

    def __init__(self, *, got: str, expected: str, fix: str) -> None:
        self.got = got
        self.expected = expected
        self.fix = fix
        super().__init__(f"got {got}; expected {expected}; {fix}")
