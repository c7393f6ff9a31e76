"""A report in the terminal, and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from model_monitor_cli.output import Output
from model_monitor_cli.times import minute
from results.text import bounded, wrapped
from run_report.advice import ADVICE, OTHER_ADVICE
from run_report.changes import change_of, moved, percent
from run_report.comparison import Comparison
from run_report.examples import Examples
from run_report.fixes import setting
from run_report.model import CLEAN, VIOLATIONS, Metric, PastRun, RunReport
from run_report.violations import Finding

_MOST_ROWS = 30
_MOST_FEATURES = 8
_MAX_NAME = 40
_MAX_CELL = 80
_MAX_IDS = 200
_MAX_PLACE = 1000
_OUTCOMES = {
    CLEAN: ("no violations", "bold green"),
    "Failed": ("the run failed: nobody has checked this traffic", "bold yellow"),
    "Stopped": ("the run was stopped: nobody has checked this traffic", "bold yellow"),
    "NoData": ("there was no data to look at", "bold yellow"),
}


def show(output: Output, report: RunReport) -> None:
    """Write a report for people."""
    run = report.run
    start, end = run.window
    output.say(f"{run.kind.capitalize()} of {bounded(run.watched, _MAX_CELL)}", style="bold")
    output.say(f"traffic between {minute(start)} and {minute(end)} UTC, run of {minute(run.scheduled)}", style="dim")
    words, style = _OUTCOMES.get(run.outcome, ("", ""))
    if run.outcome == VIOLATIONS:
        count = len(report.findings)
        words, style = f"{count} violation{'' if count == 1 else 's'}", "bold red"
    records = f"; {report.records:,} records" if report.records is not None else ""
    known = f" (baseline: {report.baseline_records:,})" if report.baseline_records is not None else ""
    output.say(f"{words}{records}{known}", style=style)
    if run.reason and not run.has_report:
        output.say(f'AWS says: "{bounded(run.reason, 1000)}"')
    if report.findings:
        output.show(_findings(report))
    _show_examples(output, report)
    for attribution in report.attributions:
        _show_moved(output, report, attribution.label)
    _show_features(output, report)
    _show_advice(output, report)
    for problem in report.problems:
        output.say(f"! {bounded(problem, 1000)}", style="yellow")


def show_comparison(output: Output, comparison: Comparison) -> None:
    """Write a comparison for people."""
    table = Table(title="Violations of each run", title_justify="left")
    table.add_column("", overflow="fold")
    for name, _ in comparison.scenarios:
        table.add_column(Text(bounded(name, _MAX_NAME)), justify="right", overflow="fold")
    table.add_row(Text("number of violations", style="bold"), *map(_number, (item for _, item in comparison.scenarios)))
    for feature, label, findings in comparison.rows[:_MOST_ROWS]:
        table.add_row(
            Text(f"{bounded(feature, _MAX_NAME)}, {label}"),
            *(
                Text(bounded(finding.value, _MAX_CELL) or "yes", style="red") if finding else Text("-")
                for finding in findings
            ),
        )
    output.show(table)


def document(report: RunReport) -> dict[str, object]:
    """Return a report for programs."""
    run = report.run
    return {
        "monitor": {"schedule": run.schedule, "type": run.type, "watched": run.watched},
        "run": {"scheduled": run.scheduled, "oneTime": run.one_time, "status": run.outcome, "reason": run.reason},
        "window": {"start": run.window[0], "end": run.window[1]},
        "records": report.records,
        "baselineRecords": report.baseline_records,
        "violations": [_finding(report, finding) for finding in report.findings],
        "features": [
            {
                "name": feature.name,
                "difference": feature.comparison.gap if feature.comparison else None,
                "baseline": _side(feature.before),
                "now": _side(feature.now),
            }
            for feature in report.features
        ],
        "metrics": [_metric(metric) for metric in report.quality.metrics] if report.quality else [],
        "bias": [
            {
                "facet": facet.column,
                "value": facet.value,
                "stage": facet.stage,
                "metrics": list(map(_metric, facet.metrics)),
            }
            for facet in report.facets
        ],
        "attribution": report.attributions,
        "history": [_past(past) for past in report.history],
        "reportUri": run.folder,
        "problems": report.problems,
    }


def comparison_document(comparison: Comparison) -> dict[str, object]:
    """Return a comparison for programs."""
    return {"runs": [{"name": name, **document(report)} for name, report in comparison.scenarios]}


def _findings(report: RunReport) -> Table:
    table = Table()
    for heading in ("what", "check", "value", "limit", "baseline -> now", "since", "last runs"):
        table.add_column(heading, overflow="fold")
    for finding in report.findings[:_MOST_ROWS]:
        cells = (
            bounded(finding.feature, _MAX_NAME),
            finding.label,
            bounded(finding.value or finding.description, _MAX_CELL),
            bounded(finding.limit, _MAX_NAME) or "-",
            _change(report, finding),
            f"{report.since(finding):%m-%d %H:%M}",
            _strip(report.history, finding),
        )
        table.add_row(*map(Text, cells))
    hidden = len(report.findings) - _MOST_ROWS
    if hidden > 0:
        table.caption = f"and {hidden} more, see the page"
    return table


def _change(report: RunReport, finding: Finding) -> str:
    change = change_of(report, finding)
    if change is None:
        return "-"
    what = f"{bounded(change.what, _MAX_NAME)}: " if change.what else ""
    return f"{what}{bounded(change.before or '?', _MAX_CELL)} -> {bounded(change.now or '?', _MAX_CELL)}"


def _strip(history: Sequence[PastRun], finding: Finding) -> str:
    """Return a letter for each run: a block for a violation, a line for none, a dot where nobody knows."""
    key = (finding.feature, finding.check)
    return "".join("." if past.findings is None else "█" if key in past.findings else "_" for past in history)


def _show_examples(output: Output, report: RunReport) -> None:
    """Write which records to look at first: what they are called and where they lie; their values are on the page."""
    shown = [
        (bounded(finding.feature, _MAX_NAME), report.examples_of(finding)) for finding in report.findings[:_MOST_ROWS]
    ]
    shown.append(("left out", report.odd))
    for name, examples in shown:
        if examples is None:
            continue
        output.say(f"{name}: {examples.summary}, for example:")
        for example in examples.first:
            called = [example.event_id, f"(inference id {example.inference_id})" if example.inference_id else None]
            ids = bounded(" ".join(filter(None, called)), _MAX_IDS)
            output.line(f"  {f'{ids} in ' if ids else ''}{bounded(example.place, _MAX_PLACE)}, line {example.line}")


def _show_moved(output: Output, report: RunReport, label: str) -> None:
    places = moved(report, label)[:_MOST_FEATURES]
    if not places:
        return
    table = Table(title=f"Features whose place has changed ({bounded(label, _MAX_NAME)})", title_justify="left")
    for heading in ("feature", "place before", "place now"):
        table.add_column(heading)
    for item in places:
        table.add_row(Text(bounded(item.feature, _MAX_NAME)), str(item.rank_before), str(item.rank_now))
    output.show(table)


def _show_features(output: Output, report: RunReport) -> None:
    """Write which features differ most from the baseline, also where no limit is broken."""
    gaps = [(feature.comparison.gap, feature.name) for feature in report.features if feature.comparison]
    # Features come with the largest difference first.
    known = [(gap, name) for gap, name in gaps if gap is not None][:_MOST_FEATURES]
    if known and not report.findings:
        named = ", ".join(f"{bounded(name, _MAX_NAME)} {percent(gap)}" for gap, name in known)
        output.say(f"Largest differences from the baseline: {named}")


def _show_advice(output: Output, report: RunReport) -> None:
    advice: dict[str, list[Finding]] = {}
    for finding in report.findings:
        advice.setdefault(ADVICE.get(finding.check, OTHER_ADVICE), []).append(finding)
    for words, findings in advice.items():
        labels = ", ".join(dict.fromkeys(finding.label for finding in findings))
        output.say(f"\n{labels[:1].upper()}{labels[1:]}", style="bold")
        output.say(wrapped(words).replace("\n", " "))
        keys = list(dict.fromkeys(key for finding in findings if (key := setting(finding))))
        if keys:
            more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""  # noqa: PLR2004 - enough to see how they look
            output.say(
                f"Setting behind the limit: {', '.join(bounded(key, 200) for key in keys[:3])}{more}", style="dim"
            )


def _number(report: RunReport) -> Text:
    if not report.run.has_report:
        return Text(report.run.outcome, style="yellow")
    count = len(report.findings)
    return Text(str(count), style="bold red" if count else "green")


def _finding(report: RunReport, finding: Finding) -> dict[str, object]:
    return {
        "feature": finding.feature,
        "check": finding.check,
        "value": finding.value,
        "limit": finding.limit,
        "description": finding.description,
        "change": change_of(report, finding),
        "since": report.since(finding),
        "setting": setting(finding),
        "examples": _examples(report.examples_of(finding)),
    }


def _examples(examples: Examples | None) -> dict[str, object] | None:
    if examples is None:
        return None
    records = [
        {"eventId": item.event_id, "inferenceId": item.inference_id, "object": item.place, "line": item.line}
        for item in examples.first
    ]
    return {"what": examples.what, "found": examples.found, "lookedAt": examples.looked_at, "records": records}


def _side(side: object) -> dict[str, object] | None:
    names = ("type", "present", "missing", "mean", "deviation", "smallest", "largest", "distinct")
    return None if side is None else {name: getattr(side, name) for name in names}


def _metric(metric: Metric) -> dict[str, object]:
    # JSON has no infinity.
    def value(number: float | None) -> float | str | None:
        return str(number) if number in (float("inf"), float("-inf")) else number

    return {
        "name": metric.name,
        "baseline": value(metric.before),
        "now": value(metric.now),
        "limit": value(metric.limit),
        "violated": metric.is_violated,
    }


def _past(past: PastRun) -> dict[str, object]:
    known = past.findings
    return {
        "scheduled": past.scheduled,
        "status": past.outcome,
        "violations": None if known is None else len(known),
    }
