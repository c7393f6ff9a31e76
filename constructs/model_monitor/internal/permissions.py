"""Permissions, written with one message to the CDK's process for each: a statement of the CDK's own takes five."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk.interfaces.aws_kms import IKeyRef

from model_monitor.internal.nag import acknowledge_wildcards


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
    conditions: Mapping[str, Mapping[str, object]] | None = None


# The CDK writes equal statements once, so those that somebody has already need not be sent again.
_ALLOWED: WeakKeyDictionary[iam.IGrantable, set[str]] = WeakKeyDictionary()


def allow(grantee: iam.IGrantable, statements: Iterable[Statement], why_wildcards: str) -> None:
    """Add statements to the policy of whoever is granted.

    Args:
        grantee: Such as a role.
        statements: What is allowed.
        why_wildcards: Why resources among them have a wildcard; people who audit the app read it.
    """
    allowed = _ALLOWED.setdefault(grantee, set())
    for statement in statements:
        options: dict[str, object] = {"actions": list(statement.actions), "resourceArns": list(statement.resources)}
        if statement.conditions:
            options["conditions"] = {operator: dict(keys) for operator, keys in statement.conditions.items()}
        text = json.dumps(options)
        if text not in allowed:
            allowed.add(text)
            jsii.sinvoke(iam.Grant, "addToPrincipal", [{"grantee": grantee, **options}])
            acknowledge_wildcards(grantee, statement.resources, why_wildcards)


_USERS: WeakKeyDictionary[IKeyRef, set[tuple[iam.IGrantable, Sequence[str]]]] = WeakKeyDictionary()


def allow_key(grantee: iam.IGrantable, key: IKeyRef, *actions: str) -> None:
    """Let somebody use a key, where its own policy has to say so too. Said again, it changes nothing.

    Args:
        grantee: Such as a role.
        key: An L2 key.
        *actions: What may be done.
    """
    users = _USERS.setdefault(key, set())
    if (grantee, actions) not in users:
        users.add((grantee, actions))
        jsii.invoke(key, "grant", [grantee, *actions])
