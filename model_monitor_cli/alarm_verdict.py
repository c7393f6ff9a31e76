"""What came of a test of alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from model_monitor_cli.exits import Exit


@dataclass(frozen=True)
class Proof:
    """What came of the test of an alarm.

    Attributes:
        alarm: Its name.
        title: What it says happened.
        way: `data`: by data points of its metric; `state`: its state was set by hand, which proves no more than what
            follows from it; `none`: it was left alone.
        reached: Whether it went into ALARM.
        note: Why not, or why in this way.
        back_by: When it is back in OK by itself at the latest, unless runs find something.
    """

    alarm: str
    title: str
    way: str
    reached: bool = False
    note: str = ""
    back_by: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """What came of an alarm that notifies.

    Attributes:
        alarm: Its name.
        title: What it says happened.
        topic: Where it notifies.
        arrived: Whether its notification arrived; None if that could not be found out.
        note: Why not.
        subscribers: How many confirmed subscribers the topic has, by protocol; None if that may not be seen.
        pending: How many have not confirmed.
    """

    alarm: str
    title: str
    topic: str
    arrived: bool | None = None
    note: str = ""
    subscribers: Mapping[str, int] | None = None
    pending: int = 0


@dataclass(frozen=True)
class Verdict:
    """What came of a test."""

    proofs: tuple[Proof, ...]
    notices: tuple[Notice, ...]

    @property
    def exit(self) -> Exit:
        """Fine if every alarm went into ALARM and every notification arrived; trouble if one did not."""
        tried = [proof for proof in self.proofs if proof.way != "none"]
        if any(not proof.reached for proof in tried) or any(notice.arrived is False for notice in self.notices):
            return Exit.TROUBLE
        unknown = any(notice.arrived is None for notice in self.notices) or len(tried) < len(self.proofs)
        return Exit.UNKNOWN if unknown or not self.notices else Exit.FINE
