"""The messages that people get: plain text for a phone, most important things first.

Nothing here calls anything: facts go in, text comes out. Words of others (names of features, texts of the report,
SageMaker's reasons) are quoted, and each part has a longest length, so that a body stays far below the 256 KB that SNS
takes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from results.lookup import Streak
from results.message_details import changes, examples, records, settings
from results.text import WIDTH, bounded, named, quoted, shortened, visible, wrapped
from run_report.advice import ADVICE, OTHER_ADVICE
from run_report.model import RunReport
from run_report.violations import Finding

# SNS: ASCII, at most 100 characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
_MAX_SUBJECT = 99
_MAX_ROWS = 20
_MAX_LABELS = 10
_MAX_NAME = 32
_MAX_PLACE = 8000

_SUBJECTS = {"feature_attribution_drift_check": "LABEL", "bias_drift_check": "METRIC OF GROUP"} | dict.fromkeys(
    ("LessThanThreshold", "GreaterThanThreshold"), "METRIC"
)
_UNREADABLE = "a run with violations whose report could not be read"


@dataclass(frozen=True)
class Message:
    """Subject and body of one notification."""

    subject: str
    body: str


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run, whatever came of it.

    Attributes:
        watched: What the monitor watches, in words, such as `endpoint credit-risk`.
        title: What tells the message from those of other monitors: a name.
        schedule: Name of the monitoring schedule.
        kind: Kind of monitor in words, such as `data quality`.
        scheduled: Nominal time of the run (UTC).
        window: Beginning and end of the traffic that was looked at (UTC).
        places: Title -> S3 location or URL, in the order in which they are shown.
        left_out: How many records were not analysed because they do not have the columns of the baseline, in words.
    """

    watched: str
    title: str
    schedule: str
    kind: str
    scheduled: datetime
    window: tuple[datetime, datetime]
    places: dict[str, str]
    left_out: str | None = None


def violations_message(
    run: RunFacts,
    findings: Sequence[Finding],
    *,
    count: int,
    streak: Streak,
    details: RunReport | None = None,
    muted: Sequence[Finding] = (),
) -> Message:
    """Return the message for a run with violations.

    Args:
        run: The run.
        findings: The violations, the most severe first.
        count: Number of violations.
        streak: Since when there are violations.
        details: What else is known of the run; None if nothing is.
        muted: Violations that nobody wants to hear of, beside these.
    """
    violations = _counted(count, "violation")
    worst = f"; worst: {_in_words(findings[0])}"
    sentence = (
        f"The {run.kind} monitor found {violations} in the traffic of {visible(run.watched)} between "
        f"{_span(run.window)}{worst}."
    )
    blocks = [
        wrapped(sentence),
        _facts({"Since": _since(streak), **records(details), **_run_lines(run)}),
        _table(findings),
        _muted(muted),
        changes(findings, details),
        examples(findings, details),
        _not_checked(findings),
        _unknown_texts(findings),
        _advice(findings),
        settings(findings),
        _places(run),
    ]
    return Message(_subject(f"{run.title}: {violations}{worst}"), _joined(blocks))


def unreadable_message(run: RunFacts, *, problem: str, exit_message: str | None, streak: Streak) -> Message:
    """Return the message for a run with violations whose report could not be read.

    Args:
        run: The run.
        problem: Why it could not be read.
        exit_message: The analyzer's last words, which tell the number of violations.
        streak: Since when there are violations.
    """
    sentence = (
        f"The {run.kind} monitor of {visible(run.watched)} had {_UNREADABLE}. It looked at the traffic between "
        f"{_span(run.window)}."
    )
    said = {"Message": quoted(exit_message)} if exit_message else {}
    blocks = [
        wrapped(sentence),
        _facts({"Since": _since(streak), **_run_lines(run), **said}),
        wrapped(f"What went wrong: {bounded(problem, _MAX_PLACE)}."),
        "WHAT TO DO\n" + wrapped("Make the report readable for the function, or read it yourself."),
        _places(run),
    ]
    return Message(_subject(f"{run.title}: {_UNREADABLE}"), _joined(blocks))


def failure_message(
    run: RunFacts, *, reason: str | None, stop_reason: str | None, exit_message: str | None, hint: str | None
) -> Message:
    """Return the message for a run that failed or was stopped.

    Args:
        run: The run.
        reason: SageMaker's failure reason.
        stop_reason: Why the run was stopped, in our words.
        exit_message: The analyzer's last words.
        hint: What to do about it, if the cause is known.
    """
    sentence = (
        f"The {run.kind} monitor of {visible(run.watched)} failed: nobody has checked the traffic between "
        f"{_span(run.window)}."
    )
    said = {"Reason": quoted(reason) if reason else stop_reason or "SageMaker gave none"}
    if exit_message:
        said["Message"] = quoted(exit_message)
    advice = hint or "Read the job's log. The next run starts by itself; a cause that lasts will fail it, too."
    blocks = [
        wrapped(sentence),
        _facts(said),
        _facts(_run_lines(run)),
        "WHAT TO DO\n" + wrapped(advice[0].upper() + advice[1:] + ("" if advice.endswith(".") else ".")),
        _places(run),
    ]
    return Message(_subject(f"{run.title}: the {run.kind} monitor failed"), _joined(blocks))


def _table(findings: Sequence[Finding]) -> str:
    rows = [(_SUBJECTS.get(findings[0].check, "FEATURE"), "CHECK", "VALUE", "LIMIT")]
    rows += [
        (
            item.feature if item.is_about_columns else named(item.feature, _MAX_NAME),
            named(item.label, _MAX_NAME) if item.has_unknown_check else item.label,
            shortened(item.value, _MAX_NAME) or "-",
            shortened(item.limit, _MAX_NAME) or "-",
        )
        for item in findings[:_MAX_ROWS]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    hidden = len(findings) - _MAX_ROWS
    return "\n".join(lines + ([f"and {hidden} more, see the report"] if hidden > 0 else []))


def _muted(findings: Sequence[Finding]) -> str:
    """Return what somebody has muted, so that nobody takes it for healthy."""
    if not findings:
        return ""
    names = list(dict.fromkeys(named(item.feature, _MAX_NAME) for item in findings))
    more = f" and {len(names) - _MAX_LABELS} more" if len(names) > _MAX_LABELS else ""
    return wrapped(
        f"Muted, and neither counted nor listed: {_counted(len(findings), 'violation')} of "
        f"{', '.join(names[:_MAX_LABELS])}{more}."
    )


def _not_checked(findings: Sequence[Finding]) -> str:
    """Return what could not be checked, since a number of columns that differs hides every other check."""
    columns = next((item for item in findings if item.is_about_columns), None)
    if columns is None:
        return ""
    reason = "the records do not have the columns of the baseline"
    if columns.value:
        reason = f"the records have {_columns(columns)}"
    return wrapped(f"Drift could not be checked, because {reason}. Neither could anything else.")


def _unknown_texts(findings: Sequence[Finding]) -> str:
    """Return the texts that could not be read as numbers, as they are."""
    shown = [item for item in findings[:_MAX_ROWS] if not item.value and item.description]
    return "\n".join(wrapped(f"{named(item.feature)}: {quoted(item.description)}") for item in shown)


def _advice(findings: Sequence[Finding]) -> str:
    """Return one paragraph for each kind of advice, in the order of severity."""
    labels: dict[str, list[str]] = {}
    for item in findings:
        shared = labels.setdefault(ADVICE.get(item.check, OTHER_ADVICE), [])
        label = named(item.label) if item.has_unknown_check else item.label
        if label not in shared and len(shared) < _MAX_LABELS:
            shared.append(label)
    paragraphs = [wrapped(f"{', '.join(shared)}: {advice}") for advice, shared in labels.items()]
    return "WHAT TO DO\n" + "\n".join(paragraphs)


def _places(run: RunFacts) -> str:
    return "WHERE\n" + "\n".join(f"{title}: {bounded(place, _MAX_PLACE)}" for title, place in run.places.items())


def _run_lines(run: RunFacts) -> dict[str, str]:
    left_out = {"Left out": run.left_out} if run.left_out else {}
    return {"Monitor": run.schedule, "Run": f"{_minute(run.scheduled)} UTC", **left_out}


def _facts(lines: dict[str, str]) -> str:
    width = max(map(len, lines)) + 2
    return "\n".join(
        textwrap.fill(
            text,
            WIDTH,
            initial_indent=title.ljust(width),
            subsequent_indent=" " * width,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for title, text in lines.items()
    )


def _since(streak: Streak) -> str:
    if streak.runs == 1:
        return "this run; the one before was clean or there was none"
    runs = f"{'more than ' if streak.is_cut else ''}{streak.runs} runs in a row"
    return f"{_minute(streak.since)} UTC ({runs})"


def _in_words(finding: Finding) -> str:
    if finding.is_about_columns and finding.value:
        return f"records have {_columns(finding)}"
    label = named(finding.label) if finding.has_unknown_check else finding.label
    value = f" {shortened(finding.value, _MAX_NAME)}" if finding.value else ""
    limit = f" (limit {shortened(finding.limit, _MAX_NAME)})" if finding.limit else ""
    return f"{named(finding.feature)}, {label}{value}{limit}"


def _columns(finding: Finding) -> str:
    return f"{shortened(finding.value, _MAX_NAME)} columns, the baseline {shortened(finding.limit, _MAX_NAME)}"


def _span(window: tuple[datetime, datetime]) -> str:
    start, end = window
    return f"{_minute(start)} and {f'{end:%H:%M}' if start.date() == end.date() else _minute(end)} UTC"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _subject(text: str) -> str:
    ascii_text = visible(text).strip().encode("ascii", "replace").decode()
    return ascii_text if len(ascii_text) <= _MAX_SUBJECT else ascii_text[: _MAX_SUBJECT - 3] + "..."


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"
