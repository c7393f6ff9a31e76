"""Moves a job's inputs from S3 into its folder and its outputs back, as the job's role."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.sagemaker import s3_uri
from sandbox.sagemaker.jobs.folder import JobFolder
from sandbox.sagemaker.state import Document

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class TransferError(Exception):
    """Data could not be moved; the message becomes the job's FailureReason."""


def download(job: Document, folder: JobFolder, s3: "S3Client") -> None:
    """Fetch every input.

    Raises:
        TransferError: Nothing is there, or the role may not read it.
    """
    for item in job.get("ProcessingInputs", []):
        source = item.get("S3Input")
        if source is None:
            raise TransferError(f"input {item['InputName']}: the sandbox reads S3Input, not DatasetDefinition")
        if source.get("S3InputMode", "File") != "File":
            raise TransferError(f"input {item['InputName']}: the sandbox serves S3InputMode File, not Pipe")
        try:
            _fetch(source, folder, s3)
        except (ClientError, BotoCoreError) as error:
            raise TransferError(f"Failed to download data for input {item['InputName']}: {describe(error)}") from error


def upload(job: Document, folder: JobFolder, s3: "S3Client", *, succeeded: bool) -> None:
    """Send the outputs, encrypted with the job's output key.

    Called when the container has ended: Continuous outputs, too, are sent then, however it ended; EndOfJob outputs
    only after success.

    Raises:
        TransferError: The role may not write there, or not use the key.
    """
    config = job.get("ProcessingOutputConfig", {})
    encryption: Any = {}
    if config.get("KmsKeyId"):
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": config["KmsKeyId"]}
    for output in config.get("Outputs", []):
        target = output.get("S3Output")
        if target is None or (target["S3UploadMode"] == "EndOfJob" and not succeeded):
            continue
        root = folder.local(target["LocalPath"])
        for path in _files(root):
            bucket, key = s3_uri.split(s3_uri.join(target["S3Uri"], str(path.relative_to(root))))
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), **encryption)
            except (ClientError, BotoCoreError) as error:
                raise TransferError(
                    f"Failed to upload output {output['OutputName']} to s3://{bucket}/{key}: {describe(error)}"
                ) from error


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


def _fetch(source: Document, folder: JobFolder, s3: "S3Client") -> None:
    folder.local(source["LocalPath"]).mkdir(parents=True, exist_ok=True)
    listed = _manifest(source["S3Uri"], s3) if source["S3DataType"] == "ManifestFile" else _below(source["S3Uri"], s3)
    found = False
    for bucket, key, relative in listed:
        found = True
        path = folder.local(source["LocalPath"], relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(path))
    if not found:
        raise TransferError(
            f'No S3 objects found under S3 URL "{source["S3Uri"]}" given in input data source. Please ensure that the '
            "bucket exists in the selected region, that objects exist under that S3 prefix, and that the role has "
            '"s3:ListBucket" permissions on the bucket.'
        )


def _below(uri: str, s3: "S3Client") -> Iterator[tuple[str, str, str]]:
    bucket, prefix = s3_uri.split(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if not item["Key"].endswith("/"):
                yield bucket, item["Key"], relative_key(prefix, item["Key"])


def _manifest(uri: str, s3: "S3Client") -> Iterator[tuple[str, str, str]]:
    """Objects of a manifest: ``[{"prefix": "s3://bucket/path/"}, "relative/key", ...]``.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    bucket, key = s3_uri.split(uri)
    try:
        head, *relative_keys = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        prefix_bucket, prefix = s3_uri.split(head["prefix"])
    except (ValueError, TypeError, KeyError) as error:
        raise TransferError(f'{uri} is not a manifest: expected [{{"prefix": "s3://..."}}, "key", ...]') from error
    for relative in relative_keys:
        yield prefix_bucket, prefix + relative, relative


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())
