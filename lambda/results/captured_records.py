"""Captured records, a bounded number of them: as a preprocessing script is given them, with what they are called."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from shared import clients
from shared.s3 import S3Uri

# What the function has time for: some ten thousand records. Of more, an even sample of the objects is read, and of
# large ones the beginning.
MOST_OBJECTS = 200
MOST_BYTES = 16 * 2**20
# A body of nothing but commas takes a hundred times its size when it is read.
_MOST_VALUES = 400_000
_SHADOW = "ShadowExperiment"
_LONGEST_ID = 128


@dataclass(frozen=True)
class CapturedRecord:
    """A line of an object.

    Attributes:
        place: The object.
        line: From 1.
        content: What a script is given: a CSV row (str), a JSON object (dict), or a captured call.
        event_id: What SageMaker calls the call.
        inference_id: What the caller calls it.
    """

    place: S3Uri
    line: int
    content: Any
    event_id: str | None = None
    inference_id: str | None = None

    @property
    def is_call(self) -> bool:
        """Whether it is a captured call of an endpoint."""
        return isinstance(self.content, SimpleNamespace)


class Part:
    """The records of one object.

    Attributes:
        share: How large a part of the object was read; known when all records were taken.
    """

    def __init__(self, place: S3Uri, *, most_bytes: int, end: float) -> None:
        """Read nothing yet.

        Args:
            place: The object.
            most_bytes: How much of it may be read.
            end: Until when, by the monotonic clock.
        """
        self._place, self._most_bytes, self._end = place, most_bytes, end
        self.share = 1.0

    def __iter__(self) -> Iterator[CapturedRecord]:
        """Yield the records, without empty lines and calls of shadow variants, which no run analyses."""
        answer = clients.s3().get_object(Bucket=self._place.bucket, Key=self._place.key)
        length, size, is_cut = answer["ContentLength"], 0, answer["ContentLength"] > self._most_bytes
        with closing(answer["Body"]) as body:
            for number, line in enumerate(_lines(body, self._most_bytes), start=1):
                if time.monotonic() > self._end:
                    is_cut = True
                    break
                size += len(line) + 1
                record = record_of(line, self._place, number)
                if record is not None:
                    yield record
        self.share = min(size / length, 1.0) if is_cut and size and length else 1.0


class Sample:
    """An even sample of objects, in the order of time."""

    def __init__(self, objects: Sequence[S3Uri], *, seconds: float) -> None:
        """Read nothing yet.

        Args:
            objects: All of them.
            seconds: How long reading may take.
        """
        self._chosen = objects[:: -(-len(objects) // MOST_OBJECTS)] if objects else ()
        self._objects, self._read = len(objects), 0
        self._end = time.monotonic() + seconds

    def __iter__(self) -> Iterator[Part]:
        """Yield the objects that there is time for."""
        for place in self._chosen:
            if time.monotonic() > self._end:
                return
            self._read += 1
            yield Part(place, most_bytes=MOST_BYTES // len(self._chosen), end=self._end)

    @property
    def factor(self) -> float:
        """By what the number of records that were read is multiplied for that of all records."""
        return self._objects / self._read if self._read else 1.0


def record_of(line: bytes, place: S3Uri, number: int) -> CapturedRecord | None:
    """Return the record of a line, or None for a line that no script ever sees, or that is too much to be read here."""
    text = line.decode("utf-8", errors="replace")
    if not text.strip() or line.count(b",") + line.count(b"\\n") > _MOST_VALUES:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    captured = document.get("captureData") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(captured, dict):
        return CapturedRecord(place, number, document if isinstance(document, dict) else text)
    found = document.get("eventMetadata")
    metadata = found if isinstance(found, dict) else {}
    if metadata.get("invocationSource") == _SHADOW:
        return None
    content = SimpleNamespace(
        endpoint_output=_body(captured.get("endpointOutput") or captured.get("batchTransformOutput")),
        endpoint_input=_body(captured.get("endpointInput")),
    )
    return CapturedRecord(place, number, content, _id(metadata.get("eventId")), _id(metadata.get("inferenceId")))


def _lines(body: Any, most_bytes: int) -> Iterator[bytes]:  # noqa: ANN401 - botocore's stream
    """Yield the whole lines among the first bytes of a stream; all of them if it ends there."""
    content = body.read(most_bytes)
    yield from (content if not body.read(1) else content[: content.rfind(b"\n") + 1]).splitlines()


def _body(body: object) -> SimpleNamespace | None:
    return SimpleNamespace(**{str(key): value for key, value in body.items()}) if isinstance(body, dict) else None


def _id(value: object) -> str | None:
    """Return an id; whoever writes captures could give anything for it."""
    return value[:_LONGEST_ID] if isinstance(value, str) and value else None
