"""Values as the texts that a Spark job would make of them."""

from collections.abc import Mapping, Sequence

import orjson
import polars as pl

from analyzer.java_double import java_double

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


def flatten(value: object, name: str = "") -> dict[str, str | None]:
    """Return a JSON value as flat columns in the order of the document.

    Example:
        >>> flatten({"label": 1, "features": [0.5, None]})
        {'label': '1', 'features_0': '0.5', 'features_1': None}
    """
    if isinstance(value, Mapping):
        members = [(str(key), member) for key, member in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        members = [(str(position), member) for position, member in enumerate(value)]
    else:
        return {name or "value": to_text(value)}
    columns: dict[str, str | None] = {}
    for key, member in members:
        columns |= flatten(member, f"{name}{FLATTEN_SEPARATOR}{key}" if name else key)
    return columns


def frame_of(rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Return rows as a frame of String columns, in the order in which the columns first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return pl.DataFrame({name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names})
