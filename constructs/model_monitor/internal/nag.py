"""What cdk-nag is told about the findings of its AwsSolutions pack that are meant.

Nothing here changes a template: an acknowledgement is metadata of the construct tree
(https://github.com/cdklabs/cdk-nag#acknowledging-a-rule). Every acknowledgement sits at the construct that it is about,
so that what an app adds elsewhere is still found.

Most apps run without cdk-nag, and an acknowledgement costs several messages to the CDK's process: a third of all that
a monitoring sends. So they are written only in a process that has imported cdk-nag, at the latest when the app is
synthesised.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from aws_cdk import Acknowledgment, Stack, Validations, aws_iam as iam
from constructs import IConstruct

from model_monitor.internal.stacks import stack_of
from model_monitor.internal.validation import at_synthesis

_WILDCARD = "AwsSolutions-IAM5"
_BRACKETS = {"(": ")", "[": "]", "{": "}"}

# Who is granted again and again: asking for the principal, and whether it is a construct, are messages too.
_PRINCIPALS: WeakKeyDictionary[iam.IGrantable, IConstruct | None] = WeakKeyDictionary()


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Say why a finding at a construct, or below it, is meant.

    Args:
        construct: Where.
        rule: Rule, with the finding in brackets if the rule can have several.
        reason: Why; people who audit the app read it.
    """
    _Acknowledgements.of(construct).add(_Entry(construct, rule, None, reason))


def acknowledge_wildcards(grantee: iam.IGrantable, resources: Iterable[str], reason: str) -> None:
    """Say why resources of a statement have a wildcard; those without one are skipped.

    Args:
        grantee: Who was granted. Nothing happens for principals that are no constructs.
        resources: Resources of the statement; may be tokens.
        reason: Why.
    """
    wildcards = [resource for resource in resources if "*" in resource]
    if not wildcards:
        return
    if grantee not in _PRINCIPALS:
        _PRINCIPALS[grantee] = grantee if isinstance(grantee, iam.Role) else _principal(grantee)
    if (construct := _PRINCIPALS[grantee]) is not None:
        acknowledge_wildcards_at(construct, lambda: wildcards, reason)


def _principal(grantee: iam.IGrantable) -> IConstruct | None:
    principal: Any = grantee.grant_principal
    return principal if hasattr(principal, "node") else None


def acknowledge_wildcards_at(construct: IConstruct, resources: Callable[[], Iterable[str]], reason: str) -> None:
    """Do the same as `acknowledge_wildcards`, for policies at or below a construct.

    Args:
        construct: Where.
        resources: Return resources of statements; asked only where cdk-nag is used.
        reason: Why.
    """
    _Acknowledgements.of(construct).add(_Entry(construct, _WILDCARD, resources, reason))


@dataclass(frozen=True)
class _Entry:
    construct: IConstruct
    rule: str
    resources: Callable[[], Iterable[str]] | None
    reason: str


class _Acknowledgements:
    """The acknowledgements of one stack."""

    _OF_STACK: ClassVar[WeakKeyDictionary[Stack, _Acknowledgements]] = WeakKeyDictionary()
    _OF_CONSTRUCT: ClassVar[WeakKeyDictionary[IConstruct, _Acknowledgements]] = WeakKeyDictionary()

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._entries: list[_Entry] = []
        self._written: set[tuple[IConstruct, str]] = set()
        # References to other stacks become imports only when the app is synthesised, and a finding is named by what the
        # template says.
        at_synthesis(stack, self._write_all)

    @classmethod
    def of(cls, construct: IConstruct) -> _Acknowledgements:
        found = cls._OF_CONSTRUCT.get(construct)
        if found is None:
            stack = stack_of(construct).stack
            found = cls._OF_STACK.get(stack) or cls(stack)
            cls._OF_STACK[stack] = cls._OF_CONSTRUCT[construct] = found
        return found

    def add(self, entry: _Entry) -> None:
        self._entries.append(entry)
        # Those who import the pack may also use it on a stack that is never synthesised.
        self._write([entry])

    def _write_all(self) -> list[str]:
        self._write(self._entries)
        return []

    def _write(self, entries: Sequence[_Entry]) -> None:
        if "cdk_nag" not in sys.modules:
            return
        for entry in entries:
            for rule in self._rules(entry):
                if (entry.construct, rule) not in self._written:
                    self._written.add((entry.construct, rule))
                    Validations.of(entry.construct).acknowledge(Acknowledgment(id=rule, reason=entry.reason))

    def _rules(self, entry: _Entry) -> list[str]:
        if entry.resources is None:
            return [entry.rule]
        wildcards = [resource for resource in entry.resources() if "*" in resource]
        findings = map(_flat, self._stack.resolve(wildcards))
        return [f"{entry.rule}[Resource::{finding}]" for finding in findings if _is_valid(finding)]


def _flat(value: Any) -> str:  # noqa: ANN401 - whatever a token may resolve to
    """Write a resource as cdk-nag does in the name of a finding."""
    if isinstance(value, str):
        return value.replace("${", "<").replace("}", ">")
    if isinstance(value, Mapping) and len(value) == 1:
        ((function, argument),) = value.items()
        match function:
            case "Ref":
                return f"<{argument}>"
            case "Fn::Join":
                return str(argument[0]).join(_flat(item) for item in argument[1])
            case "Fn::GetAtt":
                return f"<{argument[0]}.{argument[1]}>"
            case "Fn::Sub" | "Fn::ImportValue":
                return _flat(argument)
    return json.dumps(value, separators=(",", ":"))


def _is_valid(finding: str) -> bool:
    """Tell whether CDK takes it as part of an id: it wants brackets in pairs and fails the synthesis otherwise."""
    expected: list[str] = []
    for character in finding:
        if character in _BRACKETS:
            expected.append(_BRACKETS[character])
        elif character in _BRACKETS.values() and (not expected or expected.pop() != character):
            return False
    return not expected
