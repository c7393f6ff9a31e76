"""JSON text in the layout that the analyzer's documents have: Jackson's default pretty printer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import orjson

from analyzer.text.java_double import java_double

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


def to_json(document: Json) -> str:
    """Return ``document`` as Jackson's ``DefaultPrettyPrinter`` lays it out.

    Two spaces per nested object, ``"key" : value``, lists on the line of their bracket. Doubles are written as Java
    writes them; NaN and infinities become quoted strings, as Jackson does, so that the file stays valid JSON.

    Example:
        >>> print(to_json({"version": 0.0, "features": [{"name": "age"}]}))
        {
          "version" : 0.0,
          "features" : [ {
            "name" : "age"
          } ]
        }
    """
    return _value(document, depth=0)


def write_json(path: Path, document: Json) -> None:
    """Write a document as ``to_json`` lays it out."""
    path.write_text(to_json(document), encoding="utf-8")


def _value(value: Json, depth: int) -> str:
    # Nearly all values are the numbers of sketches: they are asked for first.
    if isinstance(value, float):
        text = java_double(value)
        return f'"{text}"' if text.endswith(("NaN", "Infinity")) else text
    if value is None or isinstance(value, str | int):
        return orjson.dumps(value).decode()
    if isinstance(value, Mapping):
        return _object(value, depth)
    return f"[ {', '.join([_value(item, depth) for item in value])} ]" if value else "[ ]"


def _object(members: Mapping[str, Json], depth: int) -> str:
    if not members:
        return "{ }"
    indent = "  " * (depth + 1)
    lines = (f"{indent}{orjson.dumps(key).decode()} : {_value(value, depth + 1)}" for key, value in members.items())
    return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"
