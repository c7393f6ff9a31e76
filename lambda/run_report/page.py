"""A `RunReport` as one HTML page that needs no network: for a manager at the top, for an engineer below.

Charts are drawn here, as SVG: a charting library would bring 200 KB and its scripts into each page, and draw on a
canvas, which neither prints without them nor tells its content to those who do not see it. Of scripts the page has
only the filter of the features. Its policy lets a browser run and load nothing else.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

from run_report import page_clarify, page_examples, page_features, page_quality
from run_report.advice import ADVICE, OTHER_ADVICE, WAYS
from run_report.changes import change_of, moved
from run_report.charts import runs, strip
from run_report.document import document, section
from run_report.fixes import setting
from run_report.markup import counted, facts, link, table, text
from run_report.model import CLEAN, FAILED, NO_DATA, VIOLATIONS, RunReport
from run_report.violations import Finding

_MOST_WORST = 3
_MOST_SETTINGS = 3
_SIGNS = {
    "bad": '<path class="sign" d="M12 1.5 23.5 22H.5z"/><path class="sign-mark" d="M12 9v5.5m0 3.6v.1"/>',
    "good": '<circle class="sign" cx="12" cy="12" r="11"/><path class="sign-mark" d="m6.5 12.5 3.8 3.8 7.2-8"/>',
    "warn": '<rect class="sign" x="1" y="1" width="22" height="22" rx="5"/><path class="sign-mark" d="M7 12h10"/>',
}
_OUTCOMES = {VIOLATIONS: "bad", CLEAN: "good"}


def render(report: RunReport) -> str:
    """Return the page."""
    run = report.run
    title = f"{run.kind.capitalize()} of {run.watched}"
    body = "".join(
        [
            f'<header class="top"><p class="eyebrow">Model monitoring report</p><h1>{text(title)}</h1>'
            f"<p>Traffic between {_span(run.window)}</p></header><main>",
            _verdict(report),
            _tiles(report),
            _what_to_do(report),
            _findings(report),
            page_examples.others(report, page_features.anchors(report)),
            _history(report),
            page_features.section(report),
            page_quality.section(report),
            page_clarify.section(report),
            _about(report),
            "</main>",
            f"<footer><p>Run of {run.scheduled:%Y-%m-%d %H:%M} UTC. All times are UTC. This page loads nothing from "
            "the network.</p></footer>",
        ]
    )
    return document(f"{title}, {run.scheduled:%Y-%m-%d %H:%M} UTC", body)


def _verdict(report: RunReport) -> str:
    run = report.run
    kind = _OUTCOMES.get(run.outcome, "warn")
    sentences = [f"<p>{sentence}</p>" for sentence in _sentences(report) if sentence]
    sign = f'<svg viewBox="0 0 24 24" aria-hidden="true">{_SIGNS[kind]}</svg>'
    return (
        f'<section class="verdict {kind}" aria-labelledby="verdict"><h2 id="verdict">{sign}<span>{_headline(report)}'
        f"</span></h2>{''.join(sentences)}</section>"
    )


def _headline(report: RunReport) -> str:
    if report.run.outcome == VIOLATIONS:
        if not report.findings:
            return "Violations were found, but their file could not be read"
        return f"{counted(len(report.findings), 'violation')} found"
    return {
        CLEAN: "No violations",
        NO_DATA: "There was no data to look at",
        FAILED: "The run failed: nobody has checked this traffic",
    }.get(report.run.outcome, "The run was stopped: nobody has checked this traffic")


def _sentences(report: RunReport) -> list[str]:
    run = report.run
    if not run.has_report:
        return [f"AWS says: <q>{text(run.reason)}</q>" if run.reason else "AWS gave no reason."]
    if run.outcome == CLEAN:
        return [f"The traffic of {text(run.watched)} is within all limits of the {text(run.kind)} monitor."]
    told = [_worst(report, finding) for finding in report.findings[:_MOST_WORST]]
    hidden = len(report.findings) - _MOST_WORST
    more = f" And {hidden} more, listed below." if hidden > 0 else ""
    return [*told[:-1], told[-1] + more] if told else []


def _worst(report: RunReport, finding: Finding) -> str:
    change = change_of(report, finding)
    value = f" {text(finding.value)}" if finding.value else ""
    limit = f" (limit {text(finding.limit)})" if finding.limit else ""
    said = f"<strong>{text(finding.feature)}</strong>: {text(finding.label)}{value}{limit}"
    if change and (change.before or change.now):
        before, now = text(change.before or "?"), text(change.now or "?")
        said += f"; {text(change.what) or 'it'} was {before} in the baseline, is {now} now"
    places = moved(report, finding.feature)[:_MOST_WORST]
    if places:
        told = (f"{text(item.feature)} (place {item.rank_before}, now {item.rank_now})" for item in places)
        said += f"; what moved most: {', '.join(told)}"
    return f"{said}."


def _tiles(report: RunReport) -> str:
    if not report.run.has_report:
        return ""
    tiles = [("Violations", f"{len(report.findings):,}")]
    if report.features:
        affected = sum(bool(feature.findings) for feature in report.features)
        tiles.append(("Features affected", f"{affected:,} <small>of {len(report.features):,}</small>"))
    if report.records is not None:
        known = f"<small>baseline: {report.baseline_records:,}</small>" if report.baseline_records is not None else ""
        tiles.append(("Records looked at", f"{report.records:,} {known}"))
    if report.findings:
        since = min(report.since(finding) for finding in report.findings)
        tiles.append(("Since", f"{since:%H:%M} <small>{since:%Y-%m-%d} UTC; no clean run since</small>"))
    return (
        '<dl class="tiles">' + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles) + "</dl>"
    )


def _what_to_do(report: RunReport) -> str:
    steps: dict[str, list[Finding]] = {}
    for finding in report.findings:
        steps.setdefault(ADVICE.get(finding.check, OTHER_ADVICE), []).append(finding)
    items = []
    for advice, findings in steps.items():
        labels = ", ".join(dict.fromkeys(text(finding.label) for finding in findings))
        keys = list(dict.fromkeys(key for finding in findings if (key := setting(finding))))
        shown = ", ".join(f"<code>{text(key)}</code>" for key in keys[:_MOST_SETTINGS])
        hidden = f" and {len(keys) - _MOST_SETTINGS} more" if len(keys) > _MOST_SETTINGS else ""
        key = f'<br><span class="muted">Setting behind the limit: {shown}{hidden}</span>' if keys else ""
        items.append(f"<li><strong>{labels[:1].upper()}{labels[1:]}.</strong> {escape(advice)}{key}</li>")
    ways = f'<p class="muted">Each way to go on, step by step, is in docs/operating.md: {escape(", ".join(WAYS))}.</p>'
    return section("todo", "What to do", f'<ul class="steps">{"".join(items)}</ul>{ways}' if items else "")


def _findings(report: RunReport) -> str:
    if not report.findings:
        return ""
    places = page_features.anchors(report)
    rows = [
        [
            f'<a href="#{places[finding.feature]}">{text(finding.feature)}</a>'
            if finding.feature in places
            else text(finding.feature),
            text(finding.label),
            text(finding.value) or f"<small>{text(finding.description)}</small>",
            text(finding.limit) or "-",
            _change(report, finding),
            f"{report.since(finding):%m-%d %H:%M}",
            strip(report.history, (finding.feature, finding.check)),
        ]
        for finding in report.findings
    ]
    head = ["What", "Check", "Value", "Limit", "Baseline and now", "Since", "Last runs"]
    return section(
        "violations", "Violations", table("The most severe first; times are UTC", head, rows, kind="found stack")
    )


def _change(report: RunReport, finding: Finding) -> str:
    change = change_of(report, finding)
    if change is None:
        return "-"
    what = f"{text(change.what)}: " if change.what else ""
    return f"<span>{what}{text(change.before or '?')}, now {text(change.now or '?')}</span>"


def _history(report: RunReport) -> str:
    if len(report.history) < 2:  # noqa: PLR2004 - one run is no history
        return ""
    rows = [[f"{past.scheduled:%Y-%m-%d %H:%M}", _past(past.outcome, past.findings)] for past in report.history]
    numbers = table("Violations of each run", ["Run", "Violations"], rows)
    return section(
        "history",
        "Earlier runs",
        f"<figure>{runs(report.history)}<figcaption>Violations of each run. A cross is a run that failed, a dash one "
        f"that had no data or whose report cannot be read.</figcaption></figure>"
        f"<details><summary>Numbers of earlier runs</summary>{numbers}</details>",
    )


def _past(outcome: str, findings: dict[tuple[str, str], Finding] | None) -> str:
    if findings is None:
        return {NO_DATA: "no data", FAILED: "failed"}.get(outcome, "not known")
    return f"{len(findings):,}"


def _about(report: RunReport) -> str:
    run = report.run
    told: list[tuple[str, str]] = [("Monitor", f"<code>{text(run.schedule)}</code>")]
    if run.one_time:
        told.append(("Single run", f"<code>{text(run.one_time)}</code>"))
    told += [("Run", f"{run.scheduled:%Y-%m-%d %H:%M} UTC"), ("Window", _span(run.window))]
    places: list[tuple[str, str | None]] = [
        ("Report files", run.folder),
        ("Limits", run.constraints),
        ("Baseline statistics", run.statistics if report.features or report.quality else None),
        ("In a terminal", run.command),
    ]
    told += [(name, f"<code>{text(place)}</code>") for name, place in places if place]
    told += [(text(name), link(address, address)) for name, address in run.links]
    told += [("Not readable", text(problem)) for problem in report.problems]
    return section("about", "About this run", facts(told))


def _span(window: tuple[datetime, datetime]) -> str:
    start, end = window
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M} and {last} UTC"
