"""Limits of the YAML that configuration files may hold: plain values, no tags, nothing that takes forever to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from model_monitor.internal.checking import PROTOTYPE
from stacks.problems import DocumentPath, Problem

# A file of a thousand models has about 50,000 values at a depth of 12.
MOST_CHARACTERS = 4_000_000
_DEEPEST = 40
_MOST_VALUES = 200_000
_LONGEST_NUMBER = 30
_LONGEST_QUOTE = 60
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_TOKENS = ("${Token[", "#{Token[")
_DATE = "tag:yaml.org,2002:timestamp"


class UnsafeError(yaml.YAMLError):
    """What a file holds cannot be read safely."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.got)
        self.problem = problem


class PlainLoader(yaml.SafeLoader):
    """Read dates as the text that they are: options take times as text, with their zone, and so do data.

    Tags, and what takes forever to read, end in an UnsafeError before anything is built from them.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 # of any kind
        """Compose the next node, unless it is one too many, too deep or tagged."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs give it no type
        line = event.start_mark.line + 1
        is_collection = isinstance(event, yaml.CollectionStartEvent)
        self._depth += is_collection
        self._values += 1
        if self._depth > _DEEPEST or self._values > _MOST_VALUES:
            too_deep = self._depth > _DEEPEST
            raise UnsafeError(_too_much(line, f"more than {_DEEPEST} levels" if too_deep else "too many values"))
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            raise UnsafeError(_tagged(line, tag.replace("tag:yaml.org,2002:", "!!")))
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= is_collection
        return node


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _DATE]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def problems_of_nodes(root: yaml.Node, loader: PlainLoader) -> list[Problem]:
    """Look for values that have no meaning in a configuration file."""
    if _size(root, {}, set()) > _MOST_VALUES:
        return [_too_much(None, f"aliases (*name) that stand for more than {_MOST_VALUES:,} values")]
    return [problem for path, node in _scalars(root, (), set()) if (problem := _problem(path, node, loader))]


def _size(node: yaml.Node, known: dict[int, int], around: set[int]) -> int:
    """Number of values when every alias is written out; more than all when one holds itself."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) in around or len(around) > _DEEPEST:
        return _MOST_VALUES + 1
    if id(node) not in known:
        children = node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
        known[id(node)] = 1 + sum(_size(child, known, {*around, id(node)}) for child in children)
    return known[id(node)]


def _scalars(node: yaml.Node, path: DocumentPath, seen: set[int]) -> Iterator[tuple[DocumentPath, yaml.ScalarNode]]:
    if id(node) in seen:  # an alias; its anchor was looked through already
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _scalars(item, (*path, index), seen)
    else:
        for key, value in node.value:
            inner = (*path, readable(key.value) if isinstance(key, yaml.ScalarNode) else "?")
            yield from _scalars(key, inner, seen)
            yield from _scalars(value, inner, seen)


def readable(text: str, *, longest: int = _LONGEST_QUOTE) -> str:
    """Return a text that any terminal can show.

    Args:
        text: From the file.
        longest: Number of characters that are shown.
    """
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in shown)
    return shown if len(shown) <= longest else f"{shown[:longest]}..."


def _problem(path: DocumentPath, node: yaml.ScalarNode, loader: PlainLoader) -> Problem | None:
    text, line = node.value, node.start_mark.line + 1
    if node.tag in _NUMBERS and len(text) > _LONGEST_NUMBER:
        got = f"a number of {len(text)} characters"
        return Problem(line, path, got, f"at most {_LONGEST_NUMBER}", "write fewer digits, or put text in quotes")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        got, expected = f"the text '{readable(text)}'", "text of whole characters, without NUL"
        return Problem(line, path, got, expected, "remove the escape sequence (\\0, \\ud800 to \\udfff)")
    if text == PROTOTYPE:
        got, expected = f"the text '{text}'", "any other name"
        return Problem(line, path, got, expected, "choose another name: the CDK's language keeps this one")
    if any(marker in text for marker in _TOKENS):
        got, expected = f"the text '{readable(text)}'", "a value that is known when the file is read"
        return Problem(
            line, path, got, expected, "write the value itself: ${Token[...]} has a meaning for the CDK only"
        )
    try:
        if node.tag in _NUMBERS:
            loader.construct_object(node)
    except (ValueError, OverflowError):
        got, expected = f"the text '{readable(text)}', which looks like a number", "a number, or text in quotes"
        return Problem(line, path, got, expected, f'put it in quotes if it is text: "{readable(text)}"')
    return None


def _too_much(line: int | None, got: str) -> Problem:
    expected = f"at most {_DEEPEST} levels and {_MOST_VALUES:,} values"
    return Problem(line, (), got, expected, "split the file into several, and choose one with '-c config='")


def _tagged(line: int, tag: str) -> Problem:
    fix = "remove the tag; put text in quotes"
    return Problem(line, (), f"the tag {readable(tag)}", "values without tags: text, numbers, lists, mappings", fix)
