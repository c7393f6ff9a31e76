"""Hands records over to SageMaker Model Monitor that have the columns of its baseline, and leaves all others out.

A record with columns of its own, which anybody may send who may call the endpoint, would give the whole table another
number of columns, and then nothing else is checked. Chosen columns are handed over as text categories: Model Monitor
compares numbers by their distinct values, so a column with few of them (a yes/no flag, a class number) never shows
drift; as texts such columns are compared by the share of each value. This file was written by the deployment; to have
other columns converted, change the deployment instead.

It is one file and needs nothing but Python 3.7, because that is all there is where it runs:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

from __future__ import annotations

import decimal
import functools
import re
from typing import Any, Dict

# In a script the text of that module stands here.
from shared.record_rows import Row, leave_out, name_values, read_rows, to_columns

# "columns": the names of all columns in order; "categorical": the positions of those that become categories; "strict":
# whether a record that does not fit is an error, as in the job that makes the baseline.
CONFIGURATION: dict[str, Any] = {"columns": [], "categorical": [], "strict": False}

COLUMNS: list[str] = CONFIGURATION["columns"]
KNOWN = frozenset(COLUMNS)
CATEGORICAL = frozenset(CONFIGURATION["categorical"])

Columns = Dict[str, Any]  # zero-padded position -> value

# No two parts of it match the same characters, so the time that it takes grows with the length, and no faster.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?$")
_LONGEST_NUMBER = 400
_LONGEST_CACHED = 100


def preprocess_handler(inference_record: Any, logger: Any) -> Columns | list[Columns]:  # noqa: ANN401 - see read_rows
    """Turn one record into columns: a dict of zero-padded position -> value, or a list of them for no or several rows.

    Args:
        inference_record: In a baseline job or of batch transform a CSV row (str) or a JSON object (dict); else a
            captured request with `endpoint_input` and `endpoint_output`, whose columns are the outputs followed by the
            inputs.
        logger: Gets a line when records are left out.

    Raises:
        ValueError: In a baseline job, where everything has to be right, the record does not fit.
    """
    try:
        rows = read_rows(inference_record, KNOWN)
        if isinstance(inference_record, str):
            rows = [row for row in rows if not is_header(row, COLUMNS)]
        columns = [_to_columns(in_order(row, COLUMNS)) for row in rows]
    except ValueError as error:
        leave_out(inference_record, error, logger, strict=CONFIGURATION["strict"])
        return []
    return columns[0] if len(columns) == 1 else columns


def in_order(row: Row, columns: list[str]) -> list[Any]:
    """Return the values of a row in the order of the columns; a member that JSON lacks is a missing value.

    Raises:
        ValueError: There are more or fewer values, or others.
    """
    if all(name is None for name, _ in row):
        if len(row) != len(columns):
            raise ValueError(f"the row has {len(row)} values; expected {len(columns)}: {', '.join(columns)}")
        return [value for _, value in row]
    named = name_values(row, _columns_of_unnamed(row, columns))
    values = dict(named)
    if len(values) < len(named):
        raise ValueError("two of its values have the same name")
    more = sorted(str(name or "a value without a name")[:100] for name in values.keys() - set(columns))
    if more:
        raise ValueError(f"it has {', '.join(more[:3])}, expected some of {len(columns)} columns of the baseline")
    return [values.get(name) for name in columns]


def is_header(row: Row, columns: list[str]) -> bool:
    """Say whether a CSV row of a file is the line of the names; AWS does not say whether scripts get to see it."""
    names = [str(value) for _, value in row]
    return [names[0].lstrip("\ufeff"), *names[1:]] == columns  # some editors begin a file with a mark


def _columns_of_unnamed(row: Row, columns: list[str]) -> list[str]:
    """Return the columns that values without a name belong to: the first ones for an answer to a request with names."""
    names = {name for name, _ in row if name is not None}
    if not names or row[0][0] is not None:
        return columns
    return [name for name in columns if name not in names][: sum(name is None for name, _ in row)]


def category(value: Any) -> str:  # noqa: ANN401 - whatever the data hold
    """Write a value as a category; equal numbers and truths give equal texts, nothing stays nothing.

    Example:
        >>> category("1.0"), category(1), category(True), category(" red"), category("")
        ('category 1', 'category 1', 'category true', 'category red', '')
    """
    if value is None:
        return ""
    raw = str(value)
    # Few values come again and again, by the million in a baseline: that is what makes them categories.
    return _cached_category(raw) if len(raw) <= _LONGEST_CACHED else _category(raw)


def _category(raw: str) -> str:
    text = raw.strip()
    if not text:
        return ""
    if text.lower() in ("true", "false"):
        return "category " + text.lower()
    is_number = len(text) <= _LONGEST_NUMBER and _NUMBER.match(text)
    return "category " + (_canonical_number(text) if is_number else text)


_cached_category = functools.lru_cache(maxsize=100_000)(_category)


def _canonical_number(text: str) -> str:
    # A precision that loses no digit: numbers that are long identifiers must stay apart.
    context = decimal.Context(prec=len(text) + 1, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)
    number = decimal.Decimal(text).normalize(context)
    if not number:
        return "0"
    longest_written_out = 40
    return format(number, "f") if abs(number.adjusted()) <= longest_written_out else str(number)


def _to_columns(values: list[Any]) -> Columns:
    return to_columns(
        [category(value) if position in CATEGORICAL else value for position, value in enumerate(values)]
        if CATEGORICAL
        else values
    )
