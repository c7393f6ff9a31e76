"""Records that are longer than their rows can be.

How long a request is, is its caller's choice, and its text costs far more to split into values than to read. So a long
record is not parsed when what it holds would need more rows than the other side of the same exchange has: a model gives
one answer for every row.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import orjson

from analyzer.dataset.payload import PayloadError, PayloadKind, decode, rows_of

ROOM_FOR_VALUE = 512
"""Characters that the values of a row may have on average: fifty times as many as numbers have."""
_LEAST_ROOM_FOR_ROW = 8 * 1_024
_TIMES_TYPICAL = 16
# What a record has beside its bodies.
_ROOM_FOR_METADATA = 2 * 1_024


class TooLongError(PayloadError):
    """A body has more characters than its rows can have."""

    problem = "longer than its rows can be"


def long_lines(lines: Sequence[bytes], columns: int) -> tuple[list[int], int]:
    """Return the places of the lines that hold more than one row can, and what one row can.

    Args:
        lines: Traffic. Texts can be long: where most lines are, all may be.
        columns: How many values a row has; 0: nobody knows.
    """
    room = max(_LEAST_ROOM_FOR_ROW, columns * ROOM_FOR_VALUE)
    if max(map(len, lines), default=0) <= room + _ROOM_FOR_METADATA:
        return [], room
    lengths = np.fromiter(map(len, lines), dtype=np.intp, count=len(lines))
    room = max(room, _TIMES_TYPICAL * int(np.median(lengths[lengths > 0])))
    return np.flatnonzero(lengths > room + _ROOM_FOR_METADATA).tolist(), room


def require_room(record: Mapping[str, Any], directions: Sequence[str], room: int) -> None:
    """Check that no body of a record is longer than as many rows as the shortest of its bodies has.

    Args:
        record: The record.
        directions: Its bodies that are analysed.
        room: How many characters a row may have.

    Raises:
        PayloadError: When one is longer, or cannot be decoded.
    """
    captured = record["captureData"]
    bodies = sorted((decode(captured[name]) for name in directions if name in captured), key=lambda body: len(body[1]))
    if not bodies or len(bodies[-1][1]) <= room:
        return
    rows = _most_rows(*bodies[0], room)
    if len(bodies[-1][1]) > rows * room:
        raise TooLongError(f"{len(bodies[-1][1])} characters for {rows} rows")


def _most_rows(kind: PayloadKind, text: str, room: int) -> int:
    """Return how many rows a body can have at most."""
    lines = text.strip().count("\n") + text.strip().count("\r") + 1
    if kind is PayloadKind.CSV:
        return lines
    if len(text) <= room:
        with suppress(orjson.JSONDecodeError):
            document = orjson.loads(text)
            arrays = document.values() if isinstance(document, dict) else ()
            return max(len(rows_of(document)), *(len(values) for values in arrays if isinstance(values, list)), 1)
    return lines + text.count(",")
