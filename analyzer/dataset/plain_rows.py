"""Fast parsing of CSV rows, one of each record, in which no row can spoil another one.

All rows are parsed together, as one text. When that does not give as many rows as there are records, those that may
be to blame are set aside: more than one line, quotes that are not closed, another number of values. No quote of one
record can then swallow others.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from io import StringIO

import numpy as np
import polars as pl

from analyzer.dataset.blocks import parse_plain, parse_quoted
from analyzer.dataset.lines import sampled
from analyzer.dataset.shape import TableShape
from analyzer.text.columns import numbered_names
from analyzer.text.flattening import MAX_VALUE_LENGTH

# Longer rows are looked at before they are parsed together with the others.
_LONG_ROW = 1_024


def parse_rows(parts: Sequence[str], parts_per_row: int, shape: TableShape) -> tuple[pl.DataFrame | None, list[int]]:
    """Parse rows together.

    Args:
        parts: CSV texts without line break at their ends, all those of a row after each other.
        parts_per_row: How many parts make a row.
        shape: Knows, or learns, how many values a row has.

    Returns:
        The table, None when no row could be parsed, and the positions of the rows that are not in it.
    """
    rows = [",".join(of_row) for of_row in zip(*[iter(parts)] * parts_per_row, strict=True)]
    if not rows:
        return None, []
    if shape.width is None:
        shape.learn_widths(_widths([rows[place] for place in sampled(range(len(rows)))]))
    width = shape.width or 1
    # Those that cannot fit are not even copied: how long they are is the caller's choice.
    longest, misfits = max(map(len, rows)), []
    if longest > _LONG_ROW:
        misfits = [place for place, row in enumerate(rows) if len(row) > _LONG_ROW and not _may_fit(row, width)]
    if not misfits:
        return _parsed(rows, parts, parts_per_row, width, longest)
    kept = np.delete(np.arange(len(rows)), misfits)
    kept_parts = [
        part for place in kept.tolist() for part in parts[place * parts_per_row : (place + 1) * parts_per_row]
    ]
    kept_rows = [rows[place] for place in kept.tolist()]
    longest = max(map(len, kept_rows), default=0)
    table, unparsed = _parsed(kept_rows, kept_parts, parts_per_row, width, longest)
    return table, sorted([*misfits, *kept[unparsed].tolist()])


def _parsed(
    rows: Sequence[str], parts: Sequence[str], parts_per_row: int, width: int, longest: int
) -> tuple[pl.DataFrame | None, list[int]]:
    if not rows:
        return None, []
    names = numbered_names(width)
    block = "\n".join([*rows, ""])
    if '"' not in block:
        table = parse_plain(block.encode(), names) if longest <= MAX_VALUE_LENGTH else None
        # More rows than that: one of them has a line break.
        if table is not None and table.height == len(rows):
            return table, []
        odd = [position for position, row in enumerate(rows) if not _is_plain(row, len(names))]
        return _without(rows, odd, names)
    odd = [position for position, row in enumerate(rows) if not _is_one_line(row)]
    odd += _with_open_quotes(parts, parts_per_row)
    table, unparsed = _without(rows, odd, names)
    if table is not None:
        return table, unparsed
    return _without(rows, [position for position, row in enumerate(rows) if not _is_plain(row, len(names))], names)


def _without(rows: Sequence[str], odd: Sequence[int], names: Sequence[str]) -> tuple[pl.DataFrame | None, list[int]]:
    """Parse the other rows; when even these cannot be parsed together, none is."""
    left_out = set(odd)
    kept = [row for position, row in enumerate(rows) if position not in left_out] if odd else rows
    block = "\n".join([*kept, ""]).encode()
    table: pl.DataFrame | None = None
    if kept and b'"' in block:
        parsed = parse_quoted(block, names)
        table = parsed[0] if parsed else None
    elif kept:
        table = parse_plain(block, names)
    if table is None or table.height != len(kept):
        return None, [*range(len(rows))]
    return table, sorted(left_out)


def _may_fit(row: str, width: int) -> bool:
    separators = row.count(",")
    return separators == width - 1 or (separators >= width and '"' in row)


def _is_plain(row: str, width: int) -> bool:
    return _is_one_line(row) and '"' not in row and row.count(",") == width - 1


def _is_one_line(row: str) -> bool:
    return "\n" not in row and "\r" not in row and len(row) <= MAX_VALUE_LENGTH


def _with_open_quotes(parts: Sequence[str], parts_per_row: int) -> list[int]:
    return [place // parts_per_row for place, part in enumerate(parts) if part.count('"') % 2]


def _widths(rows: Sequence[str]) -> "Counter[int]":
    widths: Counter[int] = Counter()
    for row in filter(_is_one_line, rows):
        widths[row.count(",") + 1 if '"' not in row else len(next(csv.reader(StringIO(row, newline="")), ()))] += 1
    return widths
