"""Reads what CloudFormation makes of properties: numbers arrive as "20", structured options as JSON texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from baseline.errors import BaselineError
from shared.s3 import S3Uri

_MISSING = object()
# What constructs write for an option that was not used.
_EMPTY = ("", "{}", "[]")
_JSON_WORDS = {bool: "boolean", dict: "object", list: "list"}


class Reader:
    """Take single properties out of the request; an empty text counts as absent."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None for an absent or empty one."""
        value = self._raw.get(name)
        return None if value in (None, "") else str(value)

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.optional_text(name)
        if value is None:
            raise BaselineError(f"property {name} is missing")
        return value

    def uri(self, name: str) -> S3Uri:
        """Return an S3 location."""
        return parse_uri(name, self.text(name))

    def integer(self, name: str) -> int:
        """Return a whole number."""
        value = self.text(name)
        if not value.isdecimal():
            raise BaselineError(f"{name}: got {value!r}, expected a whole number")
        return int(value)

    def json(self, name: str, kind: type, default: object = _MISSING) -> Any:  # noqa: ANN401 - the caller names the kind
        """Return the content of a JSON text; an absent one gives the default, if there is one."""
        if self.optional_text(name) is None and default is not _MISSING:
            return default
        value = self.text(name)
        try:
            content = json.loads(value)
        except ValueError as error:
            raise BaselineError(f"{name}: got {value!r}, expected JSON ({error})") from error
        if not isinstance(content, kind):
            raise BaselineError(f"{name}: got {value!r}, expected a JSON {_JSON_WORDS[kind]}")
        return content

    def is_set(self, name: str) -> bool:
        """Say whether a property is there and holds something."""
        return self._raw.get(name) is not None and str(self._raw[name]) not in _EMPTY


def parse_uri(where: str, value: object) -> S3Uri:
    """Read an S3 location.

    Raises:
        BaselineError: It is none; the text names the property.
    """
    try:
        return S3Uri.parse(str(value))
    except ValueError as error:
        raise BaselineError(f"{where}: {error}") from error


def texts(where: str, values: list[object]) -> tuple[str, ...]:
    """Return a list of names, each once.

    Raises:
        BaselineError: One of them is empty or no text.
    """
    if not all(isinstance(value, str) and value for value in values):
        raise BaselineError(f"{where}: got {values!r}, expected a list of names")
    return tuple(dict.fromkeys(str(value) for value in values))


def digest(content: object, length: int) -> str:
    """Return the first hexadecimal digits of the SHA-256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:length]
