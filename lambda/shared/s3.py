"""S3 locations and the few things done with objects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared import clients, errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.type_defs import ObjectTypeDef


class ObjectError(Exception):
    """An object could not be read; the text names it and says what to do."""


class ObjectMissingError(ObjectError):
    """The object (or its bucket) does not exist."""


@dataclass(frozen=True)
class S3Uri:
    """A bucket and a key (or key prefix), joined without doubled or lost slashes.

    Example:
        >>> str(S3Uri.parse("s3://bucket/baselines/") / "credit" / "statistics.json")
        's3://bucket/baselines/credit/statistics.json'
    """

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> S3Uri:
        """Read `s3://bucket/key`; slashes at the end are dropped.

        Raises:
            ValueError: The text is no S3 URI, or has an empty part between two slashes.
        """
        scheme, _, rest = text.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or not bucket:
            raise ValueError(f"got {text!r}, expected an S3 URI such as s3://bucket/prefix")
        if "//" in f"/{key.rstrip('/')}":
            raise ValueError(f"got {text!r} with an empty part ('//'), which S3 takes for a folder without a name")
        return cls(bucket, key.rstrip("/"))

    def __truediv__(self, part: str) -> S3Uri:
        return S3Uri(self.bucket, f"{self.key}/{part.strip('/')}".lstrip("/"))

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}".rstrip("/")


def read(uri: S3Uri, *, first_bytes: int | None = None) -> bytes:
    """Return the content of an object, or its first bytes.

    Raises:
        ObjectMissingError: There is no such object or bucket.
        ObjectError: The function may not read it.
    """
    span: dict[str, Any] = {"Range": f"bytes=0-{first_bytes - 1}"} if first_bytes else {}
    try:
        return clients.s3().get_object(Bucket=uri.bucket, Key=uri.key, **span)["Body"].read()
    except ClientError as error:
        if errors.is_missing(error):
            raise ObjectMissingError(f"{uri} does not exist") from error
        if errors.is_denied(error):
            raise ObjectError(
                f"access to {uri} is denied ({errors.message(error)}); grant s3:GetObject on it, s3:ListBucket on its "
                "bucket and kms:Decrypt on its key, or check that the object exists"
            ) from error
        raise


def read_json(uri: S3Uri) -> dict[str, Any]:
    """Return the JSON object that an S3 object holds.

    Raises:
        ObjectError: It is missing, may not be read, or is no JSON object.
    """
    try:
        content = json.loads(read(uri))
    except ValueError as error:
        raise ObjectError(f"{uri} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise ObjectError(f"{uri} holds a JSON {type(content).__name__}, expected an object")
    return content


def exists(uri: S3Uri) -> bool:
    """Say whether the object exists. Needs `s3:ListBucket`, without which S3 denies access to a missing key."""
    try:
        clients.s3().head_object(Bucket=uri.bucket, Key=uri.key)
    except ClientError as error:
        if errors.is_missing(error):
            return False
        raise
    return True


def write(uri: S3Uri, body: bytes | str, *, kms_key_id: str | None = None, content_type: str | None = None) -> None:
    """Store an object; `kms_key_id` None leaves the encryption to the bucket's default."""
    content = body.encode() if isinstance(body, str) else body
    options: dict[str, Any] = {"ContentType": content_type} if content_type else {}
    if kms_key_id:
        options |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id}
    clients.s3().put_object(Bucket=uri.bucket, Key=uri.key, Body=content, **options)


def delete(uri: S3Uri) -> None:
    """Delete an object; one that is gone already is fine."""
    clients.s3().delete_object(Bucket=uri.bucket, Key=uri.key)


def objects(folder: S3Uri, *, after: str = "") -> Iterator[ObjectTypeDef]:
    """Yield the objects below a folder, sorted by key, folder markers left out.

    Args:
        folder: The folder; a bucket alone is one, too.
        after: Only keys that sort behind this one; empty for all.
    """
    start: dict[str, Any] = {"StartAfter": after} if after else {}
    key = folder.key.rstrip("/")
    yield from _listed(folder.bucket, f"{key}/" if key else "", **start)


def objects_beginning_with(prefix: S3Uri) -> Iterator[ObjectTypeDef]:
    """Yield the objects whose keys begin with a text, sorted by key, folder markers left out.

    This is how SageMaker's `S3Prefix` compares: `data/train` matches `data/training.csv`, too.
    """
    yield from _listed(prefix.bucket, prefix.key)


def _listed(bucket: str, prefix: str, **start: Any) -> Iterator[ObjectTypeDef]:  # noqa: ANN401 - options of the call
    pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **start)
    for page in pages:
        for item in page.get("Contents", []):
            if not item["Key"].endswith("/"):
                yield item


def folders(prefix: S3Uri) -> Iterator[S3Uri]:
    """Yield the folders right below a location, sorted: what keys have between its slash and the next one."""
    below = f"{prefix.key}/" if prefix.key else ""
    pages = clients.s3().get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=below, Delimiter="/")
    for page in pages:
        for item in page.get("CommonPrefixes", []):
            yield prefix / item["Prefix"].removeprefix(below)
