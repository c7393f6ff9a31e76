"""Data capture of an endpoint: where it writes, or that the deployment turns it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, Tag

from model_monitor import DataCapture
from stacks.configuration.base import StrictModel, by_key
from stacks.configuration.values import EncryptedLocation, KeyArn, RoleArn, S3Uri

if TYPE_CHECKING:
    from stacks.imports import Imports


class NewCapture(EncryptedLocation):
    """Data capture that the deployment turns on, and back off when the stack is deleted."""

    sampling: int = 100
    """Percentage of the calls that are kept."""
    csv_content_types: list[str] = Field(default_factory=lambda: ["text/csv"])
    """Content types kept as CSV text. All but these and the JSON ones are kept as base64, which has no columns."""
    json_content_types: list[str] = Field(default_factory=lambda: ["application/json", "application/jsonlines"])
    """Content types kept as JSON text."""
    model_role: RoleArn | None = None
    """Execution role of the model, which writes the records; what it needs is attached to it as a policy of the stack.
    Left out: it may write there already, or nothing is captured."""
    execution_role: RoleArn | None = None
    """`ExecutionRoleArn` of the endpoint's configuration, which the copy of it passes on. Left out: it has none, as is
    usual."""
    volume_key: KeyArn | None = None
    """`KmsKeyId` of the endpoint's configuration, which the endpoint goes on using; the key's policy must leave access
    to IAM. Left out: it has none."""

    def build(self, imports: Imports) -> DataCapture:
        """Return the library's data capture."""
        return DataCapture(
            location=imports.location(self),
            sampling=self.sampling,
            csv_content_types=self.csv_content_types,
            json_content_types=self.json_content_types,
        )


class TurnOn(StrictModel):
    """The endpoint has no data capture yet."""

    turn_on: NewCapture
    """Where to, and how much."""


Capture = Annotated[
    Annotated[S3Uri, Tag("<text>")]
    | Annotated[EncryptedLocation, Tag("<location>")]
    | Annotated[TurnOn, Tag("<turn_on>")],
    by_key(
        "location",
        "turn_on",
        text=True,
        expected="an address such as s3://bucket/prefix, a mapping with 'location' and 'encryption_key', or "
        "{turn_on: {location: s3://bucket/prefix}}",
    ),
]
