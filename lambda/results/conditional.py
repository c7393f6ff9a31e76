"""Objects that only one of several functions may write at a time: S3 takes a write under a condition, or refuses it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from botocore.exceptions import ClientError

from shared import clients, errors
from shared.s3 import S3Uri

_REFUSED = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404")


def put(place: S3Uri, text: str, **condition: str) -> str | None:
    """Write an object under a condition; return its version, or None if somebody else was faster."""
    body = text.encode()
    try:
        answer = clients.s3().put_object(Bucket=place.bucket, Key=place.key, Body=body, **condition)  # type: ignore[arg-type]
        return answer["ETag"]
    except ClientError as error:
        if errors.code(error) not in _REFUSED:
            raise
    # An attempt whose answer was lost may have written it; boto3's next attempt is then refused.
    found = get(place)
    return found[1] if found and found[0] == body else None


def get(place: S3Uri) -> tuple[bytes, str] | None:
    """Return content and version of an object, or None if there is none (yet)."""
    try:
        answer = clients.s3().get_object(Bucket=place.bucket, Key=place.key)
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise
    return answer["Body"].read(), answer["ETag"]
