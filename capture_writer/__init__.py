"""Puts requests and predictions of a model served anywhere into S3, as SageMaker's data capture does.

The package needs Python 3.9 and boto3 and nothing else of this project: ``pip install ./capture_writer``, or copy it.

Example:
    >>> writer = CaptureWriter(                                                   # once, when the service starts
    ...     "s3://models/capture", endpoint_name="credit", layout=CaptureLayout.BATCH_CSV
    ... )
    >>> label_id = writer.write(                                                  # in every request; does not wait
    ...     Payload.csv([34, 1200.5, "rent"]), Payload.csv([0.71]), inference_id="request-17"
    ... )
    >>> writer.close()                                                            # or leave it to the interpreter

    Later, when the truth is known:

    >>> with GroundTruthWriter("s3://models/labels") as labels:
    ...     labels.write("request-17", 1)

How it behaves when S3 is slow or away: docs/capture-writer.md.
"""

from capture_writer.buffer import Buffering, WriterMetrics
from capture_writer.capture_layout import CaptureLayout
from capture_writer.ground_truth import GroundTruthWriter, LabelsNotWrittenError
from capture_writer.payload import Encoding, Payload
from capture_writer.writer import CaptureWriter

__all__ = [
    "Buffering",
    "CaptureLayout",
    "CaptureWriter",
    "Encoding",
    "GroundTruthWriter",
    "LabelsNotWrittenError",
    "Payload",
    "WriterMetrics",
]
