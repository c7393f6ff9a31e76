"""Request and response bodies as capture records hold them."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Encoding(str, Enum):
    """How the ``data`` of a record is written."""

    CSV = "CSV"
    JSON = "JSON"
    BASE64 = "BASE64"


@dataclass(frozen=True)
class Payload:
    """A body. Use one of the factories: `csv`, `json` for values, `raw` for what the service received or sent.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html

    Args:
        data: The whole body as text, in base 64 when `encoding` says so.
        encoding: How `data` is written.
        content_type: Content type of the body, with its parameters.
    """

    data: str
    encoding: Encoding
    content_type: str

    @classmethod
    def csv(cls, rows: Iterable[Any]) -> Payload:
        r"""Write one row (values) or several rows (rows of values) as CSV. None and NaN become empty: a missing value.

        Example:
            >>> Payload.csv([34, None, "a, b"]).data
            '34,,"a, b"'
            >>> Payload.csv([[1, 2], [3, 4]]).data
            '1,2\n3,4'
        """
        values = _plain(rows if hasattr(rows, "tolist") else list(rows))
        nested = bool(values) and all(isinstance(row, (list, tuple)) for row in values)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        for row in values if nested else [values]:
            writer.writerow(["" if _is_missing(value) else value for value in row])
        return cls(text.getvalue().rstrip("\n"), Encoding.CSV, "text/csv")

    @classmethod
    def json(cls, value: Any) -> Payload:  # noqa: ANN401 - any JSON value
        """Write a value as JSON. NaN and infinity, which JSON does not know, become null: a missing value.

        Arrays and scalars of NumPy, pandas and the like are written as lists and numbers.

        Raises:
            TypeError: The value holds something that JSON has no word for.
        """
        try:
            text = _to_json(value)
        except ValueError:
            # Only now: looking into every value costs more than writing it.
            text = _to_json(_without_nan(value))
        return cls(text, Encoding.JSON, "application/json")

    @classmethod
    def raw(cls, body: bytes | str, content_type: str) -> Payload:
        """Take a body as it went over the wire.

        Args:
            body: The whole body.
            content_type: Its content type. ``text/csv`` and JSON types (``application/json``,
                ``application/jsonlines``, ``...+json``) are stored as text; all others, and whatever is not UTF-8, in
                base 64, which Model Monitor does not analyse without a script.
        """
        encoding = _encoding(content_type)
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
        if encoding is not Encoding.BASE64:
            try:
                return cls(content.decode(), encoding, content_type)
            except UnicodeDecodeError:
                pass
        return cls(base64.b64encode(content).decode(), Encoding.BASE64, content_type)


def _encoding(content_type: str) -> Encoding:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "text/csv":
        return Encoding.CSV
    # application/json, application/jsonlines, application/x-ndjson, application/problem+json
    return Encoding.JSON if "json" in media_type else Encoding.BASE64


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value
    """Return lists and numbers for arrays and scalars of NumPy and pandas, without importing them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _is_missing(value: Any) -> bool:  # noqa: ANN401 - any value
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _to_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, allow_nan=False, default=_array, separators=(",", ":"), ensure_ascii=False)


def _array(value: Any) -> Any:  # noqa: ANN401 - whatever json does not know
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON; turn it into text, numbers, lists or dicts")


def _without_nan(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return None if _is_missing(value) else value
