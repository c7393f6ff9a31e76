"""Moves a job's inputs from S3 into its folder and its outputs back, as the job's role."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.sagemaker import s3_objects, s3_uri
from sandbox.sagemaker.jobs.folder import JobFolder
from sandbox.sagemaker.s3_objects import TransferError, describe
from sandbox.sagemaker.state import Document

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


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


def _fetch(source: Document, folder: JobFolder, s3: "S3Client") -> None:
    folder.local(source["LocalPath"]).mkdir(parents=True, exist_ok=True)
    for bucket, key, relative in s3_objects.listed(source["S3Uri"], source["S3DataType"], s3):
        path = folder.local(source["LocalPath"], relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(path))


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())
