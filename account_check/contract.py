"""The JSON document that a run writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from account_check import facts
from account_check.facts import Facts

VERSION = 1
"""Raised when facts change their meaning; readers refuse other versions."""
F = TypeVar("F", bound=Facts)
Status = Literal["found", "not available", "failed"]


class ContractError(Exception):
    """A file is not a contract; the message says why, and what to do."""


class StepRecord(BaseModel, Generic[F]):
    """What came of a step.

    Attributes:
        status: ``found``; ``not available`` where the account, the region or the sandbox does not have it; ``failed``.
        reason: Why it was not found: AWS's own words.
        seconds: How long it took.
        facts: What was found.
    """

    model_config = ConfigDict(extra="forbid")

    status: Status
    reason: str | None = None
    seconds: float
    facts: F | None = None


class Steps(BaseModel):
    """The steps that were run, by name, in their order."""

    model_config = ConfigDict(extra="forbid")

    identity: StepRecord[facts.IdentityFacts] | None = None
    access: StepRecord[facts.AccessFacts] | None = None
    quotas: StepRecord[facts.QuotaFacts] | None = None
    schedule: StepRecord[facts.ScheduleFacts] | None = None
    topic: StepRecord[facts.TopicFacts] | None = None
    role: StepRecord[facts.RoleFacts] | None = None
    baseline: StepRecord[facts.BaselineFacts] | None = None
    stop: StepRecord[facts.StopFacts] | None = None
    run: StepRecord[facts.RunFacts] | None = None
    clarify: StepRecord[facts.ClarifyFacts] | None = None

    def taken(self) -> Iterator[tuple[str, StepRecord[Any]]]:
        """Yield the steps that were run."""
        for name in type(self).model_fields:
            record = getattr(self, name)
            if record is not None:
                yield name, record


class Contract(BaseModel):
    """What was found out in one account and region.

    Attributes:
        version: Of this form.
        account: The account's number, masked unless the caller wanted it shown.
        region: The region.
        time: When the run began.
        endpoint: ``aws``, or ``other`` when a different endpoint answered, such as the sandbox.
        instance_type: What the jobs ran on.
        steps: What was found.
    """

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    account: str
    region: str
    time: datetime
    endpoint: Literal["aws", "other"]
    instance_type: str
    steps: Steps

    def write(self, path: Path) -> None:
        """Write the document."""
        path.write_text(self.model_dump_json(indent=2, exclude_none=True) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Contract:
        """Read a document.

        Raises:
            ContractError: There is no such file, or it is not a contract of this version.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ContractError(f"cannot read the contract {path}: {error.strerror}") from error
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
            raise ContractError(
                f"{path} is not a contract of version {VERSION} ({places}); write it again with make verify-account"
            ) from error


def schema() -> str:
    """Return the JSON schema of contracts."""
    return json.dumps(Contract.model_json_schema(), indent=2) + "\n"
