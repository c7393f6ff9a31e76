"""Bias by group, and attribution before and after, on the page."""

from __future__ import annotations

import math

from run_report.charts import bar, scale
from run_report.markup import table, text
from run_report.model import Attribution, Facet, Ranked, RunReport

_MOST_FEATURES = 60
_QUIET = '<span class="quiet">not reported</span>'


def section(report: RunReport) -> str:
    """Return bias and attribution; empty where the run has neither."""
    tables = [_attribution(item, f"attribution-{number}") for number, item in enumerate(report.attributions, start=1)]
    return "".join([_bias(report.facets), *tables])


def _bias(facets: tuple[Facet, ...]) -> str:
    if not facets:
        return ""
    groups = "".join(_facet(facet) for facet in facets)
    return (
        '<section aria-labelledby="bias"><h2 id="bias">Bias by group</h2><p class="legend">A metric is 0 where the '
        "group is treated like all others. The service reports what is farther from 0 than in the baseline (the shaded "
        f'range). The circle is the baseline, the dot is this run.</p><div class="groups">{groups}</div></section>'
    )


def _facet(facet: Facet) -> str:
    rows = [
        [
            f"{text(metric.name)} <small>{text(metric.description)}</small>",
            _number(metric.before),
            _number(metric.now) if metric.now is not None else f"- <small>{text(metric.problem)}</small>",
            scale(metric),
            '<span class="state bad">violation</span>' if metric.is_violated else _QUIET,
        ]
        for metric in sorted(facet.metrics, key=lambda metric: not metric.is_violated)
    ]
    shown = table(f"Metrics {facet.stage}", ["Metric", "Baseline", "This run", "Around 0", "State"], rows, kind="stack")
    return f"<article><h3>{text(facet.column)} = {text(facet.value)}</h3>{shown}</article>"


def _attribution(attribution: Attribution, name: str) -> str:
    shown = attribution.features[:_MOST_FEATURES]
    largest = max((abs(value) for item in shown for value in (item.before, item.now) if value), default=1.0)
    rows = [
        [
            text(item.feature),
            "-" if item.rank_now is None else str(item.rank_now),
            "-" if item.rank_before is None else str(item.rank_before),
            _move(item),
            f"{_number(item.before)}{bar(abs(item.before or 0), largest, 'b')}",
            f"{_number(item.now)}{bar(abs(item.now or 0), largest, 'n')}",
        ]
        for item in shown
    ]
    head = ["Feature", "Place now", "Place before", "Moved", "Baseline", "This run"]
    hidden = len(attribution.features) - len(shown)
    more = f"; {hidden} features that count less are left out" if hidden > 0 else ""
    caption = f"Mean size of each feature's SHAP value, output {text(attribution.label)}{more}"
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">What decides: features before and after</h2>'
        f"{table(caption, head, rows, kind='stack')}</section>"
    )


def _move(item: Ranked) -> str:
    if item.rank_now is None or item.rank_before is None:
        return "not in both"
    by = item.rank_before - item.rank_now
    if not by:
        return "stays"
    return f"▲ up {by}" if by > 0 else f"▼ down {-by}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if math.isfinite(value) else ("∞" if value > 0 else "-∞")
