"""Records that show violations on the page, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection

from run_report.document import section
from run_report.examples import Example, Examples
from run_report.markup import text
from run_report.model import RunReport

_LONGEST_VALUE = 100


def block(examples: Examples | None) -> str:
    """Return the first records that show a violation; empty where none is known."""
    if examples is None:
        return ""
    items = "".join(f"<li>{_record(item)}</li>" for item in examples.first)
    return (
        f'<p class="muted">{text(_capital(examples.summary))}; the first of them:</p><ul class="records">{items}</ul>'
    )


def others(report: RunReport, shown: Collection[str]) -> str:
    """Return the records that belong to no feature of the page; empty where there are none.

    Args:
        report: What is known of the run.
        shown: Names of the features of the page.
    """
    blocks = [
        f"<h3>{text(finding.label)}</h3>{block(report.examples_of(finding))}"
        for finding in report.findings
        if finding.feature not in shown and report.examples_of(finding)
    ]
    if report.odd:
        blocks.append(f"<h3>left out of the run</h3>{block(report.odd)}")
    return section("examples", "Records with other columns", "".join(blocks))


def _record(example: Example) -> str:
    value = text(example.value[:_LONGEST_VALUE])
    return (
        f"{_called(example)}{f': <strong>{value}</strong>' if value else ''}"
        f"<details><summary>Where it is</summary><code>{text(example.place)}</code>, line {example.line}</details>"
    )


def _called(example: Example) -> str:
    if example.event_id is None:
        return f"line {example.line}"
    own = f" (inference id {text(example.inference_id)})" if example.inference_id else ""
    return f"<code>{text(example.event_id)}</code>{own}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
