"""The objects that a job's input names, by prefix or by manifest."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from sandbox.sagemaker import s3_uri

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class TransferError(Exception):
    """Data could not be moved; the message becomes the job's FailureReason."""


class Listed(NamedTuple):
    """An object, and where it lands below the input's folder."""

    bucket: str
    key: str
    relative: str


def listed(uri: str, data_type: str, s3: "S3Client") -> list[Listed]:
    """Every object of an input.

    Args:
        uri: Of the prefix or the manifest.
        data_type: ``S3Prefix`` or ``ManifestFile``.
        s3: Client of the job's role.

    Raises:
        TransferError: There is none, or the manifest is none.
    """
    objects = list(_manifest(uri, s3) if data_type == "ManifestFile" else _below(uri, s3))
    if not objects:
        raise TransferError(
            f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the '
            "bucket exists in the selected region, that objects exist under that S3 prefix, and that the role has "
            '"s3:ListBucket" permissions on the bucket.'
        )
    return objects


def describe(error: Exception) -> str:
    """An S3 error with its code, status and text."""
    if isinstance(error, ClientError):
        details = error.response["Error"]
        status = error.response["ResponseMetadata"].get("HTTPStatusCode", "")
        return f"S3 {error.operation_name}: {details.get('Code', '')} ({status}): {details.get('Message', '')}"
    return str(error)


def relative_key(prefix: str, key: str) -> str:
    """Where an object below an S3 prefix lands in the input's folder.

    Example:
        >>> relative_key("data/train.csv", "data/train.csv")
        'train.csv'
        >>> relative_key("data", "data/2026/a.csv")
        '2026/a.csv'
        >>> relative_key("data/tr", "data/train.csv")
        'train.csv'
    """
    if key == prefix:
        return key.rsplit("/", 1)[-1]
    below = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    if key.startswith(below):
        return key[len(below) :]
    return key[prefix.rfind("/") + 1 :]


def _below(uri: str, s3: "S3Client") -> Iterator[Listed]:
    bucket, prefix = s3_uri.split(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if not item["Key"].endswith("/"):
                yield Listed(bucket, item["Key"], relative_key(prefix, item["Key"]))


def _manifest(uri: str, s3: "S3Client") -> Iterator[Listed]:
    """Objects of a manifest: ``[{"prefix": "s3://bucket/path/"}, "relative/key", ...]``.

    Where a transform job read one object, the prefix names it as a whole, and the only key is empty.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    bucket, key = s3_uri.split(uri)
    try:
        head, *relative_keys = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        prefix_bucket, prefix = s3_uri.split(head["prefix"])
    except (ValueError, TypeError, KeyError) as error:
        raise TransferError(f'{uri} is not a manifest: expected [{{"prefix": "s3://..."}}, "key", ...]') from error
    for relative in relative_keys:
        yield Listed(prefix_bucket, prefix + relative, relative or prefix.rsplit("/", 1)[-1])
