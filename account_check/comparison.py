"""Where two contracts differ: an account and the sandbox, or two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from account_check.contract import Contract
from account_check.facts import compared


@dataclass(frozen=True)
class Difference:
    """A fact that two contracts have in common by name only.

    Attributes:
        fact: Its path: step and names, e.g. ``run.job.name``.
        expected: What the first contract says.
        got: What the second one says.
    """

    fact: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.fact}: expected {self.expected!r}, got {self.got!r}"


def known_facts(contract: Contract) -> dict[str, Any]:
    """Return the facts of a contract that can be compared, by their paths."""
    return {
        path: value
        for name, record in contract.steps.taken()
        if record.facts is not None
        for path, value in _flat(name, compared(record.facts))
    }


def differences(expected: Contract, got: Contract) -> list[Difference]:
    """Return where contracts differ. Steps that either of them does not have are left out."""
    first, second = known_facts(expected), known_facts(got)
    both = {name for name, record in expected.steps.taken() if record.facts is not None} & {
        name for name, record in got.steps.taken() if record.facts is not None
    }
    paths = [path for path in {**first, **second} if path.partition(".")[0] in both]
    return [
        Difference(path, first.get(path), second.get(path)) for path in paths if first.get(path) != second.get(path)
    ]


def _flat(path: str, value: object) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of facts: lists count as one, events are told apart by their kind and status."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _flat(f"{path}.{name}", member)
    elif isinstance(value, list) and value and all(isinstance(item, dict) and "detail_type" in item for item in value):
        for item in value:
            rest = {name: member for name, member in item.items() if name not in ("detail_type", "status")}
            yield from _flat(f"{path}[{item['detail_type']}, {item['status']}]", rest)
    else:
        yield path, value
