"""What is muted for a while: by people, with `model-monitor mute`, and by the code of the stack.

People's mutes are a document for each monitor beside the registry, those of the code a list in the monitor's own
document of the registry. Both have the same form, and both hold.

```
<RegistryUri>/mutes/<schedule>.json
{"mutes": [{"since": "...Z", "until": "...Z"},
           {"since": "...Z", "until": "...Z", "feature": "age"},
           {"since": "...Z", "until": "...Z", "metric": "FeatureDrift", "dimensions": {"Feature": "age"}}]}
```

The first form mutes the whole monitor, the second what concerns one feature (or metric of the model), the third one
metric, which one alarm watches. Without `since`, a mute of the code holds for all runs before its end.

A mute holds for the runs whose nominal time lies in it: a run has one such time, however late it is handled and however
often that is tried. Nobody has to end a mute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from results.metrics import Point, dimension_text
from results.monitor import Monitor
from results.report import Report
from run_report.violations import Finding
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri

_FOLDER = "mutes"
_SUBJECTS = ("Feature", "Metric")
SIGN_OF_LIFE = "Executions"
_EVER = "1970-01-01T00:00:00Z"


class MuteError(Exception):
    """A document of mutes cannot be read; the text says what was expected."""


@dataclass(frozen=True)
class Mute:
    """Something that nobody wants to hear of for a while.

    Attributes:
        since: First nominal time of runs for which it holds.
        until: It holds for runs before.
        feature: Only what concerns this feature, or this metric of the model's quality.
        metric: Only this metric of `ModelMonitoring`.
        dimensions: Its dimensions beside endpoint and schedule, as CloudWatch has them.
        reason: Why, in the words of whoever muted it.
    """

    since: datetime
    until: datetime
    feature: str | None = None
    metric: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None

    @property
    def is_of_all(self) -> bool:
        """Whether it mutes the whole monitor."""
        return self.feature is None and self.metric is None

    @property
    def subject(self) -> str:
        """What it mutes, in words."""
        if self.feature is not None:
            return f"feature {self.feature}"
        if self.metric is None:
            return "everything"
        return f"metric {' of '.join([self.metric, *self.dimensions.values()])}"

    def holds_at(self, time: datetime) -> bool:
        """Say whether it holds for a run of this nominal time."""
        return self.since <= time < self.until

    def hides_metric(self, name: str, dimensions: Mapping[str, str]) -> bool:
        """Say whether a metric gets no data points.

        Args:
            name: Its name.
            dimensions: Those beside endpoint and schedule, as CloudWatch has them.
        """
        if name == SIGN_OF_LIFE:  # that nobody watches must never be hidden
            return False
        if self.is_of_all:
            return True
        if self.feature is not None:
            return any(dimensions.get(key) == dimension_text(self.feature) for key in _SUBJECTS)
        return name == self.metric and dict(dimensions) == dict(self.dimensions)

    def hides_finding(self, finding: Finding) -> bool:
        """Say whether a violation is neither counted nor told."""
        return self.is_of_all or (self.feature is not None and finding.feature == self.feature)

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Mute:
        """Read an entry of a document.

        Raises:
            MuteError: It is malformed.
        """
        try:
            times = (entry.get("since", _EVER), entry["until"])
            since, until = (datetime.fromisoformat(time.replace("Z", "+00:00")) for time in times)
            dimensions = {str(key): str(value) for key, value in entry.get("dimensions", {}).items()}
        except (KeyError, AttributeError, ValueError, TypeError) as error:
            raise MuteError(f"got {entry!r}, expected until, and maybe since ({error!r})") from error
        if not since.tzinfo or not until.tzinfo:
            raise MuteError(f"got {entry!r}, expected times with their time zone, such as 2026-11-21T03:00:00Z")
        texts = {key: str(entry[key]) for key in ("feature", "metric", "reason") if entry.get(key)}
        return cls(since, until, dimensions=dimensions, **texts)

    def document(self) -> dict[str, Any]:
        """Return the entry of a document."""
        times = {"since": self.since, "until": self.until}
        texts = {"feature": self.feature, "metric": self.metric, "reason": self.reason}
        return {
            **{key: f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for key, time in times.items()},
            **{key: text for key, text in texts.items() if text},
            **({"dimensions": dict(self.dimensions)} if self.dimensions else {}),
        }


@dataclass(frozen=True)
class Mutes:
    """The mutes that hold for a run."""

    entries: tuple[Mute, ...] = ()

    def heard(self, points: Sequence[Point]) -> list[Point]:
        """Return the data points that are published."""
        return [point for point in points if not any(mute.hides_metric(*_identity(point)) for mute in self.entries)]

    def hide_all(self, report: Report) -> bool:
        """Say whether there is nothing left that somebody wants to hear of a run."""
        hidden = self.of(report)
        return any(mute.is_of_all for mute in self.entries) or (bool(hidden) and len(hidden) == report.count)

    def of(self, report: Report) -> list[Finding]:
        """Return the violations of a report that are neither counted nor told."""
        return [found for found in report.findings if any(mute.hides_finding(found) for mute in self.entries)]


def location(registry: S3Uri, schedule: str) -> S3Uri:
    """Return where the mutes of a monitor are."""
    return registry / _FOLDER / f"{schedule}.json"


def read_all(registry: S3Uri, schedule: str) -> tuple[Mute, ...]:
    """Return the mutes of a monitor, also those that are over or still to come.

    Raises:
        MuteError: The document is malformed.
        ObjectError: It cannot be read.
    """
    try:
        content = s3.read_json(location(registry, schedule))
    except s3.ObjectMissingError:
        return ()
    listed = content.get("mutes")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise MuteError(f"got the keys {', '.join(sorted(content)) or '(none)'}, expected a list 'mutes'")
    return tuple(Mute.parse(entry) for entry in listed)


def of_code(monitor: Monitor) -> tuple[Mute, ...]:
    """Return what the code of a stack mutes. An entry that cannot be read mutes nothing: rather too loud than deaf."""
    found = []
    for entry in monitor.mutes:
        try:
            found.append(Mute.parse(entry if isinstance(entry, dict) else {}))
        except MuteError as error:
            log("mutes not readable", schedule=monitor.schedule, document="registry", error=str(error))
    return tuple(found)


def read_mutes(registry: S3Uri, monitor: Monitor, time: datetime) -> Mutes:
    """Return the mutes that hold for a run. A document that cannot be read mutes nothing: rather too loud than deaf.

    Args:
        registry: Where monitors are registered.
        monitor: The monitor.
        time: Nominal time of the run.
    """
    found, schedule = of_code(monitor), monitor.schedule
    try:
        found += read_all(registry, schedule)
    except (MuteError, s3.ObjectError) as error:
        log("mutes not readable", schedule=schedule, document=str(location(registry, schedule)), error=str(error))
    return Mutes(tuple(mute for mute in found if mute.holds_at(time)))


def _identity(point: Point) -> tuple[str, dict[str, str]]:
    return point.name, {key: dimension_text(value) for key, value in point.dimensions.items()}
