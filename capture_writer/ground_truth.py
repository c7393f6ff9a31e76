"""The writer for labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from capture_writer.buffer import Buffering, WriterMetrics
from capture_writer.payload import Payload
from capture_writer.records import ground_truth_line, hour_folder, require_id
from capture_writer.s3_folder import S3Folder
from capture_writer.uploader import Uploader

if TYPE_CHECKING:
    from types import TracebackType

    from mypy_boto3_s3.client import S3Client


class LabelsNotWrittenError(Exception):
    """S3 did not take labels; the text says how many."""


class GroundTruthWriter:
    """Write labels for the model quality and bias monitors.

    Objects are ``<destination>/yyyy/mm/dd/hh/*.jsonl``, one label per line. The folder is the hour (UTC) in which the
    label was collected, not that of the inference: the monitor's merge job reads the hours of its window, moved by
    its offsets.

    It shares its machinery with `CaptureWriter`, with one difference: a label is dear and nobody is kept waiting, so
    `write` waits for room instead of dropping, and whatever does not reach S3 is an error.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html

    Args:
        destination: ``s3://bucket/prefix``: the ground truth location of the monitor.
        kms_key_id: Key for SSE-KMS (id, ARN or alias). Default: the bucket's own encryption.
        buffering: When objects are sent, and how much is held. Default: see `Buffering`.
        create_client: Makes the S3 client. Default: a client of the default session with short timeouts.

    Example:
        >>> with GroundTruthWriter("s3://models/labels") as labels:
        ...     for row in paid_back:
        ...         labels.write(row.inference_id, int(row.defaulted))
    """

    def __init__(
        self,
        destination: str,
        *,
        kms_key_id: str | None = None,
        buffering: Buffering | None = None,
        create_client: Callable[[], S3Client] | None = None,
    ) -> None:
        self._buffering = buffering or Buffering()
        store = S3Folder(destination, kms_key_id=kms_key_id, create_client=create_client)
        self._uploader = Uploader(store, self._buffering, "ground truth")

    def write(self, event_id: str, label: Payload | str | float | bool, *, collected: datetime | None = None) -> None:
        """Take one label.

        Args:
            event_id: The inference id of the request, or the event id of its capture record if it had none; it is
                what `CaptureWriter.write` returned.
            label: The truth: a class name or number, as the model writes its predictions. True and false become 1
                and 0. A `Payload` says it in several columns or in JSON.
            collected: When the label was collected, with its time zone. Default: now.

        Raises:
            ValueError: The id is not valid, or the time has no zone.
            LabelsNotWrittenError: There is no room: S3 took nothing for ``close_seconds``, or the writer is closed.
        """
        require_id(event_id)
        folder = hour_folder(collected or datetime.now(timezone.utc))
        label = label if isinstance(label, Payload) else _payload(label)
        wait = self._buffering.close_seconds
        if not self._uploader.submit(folder, ground_truth_line(event_id, label), wait_seconds=wait):
            raise LabelsNotWrittenError(
                f"the label of {event_id} was not taken: the writer is closed, or S3 took nothing for {wait:g} s "
                "(the log tells why)"
            )

    @property
    def metrics(self) -> WriterMetrics:
        """What became of the labels so far."""
        return self._uploader.metrics

    def flush(self, timeout: float | None = None) -> bool:
        """Send what is held and wait until S3 has it; return whether it has.

        Args:
            timeout: Seconds to wait. Default: as long as it takes.
        """
        return self._uploader.flush(timeout)

    def close(self, timeout: float | None = None) -> None:
        """Send what is held, wait for it, and take nothing more. Closing twice does no harm.

        The interpreter does this at its end, with what is lost in the log only. For ends of a process without it, such
        as SIGTERM without a handler, see `CaptureWriter.close`.

        Args:
            timeout: Seconds to wait. Default: ``close_seconds`` of the buffering.

        Raises:
            LabelsNotWrittenError: S3 did not take all labels in time.
        """
        self._uploader.close(timeout)
        metrics = self.metrics
        if lost := metrics.failed + metrics.spilled:
            raise LabelsNotWrittenError(
                f"{lost} of {metrics.accepted} labels are not in S3, {metrics.spilled} of them are in the spill "
                "directory (the log tells why)"
            )

    def __enter__(self) -> GroundTruthWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:  # which is the one to see; what is lost is in the log
            self._uploader.close()


def _payload(label: str | float | bool) -> Payload:
    return Payload.csv([int(label) if isinstance(label, bool) else label])
