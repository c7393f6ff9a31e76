"""Labels (ground truth) where Model Monitor looks for them, and the captured records that they belong to.

A label finds its record by the inference id, or by the event id of a record without one. It lies in the folder of an
hour, `yyyy/mm/dd/hh`; a run reads the hours of its window, so the hour is that of the captured record.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from capture_writer import Buffering, GroundTruthWriter, LabelsNotWrittenError, Payload
from model_monitor_cli import capture, state
from model_monitor_cli.exits import CommandError, UsageError
from model_monitor_cli.inventory import Model, Monitor, side_by_side
from shared import s3
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_DAY = timedelta(days=1)
_AT_ONCE = 64
_BUFFERING = Buffering(close_seconds=60)  # a person waits for it


class UploadError(CommandError):
    """Labels are not in S3."""


@dataclass(frozen=True)
class Label:
    """What has turned out to be true of a record."""

    id: str
    value: Payload


@dataclass(frozen=True)
class Hours:
    """The hours from that of one time to that of another one, both included."""

    first: datetime
    last: datetime

    @classmethod
    def around(cls, start: datetime, end: datetime) -> Hours:
        """Return the hours of a stretch of time."""
        whole = {"minute": 0, "second": 0, "microsecond": 0}
        return cls(start.replace(**whole), end.replace(**whole))  # type: ignore[arg-type]  # three numbers

    @property
    def days(self) -> list[str]:
        """The days, as folders."""
        days = (self.last.date() - self.first.date()).days
        return [f"{self.first.date() + count * _DAY:%Y/%m/%d}" for count in range(days + 1)]

    def __contains__(self, time: datetime) -> bool:
        return self.first <= time < self.last + timedelta(hours=1)


@dataclass(frozen=True)
class Captured:
    """The captured records of some hours.

    Attributes:
        hours: The hour in whose folder each lies, by the id that labels name.
        hidden: Event ids of the records that have an inference id: a label does not find a record by these.
    """

    hours: Mapping[str, datetime]
    hidden: frozenset[str]


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


def only_place(context: Context, models: Sequence[Model], name: str) -> S3Uri:
    """Return the place where the monitors of a model look for labels.

    Raises:
        UsageError: None of them needs labels, or they look in several places.
    """
    places = {place: found for model in models for place, found in labelled_places(context, model).items()}
    if len(places) == 1:
        return next(iter(places))
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
    if place.bucket == captured.bucket and f"{place.key}/".startswith(f"{captured.key}/"):
        raise UsageError(
            f"got {place} for labels, which lies among the captured records; choose a place beside {captured}"
        )


def captured_in(place: S3Uri, hours: Hours, progress: Callable[[str], None]) -> Captured:
    """Read the ids of the records that were captured in some hours, of all variants of an endpoint."""
    found: dict[str, datetime] = {}
    hidden: set[str] = set()
    objects = [item for root in capture.dated_roots(place) for item in _objects(root, hours)]
    for (_, time), lines in _read_all(objects, progress, "captured records"):
        hour = time.replace(minute=0, second=0, microsecond=0)
        for record in lines:
            metadata = record.get("eventMetadata")
            if not isinstance(metadata, dict):
                continue
            identifier = metadata.get("inferenceId") or metadata.get("eventId")
            if identifier:
                found[str(identifier)] = hour
            if metadata.get("inferenceId") and metadata.get("eventId"):
                hidden.add(str(metadata["eventId"]))
    return Captured(found, frozenset(hidden))


def labels_in(place: S3Uri, hours: Hours, progress: Callable[[str], None]) -> dict[str, str]:
    """Read the labels that lie in the folders of some hours, by their ids."""
    found: dict[str, str] = {}
    for _, lines in _read_all(list(_objects(place, hours)), progress, "labels"):
        for record in lines:
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


def _objects(root: S3Uri, hours: Hours) -> Iterator[tuple[S3Uri, datetime]]:
    for day in hours.days:
        for item in s3.objects(root / day):
            time = capture.time_of(item["Key"])
            if time and time in hours:
                yield S3Uri(root.bucket, item["Key"]), time


def _read_all(
    objects: Sequence[tuple[S3Uri, datetime]], progress: Callable[[str], None], what: str
) -> Iterator[tuple[tuple[S3Uri, datetime], list[dict[str, Any]]]]:
    """Yield objects with their records, several of them read at the same time."""
    for start in range(0, len(objects), _AT_ONCE):
        progress(f"reading {what}: object {start + 1} of {len(objects)}")
        part = objects[start : start + _AT_ONCE]
        yield from zip(part, side_by_side(lambda item: _records(item[0]), part), strict=True)


def _records(uri: S3Uri) -> list[dict[str, Any]]:
    """Return the records of an object; a line that is none is passed over, as a run does that counts it."""
    found = []
    for line in s3.read(uri).splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            found.append(record)
    return found
