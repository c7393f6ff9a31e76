"""The features of a data quality run on the page: each with its distributions and statistics, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from run_report.changes import percent
from run_report.charts import bar, histogram, legend
from run_report.distribution import Comparison, short
from run_report.markup import counted, table, text
from run_report.model import Feature, RunReport, Side
from run_report.page_examples import block
from run_report.violations import Finding

_TOOLS = (
    '<div class="tools" id="tools" hidden>'
    '<label class="grow">Find a feature <input type="search" id="search" autocomplete="off"></label>'
    '<label>Order <select id="order"><option value="severity">violations first</option>'
    '<option value="gap">largest difference first</option><option value="name">by name</option></select></label>'
    '<label class="tick"><input type="checkbox" id="only"> only with violations</label></div>'
    '<p class="muted" id="shown" role="status"></p>'
)
_ROWS: tuple[tuple[str, Callable[[Side], float | None], Callable[[float], str]], ...] = (
    ("values", lambda side: side.present, short),
    ("present", lambda side: side.completeness, percent),
    ("mean", lambda side: side.mean, short),
    ("standard deviation", lambda side: side.deviation, short),
    ("smallest", lambda side: side.smallest, short),
    ("largest", lambda side: side.largest, short),
    ("distinct values (estimate)", lambda side: side.distinct, short),
)


def anchors(report: RunReport) -> dict[str, str]:
    """Return name -> id on the page; ids are numbers, since names may be anything."""
    return {feature.name: f"feature-{number}" for number, feature in enumerate(report.features, start=1)}


def section(report: RunReport) -> str:
    """Return the features; empty where the run has none."""
    if not report.features:
        return ""
    places = anchors(report)
    cards = "".join(_card(report, feature, places[feature.name]) for feature in report.features)
    return (
        f'<section aria-labelledby="features"><h2 id="features">{counted(len(report.features), "feature")}</h2>'
        f'{legend()}{_TOOLS}<div class="cards" id="cards">{cards}</div></section>'
    )


def _card(report: RunReport, feature: Feature, place: str) -> str:
    gap = feature.comparison.gap if feature.comparison else None
    state = '<span class="state bad">violation</span>' if feature.findings else ""
    problems = "".join(
        f'<p class="problem"><strong>{text(finding.label)}</strong>: {_in_words(finding)}</p>'
        f"{block(report.examples_of(finding))}"
        for finding in feature.findings
    )
    return (
        f'<article id="{place}" class="{"bad" if feature.findings else "fine"}" data-gap="{gap or 0:.4f}">'
        f"<header><h3>{text(feature.name)}</h3>{state}</header>{problems}"
        f"{_distribution(feature)}{_statistics(feature)}{_numbers(feature)}</article>"
    )


def _in_words(finding: Finding) -> str:
    if not finding.value:
        return text(finding.description)
    return f"{text(finding.value)}{f', limit {text(finding.limit)}' if finding.limit else ''}"


def _distribution(feature: Feature) -> str:
    comparison = feature.comparison
    if comparison is None:
        reason = "the values are too many different texts" if _is_text(feature) else "its values are not known"
        return f'<p class="muted">No distribution: {reason}.</p>'
    if comparison.is_ordered:
        return histogram(feature.name, comparison)
    largest = max((share for item in comparison.bars for share in (item.before, item.now) if share), default=1.0)
    rows = [
        [text(item.label), *(_share(share, largest, kind) for share, kind in ((item.before, "b"), (item.now, "n")))]
        for item in comparison.bars
    ]
    return table("Shares of values", ["Value", "Baseline", "This run"], rows)


def _share(share: float | None, largest: float, kind: str) -> str:
    return "-" if share is None else f"{percent(share)}{bar(share, largest, kind)}"


def _statistics(feature: Feature) -> str:
    rows = list(_statistics_rows(feature))
    gap = feature.comparison.gap if feature.comparison else None
    note = f"Statistics; the distributions differ by {percent(gap)} at most" if gap is not None else "Statistics"
    return table(note, ["Statistic", "Baseline", "This run"], rows)


def _statistics_rows(feature: Feature) -> Iterator[list[str]]:
    before, now = feature.before, feature.now
    yield ["type", *(text(side.type) if side else "not there" for side in (before, now))]
    for name, of, shown in _ROWS:
        values = [of(side) if side else None for side in (before, now)]
        if any(value is not None for value in values):
            yield [name, *("-" if value is None else shown(value) for value in values)]


def _numbers(feature: Feature) -> str:
    comparison = feature.comparison
    if comparison is None or not comparison.is_ordered:
        return ""
    return f"<details><summary>Numbers of the chart</summary>{_bins(comparison)}</details>"


def _bins(comparison: Comparison) -> str:
    rows = [
        [text(item.label), *("-" if share is None else percent(share) for share in (item.before, item.now))]
        for item in comparison.bars
    ]
    return table("Shares of values", ["Values", "Baseline", "This run"], rows)


def _is_text(feature: Feature) -> bool:
    return any(side is not None and side.type == "String" for side in (feature.before, feature.now))
