"""A monitor as its document in the registry describes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from run_report.model import type_in_words
from shared import clients
from shared.s3 import S3Uri


@dataclass(frozen=True)
class RecordGuard:
    """What is needed to count the records that a generated script left out.

    Attributes:
        records: Where captured records lie, or manifests of predictions if there is no endpoint.
        script: The script, which knows the columns.
    """

    records: S3Uri
    script: S3Uri


class RegistryError(Exception):
    """A document of the registry cannot be read; the text names it and says what was expected."""


@dataclass(frozen=True)
class Group:
    """A metric of bias for one group of people.

    Attributes:
        metric: Short name, such as `DPPL`.
        facet: Name of the column that tells the groups apart.
        facet_value: Value, or interval of values, of the group, in the words of `analysis.json`.
    """

    metric: str
    facet: str
    facet_value: str


@dataclass(frozen=True)
class Wanted:
    """The metrics that are published from the files of a report, besides those of every run.

    Attributes:
        drift: Features whose distance to the baseline is published.
        completeness: Features whose share of values is published.
        mean: Features whose mean and number of values are published.
        quality: Metrics of the model's quality, by their keys in `statistics.json`.
        bias: Metrics of bias.
        attribution: Features whose global SHAP value is published.
    """

    drift: tuple[str, ...] = ()
    completeness: tuple[str, ...] = ()
    mean: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    bias: tuple[Group, ...] = ()
    attribution: tuple[str, ...] = ()

    @property
    def of_statistics(self) -> bool:
        """Whether `statistics.json` is needed."""
        return bool(self.drift or self.completeness or self.mean or self.quality)

    @property
    def of_analysis(self) -> bool:
        """Whether Clarify's `analysis.json` is needed."""
        return bool(self.bias or self.attribution)

    def __bool__(self) -> bool:
        return self.of_statistics or self.of_analysis


@dataclass(frozen=True)
class Reaction:
    """What shall happen after violations, under conditions that no EventBridge pattern can express.

    Attributes:
        name: In the event, for the rule that waits for it. Monitors that share it share the cool-down.
        cool_down: Least time between two runs that start it.
        features: Only violations of these count; empty for all.
        at_least: How many of them must have a violation.
    """

    name: str
    cool_down: timedelta
    features: frozenset[str]
    at_least: int


@dataclass(frozen=True)
class Monitor:
    """A monitoring schedule that this function looks after.

    Attributes:
        schedule: Its name.
        type: Such as `DataQuality`.
        title: What it watches, in words, such as `endpoint credit-risk`.
        reports: Where runs write to.
        registered: Since when this function knows the monitor.
        period: Time between two runs.
        endpoint: None for batch transform jobs, and for a model that SageMaker does not serve.
        model: The model that SageMaker does not serve.
        jobs: Name of batch transform jobs; None also for those without a name.
        captured: Where captured records lie, or manifests of predictions if there is no endpoint; None if no labels are
            merged with them.
        records: Where captured records lie; None if nobody wants to know how old the newest one is.
        guard: None if no generated script leaves records out.
        examples: Where captured records lie, or manifests of inputs if there is no endpoint; None if no examples of
            records are wanted, or if nobody but the script of a user knows what becomes of them.
        access_role: Role under which reports and captures are read and messages are sent; None for the function's own.
        topic: SNS topic of the messages; None for no messages.
        runbook: Named in messages.
        short_name: What people call it beside its endpoint, such as `data-quality`; None in documents of older stacks.
        wanted: What is published from the files of a report.
        reactions: What people want to happen after violations, if conditions of theirs are met.
        has_page: Whether a page is written beside the files of each run.
        mutes: What the code of the stack mutes, as the document has it; `results/mutes.py` reads it, so that one that
            is broken costs no more than itself.
        stack: Name of the stack whose code that is.
        one_time_run: Name of the schedule that does a single run in place of this one.
    """

    schedule: str
    type: str
    title: str
    reports: S3Uri
    registered: datetime
    period: timedelta
    endpoint: str | None = None
    model: str | None = None
    jobs: str | None = None
    captured: S3Uri | None = None
    records: S3Uri | None = None
    guard: RecordGuard | None = None
    examples: S3Uri | None = None
    access_role: str | None = None
    topic: str | None = None
    runbook: str | None = None
    short_name: str | None = None
    wanted: Wanted = Wanted()
    reactions: tuple[Reaction, ...] = ()
    has_page: bool = True
    mutes: tuple[object, ...] = ()
    stack: str | None = None
    one_time_run: str | None = None

    @property
    def name(self) -> str:
        """Name under which SageMaker lists the runs, and under which their metrics are published.

        A one-time run has its own, so that a look at the past brings no alarm of the monitor into ALARM.
        """
        return self.one_time_run or self.schedule

    @property
    def called(self) -> str | None:
        """What people call what it watches; None for batch transform jobs without a name."""
        return self.endpoint or self.model or self.jobs

    @property
    def kind(self) -> str:
        """The type in words: `DataQuality` -> `data quality`."""
        return type_in_words(self.type)

    def report_command(self, scheduled: datetime) -> str:
        """Return what shows the report of a run in a terminal."""
        called = self.called
        words = [called, self.short_name or self.kind.replace(" ", "-")] if called else [self.schedule]
        run = ["--execution", self.one_time_run] if self.one_time_run else ["--at", f"{scheduled:%Y-%m-%dT%H:%M}"]
        return shlex.join(["model-monitor", "report", *words, *run])

    @contextmanager
    def access(self) -> Iterator[None]:
        """Let the clients of a block act as the monitor's access role."""
        with clients.acting_as(self.access_role, session_name=self.name):
            yield


def parse_monitor(document: Mapping[str, Any]) -> Monitor:
    """Read a document of the registry.

    Raises:
        RegistryError: A key is missing, or has a value of the wrong kind.
    """
    try:
        registered = datetime.fromisoformat(_text(document["registered"]).replace("Z", "+00:00"))
        return Monitor(
            schedule=_text(document["schedule"]),
            type=_text(document["type"]),
            title=_text(document["title"]),
            reports=S3Uri.parse(_text(document["reports"])),
            registered=registered if registered.tzinfo else registered.replace(tzinfo=UTC),
            period=timedelta(hours=float(document.get("period_hours", 1))),
            captured=S3Uri.parse(_text(document["captured"])) if document.get("captured") else None,
            records=S3Uri.parse(_text(document["records"])) if document.get("records") else None,
            examples=S3Uri.parse(_text(document["examples"])) if document.get("examples") else None,
            reactions=tuple(_reaction(item) for item in document.get("reactions", ())),
            guard=_guard(document["guard"]) if document.get("guard") else None,
            wanted=_wanted(document.get("metrics", {})),
            has_page=document.get("page", True) is not False,
            mutes=tuple(document.get("mutes", ())),
            **{
                key: _text(document[key])
                for key in ("endpoint", "model", "jobs", "access_role", "topic", "runbook", "short_name", "stack")
                if document.get(key)
            },
        )
    except KeyError as error:
        raise RegistryError(f"the key {error} is missing") from error
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise RegistryError(str(error)) from error


def _reaction(document: Mapping[str, Any]) -> Reaction:
    return Reaction(
        name=_text(document["name"]),
        cool_down=timedelta(seconds=float(document.get("cool_down_seconds", 0))),
        features=frozenset(_text(name) for name in document.get("features", ())),
        at_least=int(document.get("at_least", 1)),
    )


def _wanted(metrics: Mapping[str, Any]) -> Wanted:
    names = {
        key: tuple(_text(name) for name in metrics.get(key, ()))
        for key in ("drift", "completeness", "mean", "quality", "attribution")
    }
    groups = (
        Group(_text(group["metric"]), _text(group["facet"]), _text(group["facet_value"]))
        for group in metrics.get("bias", ())
    )
    return Wanted(**names, bias=tuple(groups))


def _guard(document: Mapping[str, Any]) -> RecordGuard:
    return RecordGuard(S3Uri.parse(_text(document["records"])), S3Uri.parse(_text(document["script"])))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"got {value!r}, expected a text")
    return value
