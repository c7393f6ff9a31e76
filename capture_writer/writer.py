"""The writer for requests and predictions."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from capture_writer.batch_transform import BatchTransformFolder, batch_line
from capture_writer.buffer import Buffering, WriterMetrics
from capture_writer.capture_layout import CaptureLayout
from capture_writer.payload import Encoding, Payload
from capture_writer.records import capture_line, hour_folder, require_custom_attributes, require_id, time_text
from capture_writer.s3_folder import S3Folder
from capture_writer.uploader import Uploader

if TYPE_CHECKING:
    from types import TracebackType

    from mypy_boto3_s3.client import S3Client

_ALL = 100.0
_DEFAULT_VARIANT = "AllTraffic"
_BATCH_ENCODINGS = {CaptureLayout.BATCH_CSV: Encoding.CSV, CaptureLayout.BATCH_JSON_LINES: Encoding.JSON}


class CaptureWriter:
    """Write what a model received and answered, in a layout of SageMaker's data capture.

    In the layout of an endpoint, objects are
    ``<destination>/<endpoint_name>/<variant_name>/yyyy/mm/dd/hh/<MM>-<SS>-<mmm>-<uuid4>.jsonl``, one JSON record per
    line; the folder is the hour (UTC) of the inference. In those of batch transform, inputs and predictions are rows of
    ``<destination>/<endpoint_name>/data/yyyy/mm/dd/hh/...`` and ``....out``, which manifests in ``input/`` and
    ``output/`` name; every prediction has its id and time behind it. See `CaptureLayout` for who reads which.

    One writer serves all threads of a process. It may be made before the process forks (gunicorn with preload): every
    child then writes its own records. No method that serving calls waits for S3 or for a disk.

    Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html

    Args:
        destination: ``s3://bucket/prefix``: what ``DestinationS3Uri`` is for an endpoint's capture.
        endpoint_name: What stands for the endpoint in the keys.
        layout: Form of the objects. Default: that of an endpoint. Monitors without an endpoint read one of the others.
        variant_name: What stands for its variant, in the layout of an endpoint only. Default: AllTraffic.
        join_inputs: Whether predictions are written behind their inputs, as batch transform does with
            ``JoinSource=Input``: bias monitors need it, and positions that model-quality monitors name then count the
            values of the input, too. In the layouts of batch transform only. Default: predictions alone.
        sampling_percentage: Share of the requests that is written, chosen at random. Default: 100.
        kms_key_id: Key for SSE-KMS (id, ARN or alias). Default: the bucket's own encryption.
        buffering: When objects are sent, and how much is held. Default: see `Buffering`.
        create_client: Makes the S3 client, once in every process that writes, in the background thread. Default: a
            client of the default session with short timeouts.

    Raises:
        ValueError: The destination, a name or the percentage is not valid.
    """

    def __init__(
        self,
        destination: str,
        *,
        endpoint_name: str,
        layout: CaptureLayout = CaptureLayout.ENDPOINT,
        variant_name: str = _DEFAULT_VARIANT,
        join_inputs: bool = False,
        sampling_percentage: float = _ALL,
        kms_key_id: str | None = None,
        buffering: Buffering | None = None,
        create_client: Callable[[], S3Client] | None = None,
    ) -> None:
        for argument, name in (("endpoint_name", endpoint_name), ("variant_name", variant_name)):
            if not name or "/" in name:
                raise ValueError(
                    f"{argument} is {name!r}, expected a name without a slash: it is one folder of the key"
                )
        self._encoding = _BATCH_ENCODINGS.get(layout)
        if self._encoding and variant_name != _DEFAULT_VARIANT:
            raise ValueError(f"variant_name is {variant_name!r}, but the layout {layout.value} has no variants")
        if join_inputs and not self._encoding:
            raise ValueError(f"join_inputs is set, but records of the layout {layout.value} hold both sides anyway")
        if not 0 <= sampling_percentage <= _ALL:
            raise ValueError(f"sampling_percentage is {sampling_percentage}, expected 0 to 100")
        self._folder = endpoint_name if self._encoding else f"{endpoint_name}/{variant_name}"
        self._join_inputs = join_inputs
        self._share = sampling_percentage / _ALL
        store = (
            BatchTransformFolder(
                destination, encoding=self._encoding, kms_key_id=kms_key_id, create_client=create_client
            )
            if self._encoding
            else S3Folder(destination, kms_key_id=kms_key_id, create_client=create_client)
        )
        self._uploader = Uploader(store, buffering or Buffering(), f"capture of {endpoint_name}")

    def write(
        self,
        request: Payload | None,
        response: Payload | None,
        *,
        inference_id: str | None = None,
        custom_attributes: str | None = None,
        inference_time: datetime | None = None,
    ) -> str | None:
        """Take one request with its prediction. Returns at once; the record is sent in the background.

        Args:
            request: What the model received. None: not captured.
            response: What it answered. None: not captured.
            inference_id: The caller's id of the request, 1 to 64 printable ASCII characters. Default: none.
            custom_attributes: Anything else about the request, e.g. ``source=load-test``, at most 1024 printable ASCII
                characters; preprocessing scripts see it. The layouts of batch transform have no place for it. Default:
                none.
            inference_time: When the model answered, with its time zone. Default: now.

        Returns:
            The id to label the record with (see `GroundTruthWriter`): the inference id, or the event id that the
            record got. None when the record was not taken: by the sampling, because the buffer is full, the writer
            closed, an id or attribute is not valid, or a payload does not fit the layout. A record never fails the
            request that it is about; `metrics` and the log (logger ``capture_writer``) tell.

        Raises:
            ValueError: There is neither request nor response, the time has no zone, or there are custom attributes in a
                layout without a place for them: mistakes in the calling code.
        """
        if request is None and response is None:
            raise ValueError("got neither request nor response, expected at least one of them")
        if self._encoding and custom_attributes is not None:
            raise ValueError("the layouts of batch transform have no custom attributes; leave them out")
        moment = inference_time or datetime.now(timezone.utc)
        hour = hour_folder(moment)
        if random.random() >= self._share:  # noqa: S311 - sampling keeps no secret
            self._uploader.sample_out()
            return None
        event_id = str(uuid.uuid4())
        try:
            if inference_id is not None:
                require_id(inference_id)
            if custom_attributes is not None:
                require_custom_attributes(custom_attributes)
            line = self._line(
                request,
                response,
                event_id=event_id,
                inference_id=inference_id,
                custom_attributes=custom_attributes,
                moment=moment,
            )
        except ValueError as error:  # a client may have chosen them: not a reason to fail its request
            self._uploader.reject(str(error))
            return None
        accepted = self._uploader.submit(f"{self._folder}/{hour}", line)
        return (inference_id or event_id) if accepted else None

    def _line(
        self,
        request: Payload | None,
        response: Payload | None,
        *,
        event_id: str,
        inference_id: str | None,
        custom_attributes: str | None,
        moment: datetime,
    ) -> bytes:
        if self._encoding:
            return batch_line(
                request,
                response,
                encoding=self._encoding,
                inference_id=inference_id or event_id,
                time=time_text(moment),
                join_inputs=self._join_inputs,
            )
        return capture_line(
            request=request,
            response=response,
            event_id=event_id,
            inference_id=inference_id,
            custom_attributes=custom_attributes,
            inference_time=moment,
        )

    @property
    def metrics(self) -> WriterMetrics:
        """What became of the records of this process so far; publish it wherever the service's metrics go."""
        return self._uploader.metrics

    def flush(self, timeout: float | None = None) -> bool:
        """Send what is held and wait until S3 has it, e.g. before AWS Lambda freezes the process.

        Args:
            timeout: Seconds to wait. Default: as long as it takes.

        Returns:
            Whether S3 has all of it.
        """
        return self._uploader.flush(timeout)

    def close(self, timeout: float | None = None) -> None:
        """Send what is held, wait for it, and take nothing more. Closing twice does no harm.

        The interpreter does this at its end. What ends a process without it loses what is held, and no log tells:
        SIGKILL; ``os._exit``, and so the children of `multiprocessing`, which must close by themselves; SIGTERM without
        a handler, with which Kubernetes and ECS end containers. This handler, set in the main thread when the service
        starts, makes SIGTERM an end of the interpreter: ``signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))``.

        Args:
            timeout: Seconds to wait. Default: ``close_seconds`` of the buffering.
        """
        self._uploader.close(timeout)

    def __enter__(self) -> CaptureWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
