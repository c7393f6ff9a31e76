"""S3 locations: one place that splits and joins them."""

from sandbox.sagemaker.errors import refuse


def split(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix, without a trailing slash added or removed).

    Raises:
        AwsError: Not an ``s3://bucket/...`` URI.
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        raise refuse(f"Invalid S3 URI {uri!r}: expected s3://bucket/prefix")
    return bucket, key


def join(uri: str, *parts: str) -> str:
    """A location below another, with exactly one slash between the parts."""
    return "/".join([uri.rstrip("/"), *(part.strip("/") for part in parts)])
