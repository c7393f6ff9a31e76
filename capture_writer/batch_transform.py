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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capture_writer.payload import Encoding, Payload
from capture_writer.s3_folder import S3Folder
from capture_writer.serialization import csv_lines, json_text

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html: what GenerateInferenceId adds.
_ID, _TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
# https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html: what JoinSource=Input makes.
_JOINED = "SageMakerOutput"
_INPUT, _OUTPUT = "input", "output"
# The first is what SageMaker calls one JSON object a line, the second what https://github.com/ndjson/ndjson-spec does.
_JSON_LINES = {"application/jsonlines", "application/x-ndjson"}
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
        ValueError: A payload is not of this encoding, or no JSON object, or nested too deeply, or its rows cannot be
            joined.
    """
    for payload in (request, response):
        if payload is not None and payload.encoding is not encoding:
            raise ValueError(f"a payload in {payload.encoding.value} cannot be in a layout of {encoding.value}")
    if encoding is Encoding.CSV:
        sides = _csv_sides(request, response, [inference_id, time], join_inputs=join_inputs)
    else:
        try:
            sides = _json_sides(request, response, {_ID: inference_id, _TIME: time}, join_inputs=join_inputs)
        except RecursionError as error:
            raise ValueError("a payload is nested too deeply for a layout of JSON lines") from error
    texts = ["".join(f"{line}\n" for line in side) for side in sides]
    return json.dumps(texts, separators=(",", ":")).encode() + b"\n"


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

    def uri(self, path: str) -> str:
        """Return where inputs and predictions of some lines are: objects whose names begin alike."""
        return f"{super().uri(_Place.of(path, self._ending).data)}*"

    def objects(self, path: str, body: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the objects of some lines: first the data, then the manifests that name them.

        Args:
            path: ``<name>/yyyy/mm/dd/hh/<file>.jsonl``; asking for the same one again changes nothing.
            body: Lines of `batch_line`.
        """
        place = _Place.of(path, self._ending)
        own = self._manifests_of(place)
        prefix = super().uri(place.data).removesuffix(place.file)
        sides = [json.loads(line) for line in body.splitlines()]
        texts = {_INPUT: "".join(side[0] for side in sides), _OUTPUT: "".join(side[1] for side in sides)}
        written = {side: text for side, text in texts.items() if text}
        manifests = [
            (f"{place.name}/{side}/{place.hour}/{own.file}", own.text(side, prefix, place.file)) for side in written
        ]
        for side, text in written.items():
            # A lone surrogate in some client's text must not keep all others waiting.
            yield f"{place.data}{_SIDE_ENDINGS[side]}", text.encode(errors="replace")
        yield from manifests
        # Whoever asks on has written them all; later manifests must not name what is lost.
        for side in written:
            own.add(side, place.file)

    def forget_client(self) -> None:
        """Drop the client, and the manifests: a forked process must not write those of its parent."""
        super().forget_client()
        self._manifests = OrderedDict()

    def _manifests_of(self, place: _Place) -> _Manifests:
        folder = f"{place.name}/{place.hour}"
        if folder not in self._manifests:
            self._manifests[folder] = _Manifests()
            while len(self._manifests) > _HOURS:
                self._manifests.popitem(last=False)
        return self._manifests[folder]


@dataclass(frozen=True)
class _Place:
    """Where lines of the buffer go."""

    name: str
    hour: str
    file: str

    @classmethod
    def of(cls, path: str, ending: str) -> _Place:
        folder, _, file = path.rpartition("/")
        name, _, hour = folder.partition("/")
        return cls(name, hour, file[: -len(".jsonl")] + ending)

    @property
    def data(self) -> str:
        """The object of the inputs; that of the predictions has an ending more."""
        return f"{self.name}/{_FOLDER}/{self.hour}/{self.file}"


class _Manifests:
    """What one process has written of one hour."""

    def __init__(self) -> None:
        self.file = f"{uuid.uuid4()}.json"
        self._files: dict[str, list[str]] = {_INPUT: [], _OUTPUT: []}

    def add(self, side: str, file: str) -> None:
        """Note a file that is there."""
        if file not in self._files[side]:
            self._files[side].append(file)

    def text(self, side: str, prefix: str, new: str) -> bytes:
        """Return the manifest of a side with one file more."""
        files = [file for file in self._files[side] if file != new]
        return json.dumps([{"prefix": prefix}, *(f"{file}{_SIDE_ENDINGS[side]}" for file in [*files, new])]).encode()


def _csv_sides(
    request: Payload | None, response: Payload | None, metadata: list[str], *, join_inputs: bool
) -> tuple[list[str], list[str]]:
    inputs, outputs = _rows(request), _rows(response)
    if join_inputs:
        outputs = [[*row, *prediction] for row, prediction in _pairs(inputs, outputs)]
    return csv_lines(inputs), csv_lines([*row, *metadata] for row in outputs)


def _json_sides(
    request: Payload | None, response: Payload | None, metadata: dict[str, str], *, join_inputs: bool
) -> tuple[list[str], list[str]]:
    inputs, outputs = _objects(request), _objects(response)
    if join_inputs:
        outputs = [{_JOINED: prediction, **given} for given, prediction in _pairs(inputs, outputs)]
    return [json_text(found) for found in inputs], [json_text({**found, **metadata}) for found in outputs]


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


def _objects(payload: Payload | None) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in _documents(payload)]
    if not all(isinstance(item, dict) for item in found):
        raise ValueError("a payload of a layout of JSON lines must be an object, with a name for every value")
    return found


def _documents(payload: Payload | None) -> list[str]:
    if payload is None:
        return []
    if payload.content_type.partition(";")[0].strip().lower() in _JSON_LINES:
        return [line for line in payload.data.split("\n") if line.strip()]
    return [payload.data]
