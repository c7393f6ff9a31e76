"""Nested JSON as flat columns, within bounds that no record can exceed.

Whoever may call an endpoint chooses what its captures hold. So nothing here recurses, and a record that is nested
deeper, or has more or longer values than any real one, is refused before it costs anything.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from analyzer.text.spark import to_text

# {"a": {"b": [1, 2]}} gives a_b_0 and a_b_1. How the service's container joins the names is not published; lower case
# and underscore are what its guide advises for column names.
FLATTEN_SEPARATOR = "_"

MAX_DEPTH = 32
MAX_COLUMNS = 4_096
MAX_VALUE_LENGTH = 65_536  # characters


# A longer text is not read again for the name of a key that it repeats.
_MAX_SEARCHED_LENGTH = 4_096


class FlatteningError(Exception):
    """A JSON value is no row of columns; the text says why."""


class UnknownColumnsError(FlatteningError):
    """A JSON value has more columns that the table lacks than it may have; the text is their first names."""


def flatten(value: object, known: Collection[str] | None = None, most_unknown: int = 0) -> dict[str, str | None]:
    """Return a JSON value as flat columns in the order of the document.

    Args:
        value: The value.
        known: Columns of the table; None: any.
        most_unknown: How many others are read before the value is given up.

    Raises:
        FlatteningError: When it is nested too deeply, has too many or too long values, or two of one name, or more
            unknown columns than it may have.

    Example:
        >>> flatten({"label": 1, "features": [0.5, None]})
        {'label': '1', 'features_0': '0.5', 'features_1': None}
    """
    columns: dict[str, str | None] = {}
    unknown: list[str] = []
    # What is left of the objects and lists that lead to the present value, and the prefix of their names.
    open_levels: list[tuple[str, Iterator[tuple[object, object]]]] = [("", iter(_members(value)))]
    while open_levels:
        prefix, members = open_levels[-1]
        for key, member in members:
            name = f"{prefix}{key}"
            if isinstance(member, dict | list):
                if len(open_levels) >= MAX_DEPTH:
                    raise FlatteningError(f"it is nested more than {MAX_DEPTH} levels deep")
                open_levels.append((name + FLATTEN_SEPARATOR, iter(_members(member))))
                break
            if name in columns:
                raise FlatteningError(f"two of its values are called {name[:100]!r}")
            if known is not None and name not in known:
                unknown.append(name)
                if len(unknown) > most_unknown:
                    raise UnknownColumnsError(", ".join(sorted(unknown)[:3]))
            text = columns[name] = to_text(member)
            if text is not None and len(text) > MAX_VALUE_LENGTH:
                raise FlatteningError(f"a value has more than {MAX_VALUE_LENGTH} characters")
        else:
            open_levels.pop()
        if len(columns) > MAX_COLUMNS:
            raise FlatteningError(f"it has more than {MAX_COLUMNS} values")
    return columns


def require_unique_keys(text: str | bytes, document: object) -> None:
    """Check that no object of a JSON text repeats a key, of which all parsers but this check keep the last one.

    Raises:
        FlatteningError: When a key is repeated.
    """
    # Every key has a colon: as many colons as keys leave none for a repeated one, and none for texts.
    content = text.encode() if isinstance(text, str) else text
    if content.count(b":") == (len(document) if isinstance(document, dict) else 0):
        return
    # Every key and every text has two quotes, those within texts left out.
    if b"\\" in content:
        content = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    if content.count(b'"') == 2 * _count_texts(document):
        return
    if len(content) <= _MAX_SEARCHED_LENGTH:
        with suppress(RecursionError):
            json.loads(text, object_pairs_hook=_unique)
    raise FlatteningError("it has a key twice")


def require_shallow(text: str, document: object) -> None:
    """Check how deep a JSON text is nested, so that nothing that recurses comes to an end of its stack.

    Raises:
        FlatteningError: When it is nested too deeply.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_DEPTH + 1):
        members = (member for value in level for member in (value.values() if isinstance(value, dict) else value))
        level = [member for member in members if isinstance(member, dict | list)]
        if not level:
            return
    raise FlatteningError(f"it is nested more than {MAX_DEPTH} levels deep")


def _members(value: object) -> Iterable[tuple[object, object]]:
    if isinstance(value, dict):
        members: Iterable[tuple[object, object]] = value.items()
        size = len(value)
    elif isinstance(value, list):
        members, size = enumerate(value), len(value)
    else:
        return [("value", value)]
    if size > MAX_COLUMNS:
        raise FlatteningError(f"it has more than {MAX_COLUMNS} values")
    return members


def _count_texts(document: object) -> int:
    """Return the number of keys and texts of a document."""
    texts, pending = 0, [[document]]
    while pending:
        for member in pending.pop():
            if isinstance(member, str):
                texts += 1
            elif isinstance(member, list):
                pending.append(member)
            elif isinstance(member, dict):
                texts += len(member)
                pending.append([*member.values()])
    return texts


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise FlatteningError(f"it has the key {repeated[:100]!r} twice")
    return members
