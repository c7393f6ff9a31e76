"""What the writers let their callers choose, and what they count."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Buffering:
    """How long and how much is held before it goes to S3.

    Args:
        flush_seconds: A record is sent at the latest after this time. A monitoring run of an hour begins minutes after
            its end, so keep it far below five minutes. Default: 60, as data capture of an endpoint does.
        flush_bytes: An object is sent when it has this size. Default: 5 MiB.
        buffer_bytes: Everything held that S3 has not confirmed. When it is full, a capture writer drops new records
            (counted and logged), and a ground truth writer waits. Default: 64 MiB.
        close_seconds: How long `close` and the end of the interpreter wait for S3. Default: 20, below the 30 seconds
            that gunicorn, ECS and Kubernetes grant.
        retry_seconds: Pause after the first failed upload; it doubles up to 30 seconds. Default: 0.5.
        spill_directory: Local folder for what S3 has not taken when the writer closes, in files that have the keys of
            the objects as paths: ``aws s3 cp --recursive <folder> s3://<bucket>`` brings them to their place, and once
            more does no harm. Default: none; such records are lost, counted as failed and logged.
    """

    flush_seconds: float = 60.0
    flush_bytes: int = 5 * _MEBIBYTE
    buffer_bytes: int = 64 * _MEBIBYTE
    close_seconds: float = 20.0
    retry_seconds: float = 0.5
    spill_directory: Path | str | None = None

    def __post_init__(self) -> None:
        for name in ("flush_seconds", "flush_bytes", "buffer_bytes", "close_seconds", "retry_seconds"):
            value = getattr(self, name)
            if value <= 0:
                raise ValueError(f"{name} is {value}, expected more than 0")
        if self.flush_bytes > self.buffer_bytes:
            raise ValueError(
                f"flush_bytes ({self.flush_bytes}) is more than buffer_bytes ({self.buffer_bytes}): "
                "the buffer would be full before an object is"
            )


@dataclass(frozen=True)
class WriterMetrics:
    """What became of the records of this process so far.

    ``accepted == written + spilled + failed + pending`` always holds.

    Args:
        accepted: Records taken into the buffer.
        written: Records that S3 has confirmed.
        spilled: Records that the closing writer put into the spill directory.
        failed: Records that were accepted and are lost, because S3 did not take them before the writer closed.
        pending: Records in the buffer.
        dropped: Records not accepted because the buffer was full or the writer closed.
        rejected: Records not accepted because they could not be written, e.g. for an inference id that is too long.
        sampled_out: Records left out by the sampling.
        objects: Objects written with these records. In the layouts of batch transform these are inputs, predictions and
            their manifests, which are written anew every time and count every time.
        upload_errors: Uploads that failed and were tried again.
    """

    accepted: int = 0
    written: int = 0
    spilled: int = 0
    failed: int = 0
    pending: int = 0
    dropped: int = 0
    rejected: int = 0
    sampled_out: int = 0
    objects: int = 0
    upload_errors: int = 0
