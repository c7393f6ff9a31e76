"""Values inside the bodies of requests and responses, one for each row.

A JMESPath is applied to every JSON document of a body. Where that finds nothing, it is applied to every row of it. A
path with a projection (``predictions[*].score``) gives one value per row; any other path gives the value of one row.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import orjson

from analyzer.clarify.reading.references import Reference, is_position, parse_path
from analyzer.dataset.payload import PayloadError, PayloadKind, csv_rows, json_documents, rows_of

Scores = list[float]
# Of one row: values, or values by their names.
Features: TypeAlias = list[Any] | dict[str, Any]


def feature_rows(kind: PayloadKind, text: str, path: str | None) -> list[list[Any]]:
    """Return the features of every row of a request.

    Args:
        kind: How the body is written.
        text: Body.
        path: JMESPath of the features; without it, JSON rows are lists or the values of objects.

    Raises:
        PayloadError: When the body has no such rows.
    """
    if kind is PayloadKind.CSV:
        return [[value.strip() for value in row] for row in csv_rows(text)]
    return [values_of(row) for document in json_documents(text) for row in document_features(document, path)]


def document_features(document: object, path: str | None) -> list[Features]:
    """Return the features of every row of one JSON document, as they stand there.

    Raises:
        PayloadError: When it has no such rows.
    """
    rows = list(_features(document, path))
    if not all(isinstance(row, list | dict) for row in rows):
        raise PayloadError(f"the features at {path!r} are no list" if path else "a row is neither list nor object")
    return rows


def values_of(features: Features) -> list[Any]:
    """Return the values of features that may have names."""
    return list(features.values()) if isinstance(features, dict) else features


def row_values(kind: PayloadKind, text: str, reference: Reference | None) -> list[Any]:
    """Return one value for every row of a body.

    Args:
        kind: How the body is written.
        text: Body.
        reference: Position (CSV, JSON lists) or JMESPath; None means the only value of a row, or all of them.

    Raises:
        PayloadError: When a row has no such value.
    """
    if kind is PayloadKind.CSV:
        return [_element([value.strip() for value in row], reference) for row in csv_rows(text)]
    if reference is None or is_position(reference):
        return [
            _element(row if isinstance(row, list) else _members(row), reference)
            for document in json_documents(text)
            for row in rows_of(document)
        ]
    return [value for document in json_documents(text) for value in values_at(document, str(reference))]


def values_at(document: object, path: str) -> Sequence[Any]:
    """Return one value for every row of a JSON document.

    Raises:
        PayloadError: When a row has nothing at this JMESPath.
    """
    compiled = parse_path(path, "a value's place")
    found = compiled.search(document)
    if found is None:
        found_in_rows = [compiled.search(row) for row in rows_of(document)]
        if any(value is None for value in found_in_rows):
            raise PayloadError(f"there is nothing at {path!r}")
        return found_in_rows
    is_projection = "[*]" in path or "[]" in path
    return found if is_projection and isinstance(found, list) else [found]


def one_row_per_line(kind: PayloadKind, text: str, rows: int) -> str:
    r"""Return a response with a line for each of the rows that it answers.

    Some containers, such as the service's XGBoost 0.90, answer several rows of CSV with one value for each, all on one
    line.

    Args:
        kind: How the response is written.
        text: Response.
        rows: How many rows it answers.

    Example:
        >>> one_row_per_line(PayloadKind.CSV, "0.25,0.75", 2)
        '0.25\n0.75'
    """
    line = text.strip()
    is_one_line = kind is PayloadKind.CSV and not any(mark in line for mark in '"\r\n')
    return line.replace(",", "\n") if is_one_line and rows > 1 and line.count(",") == rows - 1 else text


def scores_of(value: object) -> Scores:
    """Return a score, a list of scores, or the text of either, as numbers.

    Raises:
        PayloadError: When it is none of these.
    """
    parsed: Any = value
    if isinstance(value, str):
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise PayloadError(f"{value!r} is no number and no list of numbers") from None
    items = parsed if isinstance(parsed, list) else [parsed]
    try:
        return [float(item) for item in items]
    except (TypeError, ValueError):
        raise PayloadError(f"{value!r} is no number and no list of numbers") from None


def _features(document: object, path: str | None) -> Sequence[Any]:
    if path is None:
        return rows_of(document)
    compiled = parse_path(path, "the features' place")
    found = compiled.search(document)
    if found is None:
        return [compiled.search(row) for row in rows_of(document)]
    is_table = isinstance(found, list) and bool(found) and all(isinstance(row, list | dict) for row in found)
    return found if is_table else [found]


def _members(row: object) -> list[Any]:
    return list(row.values()) if isinstance(row, dict) else [row]


def _element(row: list[Any], reference: Reference | None) -> Any:  # noqa: ANN401 - CSV text or JSON
    if reference is None:
        return row[0] if len(row) == 1 else row
    if not is_position(reference):
        raise PayloadError(f"{reference!r} is a JMESPath, but the body is CSV: give a position from 0")
    if int(reference) >= len(row):
        raise PayloadError(f"there is no value at position {reference}: the row has {len(row)}")
    return row[int(reference)]
