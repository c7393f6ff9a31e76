"""Writes rows of a dataset as captured records of a model that is served elsewhere, in place of its service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from capture_writer import Buffering, CaptureLayout, CaptureWriter, Payload
from model_monitor_cli import simulation, state
from model_monitor_cli.exits import UsageError
from model_monitor_cli.inventory import Model
from model_monitor_cli.simulation import CSV, JSON, Sent, SimulationError, Traffic
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_BUFFERING = Buffering(close_seconds=60)  # a person waits for it


@dataclass(frozen=True)
class Place:
    """Where a service writes its records, and how.

    Attributes:
        folder: The folder of the model, which is called like the model.
        content_type: Of inputs and predictions.
        has_joined_inputs: Whether predictions stand behind their inputs, as a bias monitor needs them.
    """

    folder: S3Uri
    content_type: str
    has_joined_inputs: bool


def place_of(context: Context, model: Model) -> Place:
    """Return where the records of a model belong that is served elsewhere.

    Raises:
        UsageError: Its records are those of batch transform jobs, or its monitors are gone.
    """
    if model.monitors[0].entry.model is None:
        raise UsageError(
            f"'{model.name}' is batch transform: its records are files of transform jobs. Write the rows into a "
            "file with --output, and start a job that reads it"
        )
    for monitor in model.monitors:
        for key, value in (state.job_definition(context, monitor) or {}).items():
            if key.endswith("JobInput") and "BatchTransformInput" in value:
                source = value["BatchTransformInput"]
                return Place(
                    S3Uri.parse(source["DataCapturedDestinationS3Uri"]),
                    CSV if "Csv" in source["DatasetFormat"] else JSON,
                    any(monitor.entry.type == "ModelBias" for monitor in model.monitors),
                )
    raise UsageError(f"the monitors of '{model.name}' have been deleted by hand; deploy their stack again")


def write(
    context: Context,
    place: Place,
    inputs: Sequence[str],
    predictions: Sequence[str] | None,
    *,
    name: str,
    into: Traffic,
    progress: Callable[[int], None],
) -> None:
    """Write records.

    Args:
        context: AWS.
        place: Where, and how.
        inputs: What the model would have been sent.
        predictions: What it would have answered; None if that is not known.
        name: Of the simulation.
        into: Is filled.
        progress: Is told how many were written.

    Raises:
        SimulationError: S3 did not take all of them.
    """
    parent, _, model = place.folder.key.rpartition("/")
    now: datetime = context.now()
    with CaptureWriter(
        str(S3Uri(place.folder.bucket, parent)),
        endpoint_name=model,
        layout=CaptureLayout.BATCH_CSV if place.content_type == CSV else CaptureLayout.BATCH_JSON_LINES,
        join_inputs=place.has_joined_inputs,
        buffering=_BUFFERING,
        create_client=lambda: context.s3,
    ) as writer:
        for number, text in enumerate(inputs):
            sent = Sent(number, simulation.inference_id(name, number), now)
            given = Payload.raw(text.encode(), place.content_type)
            answered = Payload.raw(predictions[number].encode(), place.content_type) if predictions else None
            if writer.write(given, answered, inference_id=sent.inference_id, inference_time=now):
                into.sent.append(sent)
            else:
                into.refused += 1
                into.first_refusal = into.first_refusal or "the capture writer does not take such a record"
            progress(number + 1)
    if writer.metrics.failed:
        raise SimulationError(
            f"{writer.metrics.failed:,} records are not in S3. May you write there (s3:PutObject on {place.folder}/*, "
            "kms:GenerateDataKey)?"
        )
