"""Fast parsing of blocks of CSV that hold nothing unusual.

Polars forgives and guesses: it fills short rows, takes blank lines for rows, and reads on after a stray quote. So a
block goes to it only when counting separators and line breaks has shown that every row has the right number of values;
for all other blocks the answer is None, and a slower parser can name what is wrong.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PolarsError

_QUOTE, _SEPARATOR, _LINE_BREAK, _RETURN = b'",\n\r'
_BEFORE_OPENING = (_SEPARATOR, _LINE_BREAK, _QUOTE)
_AFTER_CLOSING = (_SEPARATOR, _LINE_BREAK, _RETURN, _QUOTE)


def parse_plain(block: bytes, names: Sequence[str]) -> pl.DataFrame | None:
    """Return the rows of a block without quotes as String columns; None when anything is unusual.

    Args:
        block: Whole lines; the last one may lack its line break.
        names: Column names.
    """
    block = _with_plain_line_breaks(block)
    if not block.endswith(b"\n"):
        # Polars forgives an empty value too many at the very end of a text.
        block += b"\n"
    data = np.frombuffer(block, dtype=np.uint8)
    lines = int(np.count_nonzero(data == _LINE_BREAK))
    separators = (len(names) - 1) * lines
    if np.count_nonzero(data == _SEPARATOR) != separators or b'"' in block or b"\r" in block:
        return None
    if len(names) == 1 and _may_have_blank_line(block):
        return None
    # Too many values in a row are an error of the parser; with the right total, too few in another are, too.
    return _parse(block, names, lines, quote=None)


def parse_quoted(block: bytes, names: Sequence[str]) -> tuple[pl.DataFrame, int] | None:
    """Return the whole rows at the start of a block with quotes, and the number of bytes that they take.

    None when anything is unusual, such as a quote within an unquoted field, or when no row is whole.

    Args:
        block: CSV from the start of a row on; it may end anywhere.
        names: Column names.
    """
    data = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    outside = _outside_quotes(data)
    ends = np.flatnonzero((data == _LINE_BREAK) & outside)
    if not len(ends):
        return None
    size = int(ends[-1]) + 1
    separators = np.flatnonzero((data[:size] == _SEPARATOR) & outside[:size])
    # A return within quotes is content; removing those of line breaks would change it.
    content_return = bool(((data == _RETURN) & ~outside).any())
    if content_return or not _are_regular(data, quotes[quotes < size]) or not _are_even(separators, ends, len(names)):
        return None
    content = _with_plain_line_breaks(block[:size])
    unusual = b"\r" in content or (len(names) == 1 and _may_have_blank_line(content))
    table = None if unusual else _parse(content, names, len(ends), quote='"')
    return None if table is None else (table, size)


def _with_plain_line_breaks(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n") if b"\r" in block else block


def _may_have_blank_line(block: bytes) -> bool:
    """Whether a block of one column, which has no separators that would tell, seems to have a blank line."""
    return block.startswith(b"\n") or b"\n\n" in block


def _parse(block: bytes, names: Sequence[str], rows: int, *, quote: str | None) -> pl.DataFrame | None:
    try:
        table = pl.read_csv(block, has_header=False, infer_schema=False, quote_char=quote)
    except PolarsError:
        return None
    if table.shape != (rows, len(names)):
        return None
    table.columns = list(names)
    return table


def _outside_quotes(data: NDArray[np.uint8]) -> NDArray[np.bool_]:
    quotes_so_far = np.cumsum(data == _QUOTE, dtype=np.uint8)  # parity survives the overflow
    outside: NDArray[np.bool_] = (quotes_so_far & 1) == 0
    return outside


def _are_regular(data: NDArray[np.uint8], quotes: NDArray[np.int64]) -> bool:
    """Whether quotes surround whole fields; a doubled one within a field closes and opens again."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[opening[opening > 0] - 1]
    return bool(np.isin(before, _BEFORE_OPENING).all() and np.isin(data[closing + 1], _AFTER_CLOSING).all())


def _are_even(separators: NDArray[np.int64], ends: NDArray[np.int64], columns: int) -> bool:
    """Whether every row has as many separators as it needs."""
    if len(separators) != len(ends) * (columns - 1):
        return False
    if columns == 1:
        return True
    by_row = separators.reshape(len(ends), columns - 1)
    return bool((by_row[:, -1] < ends).all() and (by_row[1:, 0] > ends[:-1]).all())
