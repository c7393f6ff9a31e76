"""Request and response bodies as capture records hold them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from capture_writer.serialization import csv_lines, json_text


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
        return cls("\n".join(csv_lines(values if nested else [values])), Encoding.CSV, "text/csv")

    @classmethod
    def json(cls, value: Any) -> Payload:  # noqa: ANN401 - any JSON value
        """Write a value as JSON. NaN and infinity, which JSON does not know, become null: a missing value.

        Arrays and scalars of NumPy, pandas and the like are written as lists and numbers.

        Raises:
            TypeError: The value holds something that JSON has no word for.
            RecursionError: It is nested too deeply.
        """
        return cls(json_text(value), Encoding.JSON, "application/json")

    @classmethod
    def raw(cls, body: bytes | str, content_type: str) -> Payload:
        """Take a body as it went over the wire.

        Args:
            body: The whole body.
            content_type: Its content type. ``text/csv`` and JSON types (``application/json``, ``...+json``,
                ``application/jsonlines``, ``application/x-ndjson``) are stored as text; all others, and whatever is not
                UTF-8, in base 64, which Model Monitor does not analyse without a script.
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
