"""Several runs side by side: which violations each has, for the same monitor under different circumstances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from run_report.charts import bar
from run_report.document import document, section
from run_report.markup import counted, table, text
from run_report.model import VIOLATIONS, RunReport
from run_report.violations import Finding, by_severity


@dataclass(frozen=True)
class Comparison:
    """Runs with their names.

    Attributes:
        scenarios: Name and run, in the order in which they are shown.
    """

    scenarios: tuple[tuple[str, RunReport], ...]

    @property
    def rows(self) -> list[tuple[str, str, list[Finding | None]]]:
        """What was violated, by which check, and the violation in each run; the most severe ones first."""
        worst: dict[tuple[str, str], Finding] = {}
        for _, report in self.scenarios:
            for finding in report.findings:
                key = (finding.feature, finding.check)
                if key not in worst or finding.severity > worst[key].severity:
                    worst[key] = finding
        return [
            (finding.feature, finding.label, [_find(report, finding) for _, report in self.scenarios])
            for finding in by_severity(list(worst.values()))
        ]


def render_comparison(comparison: Comparison) -> str:
    """Return the page."""
    scenarios = comparison.scenarios
    watched = scenarios[0][1].run
    title = f"{watched.kind.capitalize()} of {watched.watched}: {counted(len(scenarios), 'run')} compared"
    body = (
        f'<header class="top"><p class="eyebrow">Model monitoring report</p><h1>{text(title)}</h1></header><main>'
        f"{section('runs', 'Violations of each run', _runs(scenarios))}"
        f"{section('features', 'Violations by feature', _features(comparison))}</main>"
        "<footer><p>All times are UTC. This page loads nothing from the network.</p></footer>"
    )
    return document(title, body)


def _runs(scenarios: Sequence[tuple[str, RunReport]]) -> str:
    most = max(len(report.findings) for _, report in scenarios) or 1
    rows = [
        [
            text(name),
            f"{report.run.scheduled:%Y-%m-%d %H:%M}",
            "-" if report.records is None else f"{report.records:,}",
            f"{len(report.findings)}{bar(len(report.findings), most, 'n')}"
            if _is_known(report)
            else text(_outcome(report)),
        ]
        for name, report in scenarios
    ]
    return table("Times are UTC", ["Run", "Time", "Records", "Violations"], rows, kind="stack")


def _features(comparison: Comparison) -> str:
    names = [text(name) for name, _ in comparison.scenarios]
    rows = [
        [
            f"{text(feature)} <small>{text(label)}</small>",
            *(
                f'<span class="state bad">{text(finding.value) or "violation"}</span>' if finding else "-"
                for finding in findings
            ),
        ]
        for feature, label, findings in comparison.rows
    ]
    if not rows:
        return "<p>None of the runs found a violation.</p>"
    shown = table("The most severe first; a dash is no violation", ["What", *names], rows, kind="stack")
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Table, to be scrolled">{shown}</div>'


def _find(report: RunReport, wanted: Finding) -> Finding | None:
    for finding in report.findings:
        if (finding.feature, finding.check) == (wanted.feature, wanted.check):
            return finding
    return None


def _is_known(report: RunReport) -> bool:
    return report.run.has_report and (bool(report.findings) or report.run.outcome != VIOLATIONS)


def _outcome(report: RunReport) -> str:
    return "not readable" if report.run.has_report else report.run.outcome
