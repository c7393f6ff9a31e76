"""What changed, in few words: baseline against current value, for a violation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from run_report.distribution import Categories, short
from run_report.model import Feature, Metric, Ranked, RunReport, Side
from run_report.violations import DRIFT_CHECK, Finding

_MOST_NAMED = 5


@dataclass(frozen=True)
class Change:
    """What a violation is about, in the baseline and now; an empty text is not known.

    Attributes:
        what: What is compared, such as `mean`; empty for the value that the violation names.
        before: In the baseline.
        now: In the run.
    """

    what: str
    before: str
    now: str


def change_of(report: RunReport, finding: Finding) -> Change | None:
    """Return what changed, or None where the files do not tell."""
    if report.quality:
        metric = next((item for item in report.quality.metrics if _is(item, finding)), None)
        return _of_metric(metric) if metric else None
    for facet in report.facets:
        for item in facet.metrics:
            if finding.feature == f"{item.name} of {facet.column}={facet.value}":
                return _of_metric(item)
    feature = report.feature(finding.feature)
    return _of_feature(feature, finding) if feature and feature.before and feature.now else None


def moved(report: RunReport, label: str) -> tuple[Ranked, ...]:
    """Return the features whose place in the order has changed, those that moved farthest at the top first."""
    found = [
        item
        for attribution in report.attributions
        if attribution.label == label
        for item in attribution.features
        if item.has_moved
    ]

    def order(item: Ranked) -> tuple[float, int]:
        before, now = item.rank_before or 0, item.rank_now or 0
        # A change among the first features counts more: so does the score that the service computes.
        return (-abs(1 / before - 1 / now), now)

    return tuple(sorted(found, key=order))


def percent(share: float) -> str:
    """Return a share as people read it; one that is not 0 or 1 is not shown as such.

    Example:
        >>> percent(0.123), percent(1.0), percent(0.9996), percent(0.0)
        ('12.3 %', '100 %', '99.96 %', '0 %')
    """
    value = 100 * share
    for digits in (1, 2, 4):
        text = f"{value:.{digits}f}"
        if float(text) not in (0.0, 100.0) or value in (0.0, 100.0):
            break
    return f"{text.rstrip('0').rstrip('.')} %"


def _is(metric: Metric, finding: Finding) -> bool:
    return metric.name.replace("_", "").lower() == finding.feature.replace("_", "").lower()


def _of_metric(metric: Metric) -> Change:
    return Change("", _text(metric.before), _text(metric.now))


def _of_feature(feature: Feature, finding: Finding) -> Change | None:
    before, now = feature.before, feature.now
    if before is None or now is None:
        return None
    changes: dict[str, Callable[[], Change | None]] = {
        "completeness_check": lambda: Change(
            "values present", _percent(before.completeness), _percent(now.completeness)
        ),
        "data_type_check": lambda: Change("type", before.type, now.type),
        "categorical_values_check": lambda: _new_values(before, now),
        DRIFT_CHECK: lambda: _shift(feature, before, now),
    }
    return changes.get(finding.check, lambda: None)()


def _shift(feature: Feature, before: Side, now: Side) -> Change | None:
    if before.mean is not None and now.mean is not None:
        return Change("mean", short(before.mean), short(now.mean))
    return _largest_shift(feature)


def _new_values(before: Side, now: Side) -> Change | None:
    if not isinstance(before.distribution, Categories) or not isinstance(now.distribution, Categories):
        return None
    known, total = before.distribution.counts, sum(now.distribution.counts.values())
    new = {name: count for name, count in now.distribution.counts.items() if name not in known and total}
    if not new:
        return None
    ranked = sorted(new, key=lambda name: (-new[name], name))
    named = ", ".join(f"{name} {percent(new[name] / total)}" for name in ranked[:_MOST_NAMED])
    more = f" and {len(ranked) - _MOST_NAMED} more" if len(ranked) > _MOST_NAMED else ""
    return Change("values that the baseline does not have", "none", named + more)


def _largest_shift(feature: Feature) -> Change | None:
    bars = feature.comparison.bars if feature.comparison else ()
    shares = [(bar.label, bar.before, bar.now) for bar in bars if bar.before is not None and bar.now is not None]
    if not shares:
        return None
    label, before, now = max(shares, key=lambda bar: abs((bar[1] or 0.0) - (bar[2] or 0.0)))
    return Change(f'share of "{label}"', _percent(before), _percent(now))


def _percent(share: float | None) -> str:
    return "" if share is None else percent(share)


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
