"""What each step finds out: the facts of the contract.

Texts are general (`account_check.wording`): ``<run>`` stands for the name of the run, ``<account>`` for the account.
Facts of the type `Measured` differ from run to run, and are not compared.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class _Mark:
    """Mark facts that are not compared."""


MARK = _Mark()
Measured = Annotated[T, MARK]


class Facts(BaseModel):
    """Facts of a step, or a part of them."""

    model_config = ConfigDict(extra="forbid")


class ErrorFact(Facts):
    """What AWS answered to a call that it refused."""

    code: str
    message: str


class ImageFact(Facts):
    """Whether an image of AWS can be read with the caller's credentials."""

    readable: bool
    error: ErrorFact | None = None


class IdentityFacts(Facts):
    """Who asks, where, and what the region offers."""

    partition: Measured[str]
    caller: Measured[Literal["root", "user", "role", "other"]]
    images: Measured[dict[str, ImageFact]]
    cloudformation_types: Measured[dict[str, Literal["available", "missing", "unknown"]]]
    cloudformation_error: Measured[ErrorFact | None] = None


class AccessFacts(Facts):
    """Whether Model Monitor is open to the account, as far as a request for a missing job definition shows it."""

    verdict: Literal["open", "closed", "denied", "unknown"]
    error: ErrorFact | None = None


class QuotaFacts(Facts):
    """How much the account may run, and what there is already."""

    schedules: Measured[int]
    processing: Measured[dict[str, float]]


class ScheduleFacts(Facts):
    """What a schedule goes through, and what AWS says to the wrong calls."""

    statuses: list[str]
    seconds_until_scheduled: Measured[float]
    described_fields: list[str]
    duplicate_error: ErrorFact | None = None
    definition_in_use_error: ErrorFact | None = None
    missing_error: ErrorFact | None = None
    seconds_until_deleted: Measured[float]


class Delivery(Facts):
    """Whether messages reach a topic under a customer managed key."""

    from_alarm: bool
    alarm_seconds: Measured[float | None] = None
    alarm_history: Measured[str | None] = None
    from_rule: bool
    rule_seconds: Measured[float | None] = None


class TopicFacts(Facts):
    """The path of a message to an encrypted topic, by what the key's policy says of the publishing services."""

    without_condition: Delivery
    with_source_account: Delivery


class RoleFacts(Facts):
    """How long a fresh role is refused."""

    attempts: Measured[int]
    seconds: Measured[float]
    refusals: Measured[list[ErrorFact]]
    stop_statuses: Measured[list[str]]


class BaselineFacts(Facts):
    """What a baseline job does, with network isolation if that works."""

    network_isolation_works: bool
    network_isolation_failure: str | None = None
    exit_message: str | None
    files: list[str]
    statistics_members: list[str]
    feature_members: list[str]
    numerical_members: list[str]
    rows: int
    header_reaches_script: bool
    script_gets_text: bool
    script_gets_line_end: bool
    seconds: Measured[float]


class EventFact(Facts):
    """The events of one kind and status."""

    detail_type: str
    status: str
    fields: list[str]
    has_schedule_arn: bool
    has_exit_message: bool
    count: Measured[int]
    repeated: bool


class MetricFacts(Facts):
    """The metrics of a run."""

    namespaces: list[str]
    dimensions: list[list[str]]
    names: list[str]
    timestamp: Literal["start of the window", "end of the window", "other"] | None
    listed_after_seconds: Measured[float | None]
    readable_after_seconds: Measured[float | None]


class JobFacts(Facts):
    """A processing job that a schedule made."""

    name: str
    has_schedule_arn: bool
    inputs: list[str]
    outputs: list[str]
    environment: dict[str, str]


class RunFacts(Facts):
    """One run of data quality over captures of batch transform."""

    job: JobFacts
    execution_fields: list[str]
    execution_status: str
    exit_message: str | None
    scheduled_time: Measured[str]
    seconds_until_job: Measured[float]
    seconds_until_end: Measured[float]
    reports: list[str]
    feature_names: list[str]
    violations: list[str]
    events: list[EventFact]
    metrics: MetricFacts


class StopFacts(Facts):
    """How a run ends that is stopped."""

    stop_error: ErrorFact | None = None
    second_stop_error: ErrorFact | None = None
    delete_while_running_error: ErrorFact | None = None
    job_status: str
    execution_status: str
    failure_reason: str | None = None
    exit_message: str | None = None
    seconds: Measured[float]


class ClarifyFacts(Facts):
    """The jobs of bias and explainability monitors."""

    merge_job: JobFacts
    bias_job: JobFacts
    bias_execution_status: str
    bias_exit_message: str | None
    bias_reports: list[str]
    bias_metrics: MetricFacts
    explainability_job: JobFacts
    seconds: Measured[float]


def compared(facts: Facts) -> dict[str, Any]:
    """Return the facts that do not differ from run to run, as plain values."""
    fields = type(facts).model_fields
    return {
        name: _plain(getattr(facts, name))
        for name, field in fields.items()
        if not any(m is MARK for m in field.metadata)
    }


def _plain(value: object) -> object:
    if isinstance(value, Facts):
        return compared(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value
