"""The object that a preprocessing script receives for a capture record."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any


def capture_record(record: Mapping[str, Any]) -> SimpleNamespace:
    """Return a capture record with attributes as AWS's container offers them to scripts.

    ``endpoint_input`` and ``endpoint_output`` (None when not captured) have ``data``, ``encoding``,
    ``observedContentType`` and ``mode``; ``event_metadata`` has ``event_id``, ``event_time``, ``custom_attribute``
    and ``inference_id``. For rows of batch transform, ``endpoint_output`` is ``batchTransformOutput``: what the
    service gives scripts there is not published.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
    """
    directions, metadata = record["captureData"], record["eventMetadata"]
    return SimpleNamespace(
        endpoint_input=_direction(directions.get("endpointInput")),
        endpoint_output=_direction(directions.get("endpointOutput") or directions.get("batchTransformOutput")),
        event_metadata=SimpleNamespace(
            event_id=metadata.get("eventId"),
            event_time=metadata.get("inferenceTime"),
            custom_attribute=metadata.get("customAttributes"),
            inference_id=metadata.get("inferenceId"),
        ),
        event_version=record.get("eventVersion"),
    )


def _direction(body: Mapping[str, Any] | None) -> SimpleNamespace | None:
    if body is None:
        return None
    return SimpleNamespace(
        data=body.get("data"),
        encoding=body.get("encoding"),
        observedContentType=body.get("observedContentType"),
        mode=body.get("mode"),
    )
