"""Cuts the objects of a transform job into requests, and puts the answers together again.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from collections.abc import Iterable, Iterator

_MEGABYTE = 1024 * 1024
DEFAULT_MAX_PAYLOAD_MB = 6


class RecordTooLongError(Exception):
    """A record is longer than a request may be."""


def requests(content: bytes, *, split_type: str, strategy: str, max_payload_mb: int) -> Iterator[bytes]:
    """The bodies of the requests for one object.

    Args:
        content: The object.
        split_type: ``Line``: records are lines. ``None``: the object is one record.
        strategy: ``SingleRecord``: one record a request. ``MultiRecord``: as many as fit.
        max_payload_mb: Longest request; 0 means any length.

    Raises:
        RecordTooLongError: A record does not fit into a request.
    """
    limit = max_payload_mb * _MEGABYTE or len(content)
    records = [line for line in content.splitlines() if line.strip()] if split_type == "Line" else [content]
    batch: list[bytes] = []
    size = 0
    for record in records:
        if len(record) > limit:
            raise RecordTooLongError(
                f"a record of {len(record)} bytes does not fit into a request of MaxPayloadInMB={max_payload_mb}"
            )
        if batch and (strategy == "SingleRecord" or size + 1 + len(record) > limit):
            yield b"\n".join(batch)
            batch, size = [], 0
        batch.append(record)
        size += len(record) + 1
    if batch:
        yield b"\n".join(batch)


def assembled(answers: Iterable[bytes], assemble_with: str) -> bytes:
    """The answers for one object as one object: a line each with ``Line``, end to end with ``None``."""
    if assemble_with == "Line":
        return b"".join(answer.rstrip(b"\r\n") + b"\n" for answer in answers)
    return b"".join(answers)
