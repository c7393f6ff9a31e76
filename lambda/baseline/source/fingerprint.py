"""When two baselines are the same.

The fingerprint covers what decides the content of the files: data, format, image, environment, and what the kind of
monitor adds (scripts, categories, the columns of predictions and labels, analysis configs).
It leaves out how they are computed (compute, network, role, time limit) and what is changed afterwards (overrides).
"""

from __future__ import annotations

from baseline.properties import Properties
from baseline.reader import digest
from baseline.source.dataset import DatasetFacts
from baseline.source.forms import BaselineFiles, Dataset
from shared import clients
from shared.s3 import S3Uri

_LENGTH = 16


def dataset_fingerprint(properties: Properties, facts: DatasetFacts) -> str:
    """Return 16 hexadecimal digits that change when, and only when, a new job would write other files."""
    assert properties.job is not None
    assert isinstance(properties.source, Dataset)
    return digest(
        {
            "objects": [[item.key, item.etag, item.size] for item in facts.objects],
            "format": properties.source.format,
            "image": properties.job.image_uri,
            "environment": properties.job.environment,
            **properties.kind.fingerprint(),
        },
        _LENGTH,
    )


def files_fingerprint(files: BaselineFiles, properties: Properties) -> str:
    """Return 16 hexadecimal digits for files that exist already.

    Raises:
        botocore.exceptions.ClientError: One of them does not exist or may not be read.
    """
    content: list[object] = [[str(uri), etag(uri)] for uri in files.uris]
    return digest([*content, dict(properties.kind.config)] if properties.kind.config else content, _LENGTH)


def etag(uri: S3Uri) -> str:
    """Return what S3 calls the content of an object.

    Raises:
        botocore.exceptions.ClientError: It does not exist or may not be read.
    """
    return clients.s3().head_object(Bucket=uri.bucket, Key=uri.key)["ETag"].strip('"')
