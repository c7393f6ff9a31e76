"""The environment of the results function as types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared import schedules
from shared.s3 import S3Uri


@dataclass(frozen=True)
class Monitor:
    """A monitoring schedule that this function looks after.

    Attributes:
        schedule: Its name.
        endpoint: None for batch transform jobs, and for a model that SageMaker does not serve.
        type: Such as `DataQuality`.
        reports: Where runs write to.
        model: The model that SageMaker does not serve.
        captured: Where captured records lie, or manifests of predictions if there is no endpoint; None if no labels are
            merged with them.
    """

    schedule: str
    endpoint: str | None
    type: str
    reports: S3Uri
    model: str | None = None
    captured: S3Uri | None = None

    @property
    def kind(self) -> str:
        """The type in words: `DataQuality` -> `data quality`."""
        return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in self.type).strip()


@dataclass(frozen=True)
class Settings:
    """What the stack tells this function; see README.md for each variable."""

    monitors: tuple[Monitor, ...]
    topic_arn: str | None
    state: S3Uri
    metric_namespace: str
    runbook_url: str | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the variables `MONITORS`, `TOPIC_ARN`, `STATE_URI`, `METRIC_NAMESPACE` and `RUNBOOK_URL`."""
        monitors = tuple(
            Monitor(
                schedule,
                options.get("endpoint"),
                options["type"],
                S3Uri.parse(options["reports"]),
                options.get("model"),
                S3Uri.parse(options["captured"]) if "captured" in options else None,
            )
            for schedule, options in json.loads(environment["MONITORS"]).items()
        )
        return cls(
            monitors=monitors,
            topic_arn=environment.get("TOPIC_ARN") or None,
            state=S3Uri.parse(environment["STATE_URI"]),
            metric_namespace=environment["METRIC_NAMESPACE"],
            runbook_url=environment.get("RUNBOOK_URL") or None,
        )

    def monitor_of(self, schedule_arn: str) -> Monitor | None:
        """Return the monitor with this schedule or this one-time run, or None for somebody else's schedule."""
        # SageMaker writes names in lower case inside of ARNs.
        name = schedule_arn.rpartition("/")[2].lower()
        for monitor in self.monitors:
            if monitor.schedule.lower() == name:
                return monitor
            if schedules.is_one_time_run_of(name, monitor.schedule):
                # Under its own name, so that a look at the past rings no alarm of the monitor.
                prefix = schedules.one_time_prefix(monitor.schedule)
                return replace(monitor, schedule=prefix + name[len(prefix) :])
        return None
