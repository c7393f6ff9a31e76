"""Where the files go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/(?P<prefix>.*))?")

# An attempt ends soon, so that closing does too; what failed is tried again until the writer closes.
_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})


class S3Folder:
    """A prefix in a bucket.

    Args:
        uri: ``s3://bucket/prefix``.
        kms_key_id: Key for SSE-KMS: id, ARN or alias. Default: the bucket's own encryption.
        create_client: Makes the S3 client, once in every process. Default: a client of the default session.

    Raises:
        ValueError: `uri` is not the URI of a prefix.
    """

    def __init__(self, uri: str, *, kms_key_id: str | None, create_client: Callable[[], S3Client] | None) -> None:
        match = _URI.fullmatch(uri)
        if not match:
            raise ValueError(f"got {uri!r}, expected s3://bucket/prefix")
        self.bucket = match["bucket"]
        self._prefix = (match["prefix"] or "").strip("/")
        self._kms_key_id = kms_key_id
        self._create_client = create_client or _default_client
        self._client: S3Client | None = None

    def key(self, path: str) -> str:
        """Return the key of a path below the prefix."""
        return f"{self._prefix}/{path}" if self._prefix else path

    def uri(self, path: str) -> str:
        """Return where the lines of a path are, or would be: for people."""
        return f"s3://{self.bucket}/{self.key(path)}"

    def objects(self, path: str, body: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the objects that lines become, each with its path; write each before asking for the next.

        Asking again for the same lines changes nothing: same paths, same content.
        """
        yield path, body

    def put(self, path: str, body: bytes) -> None:
        """Write one object."""
        if self._client is None:
            self._client = self._create_client()
        key = self.key(path)
        if self._kms_key_id is None:
            self._client.put_object(Bucket=self.bucket, Key=key, Body=body)
        else:
            self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=self._kms_key_id,
            )

    def forget_client(self) -> None:
        """Drop the client: a forked process must not share the connections of its parent."""
        self._client = None


def _default_client() -> S3Client:
    # A session of its own: the default session must not be used by two threads at once.
    return boto3.session.Session().client("s3", config=_CONFIG)
