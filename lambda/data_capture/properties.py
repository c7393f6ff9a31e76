"""The properties of `Custom::EndpointDataCapture` as types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data_capture.errors import CaptureError


@dataclass(frozen=True)
class Properties:
    """What the stack asks for; see README.md for each property."""

    endpoint: str
    capture: Mapping[str, Any]

    @property
    def capture_uri(self) -> str:
        """The S3 folder of this endpoint's captures."""
        return f"{str(self.capture['DestinationS3Uri']).rstrip('/')}/{self.endpoint}"


def parse_properties(raw: Mapping[str, Any]) -> Properties:
    """Read the `ResourceProperties` of a request.

    Raises:
        CaptureError: A property is missing or malformed.
    """
    texts = {name: raw.get(name) for name in ("EndpointName", "NamePrefix", "DataCaptureConfig")}
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise CaptureError(f"{name}: got {value!r}, expected a text")
    try:
        capture = json.loads(raw["DataCaptureConfig"])
    except ValueError as error:
        raise CaptureError(f"DataCaptureConfig: got {raw['DataCaptureConfig']!r}, expected JSON ({error})") from error
    if not isinstance(capture, dict) or not capture.get("DestinationS3Uri"):
        raise CaptureError(f"DataCaptureConfig: got {capture!r}, expected an object with DestinationS3Uri")
    return Properties(raw["EndpointName"], capture)
