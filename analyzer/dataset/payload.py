"""Rows of a captured request or response body."""

import base64
import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from io import StringIO
from typing import Any

import orjson

from analyzer.text.flattening import (
    MAX_COLUMNS,
    MAX_VALUE_LENGTH,
    FlatteningError,
    UnknownColumnsError,
    flatten,
    require_shallow,
    require_unique_keys,
)

# Objects that hold nothing but a list of rows under one of these names, as TensorFlow Serving and many containers
# send them. How the service's container flattens payloads is not published.
ROW_LIST_KEYS = ("instances", "predictions", "inputs", "outputs", "data", "rows", "records")

Row = dict[str, str | None]


class PayloadKind(StrEnum):
    """How a body is written; the values are those of ``encoding`` in capture records."""

    CSV = "CSV"
    JSON = "JSON"


class PayloadError(Exception):
    """A body cannot be split into rows, or its rows do not belong to the table."""

    problem = "the payload cannot be read"


class OddColumnsError(PayloadError):
    """A body has columns that others lack; the text is their first names."""

    problem = "columns that others lack"


class OddWidthError(PayloadError):
    """A body has a row with another number of values than the table has columns."""

    problem = "wrong number of values"


def decode(direction: Mapping[str, Any]) -> tuple[PayloadKind, str]:
    """Return kind and text of one direction (``endpointInput`` or ``endpointOutput``) of a capture record.

    A base64 body is what its content type says, CSV when that says nothing of JSON.

    Raises:
        PayloadError: When the body is not base64 or not UTF-8.
    """
    encoding, data = direction.get("encoding"), direction.get("data")
    if not isinstance(data, str):
        raise PayloadError(f"data is {type(data).__name__}, expected a string")
    if encoding in (PayloadKind.CSV, PayloadKind.JSON):
        return PayloadKind(encoding), data
    if encoding != "BASE64":
        raise PayloadError(f"encoding is {encoding!r}, expected CSV, JSON or BASE64")
    try:
        text = base64.b64decode(data, validate=True).decode()
    except ValueError as error:
        raise PayloadError(f"data is not base64 of UTF-8 text: {error}") from error
    is_json = "json" in str(direction.get("observedContentType", "")).lower()
    return (PayloadKind.JSON if is_json else PayloadKind.CSV), text


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of a CSV body; blank lines are no rows.

    Raises:
        PayloadError: When quotes do not match, or a value is too long, or there are too many in a row.
    """
    if text.count(",") > MAX_COLUMNS * (1 + text.count("\n") + text.count("\r")):
        raise PayloadError(f"it has more than {MAX_COLUMNS} separators in a row")
    try:
        rows = [fields for fields in csv.reader(StringIO(text, newline=""), strict=True) if fields]
    except csv.Error as error:
        raise PayloadError(f"not CSV: {error}") from error
    if len(text) > MAX_VALUE_LENGTH and any(len(value) > MAX_VALUE_LENGTH for row in rows for value in row):
        raise PayloadError(f"a value has more than {MAX_VALUE_LENGTH} characters")
    return rows


def is_one_line(text: str) -> bool:
    """Return whether a text has no line break."""
    return "\n" not in text and "\r" not in text


def count_plain_rows(text: str) -> int | None:
    """Return the number of rows of a CSV body that has nothing unusual, without parsing it; None for others."""
    text = text.strip("\n")
    return None if '"' in text or "\r" in text or "\n\n" in text or not text else text.count("\n") + 1


def joined_json_rows(
    texts: Mapping[str, str], known: Collection[str] | None = None, most_unknown: int = 0
) -> dict[str, list[Row]]:
    """Return the flattened rows of JSON bodies that belong together, by the names of the bodies.

    An object is one row; so is a list of scalars. A list of lists or objects, the list under one of
    ``ROW_LIST_KEYS``, and several lines of JSON are as many rows. But where one body is a list of rows and another one
    is an object of arrays, each with one element for every row of the list, the arrays are joined with it by position.

    Args:
        texts: The bodies.
        known: Columns of the table; None: any.
        most_unknown: How many others a row may have.

    Raises:
        PayloadError: When a text is not JSON, has another number of rows than the others, or too many unknown columns.
    """
    documents = {name: list(_documents(text)) for name, text in texts.items()}
    rows: dict[str, list[object]] = {name: [] for name in texts}
    counts = set()
    for name, parts in documents.items():
        found = [rows_of(document) for document in parts]
        rows[name] = [row for of_document in found for row in of_document]
        if any(len(made) != 1 or made[0] is not part for made, part in zip(found, parts, strict=True)):
            counts.add(len(rows[name]))
    if len(counts) == 1:
        (count,) = counts
        rows = {name: _transposed(found, count) or found for name, found in rows.items()}
    # Before anything is made of them: how many there are is the caller's choice.
    require_equal_counts([len(found) for found in rows.values()])
    try:
        flat = {
            name: [flatten(row, _expected(name, known), most_unknown) for row in found] for name, found in rows.items()
        }
        for name, parts in documents.items():
            # Several documents stand one on a line; one may span lines.
            lines = [texts[name]] if len(parts) == 1 else [line for line in texts[name].split("\n") if line.strip()]
            for line, document in zip(lines, parts, strict=True):
                require_unique_keys(line, document)
    except UnknownColumnsError as error:
        raise OddColumnsError(str(error)) from error
    except FlatteningError as error:
        raise PayloadError(str(error)) from error
    return flat


def require_equal_counts(counts: Sequence[int | None]) -> None:
    """Check that the bodies of a record have equally many rows, given as counts, the output first.

    Raises:
        PayloadError: When they have not.
    """
    if len(set(counts)) > 1:
        raise PayloadError(f"the output has {counts[0]} rows, the input {counts[1]}")


def shared_name(direction: str, name: str) -> str:
    """Return what a column is called whose name output and input share."""
    return f"{direction}_{name}"


def _expected(direction: str, known: Collection[str] | None) -> Collection[str] | None:
    """Return the names that the members of one direction can have."""
    if known is None:
        return None
    prefix = shared_name(direction, "")
    shared = {name.removeprefix(prefix) for name in known if name.startswith(prefix)}
    return {*known, *shared} if shared else known


def _transposed(rows: list[object], count: int) -> list[object]:
    """Return the rows of an object of arrays of this length; none when there is no such object."""
    members = rows[0] if len(rows) == 1 else None
    if not isinstance(members, dict) or not members:
        return []
    if not all(isinstance(values, list) and len(values) == count for values in members.values()):
        return []
    return [dict(zip(members, values, strict=True)) for values in zip(*members.values(), strict=True)]


def json_documents(text: str) -> Iterator[object]:
    """Yield the JSON documents of a body: one, or one per line.

    Raises:
        PayloadError: When the text is not JSON, or nested too deeply.
    """
    for document in _documents(text):
        try:
            require_shallow(text, document)
        except FlatteningError as error:
            raise PayloadError(str(error)) from error
        yield document


def _documents(text: str) -> Iterator[object]:
    try:
        yield orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - one line that is not JSON
            raise PayloadError(f"not JSON: {error}") from error
        for line in lines:
            yield from _documents(line)


def rows_of(document: object) -> list[object]:
    """Return the rows of a JSON document, as ``joined_json_rows`` tells them apart."""
    if isinstance(document, dict) and len(document) == 1:
        ((key, value),) = document.items()
        if key in ROW_LIST_KEYS and isinstance(value, list):
            return value
    if isinstance(document, list) and document and all(isinstance(row, dict | list) for row in document):
        return document
    return [document]
