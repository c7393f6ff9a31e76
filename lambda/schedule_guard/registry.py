"""The registry of monitors: one JSON object in S3 for each, by which the results function knows them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from schedule_guard.errors import GuardError
from shared import clients, errors, s3
from shared.s3 import S3Uri

_REGISTERED = "registered"
_GUARD = "guard"


@dataclass(frozen=True)
class Entry:
    """The object of one monitor.

    Attributes:
        uri: Where it is.
        monitor: What it says of the monitor.
        guard: A hash of the owner, kept with the object: whoever wrote it last may remove it.
    """

    uri: S3Uri
    monitor: Mapping[str, Any]
    guard: str

    @classmethod
    def of(cls, properties: Mapping[str, Any], *, owner: str) -> Entry | None:
        """Read `RegistryUri` and `Monitor`; None when there is neither.

        Raises:
            GuardError: Only one of them is there, or one is malformed.
        """
        uri, text = properties.get("RegistryUri"), properties.get("Monitor")
        if not uri and not text:
            return None
        try:
            place = S3Uri.parse(str(uri))
        except ValueError as error:
            raise GuardError(f"RegistryUri: {error}") from error
        try:
            monitor = json.loads(str(text))
        except ValueError as error:
            raise GuardError(f"Monitor: got {text!r}, expected JSON ({error})") from error
        if not isinstance(monitor, dict):
            raise GuardError(f"Monitor: got {text!r}, expected a JSON object")
        return cls(place, monitor, hashlib.sha256(owner.encode()).hexdigest()[:16])

    def registered(self) -> float | None:
        """Return since when the monitor is registered, in seconds since 1970; None if it is not, or nobody can tell."""
        try:
            return datetime.fromisoformat(str(s3.read_json(self.uri)[_REGISTERED])).timestamp()
        except s3.ObjectError as error:
            if errors.is_refusal(error):
                raise
            return None
        except (KeyError, ValueError):
            return None

    def write(self, registered: float) -> None:
        """Register the monitor, or say anew what it is; the time is rounded up to seconds."""
        since = datetime.fromtimestamp(math.ceil(registered), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        content = json.dumps({**self.monitor, _REGISTERED: since}, indent=2)
        clients.s3().put_object(
            Bucket=self.uri.bucket,
            Key=self.uri.key,
            Body=content.encode(),
            ContentType="application/json",
            Metadata={_GUARD: self.guard},
        )

    def remove(self) -> None:
        """Take the monitor out of the registry, unless another guard has registered it there since."""
        try:
            metadata = clients.s3().head_object(Bucket=self.uri.bucket, Key=self.uri.key).get("Metadata", {})
        except ClientError as error:
            if errors.is_missing(error):
                return
            raise
        if metadata.get(_GUARD, self.guard) == self.guard:
            s3.delete(self.uri)
