"""Rows of a captured request or response body."""

import base64
import csv
from collections.abc import Iterator, Mapping
from enum import StrEnum
from io import StringIO
from typing import Any

import orjson

from analyzer.text.flattening import MAX_VALUE_LENGTH, FlatteningError, flatten, require_shallow, require_unique_keys

# Objects that hold nothing but a list of rows under one of these names, as TensorFlow Serving and many containers
# send them. How the service's container flattens payloads is not published.
ROW_LIST_KEYS = ("instances", "predictions", "inputs", "outputs", "data", "rows", "records")

Row = dict[str, str | None]


class PayloadKind(StrEnum):
    """How a body is written; the values are those of ``encoding`` in capture records."""

    CSV = "CSV"
    JSON = "JSON"


class PayloadError(Exception):
    """A body cannot be split into rows."""


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
        PayloadError: When quotes do not match, or a value is too long.
    """
    try:
        rows = [fields for fields in csv.reader(StringIO(text, newline=""), strict=True) if fields]
    except csv.Error as error:
        raise PayloadError(f"not CSV: {error}") from error
    if len(text) > MAX_VALUE_LENGTH and any(len(value) > MAX_VALUE_LENGTH for row in rows for value in row):
        raise PayloadError(f"a value has more than {MAX_VALUE_LENGTH} characters")
    return rows


def joined_json_rows(texts: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return the flattened rows of JSON bodies that belong together, by the names of the bodies.

    An object is one row; so is a list of scalars. A list of lists or objects, the list under one of
    ``ROW_LIST_KEYS``, and several lines of JSON are as many rows. But where one body is a list of rows and another one
    is an object of arrays, each with one element for every row of the list, the arrays are joined with it by position.

    Raises:
        PayloadError: When a text is not JSON.
    """
    documents = {name: list(json_documents(text)) for name, text in texts.items()}
    rows = {name: [row for document in parts for row in rows_of(document)] for name, parts in documents.items()}
    counts = {len(rows[name]) for name, parts in documents.items() if rows[name] != parts}
    if len(counts) == 1:
        (count,) = counts
        rows = {name: _transposed(found, count) or found for name, found in rows.items()}
    try:
        flat = {name: [flatten(row) for row in found] for name, found in rows.items()}
        for name, parts in documents.items():
            # Several documents stand one on a line; one may span lines.
            lines = [texts[name]] if len(parts) == 1 else [line for line in texts[name].split("\n") if line.strip()]
            for line, document in zip(lines, parts, strict=True):
                require_unique_keys(line, document)
    except FlatteningError as error:
        raise PayloadError(str(error)) from error
    return flat


def _transposed(rows: list[object], count: int) -> list[object]:
    """Return the rows of an object of arrays of this length; none when there is no such object."""
    members = rows[0] if len(rows) == 1 else None
    if not isinstance(members, dict) or not members:
        return []
    if not all(isinstance(values, list) and len(values) == count for values in members.values()):
        return []
    return [dict(zip(members, values, strict=True)) for values in zip(*members.values(), strict=True)]


def json_documents(text: str) -> Iterator[object]:
    """Yield the JSON documents of a body: one, or one a line.

    Raises:
        PayloadError: When the text is not JSON.
    """
    try:
        document = orjson.loads(text)
        require_shallow(text, document)
        yield document
    except FlatteningError as error:
        raise PayloadError(str(error)) from error
    except orjson.JSONDecodeError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - one line that is not JSON
            raise PayloadError(f"not JSON: {error}") from error
        for line in lines:
            yield from json_documents(line)


def rows_of(document: object) -> list[object]:
    """Return the rows of a JSON document, as ``joined_json_rows`` tells them apart."""
    if isinstance(document, dict) and len(document) == 1:
        ((key, value),) = document.items()
        if key in ROW_LIST_KEYS and isinstance(value, list):
            return value
    if isinstance(document, list) and document and all(isinstance(row, dict | list) for row in document):
        return document
    return [document]
