"""How values become CSV and JSON: one rule for bodies that the caller builds and for those that came over the wire."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from typing import Any

# Until Python 3.13, csv quotes a line break only if its own line ending has it; so it must have both kinds.
_ROW_END = "\r\n"


class _Echo:
    """A file that hands back what is written, as `csv.writer.writerow` does in turn."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[Any]]) -> list[str]:
    r"""Return rows as lines of CSV without their ends. None, NaN and infinity become empty: a missing value.

    Example:
        >>> csv_lines([[34, None, "a, b"], ["two\rlines"]])
        ['34,,"a, b"', '"two\rlines"']
    """
    writer = csv.writer(_Echo(), lineterminator=_ROW_END)
    lines = (writer.writerow(["" if _is_missing(value) else value for value in row]) for row in rows)
    return [line[: -len(_ROW_END)] for line in lines]


def json_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value as JSON in one line. NaN and infinity, which JSON does not know, become null: a missing value.

    Raises:
        TypeError: The value holds something that JSON has no word for.
        RecursionError: It is nested too deeply.
    """
    try:
        return _to_json(value)
    except ValueError:
        # Only now: looking into every value costs more than writing it.
        return _to_json(_without_nan(value))


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


def _is_missing(value: Any) -> bool:  # noqa: ANN401 - any value
    return value is None or (isinstance(value, float) and not math.isfinite(value))
