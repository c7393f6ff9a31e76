"""The captured record, as AWS writes it."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.sagemaker.hosting import capture
from sandbox.sagemaker.hosting.capture import Invocation
from sandbox.sagemaker.hosting.worker import Answer

MOMENT = datetime(2021, 8, 3, 3, 10, 26, 266000, tzinfo=UTC)
HEADER = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}


def record(
    modes: tuple[str, ...] = ("Input", "Output"), header: dict[str, Any] | None = None, **invocation: Any
) -> Any:
    given = {
        "body": b"1,2,3\n",
        "content_type": "text/csv",
        "answer": Answer(200, "text/csv; charset=utf-8", b"0.0254"),
        "inference_id": None,
        "custom_attributes": None,
        **invocation,
    }
    config = {
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
        **({"CaptureContentTypeHeader": header} if header is not None else {}),
    }
    return capture.describe(Invocation(**given), config, MOMENT)


def test_is_the_published_record_key_by_key() -> None:
    written = record(header=HEADER, inference_id="42", custom_attributes="trace=1")
    written["eventMetadata"]["eventId"] = "ID"
    assert json.dumps(written, separators=(",", ":")) == (
        '{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"1,2,3\\n",'
        '"encoding":"CSV"},"endpointOutput":{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT",'
        '"data":"0.0254","encoding":"CSV"}},"eventMetadata":{"eventId":"ID","customAttributes":["trace=1"],'
        '"inferenceId":"42","inferenceTime":"2021-08-03T03:10:26Z"},"eventVersion":"0"}'
    )


def test_caller_metadata_is_absent_unless_sent() -> None:
    assert set(record()["eventMetadata"]) == {"eventId", "inferenceTime"}


@pytest.mark.parametrize(
    ("modes", "sides"),
    [
        (("Input",), {"endpointInput"}),
        (("Output",), {"endpointOutput"}),
        (("InputAndOutput",), {"endpointInput", "endpointOutput"}),
    ],
)
def test_only_the_chosen_directions_are_captured(modes: tuple[str, ...], sides: set[str]) -> None:
    assert set(record(modes)["captureData"]) == sides


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/csv", "CSV"),
        ("Text/CSV; header=present", "CSV"),
        ("application/json", "JSON"),
        ("text/html; charset=utf-8", "BASE64"),
    ],
)
def test_the_media_type_chooses_the_encoding(content_type: str, encoding: str) -> None:
    assert record(header=HEADER, content_type=content_type)["captureData"]["endpointInput"]["encoding"] == encoding


def test_without_content_types_everything_is_base_64() -> None:
    data = record()["captureData"]["endpointInput"]
    assert (data["encoding"], base64.b64decode(data["data"])) == ("BASE64", b"1,2,3\n")
