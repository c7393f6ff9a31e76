"""Labels (ground truth) where Model Monitor looks for them, and the captured records that they belong to.

A label finds its record by the inference id, or by the event id of a record without one. It lies in the folder of an
hour, `yyyy/mm/dd/hh`; a run reads the hours of its window, so the hour is that of the captured record.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from capture_writer import Buffering, GroundTruthWriter, LabelsNotWrittenError, Payload
from model_monitor_cli import state
from model_monitor_cli.exits import CommandError, UsageError
from model_monitor_cli.hourly_files import Hours, contents, files_in, json_lines
from model_monitor_cli.inventory import Model, Monitor
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_BUFFERING = Buffering(close_seconds=60)  # a person waits for it


class UploadError(CommandError):
    """Labels are not in S3."""


@dataclass(frozen=True)
class Label:
    """What has turned out to be true of a record."""

    id: str
    value: Payload


def labelled_places(context: Context, model: Model) -> dict[S3Uri, list[Monitor]]:
    """Return where the monitors of a model look for labels, and which of them looks where."""
    places: dict[S3Uri, list[Monitor]] = {}
    for monitor in model.monitors:
        if monitor.entry.captured is not None and (place := place_of(context, monitor)):
            places.setdefault(place, []).append(monitor)
    return places


def place_of(context: Context, monitor: Monitor) -> S3Uri | None:
    """Return where a monitor looks for labels, or None if it needs none."""
    definition = state.job_definition(context, monitor) or {}
    for key, value in definition.items():
        if key.endswith("JobInput") and "GroundTruthS3Input" in value:
            return S3Uri.parse(value["GroundTruthS3Input"]["S3Uri"])
    return None


def only_place(context: Context, models: Sequence[Model], name: str) -> tuple[Monitor, S3Uri]:
    """Return the place where the monitors of a model look for labels, and one that does.

    Raises:
        UsageError: None of them needs labels, or they look in several places.
    """
    places = {place: found for model in models for place, found in labelled_places(context, model).items()}
    if len(places) == 1:
        ((place, (monitor, *_)),) = places.items()
        return monitor, place
    if not places:
        raise UsageError(f"no monitor of '{name}' needs labels; model quality and bias do")
    listed = "; ".join(f"{place} ({', '.join(item.name for item in found)})" for place, found in places.items())
    raise UsageError(f"the monitors of '{name}' look for labels in several places, name one of them: {listed}")


def parse_place(text: str, *, option: str) -> S3Uri:
    """Read a place for labels.

    Raises:
        UsageError: It is no location in S3.
    """
    try:
        return S3Uri.parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def require_apart(place: S3Uri, endpoint: Mapping[str, Any]) -> None:
    """Check that labels do not get among the captured records, which runs would then take for traffic.

    Args:
        place: Where labels go.
        endpoint: The description of the endpoint.

    Raises:
        UsageError: They would.
    """
    destination = (endpoint.get("DataCaptureConfig") or {}).get("DestinationS3Uri")
    if not destination:
        return
    captured = S3Uri.parse(destination)
    if not captured.key:  # a whole bucket, the rest of which is free
        captured /= str(endpoint["EndpointName"])
    require_beside(place, captured)


def require_beside(place: S3Uri, captured: S3Uri) -> None:
    """Check that labels go to another folder than captured records.

    Raises:
        UsageError: They would get among the records.
    """
    if place.bucket == captured.bucket and f"{place.key}/".startswith(f"{captured.key}/"):
        raise UsageError(
            f"got {place} for labels, which lies among the captured records; choose a place beside {captured}"
        )


def labels_in(place: S3Uri, hours: Hours, progress: Callable[[str], None]) -> dict[str, str]:
    """Read the labels that lie in the folders of some hours, by their ids."""
    found: dict[str, str] = {}
    for _, content in contents(list(files_in(place, hours)), progress, "labels"):
        for record in json_lines(content):
            metadata, truth = record.get("eventMetadata"), record.get("groundTruthData")
            if isinstance(metadata, dict) and isinstance(truth, dict) and metadata.get("eventId"):
                found[str(metadata["eventId"])] = str(truth.get("data"))
    return found


def upload(context: Context, place: S3Uri, labels: Iterable[tuple[Label, datetime]]) -> int:
    """Put labels into the folders of hours, in objects of their own: nothing is ever overwritten.

    Args:
        context: AWS.
        place: Where the monitors look.
        labels: Each with the time of its record.

    Returns:
        How many there are.

    Raises:
        UploadError: S3 did not take all of them.
    """
    try:
        with GroundTruthWriter(str(place), buffering=_BUFFERING, create_client=lambda: context.s3) as writer:
            for label, time in labels:
                writer.write(label.id, label.value, collected=time)
    except LabelsNotWrittenError as error:
        raise UploadError(f"{error}. May you write there (s3:PutObject on {place}/*, kms:GenerateDataKey)?") from error
    return writer.metrics.written
