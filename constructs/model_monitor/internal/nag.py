"""What cdk-nag is told about the findings of its AwsSolutions pack that are meant.

Nothing here changes a template: an acknowledgement is metadata of the construct tree, and an app without cdk-nag does
not notice it (https://github.com/cdklabs/cdk-nag#acknowledging-a-rule). Every acknowledgement sits at the construct
that it is about, so that what an app adds elsewhere is still found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jsii
from aws_cdk import Acknowledgment, Stack, Validations, aws_iam as iam
from constructs import IConstruct, IValidation

_WILDCARD = "AwsSolutions-IAM5"
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Says why a finding at a construct, or below it, is meant.

    Args:
        construct: Where.
        rule: Rule, with the finding in brackets if the rule can have several.
        reason: Why; people who audit the app read it.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_wildcards(grantee: iam.IGrantable, resources: Iterable[str], reason: str) -> None:
    """Says why resources of a statement have a wildcard; those without one are skipped.

    Args:
        grantee: Who was granted. Nothing happens for principals that are no constructs.
        resources: Resources of the statement; may be tokens.
        reason: Why.
    """
    principal: Any = grantee.grant_principal
    if hasattr(principal, "node"):
        acknowledge_wildcards_at(principal, resources, reason)


def acknowledge_wildcards_at(construct: IConstruct, resources: Iterable[str], reason: str) -> None:
    """Like `acknowledge_wildcards`, for policies at or below a construct."""
    wildcards = [resource for resource in resources if "*" in resource]
    if not wildcards:
        return
    stack = Stack.of(construct)
    done: set[str] = set()

    def record() -> None:
        for finding in map(_flat, stack.resolve(wildcards)):
            if finding not in done and _is_valid(finding):
                done.add(finding)
                acknowledge(construct, f"{_WILDCARD}[Resource::{finding}]", reason)

    record()
    # References to other stacks become imports only when the app is synthesised, and a finding is named by what the
    # template says.
    construct.node.add_validation(_AtTheEnd(record))


@jsii.implements(IValidation)
class _AtTheEnd:
    """A validation that never complains: the first moment at which references between stacks are settled."""

    def __init__(self, run: Callable[[], None]) -> None:
        self._run = run

    @jsii.member(jsii_name="validate")
    def validate(self) -> list[str]:
        self._run()
        return []


def _flat(value: Any) -> str:  # noqa: ANN401 - whatever a token may resolve to
    """Writes a resource as cdk-nag does in the name of a finding."""
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
    """Whether CDK takes it as part of an id: it wants brackets in pairs and fails the synthesis otherwise."""
    expected: list[str] = []
    for character in finding:
        if character in _BRACKETS:
            expected.append(_BRACKETS[character])
        elif character in _BRACKETS.values() and (not expected or expected.pop() != character):
            return False
    return not expected
