"""Captured records that show a violation: which ones to look at first.

Values of records can be personal data. They are on the page beside the report, which has the permissions of the report;
messages and events name records, and no value.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A captured record.

    Attributes:
        event_id: What SageMaker calls the call; None in the files of batch transform, which have none.
        inference_id: What the caller calls it; None if the caller gave no id.
        place: S3 location of the object that holds the record.
        line: Its line there, from 1.
        value: What is wrong with it.
    """

    event_id: str | None
    inference_id: str | None
    place: str
    line: int
    value: str


@dataclass(frozen=True)
class Examples:
    """Records that show one violation.

    Attributes:
        what: What is wrong with them, as a noun, such as `no value`.
        found: How many there are.
        looked_at: Of how many that were looked at.
        first: The first of them.
    """

    what: str
    found: int
    looked_at: int
    first: tuple[Example, ...]

    @property
    def summary(self) -> str:
        """How many there are, in words."""
        plural = "" if self.looked_at == 1 else "s"
        return f"{self.what} in {self.found:,} of {self.looked_at:,} record{plural} looked at"
