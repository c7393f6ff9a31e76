"""Leaves out synthetic traffic: health checks, load tests and canaries, which raise false alarms.

Such requests are known by a custom attribute that their sender sets (the X-Amzn-SageMaker-Custom-Attributes header of
InvokeEndpoint), or by a column of the payload.

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
# A record with one of these among its custom attributes, which are separated by commas or semicolons, is left out.
SYNTHETIC_ATTRIBUTES: list[str] = ["synthetic", "synthetic=true", "source=load-test"]
# A row whose column of this name has one of the values is left out. Empty: no column tells.
SYNTHETIC_COLUMN: str = ""
SYNTHETIC_VALUES: list[str] = ["true", "1"]
# Whether the other rows keep that column. It is not in a baseline whose data never had it.
KEEP_SYNTHETIC_COLUMN: bool = False
# The names of all columns, outputs first, SYNTHETIC_COLUMN among them; needed to find it in CSV, which has no names.
COLUMNS: list[str] = []


class SettingsError(Exception):
    """The settings cannot be right: reason enough to end the job, while a bad record is not."""


def preprocess_handler(inference_record: Any, logger: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - see read_rows
    """Return the rows of a record that are not synthetic; [] leaves the record out.

    Raises:
        SettingsError: SYNTHETIC_COLUMN cannot be found in CSV, because COLUMNS does not name it.
    """
    if SYNTHETIC_COLUMN and COLUMNS and SYNTHETIC_COLUMN not in COLUMNS:
        raise SettingsError(f"COLUMNS lacks the SYNTHETIC_COLUMN {SYNTHETIC_COLUMN}")
    if _has_synthetic_attribute(inference_record):
        return []
    try:
        rows = [_named(row, inference_record) for row in read_rows(inference_record)]
    except ValueError as error:
        leave_out(inference_record, error, logger)
        return []
    return [to_columns(_values(row)) for row in rows if not _is_synthetic(row)]


def _has_synthetic_attribute(record: Any) -> bool:  # noqa: ANN401 - a class of the container
    attributes = getattr(getattr(record, "event_metadata", None), "custom_attribute", None) or []
    texts = [attributes] if isinstance(attributes, str) else attributes
    found = {part.strip().lower() for text in texts for part in str(text).replace(";", ",").split(",")}
    return any(attribute.lower() in found for attribute in SYNTHETIC_ATTRIBUTES)


def _named(row: Row, record: Any) -> Row:  # noqa: ANN401 - see read_rows
    if not SYNTHETIC_COLUMN:
        return row
    if not COLUMNS and all(name is None for name, _ in row):
        raise SettingsError(f"values have no names: name all columns in COLUMNS, to find {SYNTHETIC_COLUMN} there")
    others = [name for name in COLUMNS if name != SYNTHETIC_COLUMN]
    if isinstance(record, str) and len(row) == len(others):
        return name_values(row, others)  # a baseline without the column
    return name_values(row, COLUMNS)


def _is_synthetic(row: Row) -> bool:
    values = [value.lower() for value in SYNTHETIC_VALUES]
    return any(name == SYNTHETIC_COLUMN and str(value).strip().lower() in values for name, value in row if name)


def _values(row: Row) -> list[Any]:
    return [value for name, value in row if KEEP_SYNTHETIC_COLUMN or name is None or name != SYNTHETIC_COLUMN]


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
