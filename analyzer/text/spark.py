"""Values as the texts that a Spark job would make of them."""

from collections.abc import Mapping, Sequence

import orjson
import polars as pl

from analyzer.text.java_double import java_double


def to_text(value: object) -> str | None:
    """Return a scalar as text: ``true``, ``1``, ``1.0``, the text itself; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    return str(value) if isinstance(value, int) else orjson.dumps(value, default=str).decode()


# Columns that fewer rows than this share have are filled in value by value.
_SPARSE_SHARE = 16


def frame_of(rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Return rows as a frame of String columns, in the order in which the columns first appear.

    The time depends on the number of values, not on that of columns times rows: a row with columns of its own costs no
    other row anything.
    """
    if not rows:
        return pl.DataFrame()
    first = rows[0].keys()
    if all(row.keys() == first for row in rows):
        return pl.DataFrame({name: pl.Series([row[name] for row in rows], dtype=pl.String) for name in first})
    present: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        for name in row:
            present.setdefault(name, []).append(position)
    return pl.DataFrame({name: _column(rows, name, places) for name, places in present.items()})


def _column(rows: Sequence[Mapping[str, str | None]], name: str, places: Sequence[int]) -> pl.Series:
    if len(places) * _SPARSE_SHARE > len(rows):
        return pl.Series([row.get(name) for row in rows], dtype=pl.String)
    empty = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
    return empty.scatter(places, [rows[place][name] for place in places])
