"""How many records objects hold: one per line, as in captured data, merged data, JSON lines and CSV without header."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from shared import clients
from shared.s3 import S3Uri

# What the function has time for. SageMaker writes about one object a minute and instance, so this is eight hours of one
# instance, or a large endpoint's hour; of more, every n-th object is read, and of large ones the beginning.
_MOST_OBJECTS = 500
_MOST_BYTES = 256 * 2**20
_CHUNK_BYTES = 2**17


def count_records(objects: Sequence[S3Uri]) -> float:
    """Return the number of records in objects: exactly, or estimated from an even sample where there is too much.

    Args:
        objects: In the order of time, so that a sample of them is one of the whole time.

    Raises:
        ClientError: One of them may not be read, or is gone.
        BotoCoreError: S3 could not be reached.
    """
    if not objects:
        return 0
    sample = objects[:: -(-len(objects) // _MOST_OBJECTS)]
    counted = sum(_lines(uri, most_bytes=_MOST_BYTES // len(sample)) for uri in sample)
    return counted * len(objects) / len(sample)


def _lines(uri: S3Uri, *, most_bytes: int) -> float:
    """Return the number of lines of an object; those behind its first bytes are taken to be as long as these."""
    answer = clients.s3().get_object(Bucket=uri.bucket, Key=uri.key)
    lines, size, last = 0, 0, b"\n"
    with closing(answer["Body"]) as body:
        for chunk in body.iter_chunks(_CHUNK_BYTES):
            lines, size, last = lines + chunk.count(b"\n"), size + len(chunk), chunk[-1:]
            if size >= most_bytes:
                break
    if size < answer["ContentLength"]:
        return lines * answer["ContentLength"] / size
    return lines + (last != b"\n")
