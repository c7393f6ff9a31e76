"""Rows of a record, joined from those of its output and its input."""

from collections.abc import Mapping, Sequence

from analyzer.dataset.payload import PayloadError, Row, require_equal_counts, shared_name
from analyzer.text.columns import numbered_names


def joined_by_position(parts: Sequence[list[list[str]]]) -> list[Row]:
    """Return the rows of CSV bodies side by side, columns numbered.

    Raises:
        PayloadError: When one of them has another number of rows.
    """
    require_equal_counts([len(part) for part in parts])
    joined = ([value for fields in group for value in fields] for group in zip(*parts, strict=True))
    return [dict(zip(numbered_names(len(fields)), fields, strict=True)) for fields in joined]


def joined_by_name(parts: Mapping[str, list[Row]]) -> list[Row]:
    """Return the rows of JSON bodies, given by their names, as one row each.

    Raises:
        PayloadError: When one of them has another number of rows, or names of columns cannot be told apart.
    """
    require_equal_counts([len(part) for part in parts.values()])
    joined: list[Row] = [{} for _ in next(iter(parts.values()))]
    for direction, rows in parts.items():
        for target, row in zip(joined, rows, strict=True):
            shared = target.keys() & row.keys()
            if not shared:
                target.update(row)
                continue
            # A name that output and input share would lose one of the two.
            renamed = {(shared_name(direction, name) if name in shared else name): value for name, value in row.items()}
            if len(renamed) < len(row) or not target.keys().isdisjoint(renamed):
                raise PayloadError(f"names of the {direction} meet others that begin with {direction}_")
            target.update(renamed)
    return joined
