"""Hands chosen columns over to SageMaker Model Monitor as text categories.

Model Monitor compares numbers by their distinct values, so a column with few of them (a yes/no flag, a class number)
never shows drift. As texts such columns are compared by the share of each value, which is what one wants to know.
This script runs in the baseline job and in every monitoring job, so that both see the same categories. It was written
by the deployment; to have other columns converted, change the deployment instead of this file.

It is one file and needs nothing but Python 3.7, because that is all there is where it runs:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

from __future__ import annotations

import base64
import csv
import decimal
import functools
import io
import json
import re
from typing import Any, Dict, List, Optional, Tuple, Union  # noqa: UP035 - see above: Python 3.7

# "columns": the names of all columns in order; "categorical": the positions of those that become categories.
CONFIGURATION: dict[str, Any] = {"columns": [], "categorical": []}

COLUMNS: list[str] = CONFIGURATION["columns"]
CATEGORICAL = frozenset(CONFIGURATION["categorical"])

# One value with the name of its column, if the record says it.
Cell = Tuple[Optional[str], Any]  # noqa: UP006, UP045 - evaluated at run time
Row = List[Cell]  # noqa: UP006 - evaluated at run time
Columns = Dict[str, Any]  # noqa: UP006 - zero-padded position -> value

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?$")
_ENVELOPES = ("instances", "predictions", "inputs", "outputs")


def preprocess_handler(inference_record: Any) -> Union[Columns, list[Columns]]:  # noqa: ANN401, UP007 - see above
    """Turn one record into columns: a dict of zero-padded position -> value, or a list of them for no or several rows.

    Args:
        inference_record: In a baseline job a CSV row (str) or a JSON object (dict); in a monitoring job a captured
            request with `endpoint_input` and `endpoint_output`, whose columns are the outputs followed by the inputs.

    Raises:
        ValueError: A CSV row of the baseline has too few or too many values. A captured payload that cannot be read or
            does not fit counts as missing values instead: one client's mistake must not stop the monitoring of all.
    """
    if isinstance(inference_record, str):
        rows = [row for row in _csv_rows(inference_record) if not _is_header(row)]
        for row in rows:
            if len(row) != len(COLUMNS):
                raise ValueError(f"the row has {len(row)} values; expected {len(COLUMNS)}: {', '.join(COLUMNS)}")
    elif isinstance(inference_record, dict):
        rows = [flat(inference_record)]
    else:
        rows = _whole_rows(inference_record)
    columns = [_to_columns(row) for row in rows]
    return columns[0] if len(columns) == 1 else columns


def category(value: Any) -> str:  # noqa: ANN401 - whatever the data hold
    """Write a value as a category; equal numbers and truths give equal texts, nothing stays nothing.

    Example:
        >>> category("1.0"), category(1), category(True), category(" red"), category("")
        ('category 1', 'category 1', 'category true', 'category red', '')
    """
    return "" if value is None else _category_of_text(str(value))


# Few values come again and again, by the million in a baseline: that is what makes them categories.
@functools.lru_cache(maxsize=100_000)
def _category_of_text(raw: str) -> str:
    text = raw.strip()
    if not text:
        return ""
    if text.lower() in ("true", "false"):
        return "category " + text.lower()
    return "category " + (_canonical_number(text) if _NUMBER.match(text) else text)


def flat(value: Any, name: str = "") -> Row:  # noqa: ANN401 - any JSON value
    """Return a JSON value as cells in the order of the document; the names of nested values are joined.

    Example:
        >>> flat({"label": 1, "features": [0.5, 2]})
        [('label', 1), ('features_0', 0.5), ('features_1', 2)]
    """
    if isinstance(value, dict):
        return [cell for key, item in value.items() for cell in flat(item, "_".join(filter(None, (name, key))))]
    if isinstance(value, list):
        named = [(f"{name}_{position}" if name else "", item) for position, item in enumerate(value)]
        return [cell for item_name, item in named for cell in flat(item, item_name)]
    return [(name or None, value)]


def _is_header(row: Row) -> bool:
    # AWS does not say whether the script gets to see the first line of a file; some editors begin one with a mark.
    names = [str(value) for _, value in row]
    return [names[0].lstrip("\ufeff"), *names[1:]] == COLUMNS


def _canonical_number(text: str) -> str:
    # A precision that loses no digit: numbers that are long identifiers must stay apart.
    context = decimal.Context(prec=len(text) + 1, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)
    number = decimal.Decimal(text).normalize(context)
    if not number:
        return "0"
    longest_written_out = 40
    return format(number, "f") if abs(number.adjusted()) <= longest_written_out else str(number)


def _to_columns(row: Row) -> Columns:
    return {
        _key(position): category(value) if position in CATEGORICAL else value
        for position, value in enumerate(_in_column_order(row))
    }


@functools.lru_cache(maxsize=None)  # noqa: UP033 - functools.cache needs Python 3.9
def _key(position: int) -> str:
    """Name a column so that the analyzer, which sorts names as texts, keeps the order."""
    return f"{position:020}"


def _in_column_order(row: Row) -> list[Any]:
    """Order by name when the record names known columns, each once; otherwise take the order in which they came."""
    if not _has_names([row]):
        return [value for _, value in row]
    names = [name for name, _ in row]
    if len(set(names)) == len(names) and set(names) <= set(COLUMNS):
        by_name = dict(row)
        return [by_name.get(name) for name in COLUMNS]
    return [value for _, value in row]


def _captured_rows(record: Any) -> list[Row]:  # noqa: ANN401 - a class of the container
    """Join outputs and inputs row by row. A part or a row that is missing leaves its columns empty."""
    outputs = _part_rows(getattr(record, "endpoint_output", None))
    inputs = _part_rows(getattr(record, "endpoint_input", None))
    if len(outputs) == 1 < len(inputs) == len(outputs[0]):
        # One line with a prediction for each row, as the built-in XGBoost container answers.
        outputs = [[cell] for cell in outputs[0]]
    if not _has_names(outputs + inputs):
        widest_input = max((len(row) for row in inputs), default=0)
        widest_output = max((len(row) for row in outputs), default=0)
        _fill(outputs, len(inputs), widest_output or len(COLUMNS) - widest_input)
        _fill(inputs, len(outputs), widest_input or len(COLUMNS) - widest_output)
    else:
        _fill(outputs, len(inputs), 0)
        _fill(inputs, len(outputs), 0)
    return [output + given for output, given in zip(outputs, inputs)]  # noqa: B905 - strict needs Python 3.10


def _whole_rows(record: Any) -> list[Row]:  # noqa: ANN401 - a class of the container
    nothing: Row = [(None, "")] * len(COLUMNS)
    try:
        rows = _captured_rows(record)
    except (csv.Error, ValueError):
        return [nothing]
    return [row if _has_names([row]) or len(row) == len(COLUMNS) else nothing for row in rows]


def _has_names(rows: list[Row]) -> bool:
    return any(name is not None for row in rows for name, _ in row)


def _fill(rows: list[Row], count: int, width: int) -> None:
    rows.extend([(None, "")] * width for _ in range(count - len(rows)))


def _part_rows(part: Any) -> list[Row]:  # noqa: ANN401 - a class of the container
    data = getattr(part, "data", None)
    if data is None:
        return []
    encoding = str(getattr(part, "encoding", "CSV")).upper()
    if encoding == "BASE64":
        data = base64.b64decode(data).decode("utf-8")
        encoding = "JSON" if data.lstrip()[:1] in ("{", "[") else "CSV"
    return _json_rows(data) if encoding == "JSON" else _csv_rows(data)


def _csv_rows(text: str) -> list[Row]:
    return [[(None, value) for value in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]


def _json_rows(text: str) -> list[Row]:
    try:
        payload = json.loads(text)
    except ValueError:
        # Several JSON documents, one a line.
        payload = {"instances": [json.loads(line) for line in text.splitlines() if line.strip()]}
    if isinstance(payload, dict) and len(payload) == 1:
        (key,) = payload
        if key in _ENVELOPES and isinstance(payload[key], list):
            return [flat(item) for item in payload[key]]
    if isinstance(payload, list) and payload and all(isinstance(item, (dict, list)) for item in payload):
        return [flat(item) for item in payload]
    return [flat(payload)]
