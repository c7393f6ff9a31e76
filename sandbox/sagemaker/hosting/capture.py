"""Data capture: one JSON line a request, gathered per hour folder and written to S3 in few objects.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import json
import logging
import random
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox import seams
from sandbox.process import clock
from sandbox.sagemaker import aws, s3_uri
from sandbox.sagemaker.hosting.fleet import Fleet, Variant
from sandbox.sagemaker.hosting.worker import Answer
from sandbox.sagemaker.media_types import media_type
from sandbox.sagemaker.state import Document

_log = logging.getLogger(__name__)

_INPUT_MODES = {"Input", "InputAndOutput"}
_OUTPUT_MODES = {"Output", "InputAndOutput"}


@dataclass(frozen=True)
class Invocation:
    """What InvokeEndpoint was asked and answered."""

    body: bytes
    content_type: str
    answer: Answer
    inference_id: str | None
    custom_attributes: str | None


@dataclass(frozen=True)
class _Folder:
    """Where records of one hour go, and as whom."""

    scope: tuple[str, str]
    endpoint: str
    variant: str
    role_arn: str
    uri: str
    kms_key_id: str | None


@dataclass
class _Batch:
    created: datetime
    lines: list[bytes] = field(default_factory=list)


_batches: dict[_Folder, _Batch] = {}
_gather = threading.Lock()
_write = threading.Lock()


def record(fleet: Fleet, variant: Variant, invocation: Invocation) -> None:
    """Capture an invocation if the endpoint captures and the dice of the sampling say so. Never blocks."""
    capture = fleet.capture
    if not capture or not capture["EnableCapture"]:
        return
    if random.random() * 100 >= capture["InitialSamplingPercentage"]:  # noqa: S311 - sampling keeps no secret
        return
    moment = clock.now()
    folder = _Folder(
        scope=fleet.scope,
        endpoint=fleet.endpoint,
        variant=variant.name,
        role_arn=variant.role_arn,
        uri=s3_uri.join(capture["DestinationS3Uri"], fleet.endpoint, variant.name, f"{moment:%Y/%m/%d/%H}"),
        kms_key_id=capture.get("KmsKeyId"),
    )
    line = json.dumps(describe(invocation, capture, moment), separators=(",", ":")).encode()
    with _gather:
        _batches.setdefault(folder, _Batch(moment)).lines.append(line)


def describe(invocation: Invocation, capture: Document, moment: datetime) -> dict[str, Any]:
    """The captured record, in AWS's key order."""
    modes = {option["CaptureMode"] for option in capture["CaptureOptions"]}
    header = capture.get("CaptureContentTypeHeader", {})
    data: dict[str, Any] = {}
    if modes & _INPUT_MODES:
        data["endpointInput"] = _payload(invocation.content_type, "INPUT", invocation.body, header)
    if modes & _OUTPUT_MODES:
        data["endpointOutput"] = _payload(invocation.answer.content_type, "OUTPUT", invocation.answer.body, header)
    metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
    if invocation.custom_attributes is not None:
        metadata["customAttributes"] = [invocation.custom_attributes]
    if invocation.inference_id is not None:
        metadata["inferenceId"] = invocation.inference_id
    metadata["inferenceTime"] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def flush() -> None:
    """Write everything gathered so far; returns once it is in S3. Must not run on the event loop."""
    with _write:
        with _gather:
            batches = dict(_batches)
        for folder, batch in batches.items():
            with _gather:
                del _batches[folder]
            _write_object(folder, batch)


def is_flushed() -> bool:
    """Whether every captured record is in S3."""
    return not _batches and not _write.locked()


def reset() -> None:
    """Forget what was gathered."""
    with _gather:
        _batches.clear()


def _payload(content_type: str, mode: str, body: bytes, header: Document) -> dict[str, str]:
    encoding = _encoding(content_type, header)
    data = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode(errors="replace")
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def _encoding(content_type: str, header: Document) -> str:
    """CSV or JSON when the media type, without its parameters, is listed; all else is stored in base 64."""
    kind = media_type(content_type)
    if kind in (listed.lower() for listed in header.get("CsvContentTypes", [])):
        return "CSV"
    if kind in (listed.lower() for listed in header.get("JsonContentTypes", [])):
        return "JSON"
    return "BASE64"


def _write_object(folder: _Folder, batch: _Batch) -> None:
    created = batch.created
    name = f"{created:%M-%S}-{created.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
    bucket, key = s3_uri.split(s3_uri.join(folder.uri, name))
    body = b"".join(line + b"\n" for line in batch.lines)
    encryption: Any = {}
    if folder.kms_key_id:
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": folder.kms_key_id}
    with seams.scope(*folder.scope):
        try:
            aws.s3_client(folder.role_arn).put_object(Bucket=bucket, Key=key, Body=body, **encryption)
        except (ClientError, BotoCoreError) as error:
            # The endpoint goes on serving, as on AWS; the reason stands where its owner would look.
            text = f"data capture of {len(batch.lines)} records to s3://{bucket}/{key} failed: {error}"
            _log.warning("endpoint %s: %s", folder.endpoint, text)
            seams.write_log_lines(
                f"/aws/sagemaker/Endpoints/{folder.endpoint}", f"{folder.variant}/data-capture", [text]
            )
