"""Values that are complete only when the template is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsii
from aws_cdk import IStableListProducer, IStableStringProducer, Lazy
from constructs import IConstruct

from model_monitor.internal.stacks import stack_of
from model_monitor.internal.tokens import is_token


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
    return lazy_string(lambda: json_text(scope, produce()))


def json_text(scope: IConstruct, value: object) -> str:
    """A JSON document; it may hold tokens. One without them is written here, as JavaScript would write it."""
    if _is_plain(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return stack_of(scope).stack.to_json_string(value)


def _is_plain(value: object) -> bool:
    """Say whether Python and JavaScript write a value alike, which is doubtful of fractions and of keys in digits."""
    if isinstance(value, dict):
        return all(_is_plain(key) and not key[:1].isdigit() and _is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, str | int) and not is_token(value)


def canonical_json(scope: IConstruct, value: object) -> str:
    """A text of the value that is the same in every synthesis: tokens become the references that they stand for."""
    return json.dumps(stack_of(scope).stack.resolve(value), sort_keys=True, separators=(",", ":"))
