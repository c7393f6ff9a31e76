"""The commands that alarms name: a person on call pastes them into a terminal.

The program `model-monitor` comes with the extra `cli`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROGRAM = "model-monitor"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLAIN = re.compile(r"(?:[\w@%+=:,./-]|\$\{Token\[[^\]]*\]\})+")


def short_name(id: str) -> str:
    """Return a construct id as people type it: `DataQuality` -> `data-quality`.

    Example:
        >>> short_name("ModelExplainability")
        'model-explainability'
    """
    return re.sub(r"[\s_]+", "-", _CAPITAL.sub("-", id)).lower()


@dataclass(frozen=True)
class Commands:
    """The commands about one monitor.

    Attributes:
        monitor: What the command line calls it: endpoint and short name, or the schedule where there is no endpoint.
    """

    monitor: tuple[str, ...]

    @property
    def report(self) -> str:
        """Show what its last run has found."""
        return _command("report", *self.monitor)

    @property
    def doctor(self) -> str:
        """Find out what is broken."""
        return _command("doctor", *self.monitor[:1])


def status_command(model: str | None) -> str:
    """Return the command that shows a model's monitors, or those of all models."""
    return _command("status", *([model] if model else []))


def _command(*words: str) -> str:
    return " ".join([PROGRAM, *(word if _PLAIN.fullmatch(word) else f"'{word}'" for word in words)])
