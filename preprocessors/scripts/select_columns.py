"""Keeps the columns that are to be monitored, in the order in which they are listed.

A record preprocessing script of SageMaker Model Monitor for baseline and monitoring jobs: one file, Python 3.7, no
packages. Copy it, change the settings, and try it: python -m preprocessors.run <your copy> <captured records>
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json
from typing import Any, List, Optional, Tuple

# Settings.
# The columns to keep: names (of JSON, nested ones joined as in customer_age; of CSV as in COLUMNS), or positions, where
# 0 is the first column of the output and the inputs follow the outputs. A name that a record lacks is a missing value.
SELECTED: list[str | int] = []
# The names of all columns, outputs first, for records in CSV, which have none. Empty: CSV goes by positions.
COLUMNS: list[str] = []


class SettingsError(Exception):
    """The settings cannot be right: reason enough to end the job, while a bad record is not."""


def preprocess_handler(inference_record: Any, logger: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - see read_rows
    """Return the selected columns of a record; [] leaves the record out.

    Raises:
        SettingsError: The settings are not valid.
    """
    _check_settings()
    try:
        rows = [name_values(row, COLUMNS) for row in read_rows(inference_record)]
        return [to_columns([_value(row, selected) for selected in SELECTED]) for row in rows]
    except ValueError as error:
        leave_out(inference_record, error, logger)
        return []


def _check_settings() -> None:
    if not SELECTED:
        raise SettingsError("SELECTED is empty, expected names or positions of the columns to keep")
    unknown = [name for name in SELECTED if isinstance(name, str) and COLUMNS and name not in COLUMNS]
    if unknown:
        raise SettingsError(f"SELECTED holds {', '.join(map(str, unknown))}, which COLUMNS lacks")


def _value(row: Row, selected: str | int) -> Any:  # noqa: ANN401 - any value
    if isinstance(selected, int):
        if not 0 <= selected < len(row):
            raise ValueError(f"column {selected} is selected, but there are {len(row)}")
        return row[selected][1]
    if all(name is None for name, _ in row):
        raise SettingsError(f"column {selected} is selected, but values have no names: list them in COLUMNS")
    return dict(row).get(selected)


# From here on lambda/shared/record_rows.py (make scripts), because a script has to be a single file.

# Values in their order, each with its name if the record says it.
Row = List[Tuple[Optional[str], Any]]

MAX_DEPTH = 32
MAX_VALUES = 4096
MAX_LENGTH = 65536  # characters of a value
MAX_DIGITS = 1000
# Names under which containers send nothing but a list of rows; TensorFlow Serving, for one, does.
ROW_LISTS = ("instances", "predictions", "inputs", "outputs", "data", "rows", "records")


def read_rows(record: Any, columns: Any = ()) -> list[Row]:  # noqa: ANN401 - classes of the container
    """Return the rows of a CSV row (str), of a JSON object (dict) or of a capture record, whose outputs come first.

    Args:
        record: What the script is given.
        columns: If given, the names that mean something: a body that has none of them goes by position.

    Raises:
        ValueError: The record cannot be read, or nobody could have meant it.
    """
    try:
        if isinstance(record, str):
            return _csv_rows(record)
        if isinstance(record, dict):
            return [_known(flat(record), columns)]
        outputs = _body_rows(getattr(record, "endpoint_output", None), columns)
        inputs = _body_rows(getattr(record, "endpoint_input", None), columns)
    except (csv.Error, RecursionError) as error:
        raise ValueError(str(error)) from error
    if outputs is None or inputs is None:
        return (inputs if outputs is None else outputs) or []
    if len(outputs) == 1 < len(inputs) == len(outputs[0]):
        # One line with a prediction for each row, as the built-in XGBoost container answers.
        outputs = [[cell] for cell in outputs[0]]
    if len(outputs) != len(inputs):
        raise ValueError(f"the output has {len(outputs)} rows, the input {len(inputs)}")
    return [_joined(output, given) for output, given in zip(outputs, inputs)]


def name_values(row: Row, columns: list[str]) -> Row:
    """Name the values without name: by the columns that no other value of the row is named after, in their order.

    Raises:
        ValueError: There are more or fewer such values than columns.
    """
    unnamed = sum(name is None for name, _ in row)
    if not unnamed or not columns:
        return row
    taken = {name for name, _ in row}
    free = [name for name in columns if name not in taken]
    if len(free) != unnamed:
        raise ValueError(f"got {unnamed} values without a name, expected {len(free)}: {', '.join(free)}")
    names = iter(free)
    return [(next(names) if name is None else name, value) for name, value in row]


def to_columns(values: list[Any]) -> dict[str, Any]:
    """Name values by zero-padded position: the analyzer sorts names as texts and compares columns by position."""
    return {f"{position:020}": value for position, value in enumerate(values)}


def leave_out(record: Any, reason: Any, logger: Any, *, strict: Optional[bool] = None) -> None:  # noqa: ANN401, UP045 - see above
    """Log that a record is left out: the first one, and every time when their number has doubled.

    Args:
        record: What the script was given.
        reason: Why it is left out.
        logger: The container's; its lines are in the log of the job.
        strict: Whether every record has to be right. Default: a row of a data set has, a captured record has not.

    Raises:
        ValueError: The record has to be right.
    """
    if isinstance(record, (str, dict)) if strict is None else strict:
        raise ValueError(f"{reason}; the row is {str(record)[:200]}")
    number = next(_LEFT_OUT)
    if number & (number - 1) == 0:
        event_id = getattr(getattr(record, "event_metadata", None), "event_id", None)
        logger.warning("record %s is left out: %s; %d so far", event_id, reason, number)


_LEFT_OUT = itertools.count(1)


def flat(value: Any, name: str = "") -> Row:  # noqa: ANN401 - any JSON value
    """Return the values in a JSON value, in its order; the names of nested ones are joined: a_b, a_0.

    Raises:
        ValueError: It is deeper, wider or longer than any real record.
    """
    row: Row = []
    levels = [iter([(name, value)])]  # what is left of the objects and lists that lead to the present value
    while levels:
        for member_name, member in levels[-1]:
            if isinstance(member, (dict, list)):
                if len(levels) > MAX_DEPTH:
                    raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
                levels.append(_named_members(member, member_name))
                break
            if isinstance(member, str) and len(member) > MAX_LENGTH:
                raise ValueError(f"a value has more than {MAX_LENGTH} characters")
            row.append((member_name or None, member))
        else:
            levels.pop()
        if len(row) > MAX_VALUES:
            raise ValueError(f"it has more than {MAX_VALUES} values")
    return row


def _named_members(value: Any, name: str) -> Any:  # noqa: ANN401 - an object or a list; an iterator
    if len(value) > MAX_VALUES:
        raise ValueError(f"it has more than {MAX_VALUES} values")
    if isinstance(value, dict):
        return ((f"{name}_{key}", item) for key, item in value.items()) if name else iter(value.items())
    return ((f"{name}_{place}" if name else "", item) for place, item in enumerate(value))


def _joined(output: Row, given: Row) -> Row:
    """Append the inputs; one that has the name of an output gets another name, the one that the analyzer gives it."""
    taken = {name for name, _ in output if name is not None}
    return output + [(f"endpointInput_{name}" if name in taken else name, value) for name, value in given]


def _body_rows(body: Any, columns: Any) -> list[Row] | None:  # noqa: ANN401 - a class of the container
    data = getattr(body, "data", None)
    if data is None:
        return None
    encoding = str(getattr(body, "encoding", "CSV")).upper()
    if encoding == "BASE64":
        data = base64.b64decode(data, validate=True).decode("utf-8")
        encoding = "JSON" if data.lstrip()[:1] in ("{", "[") else "CSV"
    return [_known(row, columns) for row in _json_rows(data)] if encoding == "JSON" else _csv_rows(data)


def _known(row: Row, columns: Any) -> Row:  # noqa: ANN401 - any container of names
    """Take the names away if none of them is a column's: they are of another scheme, and the order counts."""
    if columns and not row:
        raise ValueError("a body holds no values")
    if not columns or any(name in columns for name, _ in row):
        return row
    return [(None, value) for _, value in row]


def _csv_rows(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = [[(None, value) for value in row] for row in reader if row]
    if len(text) > MAX_LENGTH and any(len(value) > MAX_LENGTH for row in rows for _, value in row):
        raise ValueError(f"a value has more than {MAX_LENGTH} characters")
    return rows


def _json_rows(text: str) -> list[Row]:
    try:
        documents = [_json(text)]
    except ValueError:
        documents = [_json(line) for line in text.split("\n") if line.strip()]  # one document a line
    return [flat(row) for document in documents for row in _rows_of(document)]


def _json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    if len(text) > MAX_DIGITS:
        return json.loads(text, object_pairs_hook=_members, parse_int=_integer)
    return json.loads(text, object_pairs_hook=_members)


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:  # to read them takes time that grows with the square of their number
        raise ValueError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object has the same key twice")
    return members


def _rows_of(document: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(document, dict) and len(document) == 1:
        (key,) = document
        if key in ROW_LISTS and isinstance(document[key], list):
            return list(document[key])
    if isinstance(document, list) and document and all(isinstance(row, (dict, list)) for row in document):
        return document
    return [document]
