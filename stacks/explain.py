"""Turns the errors of the configuration model into problems that say how to fix them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from stacks.configuration.base import NO_SHAPE, REFUSED, UNKNOWN_KEY
from stacks.document import Document
from stacks.plain_yaml import readable
from stacks.problems import DocumentPath, Problem

_LONGEST_QUOTE = 60
_TYPES = {
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "invalid_key": "text as a key",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "is_instance_of": "the path of a file",
    "list_type": "a list (- item)",
    "model_type": "a mapping (key: value)",
    "path_type": "the path of a file",
    "string_type": "text",
}
_LIMITS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "text that is not empty",
    "too_long": "at most {max_length} entries",
    "too_short": "at least one entry",
}


def explain(error: ErrorDetails, document: Document) -> Problem:
    """One error of the model as a problem in the document.

    Args:
        error: From `ValidationError.errors()`.
        document: What was validated.
    """
    path = tuple(part for part in error["loc"] if not _is_tag(part))
    about_key = error["type"] == UNKNOWN_KEY or "[key]" in error["loc"]
    got, expected, fix = _words(error, path)
    return Problem(document.line(path, of_key=about_key), path, got, expected, fix)


def quote(value: object) -> str:
    """A value of a YAML file as its author would recognise it."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return f"a mapping with {_keys(value)}" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."


def _words(error: ErrorDetails, path: DocumentPath) -> tuple[str, str, str]:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == UNKNOWN_KEY:
        return (
            f"the unknown key '{readable(str(path[-1]))}'",
            f"one of {context['known']}",
            _nearest(str(path[-1]), context["known"]),
        )
    if kind == NO_SHAPE:
        return quote(value), context["expected"], _shape_fix(value, context["known"])
    if kind == REFUSED:
        return quote(value), context["expected"], context["fix"]
    if kind == "missing":
        return f"no '{path[-1]}'", f"the key '{path[-1]}'", f"add '{path[-1]}: ...'; docs/configuration.md explains it"
    return quote(value), *_words_of_pydantic(error)


def _words_of_pydantic(error: ErrorDetails) -> tuple[str, str]:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "literal_error":
        expected = context["expected"].replace("'", "")
        return expected, _nearest(str(value), expected.replace(" or ", ", "))
    if kind in _TYPES:
        return _TYPES[kind], _type_fix(kind, value)
    numbers = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in context.items()}
    expected = _LIMITS[kind].format(**numbers) if kind in _LIMITS else error["msg"]
    return expected, "choose such a value"


def _type_fix(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, bool):
        return "put it in quotes: YAML reads yes, no, on, off, true and false as truth values"
    if kind == "string_type" and value is None:
        return "write the text, or remove the key or entry"
    if kind in ("string_type", "invalid_key") and not isinstance(value, Mapping | list):
        return f'put it in quotes: "{value}"'
    if isinstance(value, str) and kind != "list_type":
        return "remove the quotes, if there are any, and write the value alone"
    if kind == "list_type":
        return "write every entry on a line of its own, after '- '"
    return "docs/configuration.md shows what belongs there"


def _shape_fix(value: object, known: str) -> str:
    if isinstance(value, Mapping) and value:
        return _nearest(str(next(iter(value))), known)
    if isinstance(value, str):
        return _nearest(value, known)
    return "write one of these"


def _nearest(word: str, known: str) -> str:
    near = difflib.get_close_matches(word, known.split(", "), n=1)
    return f"did you mean '{near[0]}'?" if near else "use one of these; docs/configuration.md explains them"


def _keys(value: Mapping[Any, Any]) -> str:
    names = ", ".join(f"'{key}'" for key in value)
    return f"the key {names}" if len(value) == 1 else f"the keys {names}"


def _is_tag(part: str | int) -> bool:
    return isinstance(part, str) and (part == "[key]" or (part.startswith("<") and part.endswith(">")))
