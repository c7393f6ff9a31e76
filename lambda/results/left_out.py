"""How many captured records the generated script of a monitor has left out, because they do not fit its baseline.

AWS's container offers a script no way to count: it takes what the script returns for rows, and so what it prints. So
when a run has ended, its captured records are read where they lie, and judged by what the script does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from baseline.data_quality.categories import Categories
from baseline.data_quality.script_template import in_order, is_header
from baseline.errors import BaselineError
from results.captured import captured_objects
from results.executions import Execution
from results.metrics import Point
from shared import clients, s3
from shared.logs import log
from shared.record_rows import read_rows
from shared.s3 import S3Uri

# What the function has time for: some ten thousand records. Of more, an even sample of the objects is read, and of
# large ones the beginning.
_MOST_OBJECTS = 200
_MOST_BYTES = 16 * 2**20
_SHADOW = "ShadowExperiment"


@dataclass(frozen=True)
class LeftOut:
    """What became of the captured records of a run.

    Attributes:
        records: How many the script was given.
        left_out: How many of these it left out.
        is_estimate: Whether this is known of a sample only.
    """

    records: float
    left_out: float
    is_estimate: bool = False

    @property
    def share(self) -> float:
        """Share of the records that were left out; 0 without records."""
        return self.left_out / self.records if self.records else 0.0

    def __str__(self) -> str:
        about = "about " if self.is_estimate else ""
        return f"{about}{self.left_out:.0f} of {self.records:.0f} records, without the columns of the baseline"

    def points(self) -> list[Point]:
        """Return what is published."""
        if not self.records:
            return []
        return [Point("RecordsLeftOut", round(self.left_out), unit="Count"), Point("ShareLeftOut", self.share)]


def count_left_out(execution: Execution) -> LeftOut | None:
    """Return what became of the captured records of a run.

    Only hours that the run has looked at as a whole count.

    Returns:
        None when it is not known: the records of the monitor are not guarded, or something could not be read. A person
        learns the reason from the log.
    """
    monitor, guard = execution.monitor, execution.monitor.guard
    if guard is None or not execution.whole_hours:
        return None
    try:
        with monitor.access():
            columns = Categories.of_script(s3.read(guard.script).decode()).columns
            objects = list(captured_objects(monitor, guard.records, execution.whole_hours))
            counted = _count(objects, list(columns))
    except (ClientError, BotoCoreError, s3.ObjectError, BaselineError, ValueError) as error:
        log("records that were left out are not counted", schedule=monitor.name, problem=str(error))
        return None
    log("records counted", schedule=monitor.name, records=round(counted.records), left_out=round(counted.left_out))
    return counted


def _count(objects: Sequence[S3Uri], columns: list[str]) -> LeftOut:
    if not objects:
        return LeftOut(0, 0)
    sample = objects[:: -(-len(objects) // _MOST_OBJECTS)]
    records = left_out = 0.0
    is_estimate = len(sample) < len(objects)
    for uri in sample:
        fits, part = _judge(uri, columns, most_bytes=_MOST_BYTES // len(sample))
        records += len(fits) / part
        left_out += fits.count(False) / part
        is_estimate = is_estimate or part < 1
    factor = len(objects) / len(sample)
    return LeftOut(records * factor, left_out * factor, is_estimate)


def _judge(uri: S3Uri, columns: list[str], *, most_bytes: int) -> tuple[list[bool], float]:
    """Say of each record of an object whether it fits, and how large a part of the object was read."""
    answer = clients.s3().get_object(Bucket=uri.bucket, Key=uri.key)
    known = frozenset(columns)
    fits: list[bool] = []
    size = 0
    with closing(answer["Body"]) as body:
        for line in _lines(body, most_bytes):
            size += len(line) + 1
            record = _record(line)
            if record is not None and (fit := _fits(record, columns, known)) is not None:
                fits.append(fit)
    return fits, min(size / answer["ContentLength"], 1.0) if size and answer["ContentLength"] > most_bytes else 1.0


def _lines(body: Any, most_bytes: int) -> Iterator[bytes]:  # noqa: ANN401 - botocore's stream
    """Yield the whole lines among the first bytes of a stream; all of them if it ends there."""
    content = body.read(most_bytes)
    yield from (content if not body.read(1) else content[: content.rfind(b"\n") + 1]).splitlines()


def _record(line: bytes) -> Any:  # noqa: ANN401 - what a script is given
    """Return what a script is given for a line, or None for a line that it never sees."""
    text = line.decode("utf-8", errors="replace")
    if not text.strip():
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(record, dict):
        return text
    captured = record.get("captureData")
    if not isinstance(captured, dict):
        return record
    metadata = record.get("eventMetadata")
    if isinstance(metadata, dict) and metadata.get("invocationSource") == _SHADOW:
        return None
    return SimpleNamespace(
        endpoint_output=_body(captured.get("endpointOutput") or captured.get("batchTransformOutput")),
        endpoint_input=_body(captured.get("endpointInput")),
    )


def _body(body: object) -> SimpleNamespace | None:
    return SimpleNamespace(**{str(key): value for key, value in body.items()}) if isinstance(body, dict) else None


def _fits(record: Any, columns: list[str], known: frozenset[str]) -> bool | None:  # noqa: ANN401 - see _record
    """Say whether the script makes rows of a record; None for a header."""
    try:
        rows = read_rows(record, known)
        if isinstance(record, str) and any(is_header(row, columns) for row in rows):
            return None
        for row in rows:
            in_order(row, columns)
    except (ValueError, TypeError, AttributeError):  # what is no text ends where a text is expected
        return False
    return True
