"""Keys and lines of capture files and of ground truth files.

Sources:
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any

from capture_writer.payload import Payload

EVENT_VERSION = "0"
MAX_ID_LENGTH = 64  # of InferenceId in InvokeEndpoint
MAX_CUSTOM_ATTRIBUTES_LENGTH = 1024  # of CustomAttributes in InvokeEndpoint


def hour_folder(moment: datetime) -> str:
    """Return the folder of an hour: ``yyyy/mm/dd/hh`` in UTC.

    Raises:
        ValueError: The time has no time zone.
    """
    return f"{_utc(moment):%Y/%m/%d/%H}"


def file_name(created: datetime) -> str:
    """Return the name of a file made at ``created``: ``<minute>-<second>-<millisecond>-<uuid4>.jsonl``."""
    created = _utc(created)
    return f"{created:%M-%S}-{created.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"


def time_text(moment: datetime) -> str:
    """Return a time as records have it: ``yyyy-mm-ddThh:mm:ssZ``."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def capture_line(
    *,
    request: Payload | None,
    response: Payload | None,
    event_id: str,
    inference_id: str | None,
    custom_attributes: str | None,
    inference_time: datetime,
) -> bytes:
    """Return a capture record as a line, in the key order of the service."""
    data = {}
    if request is not None:
        data["endpointInput"] = _direction(request, "INPUT")
    if response is not None:
        data["endpointOutput"] = _direction(response, "OUTPUT")
    metadata: dict[str, Any] = {"eventId": event_id}
    if custom_attributes is not None:
        metadata["customAttributes"] = [custom_attributes]
    if inference_id is not None:
        metadata["inferenceId"] = inference_id
    metadata["inferenceTime"] = time_text(inference_time)
    return _line({"captureData": data, "eventMetadata": metadata, "eventVersion": EVENT_VERSION})


def ground_truth_line(event_id: str, label: Payload) -> bytes:
    """Return a label as a line."""
    return _line(
        {
            "groundTruthData": {"data": label.data, "encoding": label.encoding.value},
            "eventMetadata": {"eventId": event_id},
            "eventVersion": EVENT_VERSION,
        }
    )


def require_id(event_id: str) -> None:
    """Check an inference id.

    Raises:
        ValueError: It is not 1 to 64 printable ASCII characters.
    """
    if not (0 < len(event_id) <= MAX_ID_LENGTH and event_id.isascii() and event_id.isprintable()):
        raise ValueError(f"the id {event_id[:100]!r} is not 1 to {MAX_ID_LENGTH} printable ASCII characters")


def require_custom_attributes(text: str) -> None:
    """Check custom attributes.

    Raises:
        ValueError: They are not at most 1024 printable ASCII characters.
    """
    if not (len(text) <= MAX_CUSTOM_ATTRIBUTES_LENGTH and text.isascii() and text.isprintable()):
        limit = MAX_CUSTOM_ATTRIBUTES_LENGTH
        raise ValueError(f"the custom attributes {text[:100]!r} are not at most {limit} printable ASCII characters")


def _direction(payload: Payload, mode: str) -> dict[str, str]:
    return {
        "observedContentType": payload.content_type,
        "mode": mode,
        "data": payload.data,
        "encoding": payload.encoding.value,
    }


def _line(document: dict[str, Any]) -> bytes:
    # Escapes instead of UTF-8: a lone surrogate in some client's text must not break the file.
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"the time {moment.isoformat()} has no time zone; expected e.g. datetime.now(timezone.utc)")
    return moment.astimezone(timezone.utc)
