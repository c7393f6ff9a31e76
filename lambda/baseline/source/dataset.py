"""What can be told about the training data before a job is paid for."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections import Counter
from dataclasses import dataclass

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.source.forms import Dataset
from shared import errors, s3
from shared.record_rows import flat
from shared.s3 import S3Uri

# Enough for any header and some rows, little enough to be read in well under a second.
HEAD_BYTES = 1024 * 1024
# The csv module's own limit of 128 KiB a field would make a long text fail here that the analyzer can read.
csv.field_size_limit(HEAD_BYTES)
_ROWS_OF_DELIMITER = 10
_FOREIGN_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class DatasetObject:
    """One S3 object of the data set."""

    key: str
    etag: str
    size: int


@dataclass(frozen=True)
class DatasetFacts:
    """What is known of a data set without a job.

    Attributes:
        objects: Its objects.
        columns: Its column names; None for Parquet, which only a job can read.
        rows: The first rows of a CSV file, those that have a value for every column.
        is_whole: Whether these rows are all there are.
    """

    objects: tuple[DatasetObject, ...]
    columns: tuple[str, ...] | None
    rows: tuple[tuple[str, ...], ...] = ()
    is_whole: bool = False


def inspect_dataset(dataset: Dataset) -> DatasetFacts:
    """List the data set and read the beginning of its first object.

    Raises:
        BaselineError: It does not exist, is empty, may not be read, or cannot be what its format says.
    """
    objects = _list_objects(dataset.uri)
    first = next(item for item in objects if item.size)
    if dataset.kind == "parquet":
        return DatasetFacts(objects, None)
    uri = S3Uri(dataset.uri.bucket, first.key)
    whole = first.size <= HEAD_BYTES
    text = _head(uri, whole=whole)
    if dataset.kind == "json":
        return DatasetFacts(objects, _json_columns(uri, text, whole=whole))
    columns, rows = _csv_head(uri, text, dataset, whole=whole)
    return DatasetFacts(objects, columns, rows, is_whole=whole and len(objects) == 1)


def location(uri: S3Uri) -> str:
    """Return what a job is given to read: an object, or a folder with a slash at its end.

    A job reads every object whose key begins with its location as a text: without the slash it would take
    `data/training.csv` for a part of `data/train`.
    """
    return str(uri) if _is_object(uri) else f"{uri}/"


def _is_object(uri: S3Uri) -> bool:
    first = next(s3.objects_beginning_with(uri), None)  # the shortest one
    return first is not None and first["Key"] == uri.key


def _list_objects(uri: S3Uri) -> tuple[DatasetObject, ...]:
    try:
        listed = s3.objects_beginning_with(uri) if _is_object(uri) else s3.objects(uri)
        found = tuple(DatasetObject(item["Key"], item["ETag"].strip('"'), item["Size"]) for item in listed)
    except ClientError as error:
        if errors.is_missing(error):
            raise BaselineError(f"bucket of the dataset {uri} does not exist; check the location") from error
        if errors.is_denied(error):
            raise BaselineError(
                f"the dataset {uri} may not be listed ({errors.message(error)}); grant the access role "
                "s3:ListBucket on its bucket and s3:GetObject on its objects"
            ) from error
        raise
    if not found:
        raise BaselineError(f"dataset not found: there is no object {uri}, and none below {uri}/; check the location")
    if not any(item.size for item in found):
        raise BaselineError(f"the dataset {uri} is empty ({len(found)} object(s) of 0 bytes); upload the training data")
    if found[0].key == uri.key and len(found) > 1:
        raise BaselineError(
            f"the dataset {uri} is an object, and its key is also the beginning of {found[1].key!r}: SageMaker would "
            "read both; move or rename one of them"
        )
    return found


def _head(uri: S3Uri, *, whole: bool) -> str:
    try:
        content = s3.read(uri, first_bytes=HEAD_BYTES)
    except s3.ObjectError as error:
        raise BaselineError(f"the dataset cannot be read: {error}") from error
    try:
        # An incremental decoder forgives a character that the end of the range cut in two.
        return codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=whole)
    except UnicodeDecodeError as error:
        raise BaselineError(
            f"{uri} is not UTF-8 text (byte {error.start}: {error.reason}); expected plain text, not compressed"
        ) from error


def _csv_head(
    uri: S3Uri, text: str, dataset: Dataset, *, whole: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return column names and the first rows."""
    if "\r" in text and "\n" not in text and '"' not in text:
        raise BaselineError(
            f"{uri}, line 1: all lines end with a carriage return alone; expected line feeds (save it as CSV UTF-8)"
        )
    filled = [tuple(row) for row in csv.reader(io.StringIO(text, newline="")) if row]
    first = filled[0] if filled else ()
    _check_delimiter(uri, filled)
    if not dataset.has_header:
        # Spark's names for columns without a header (https://spark.apache.org/docs/latest/sql-data-sources-csv.html).
        return tuple(f"_c{position}" for position in range(len(first))), _full_rows(filled, len(first), whole=whole)
    _check_header(uri, first)
    rows = filled[1:]
    if not rows:
        raise BaselineError(f"{uri} holds a header and no rows; say that it has no header, or upload the training data")
    is_cut = not whole and len(rows) == 1
    if len(rows[0]) != len(first) and not is_cut:
        raise BaselineError(
            f"{uri}: the header names {len(first)} columns and the first row has {len(rows[0])} values; expected as "
            "many; quote values that contain commas"
        )
    return first, _full_rows(rows, len(first), whole=whole)


def _full_rows(rows: list[tuple[str, ...]], columns: int, *, whole: bool) -> tuple[tuple[str, ...], ...]:
    """Return the rows with a value for every column, without the last one if the range read cut it."""
    return tuple(row for row in (rows if whole else rows[:-1]) if len(row) == columns)


def _check_delimiter(uri: S3Uri, rows: list[tuple[str, ...]]) -> None:
    """Refuse one column of which every value has another separator, with a header or without."""
    whole = rows[:_ROWS_OF_DELIMITER]
    for sign, name in _FOREIGN_DELIMITERS.items():
        if whole and all(len(row) == 1 and sign in row[0] for row in whole):
            raise BaselineError(f"{uri}, line 1: its values are separated by {name}; expected commas")


def _check_header(uri: S3Uri, header: tuple[str, ...]) -> None:
    empty = [position for position, name in enumerate(header, start=1) if not name.strip()]
    if empty:
        raise BaselineError(
            f"{uri}: column {empty[0]} of the header has no name (pandas writes such a column for its index: use "
            "to_csv(index=False)); name every column"
        )
    double = [name for name, count in Counter(header).items() if count > 1]
    if double:
        raise BaselineError(f"{uri}: the header has {', '.join(map(repr, double))} more than once; rename the columns")


def _json_columns(uri: S3Uri, text: str, *, whole: bool) -> tuple[str, ...]:
    """Return the (joined) keys of all whole lines of the text, in the order in which they appear first."""
    columns: dict[str, None] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            if number == len(lines) and not whole:
                break  # cut by the range read
            raise BaselineError(f"{uri}, line {number}: expected one JSON object a line ({error})") from error
        if not isinstance(record, dict):
            raise BaselineError(f"{uri}, line {number}: got a JSON {type(record).__name__}, expected an object")
        try:
            columns.update(dict.fromkeys(str(name) for name, _ in flat(record)))
        except ValueError as error:
            raise BaselineError(
                f"{uri}, line {number}: {error}; expected a record of fewer and shorter values"
            ) from error
    return tuple(columns)
