"""What is known of a run, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from run_report.distribution import Categories, Comparison, Numbers
from run_report.examples import Examples
from run_report.violations import Finding

CLEAN, VIOLATIONS, FAILED = "Completed", "CompletedWithViolations", "Failed"
STOPPED, NO_DATA = "Stopped", "NoData"


def type_in_words(monitor_type: str) -> str:
    """Return the type of a monitor as people say it: `DataQuality` -> `data quality`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in monitor_type).strip()


@dataclass(frozen=True)
class Run:
    """A run, before its files are read.

    Attributes:
        watched: What the monitor watches, in words, such as `endpoint credit-risk`.
        type: Kind of monitor, such as `DataQuality`.
        schedule: Name of the monitor's schedule.
        scheduled: Nominal time of the run (UTC).
        window: Beginning and end of the traffic that was looked at (UTC).
        outcome: One of the constants of this module.
        folder: S3 location of its files, or None if it has none.
        constraints: S3 location of the constraints that it was compared with, or None.
        statistics: S3 location of the baseline's statistics, or None.
        one_time: Name of the single run, or None for a run of the schedule.
        reason: Why it failed or was stopped, in the words of AWS.
        links: Title and address of places that tell more.
        command: The command that shows the same in a terminal.
    """

    watched: str
    type: str
    schedule: str
    scheduled: datetime
    window: tuple[datetime, datetime]
    outcome: str
    folder: str | None = None
    constraints: str | None = None
    statistics: str | None = None
    one_time: str | None = None
    reason: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    command: str | None = None

    @property
    def kind(self) -> str:
        """The type in words: `DataQuality` -> `data quality`."""
        return type_in_words(self.type)

    @property
    def has_report(self) -> bool:
        """Whether the run has analysed its traffic."""
        return self.outcome in (CLEAN, VIOLATIONS)


@dataclass(frozen=True)
class Side:
    """Statistics of a feature, in the baseline or now; None is what is not known."""

    type: str
    present: float | None = None
    missing: float | None = None
    mean: float | None = None
    deviation: float | None = None
    smallest: float | None = None
    largest: float | None = None
    distinct: float | None = None
    distribution: Numbers | Categories | None = None

    @property
    def completeness(self) -> float | None:
        """Share of records that have a value."""
        if self.present is None or self.missing is None or not self.present + self.missing:
            return None
        return self.present / (self.present + self.missing)


@dataclass(frozen=True)
class Feature:
    """A feature in the baseline and now.

    Attributes:
        name: Its name.
        before: In the baseline; None if it has none.
        now: In the run; None if the records do not have it.
        comparison: The distributions.
        findings: Its violations.
    """

    name: str
    before: Side | None
    now: Side | None
    comparison: Comparison | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A metric of a model's quality or of bias.

    Attributes:
        name: As the files have it, such as `false_positive_rate` or `DPPL`.
        before: Value in the baseline; infinite values are possible, None is not known.
        now: Value now.
        limit: What is allowed: for quality the threshold.
        is_violated: Whether the run reports it.
        deviation: Standard deviation of the value now.
        higher_is_worse: Which side of the limit is the wrong one; None where the sign does not matter.
        description: In words.
        problem: Why there is no value now.
    """

    name: str
    before: float | None
    now: float | None
    limit: float | None = None
    is_violated: bool = False
    deviation: float | None = None
    higher_is_worse: bool | None = None
    description: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Curve:
    """A curve in the baseline and now: points from 0 to 1.

    Attributes:
        title: Its name.
        x: What is on the horizontal axis.
        y: What is on the vertical axis.
        before: Points; none if they are not known.
        now: Points.
    """

    title: str
    x: str
    y: str
    before: tuple[tuple[float, float], ...]
    now: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: labels, and for each actual label the number of records by predicted label."""

    labels: tuple[str, ...]
    counts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Quality:
    """Quality of a model; matrices are None where they are not known."""

    metrics: tuple[Metric, ...]
    curves: tuple[Curve, ...]
    matrix_before: Matrix | None
    matrix_now: Matrix | None


@dataclass(frozen=True)
class Facet:
    """Metrics of bias for one group.

    Attributes:
        column: The column that tells the groups apart.
        value: The group: a value, or an interval.
        stage: `after training` for the model's predictions, `before training` for labels.
        metrics: Its metrics.
    """

    column: str
    value: str
    stage: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Ranked:
    """How much a feature counts for the model; ranks begin at 1, None is not known."""

    feature: str
    before: float | None
    now: float | None
    rank_before: int | None
    rank_now: int | None

    @property
    def has_moved(self) -> bool:
        """Whether its place in the order has changed."""
        return None not in (self.rank_before, self.rank_now) and self.rank_before != self.rank_now


@dataclass(frozen=True)
class Attribution:
    """The order of features for one label of the model, the most important one first."""

    label: str
    features: tuple[Ranked, ...]


@dataclass(frozen=True)
class PastRun:
    """What an earlier run found, or this one.

    Attributes:
        scheduled: Its nominal time (UTC).
        outcome: What came of it.
        findings: By feature and check; None where its report could not be read.
    """

    scheduled: datetime
    outcome: str
    findings: dict[tuple[str, str], Finding] | None


@dataclass(frozen=True)
class RunReport:
    """All that is known of a run.

    Attributes:
        run: The run.
        findings: Its violations, the most severe first.
        records: How many records it has looked at; None if its files do not tell.
        baseline_records: How many records the baseline was made of.
        features: Data quality: all features, those with violations first, then by the gap of their distributions.
        quality: Model quality.
        facets: Bias.
        attributions: Attribution.
        history: This run and earlier ones, the oldest first.
        problems: What could not be read, in words.
        examples: Records that show a violation, by its feature and check.
        odd: Records that were left out of the run.
    """

    run: Run
    findings: tuple[Finding, ...] = ()
    records: int | None = None
    baseline_records: int | None = None
    features: tuple[Feature, ...] = ()
    quality: Quality | None = None
    facets: tuple[Facet, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    history: tuple[PastRun, ...] = ()
    problems: tuple[str, ...] = ()
    examples: Mapping[tuple[str, str], Examples] = field(default_factory=dict)
    odd: Examples | None = None

    def examples_of(self, finding: Finding) -> Examples | None:
        """Return records that show a violation."""
        return self.examples.get((finding.feature, finding.check))

    def feature(self, name: str) -> Feature | None:
        """Return a feature by its name."""
        return next((feature for feature in self.features if feature.name == name), None)

    def since(self, finding: Finding) -> datetime:
        """Return since when a violation has been reported by every run that came to an end."""
        key, since = (finding.feature, finding.check), self.run.scheduled
        for past in reversed(self.history):
            if past.outcome in (CLEAN, VIOLATIONS) and past.findings is not None:
                if key not in past.findings:
                    break
                since = past.scheduled
        return since
