"""The true outcomes, which arrive after the predictions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from stacks.configuration.base import by_key
from stacks.configuration.values import EncryptedLocation, S3Uri


class GroundTruthConfig(EncryptedLocation):
    """Where labels are put, and how long they take to arrive."""

    start_offset_hours: int | None = Field(default=None, ge=0)
    """How many hours earlier than usual the analysed window starts. Left out: not at all."""
    end_offset_hours: int | None = Field(default=None, ge=0)
    """How many hours earlier it ends. Left out: not at all, so labels must come within the hour. For labels that take a
    day give both offsets 24."""


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
