"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model_monitor_cli.doctor.facts import Facts


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        says: What was found, in a sentence.
        fix: What to do, as a sentence that begins with a verb.
    """

    says: str
    fix: str


@dataclass(frozen=True)
class Check:
    """One thing that has to be right.

    Attributes:
        name: Unique, such as `capture-is-on`.
        look: Judges the facts; None when all is well.
    """

    name: str
    look: Callable[[Facts], Finding | None]


@dataclass(frozen=True)
class Link:
    """One link of the chain.

    Attributes:
        name: Such as `capture`.
        checks: In the order in which causes hide each other.
        whole: Says in a few words what is right when all checks have passed.
    """

    name: str
    checks: tuple[Check, ...]
    whole: Callable[[Facts], str]
