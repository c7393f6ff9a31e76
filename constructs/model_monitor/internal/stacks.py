"""What constructs ask of their stack again and again; each question is a message to the CDK's process."""

from __future__ import annotations

from functools import cached_property
from weakref import WeakKeyDictionary

from aws_cdk import Stack
from constructs import IConstruct


class KnownStack:
    """A stack whose answers are kept.

    Attributes:
        stack: The stack itself.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    @cached_property
    def partition(self) -> str:
        """Partition; may be a token."""
        return self.stack.partition

    @cached_property
    def region(self) -> str:
        """Region; may be a token."""
        return self.stack.region

    @cached_property
    def account(self) -> str:
        """Account; may be a token."""
        return self.stack.account

    @cached_property
    def stack_name(self) -> str:
        """Name of the stack; may be a token."""
        return self.stack.stack_name

    @cached_property
    def url_suffix(self) -> str:
        """Domain of the services; may be a token."""
        return self.stack.url_suffix

    def format_arn(self, *, service: str, resource: str, resource_name: str) -> str:
        """Return the ARN of something in the stack's account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}/{resource_name}"


_OF_CONSTRUCT: WeakKeyDictionary[IConstruct, KnownStack] = WeakKeyDictionary()


def stack_of(construct: IConstruct, *, parent: IConstruct | None = None) -> KnownStack:
    """Return the stack that a construct is in.

    Args:
        construct: The construct.
        parent: A construct of the same stack, which may be known already.
    """
    known = _OF_CONSTRUCT.get(construct)
    if known is None:
        known = stack_of(parent) if parent is not None else _known(Stack.of(construct))
        _OF_CONSTRUCT[construct] = known
    return known


def _known(stack: Stack) -> KnownStack:
    return _OF_CONSTRUCT.setdefault(stack, KnownStack(stack))
