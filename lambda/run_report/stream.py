"""Reading `statistics.json` one feature at a time.

A sketch is up to 100 KB of text, and a file of 500 features 50 MB: read as a whole, it takes several times as much
memory as the function has.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

_decoder = json.JSONDecoder()
_SPACE = " \t\r\n"
_BEHIND = (*_SPACE, ",", ":", "]", "}")


class JsonStreamError(ValueError):
    """The text is no JSON object."""


def entries(chunks: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield key and value of each entry of a JSON object; an entry of a list comes as one pair for each of its items.

    Args:
        chunks: The text, cut anywhere.

    Raises:
        JsonStreamError: It is no JSON object, or ends too early.

    Example:
        >>> list(entries([b'{"a": 1, "b": [2,', b' 3]}']))
        [('a', 1), ('b', 2), ('b', 3)]
    """
    text = _Text(chunks)
    text.take("{")
    if text.next() == "}":
        return
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise JsonStreamError(f"got a key {str(key)[:50]!r}, expected a text")
        text.take(":")
        if text.next() == "[":
            for item in _items(text):
                yield key, item
        else:
            yield key, text.value()
        if text.take(",}") == "}":
            return


def _items(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.next() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.take(",]") == "]":
            return


class _Text:
    """The part of the text that is not read yet, as far as it has come."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._bytes = codecs.getincrementaldecoder("utf-8")()
        self._rest, self._at, self._is_complete = "", 0, False

    def next(self) -> str:
        """Return the next character that is no space, without taking it."""
        while True:
            while self._at < len(self._rest):
                if self._rest[self._at] not in _SPACE:
                    return self._rest[self._at]
                self._at += 1
            if not self._read():
                raise JsonStreamError("the text ends too early")

    def take(self, expected: str) -> str:
        """Take one character, which must be one of those expected."""
        character = self.next()
        if character not in expected:
            raise JsonStreamError(f"got {character!r}, expected one of {expected!r}")
        self._at += 1
        return character

    def value(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Take one value."""
        self.next()
        while True:
            try:
                value, end = _decoder.raw_decode(self._rest, self._at)
            except RecursionError as error:
                raise JsonStreamError("the text is nested too deeply") from error
            except ValueError as error:
                if not self._read():
                    raise JsonStreamError(str(error)) from error
                continue
            # A number may go on: with digits, or with a dot or an exponent of which only the beginning has come.
            if self._rest[end : end + 1] in _BEHIND or not self._read():
                self._at = end
                return value

    def _read(self) -> bool:
        """Read on; return whether there was more."""
        if self._is_complete:
            return False
        chunk = next(self._chunks, None)
        try:
            more = self._bytes.decode(chunk or b"", final=chunk is None)
        except UnicodeDecodeError as error:
            raise JsonStreamError(str(error)) from error
        self._is_complete = chunk is None
        self._rest, self._at = self._rest[self._at :] + more, 0
        return not self._is_complete or bool(more)
