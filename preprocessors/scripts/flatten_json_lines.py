"""Makes flat columns of JSON, nested too, of JSON lines, and of requests and answers in different formats.

    {"customer": {"age": 34, "income": [1200, 900]}}   ->   customer_age, customer_income_0, customer_income_1

A record preprocessing script of SageMaker Model Monitor for baseline and monitoring jobs: one file, Python 3.7, no
packages. Copy it, change the settings, and try it: python -m preprocessors.run <your copy> <captured records>
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
"""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import Any, List, Optional, Tuple

# Settings.
# All columns in the order of the baseline, the outputs first, by their flat names. A value that a record lacks is
# missing in its column, and what is not in the list is left away. Empty: every record gives the columns that it has
# in its own order, which is right only if all records name the same members in the same order.
COLUMNS: list[str] = []
# Whether columns go by their names in COLUMNS, so that findings and alarms say customer_age and not
# 00000000000000000000. They come in alphabetical order then: the baseline has to be made with this script, too.
NAMED: bool = False


def preprocess_handler(inference_record: Any, logger: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - see read_rows
    """Return the rows of a record as flat columns; [] leaves the record out."""
    try:
        rows = [name_values(row, COLUMNS) for row in read_rows(inference_record, logger)]
    except ValueError as error:
        leave_out(inference_record, error, logger)
        return []
    return [_columns(row) for row in rows]


def _columns(row: Row) -> dict[str, Any]:
    if not COLUMNS:
        return to_columns([value for _, value in row])
    by_name = dict(row)
    values = [by_name.get(name) for name in COLUMNS]
    return dict(zip(COLUMNS, values)) if NAMED else to_columns(values)


# From here on the same in all scripts of this folder, because a script has to be a single file.

Row = List[Tuple[Optional[str], Any]]  # values in their order, each with its name if the record says it


def read_rows(record: Any, logger: Any) -> list[Row]:  # noqa: ANN401 - classes of the container
    """Return the rows of a CSV row (str), of a JSON object (dict) or of a capture record, whose outputs come first.

    A captured payload that cannot be read is left out: one client's mistake must not stop the monitoring of all.
    """
    if isinstance(record, str):
        return _csv_rows(record)
    if isinstance(record, dict):
        return [flat(record)]
    try:
        return _captured_rows(record)
    except (csv.Error, ValueError, RecursionError) as error:
        leave_out(record, error, logger)
        return []


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


def leave_out(record: Any, reason: Any, logger: Any) -> None:  # noqa: ANN401 - classes of the container
    """Log that a capture record is left out.

    Raises:
        ValueError: The record is a row of a baseline, where everything has to be right.
    """
    if isinstance(record, (str, dict)):
        raise ValueError(f"{reason}; the row is {str(record)[:200]}")
    event_id = getattr(getattr(record, "event_metadata", None), "event_id", None)
    logger.warning("record %s is left out: %s", event_id, reason)


def flat(value: Any, name: str = "") -> Row:  # noqa: ANN401 - any JSON value
    """Return the values in a JSON value, in its order; the names of nested ones are joined: a_b, a_0."""
    if isinstance(value, dict):
        return [cell for key, item in value.items() for cell in flat(item, f"{name}_{key}" if name else key)]
    if isinstance(value, list):
        named = [(f"{name}_{position}" if name else "", item) for position, item in enumerate(value)]
        return [cell for item_name, item in named for cell in flat(item, item_name)]
    return [(name or None, value)]


def _captured_rows(record: Any) -> list[Row]:  # noqa: ANN401 - a class of the container
    outputs = _part_rows(getattr(record, "endpoint_output", None))
    inputs = _part_rows(getattr(record, "endpoint_input", None))
    if outputs is None or inputs is None:
        return (inputs if outputs is None else outputs) or []
    if len(outputs) == 1 < len(inputs) == len(outputs[0]):
        # One line with a prediction for each row, as the built-in XGBoost container answers.
        outputs = [[cell] for cell in outputs[0]]
    if len(outputs) != len(inputs):
        raise ValueError(f"the output has {len(outputs)} rows, the input {len(inputs)}")
    return [_joined(output, given) for output, given in zip(outputs, inputs)]


def _joined(output: Row, given: Row) -> Row:
    """Append the inputs; one that has the name of an output gets another name, the one that the analyzer gives it."""
    taken = {name for name, _ in output if name is not None}
    return output + [(f"endpointInput_{name}" if name in taken else name, value) for name, value in given]


def _part_rows(part: Any) -> list[Row] | None:  # noqa: ANN401 - a class of the container
    data = getattr(part, "data", None)
    if data is None:
        return None
    encoding = str(getattr(part, "encoding", "CSV")).upper()
    if encoding == "BASE64":
        data = base64.b64decode(data, validate=True).decode("utf-8")
        encoding = "JSON" if data.lstrip()[:1] in ("{", "[") else "CSV"
    return _json_rows(data) if encoding == "JSON" else _csv_rows(data)


def _csv_rows(text: str) -> list[Row]:
    return [[(None, value) for value in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]


def _json_rows(text: str) -> list[Row]:
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [json.loads(line) for line in text.split("\n") if line.strip()]  # one document a line
    return [flat(row) for document in documents for row in _rows_of(document)]


def _rows_of(document: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(document, dict) and len(document) == 1:
        (key,) = document
        if key in _ROW_LISTS and isinstance(document[key], list):
            return list(document[key])
    if isinstance(document, list) and document and all(isinstance(row, (dict, list)) for row in document):
        return document
    return [document]


# Names under which containers send nothing but a list of rows; TensorFlow Serving, for one, does.
_ROW_LISTS = ("instances", "predictions", "inputs", "outputs", "data", "rows", "records")
