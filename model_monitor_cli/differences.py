"""Where two JSON documents differ, value by value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LEFT_OUT = ("distribution", "evaluation_time")


@dataclass(frozen=True)
class Difference:
    """A value in which two documents differ; None where one of them does not have it."""

    where: str
    before: object
    after: object


def differences(one: object, other: object) -> list[Difference]:
    """Return the values in which two documents differ, in the order in which they appear first."""
    left, right = _flat(one), _flat(other)
    return [
        Difference(where, left.get(where), right.get(where))
        for where in dict.fromkeys([*left, *right])
        if left.get(where) != right.get(where)
    ]


def without_lists(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a document without lists and distributions, whose items nobody compares one by one."""
    if not isinstance(value, dict):
        return value
    return {
        key: without_lists(item) for key, item in value.items() if not isinstance(item, list) and key not in _LEFT_OUT
    }


def _flat(value: object, where: str = "") -> dict[str, object]:
    """Return the single values of a document by where they are; features by their names."""
    if isinstance(value, Mapping):
        items = [(str(key), item) for key, item in value.items() if not (where.endswith("]") and key == "name")]
    elif isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        items = [(f"[{item['name']}]", item) for item in value]
    else:
        return {where: json.dumps(value) if isinstance(value, list) else value}
    flat: dict[str, object] = {}
    for key, item in items:
        flat.update(_flat(item, where + key if key.startswith("[") else f"{where}.{key}".lstrip(".")))
    return flat
