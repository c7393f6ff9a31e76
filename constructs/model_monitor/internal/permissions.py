"""Grants, with few messages to the CDK's process: one for each statement, and few statements.

Statements were a third of what the synthesis of a monitor took, and IAM limits how long the policies of a role are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk.interfaces.aws_kms import IKeyRef

from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.internal.statements import Permission, Statement, fewest_statements, permissions_of


class _Grants:
    """What a block of code allows, until the block ends."""

    _SENT: ClassVar[WeakKeyDictionary[iam.IGrantable, set[Permission]]] = WeakKeyDictionary()
    _KEYS_SENT: ClassVar[WeakKeyDictionary[IKeyRef, set[tuple[iam.IGrantable, str]]]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._permissions: dict[iam.IGrantable, dict[Permission, None]] = {}
        self._keys: dict[tuple[iam.IGrantable, IKeyRef], dict[str, None]] = {}

    def add(self, grantee: iam.IGrantable, permissions: Iterable[Permission]) -> None:
        self._permissions.setdefault(grantee, {}).update(dict.fromkeys(permissions))

    def add_key(self, grantee: iam.IGrantable, key: IKeyRef, actions: Iterable[str]) -> None:
        self._keys.setdefault((grantee, key), {}).update(dict.fromkeys(actions))

    def send(self) -> None:
        """Tell the CDK what it does not know yet."""
        for grantee, permissions in self._permissions.items():
            sent = self._SENT.setdefault(grantee, set())
            for statement in fewest_statements(each for each in permissions if each not in sent):
                options = {"actions": list(statement.actions), "resourceArns": list(statement.resources)}
                conditions = {"conditions": statement.conditions} if statement.conditions else {}
                jsii.sinvoke(iam.Grant, "addToPrincipal", [{"grantee": grantee, **options, **conditions}])
            sent.update(permissions)
        for (grantee, key), actions in self._keys.items():
            users = self._KEYS_SENT.setdefault(key, set())
            if new := [action for action in actions if (grantee, action) not in users]:
                jsii.invoke(key, "grant", [grantee, *sorted(new)])
                users.update((grantee, action) for action in new)


_OPEN: ContextVar[_Grants | None] = ContextVar("_OPEN", default=None)


@contextmanager
def granted_together() -> Iterator[_Grants]:
    """Grant what is allowed in this block when it ends, in as few statements as say the same; inner blocks join.

    A block that fails grants nothing.
    """
    outer = _OPEN.get()
    if outer is not None:
        yield outer
        return
    grants = _Grants()
    before = _OPEN.set(grants)
    try:
        yield grants
    finally:
        _OPEN.reset(before)
    grants.send()


def allow(grantee: iam.IGrantable, statements: Iterable[Statement], why_wildcards: str) -> None:
    """Add statements to the policy of whoever is granted. Said again, it changes nothing.

    Args:
        grantee: Such as a role.
        statements: What is allowed.
        why_wildcards: Why resources among them have a wildcard; people who audit the app read it.
    """
    with granted_together() as grants:
        for statement in statements:
            grants.add(grantee, permissions_of(statement))
            acknowledge_wildcards(grantee, statement.resources, why_wildcards)


def allow_key(grantee: iam.IGrantable, key: IKeyRef, *actions: str) -> None:
    """Let somebody use a key, where its own policy has to say so too. Said again, it changes nothing.

    Args:
        grantee: Such as a role.
        key: An L2 key.
        *actions: What may be done.
    """
    with granted_together() as grants:
        grants.add_key(grantee, key, actions)
