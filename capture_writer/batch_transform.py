"""The captures of batch transform: objects with inputs, objects with predictions, and lists of both.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html

A batch transform job copies nothing: below ``input/`` and ``output/``, in the folder of the hour, it writes manifests
that name the objects which it has read and written. Monitors need no job, they read the manifests. So does this module:
for every object of the buffer it writes one of inputs and one of predictions, and then the manifests of the hour anew,
which have one name for each process and hour. A manifest never names an object that is not there yet.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from capture_writer.payload import Encoding, Payload
from capture_writer.s3_folder import S3Folder

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html: what GenerateInferenceId adds.
_ID, _TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
# https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html: what JoinSource=Input makes.
_JOINED = "SageMakerOutput"
_INPUT, _OUTPUT = "input", "output"
_ENDINGS = {Encoding.CSV: ".csv", Encoding.JSON: ".jsonl"}
# https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html: the predictions for a.csv are in a.csv.out.
_SIDE_ENDINGS = {_INPUT: "", _OUTPUT: ".out"}
_FOLDER = "data"
# Hours of which a process remembers its manifests; one that comes back later gets a further manifest.
_HOURS = 48


def batch_line(
    request: Payload | None,
    response: Payload | None,
    *,
    encoding: Encoding,
    inference_id: str,
    time: str,
    join_inputs: bool = False,
) -> bytes:
    """Return a request and its prediction as a line of the buffer: rows of the input, rows of the output.

    Args:
        request: What the model received, if it is captured.
        response: What it answered, if that is captured.
        encoding: CSV or JSON.
        inference_id: What labels name; all rows of one prediction have it.
        time: ``yyyy-mm-ddThh:mm:ssZ``.
        join_inputs: Whether rows of the output begin with those of the input.

    Raises:
        ValueError: A payload is not of this encoding, or no JSON object, or its rows cannot be joined.
    """
    for payload in (request, response):
        if payload is not None and payload.encoding is not encoding:
            raise ValueError(f"a payload in {payload.encoding.value} cannot be in a layout of {encoding.value}")
    if encoding is Encoding.CSV:
        rows, predicted = _rows(request), _rows(response)
        if join_inputs:
            predicted = [[*row, *prediction] for row, prediction in _pairs(rows, predicted)]
        inputs, outputs = _csv(rows), _csv([*row, inference_id, time] for row in predicted)
    else:
        received, answered = _objects(request), _objects(response)
        if join_inputs:
            answered = [{_JOINED: answer, **given} for given, answer in _pairs(received, answered)]
        inputs = _json_lines(received)
        outputs = _json_lines({**found, _ID: inference_id, _TIME: time} for found in answered)
    return json.dumps([inputs, outputs], separators=(",", ":")).encode() + b"\n"


class BatchTransformFolder(S3Folder):
    """A prefix into which lines of `batch_line` go as the captures of batch transform.

    Args:
        uri: As for `S3Folder`.
        encoding: CSV or JSON.
        kms_key_id: As for `S3Folder`.
        create_client: As for `S3Folder`.
    """

    def __init__(
        self, uri: str, *, encoding: Encoding, kms_key_id: str | None, create_client: Callable[[], S3Client] | None
    ) -> None:
        super().__init__(uri, kms_key_id=kms_key_id, create_client=create_client)
        self._ending = _ENDINGS[encoding]
        self._manifests: OrderedDict[str, _Manifests] = OrderedDict()

    def objects(self, path: str, body: bytes) -> list[tuple[str, bytes]]:
        """Return the objects of some lines, in the order in which they must be written.

        Args:
            path: ``<name>/yyyy/mm/dd/hh/<file>.jsonl``; asking for the same one again changes nothing.
            body: Lines of `batch_line`.
        """
        folder, _, file = path.rpartition("/")
        name, _, hour = folder.partition("/")
        stem = file[: -len(".jsonl")] + self._ending
        sides = [json.loads(line) for line in body.splitlines()]
        found = {_INPUT: "".join(side[0] for side in sides), _OUTPUT: "".join(side[1] for side in sides)}
        data, manifests = [], []
        for side, text in found.items():
            if text:
                own = self._manifests_of(folder)
                entry = f"{stem}{_SIDE_ENDINGS[side]}"
                own.add(side, entry)
                # A lone surrogate in some client's text must not keep all others waiting.
                content = text.encode(errors="replace")
                data.append((f"{name}/{_FOLDER}/{hour}/{entry}", content))
                prefix = f"s3://{self.bucket}/{self.key(f'{name}/{_FOLDER}/{hour}/')}"
                manifests.append((f"{name}/{side}/{hour}/{own.file}", own.text(side, prefix)))
        return data + manifests

    def forget_client(self) -> None:
        """Drop the client, and the manifests: a forked process must not write those of its parent."""
        super().forget_client()
        self._manifests = OrderedDict()

    def _manifests_of(self, folder: str) -> _Manifests:
        if folder not in self._manifests:
            self._manifests[folder] = _Manifests()
            while len(self._manifests) > _HOURS:
                self._manifests.popitem(last=False)
        return self._manifests[folder]


class _Manifests:
    """What one process has written of one hour."""

    def __init__(self) -> None:
        self.file = f"{uuid.uuid4()}.json"
        self._entries: dict[str, list[str]] = {_INPUT: [], _OUTPUT: []}

    def add(self, side: str, entry: str) -> None:
        if entry not in self._entries[side][-1:]:
            self._entries[side].append(entry)

    def text(self, side: str, prefix: str) -> bytes:
        return json.dumps([{"prefix": prefix}, *self._entries[side]]).encode()


def _pairs(given: list[Any], answered: list[Any]) -> list[tuple[Any, Any]]:
    """Rows with their predictions; without predictions there is nothing to join."""
    if answered and len(given) != len(answered):
        raise ValueError(f"{len(answered)} predictions cannot be joined with {len(given)} rows of input")
    return list(zip(given, answered))


def _rows(payload: Payload | None) -> list[list[str]]:
    text = payload.data if payload else ""
    try:
        return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise ValueError(f"a payload cannot be read as CSV: {error}") from error


def _csv(rows: Any) -> str:  # noqa: ANN401 - rows of texts, as a list or one by one
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _objects(payload: Payload | None) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in _documents(payload)]
    if not all(isinstance(item, dict) for item in found):
        raise ValueError("a payload of a layout of JSON lines must be an object, with a name for every value")
    return found


def _documents(payload: Payload | None) -> list[str]:
    if payload is None:
        return []
    is_lines = payload.content_type.partition(";")[0].strip().lower() == "application/jsonlines"
    return [line for line in payload.data.split("\n") if line.strip()] if is_lines else [payload.data]


def _json_lines(found: Any) -> str:  # noqa: ANN401 - objects, as a list or one by one
    return "".join(json.dumps(item, separators=(",", ":")) + "\n" for item in found)
