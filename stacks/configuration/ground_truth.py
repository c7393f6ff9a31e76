"""The true outcomes, which arrive after the predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_cdk import Duration
from pydantic import Field, Tag

from model_monitor import GroundTruth as LibraryGroundTruth, MonitorSchedule
from stacks.configuration.base import by_key
from stacks.configuration.values import EncryptedLocation, S3Uri

if TYPE_CHECKING:
    from stacks.imports import Imports


class GroundTruthConfig(EncryptedLocation):
    """Where labels are put, and how long they take to arrive."""

    start_offset_hours: int | None = Field(default=None, ge=0, le=8784)
    """How many hours earlier than usual the analysed window starts. Left out: not at all."""
    end_offset_hours: int | None = Field(default=None, ge=0, le=8784)
    """How many hours earlier it ends. Left out: not at all, so labels must come within the hour. For labels that take a
    day give both offsets 24."""

    def build(self, imports: Imports, schedule: MonitorSchedule | None) -> LibraryGroundTruth:
        """Return the library's ground truth, checked against the schedule that it must fit.

        Args:
            imports: Existing resources.
            schedule: When runs happen, if the file says it.
        """
        found = LibraryGroundTruth(
            location=imports.location(self),
            start_offset=_hours(self.start_offset_hours),
            end_offset=_hours(self.end_offset_hours),
        )
        found.require_window(schedule or MonitorSchedule.hourly())
        return found


GroundTruth = Annotated[
    Annotated[S3Uri, Tag("<text>")] | Annotated[GroundTruthConfig, Tag("<location>")],
    by_key(
        "location",
        text=True,
        expected="an address such as s3://bucket/labels, or a mapping with 'location', 'start_offset_hours' and "
        "'end_offset_hours'",
    ),
]
"""`s3://...`, or `{location: s3://..., start_offset_hours: 24, end_offset_hours: 24}`."""


def ground_truth_of(config: GroundTruth, imports: Imports, schedule: MonitorSchedule | None) -> LibraryGroundTruth:
    """Return the library's ground truth.

    Args:
        config: What the file says.
        imports: Existing resources.
        schedule: When runs happen, if the file says it.
    """
    whole = config if isinstance(config, GroundTruthConfig) else GroundTruthConfig(location=config)
    return whole.build(imports, schedule)


def _hours(hours: int | None) -> Duration | None:
    return None if hours is None else Duration.hours(hours)
