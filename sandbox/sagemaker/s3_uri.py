"""S3 locations: one place that splits and joins them."""

import re
from urllib.parse import unquote, urlsplit

from sandbox.sagemaker.errors import refuse

_HOST = re.compile(r"(?:(?P<bucket>[a-z0-9.-]+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
"""Hosts of S3's URLs, with the bucket or without it, with the region after a dot or, in older URLs, a hyphen.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""


def split(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix, without a trailing slash added or removed).

    Example:
        >>> split("s3://bucket/path/key")
        ('bucket', 'path/key')
        >>> split("https://bucket.s3-us-west-2.amazonaws.com/path/key")
        ('bucket', 'path/key')
        >>> split("https://s3.us-west-2.amazonaws.com/bucket/path/key")
        ('bucket', 'path/key')

    Raises:
        AwsError: Neither an ``s3://`` URI nor a URL of an object in S3.
    """
    if uri.startswith("https://"):
        bucket, key = _of_url(uri)
    else:
        bucket, _, key = uri.removeprefix("s3://").partition("/") if uri.startswith("s3://") else ("", "", "")
    if not bucket:
        raise refuse(
            f"Invalid S3 URI {uri!r}: expected s3://bucket/prefix, or a URL such as "
            "https://bucket.s3.us-east-1.amazonaws.com/prefix"
        )
    return bucket, key


def join(uri: str, *parts: str) -> str:
    """A location below another, with exactly one slash between the parts."""
    return "/".join([uri.rstrip("/"), *(part.strip("/") for part in parts)])


def _of_url(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = _HOST.fullmatch(parts.netloc.lower())
    if host is None or parts.query or parts.fragment:
        return "", ""
    path = unquote(parts.path).removeprefix("/")
    if host["bucket"]:
        return host["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key
