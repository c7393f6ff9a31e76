"""Values that are complete only when the template is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsii
from aws_cdk import IStableListProducer, IStableStringProducer, Lazy
from constructs import IConstruct

from model_monitor.internal.stacks import stack_of


@jsii.implements(IStableStringProducer)
class _Producer:
    def __init__(self, produce: Callable[[], str]) -> None:
        self._produce = produce

    @jsii.member(jsii_name="produce")
    def produce(self) -> str:
        return self._produce()


def lazy_string(produce: Callable[[], str]) -> str:
    """A string that is asked for when the template is written."""
    return Lazy.string(_Producer(produce))


@jsii.implements(IStableListProducer)
class _ListProducer:
    def __init__(self, produce: Callable[[], list[str]]) -> None:
        self._produce = produce

    @jsii.member(jsii_name="produce")
    def produce(self) -> list[str]:
        return self._produce()


def lazy_list(produce: Callable[[], list[str]]) -> list[str]:
    """Return a list of texts that is asked for when the template is written."""
    return Lazy.list(_ListProducer(produce))


def lazy_json(scope: IConstruct, produce: Callable[[], Any]) -> str:
    """A JSON document that is asked for when the template is written; it may hold tokens."""
    stack = stack_of(scope).stack
    return lazy_string(lambda: stack.to_json_string(produce()))


def canonical_json(scope: IConstruct, value: object) -> str:
    """A text of the value that is the same in every synthesis: tokens become the references that they stand for."""
    return json.dumps(stack_of(scope).stack.resolve(value), sort_keys=True, separators=(",", ":"))
