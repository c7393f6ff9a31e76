"""Values as the texts that a Spark job would make of them."""

from collections.abc import Iterable, Mapping, Sequence

import orjson
import polars as pl

from analyzer.text.java_double import java_double

# Nested JSON becomes flat columns: {"a": {"b": [1, 2]}} gives a_b_0 and a_b_1. How the service's container joins the
# names is not published; lower case and underscore are what its guide advises for column names.
FLATTEN_SEPARATOR = "_"


def to_text(value: object) -> str | None:
    """Return a scalar as text: ``true``, ``1``, ``1.0``, the text itself; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    return str(value) if isinstance(value, int) else orjson.dumps(value, default=str).decode()


def flatten(value: object) -> dict[str, str | None]:
    """Return a JSON value as flat columns in the order of the document.

    Example:
        >>> flatten({"label": 1, "features": [0.5, None]})
        {'label': '1', 'features_0': '0.5', 'features_1': None}
    """
    columns: dict[str, str | None] = {}
    _flatten_into(columns, value, "")
    return columns


def _flatten_into(columns: dict[str, str | None], value: object, name: str) -> None:
    if isinstance(value, dict):
        members: Iterable[tuple[object, object]] = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        columns[name or "value"] = to_text(value)
        return
    prefix = name + FLATTEN_SEPARATOR if name else ""
    for key, member in members:
        _flatten_into(columns, member, f"{prefix}{key}")


def frame_of(rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Return rows as a frame of String columns, in the order in which the columns first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return pl.DataFrame({name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names})
