"""Statements of IAM policies, and how few of them say the same."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]

Group = TypeVar("Group", bound=Hashable)
Member = TypeVar("Member", bound=Hashable)

# With these, a request has to match one of the values: two statements with a value each say the same as one with both.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
_ONE_OF = frozenset(["ArnEquals", "ArnLike", "StringEquals", "StringLike"])


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is allowed.

    Attributes:
        actions: What may be done.
        resources: With what; may be tokens.
        conditions: When. Default: always.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Conditions | None = None


class Permission(NamedTuple):
    """One action with one resource under one condition: what a statement is made of.

    Attributes:
        action: What may be done.
        resource: With what.
        condition: Operator and key, or all conditions as JSON, or nothing.
        value: What the key has to be, if the condition is an operator and a key.
    """

    action: str
    resource: str
    condition: tuple[str, ...]
    value: str = ""


def permissions_of(statement: Statement) -> Iterator[Permission]:
    """Take a statement apart."""
    for condition, value in _conditions(statement.conditions):
        for resource in statement.resources:
            for action in statement.actions:
                yield Permission(action, resource, condition, value)


def fewest_statements(permissions: Iterable[Permission]) -> list[Statement]:
    """Put permissions together.

    Values of a condition come together first, then actions, then resources, so a bucket has all prefixes that may be
    listed in one statement. No step allows anything new: whatever is joined has all else in common.
    """
    values = _grouped(((each.action, each.resource, each.condition), each.value) for each in permissions)
    actions = _grouped(
        ((resource, condition, matched), action) for (action, resource, condition), matched in values.items()
    )
    resources = _grouped(
        ((tuple(sorted(allowed)), condition, matched), resource)
        for (resource, condition, matched), allowed in actions.items()
    )
    return [
        Statement(actions=allowed, resources=among, conditions=_written(condition, matched))
        for (allowed, condition, matched), among in resources.items()
    ]


def _conditions(conditions: Conditions | None) -> Iterator[tuple[tuple[str, ...], str]]:
    if not conditions:
        yield (), ""
        return
    keys = [(operator, key, values) for operator, tests in conditions.items() for key, values in tests.items()]
    operator, key, values = keys[0]
    if len(keys) > 1 or operator not in _ONE_OF:
        yield (json.dumps(conditions),), ""
        return
    for value in [values] if isinstance(values, str) else values:
        yield (operator, key), value


def _written(condition: tuple[str, ...], values: tuple[str, ...]) -> Conditions | None:
    match condition:
        case (operator, key):
            return {operator: {key: values[0] if len(values) == 1 else list(values)}}
        case (document,):
            conditions: Conditions = json.loads(document)
            return conditions
    return None


def _grouped(pairs: Iterable[tuple[Group, Member]]) -> dict[Group, tuple[Member, ...]]:
    """Return the members of each group, each once and in their first order."""
    groups: dict[Group, dict[Member, None]] = {}
    for group, member in pairs:
        groups.setdefault(group, {})[member] = None
    return {group: tuple(members) for group, members in groups.items()}
