"""The messages that people get: plain text for a phone, most important things first.

Nothing here calls anything: facts go in, text comes out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from results.executions import Streak
from results.violations import Finding

WIDTH = 72
# SNS: ASCII, fewer than 100 characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
_MAX_SUBJECT = 99
_MAX_ROWS = 20
_MAX_NAME = 32

_ADVICE = {
    "missing_column_check": "Records no longer have the columns of the baseline, so nothing else could be checked. "
    "Compare a captured record with the training data: was a column dropped, is the prediction captured and first? "
    "Mend the client, or make a new baseline if the change is meant.",
    "extra_column_check": "Records have more columns than the baseline, so nothing else could be checked. Compare a "
    "captured record with the training data: was a column added, does the baseline lack the prediction? Mend the "
    "client, or make a new baseline if the change is meant.",
    "data_type_check": "Values are not of the type that the training data had. Look at a captured record: a client "
    "that sends 1.0 for 1 is enough. Mend the client, or override data_type or the data type threshold.",
    "completeness_check": "Values are missing. Find the source that stopped delivering them; if gaps are normal now, "
    "override completeness for the feature.",
    "baseline_drift_check": "Values are spread differently than in training. Ask whether a source, a unit or the users "
    "have changed; check the model's quality on recent labels; then retrain with recent data and make a new baseline, "
    "or raise the feature's drift threshold if the change is harmless.",
    "categorical_values_check": "There are values that training never saw. A new category needs retraining and a new "
    "baseline; a misspelt one must be mended where it is made. Values that are fine go into allowed_values.",
}
_DRIFT_OF_QUALITY = (
    "The model is worse on recent traffic than it was in the baseline. Check that labels arrive complete and mean the "
    "same as in training; look at the data quality and bias monitors for what has changed; then retrain with recent "
    "data, or override the metric's threshold if the loss is acceptable."
)
_ADVICE |= {
    "LessThanThreshold": _DRIFT_OF_QUALITY,
    "GreaterThanThreshold": _DRIFT_OF_QUALITY,
    "bias_drift_check": "The model treats this group differently than in the baseline. Look at how many records the "
    "group has in the window, few of them swing widely; compare who is asked for and what is decided; tell whoever "
    "answers for fairness; then retrain with recent, balanced data, or make a new baseline if the change is meant.",
    "feature_attribution_drift_check": "Other features drive the predictions than in the baseline. Compare the order "
    "of features in analysis.json with the baseline's; look for a feature that broke or changed its meaning; then "
    "retrain with recent data, or make a new baseline if the change is meant.",
}
_SUBJECTS = {"feature_attribution_drift_check": "LABEL", "bias_drift_check": "METRIC OF GROUP"} | dict.fromkeys(
    ("LessThanThreshold", "GreaterThanThreshold"), "METRIC"
)
_OTHER_ADVICE = "Look at the report, or at the job's log."


@dataclass(frozen=True)
class Message:
    """Subject and body of one notification."""

    subject: str
    body: str


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run, whatever came of it.

    Attributes:
        endpoint: Name of the endpoint, None for batch transform jobs and models that SageMaker does not serve.
        schedule: Name of the monitoring schedule.
        kind: Kind of monitor in words, such as `data quality`.
        scheduled: Nominal time of the run (UTC).
        window: Beginning and end of the traffic that was looked at (UTC).
        places: Title -> S3 location or URL, in the order in which they are shown.
        model: Name of a model that SageMaker does not serve.
    """

    endpoint: str | None
    schedule: str
    kind: str
    scheduled: datetime
    window: tuple[datetime, datetime]
    places: dict[str, str]
    model: str | None = None

    @property
    def watched(self) -> str:
        """What the monitor watches, in words."""
        if self.endpoint:
            return f"endpoint {self.endpoint}"
        return f"model {self.model}" if self.model else "batch transform jobs"

    @property
    def title(self) -> str:
        """What tells the message from those of other monitors."""
        return self.endpoint or self.model or self.schedule


def violations_message(
    run: RunFacts, findings: Sequence[Finding], *, count: int, streak: Streak, problem: str | None
) -> Message:
    """Return the message for a run with violations.

    Args:
        run: The run.
        findings: The violations, the most severe first; empty when the report could not be read.
        count: Number of violations.
        streak: Since when there are violations.
        problem: Why the report could not be read, or None.
    """
    violations = _counted(count, "violation")
    worst = f"; worst: {_in_words(findings[0])}" if findings else ""
    sentence = (
        f"The {run.kind} monitor found {violations} in the traffic of {run.watched} between {_span(run.window)}{worst}."
    )
    blocks = [_wrapped(sentence), _facts({"Since": _since(streak), **_run_lines(run)})]
    if problem:
        blocks.append(_wrapped(f"The report could not be read: {problem}."))
    blocks += [_table(findings), _unknown_texts(findings), _advice(findings), _places(run)]
    return Message(_subject(f"{run.title}: {violations}{worst}"), _joined(blocks))


def failure_message(run: RunFacts, *, reason: str | None, exit_message: str | None, hint: str | None) -> Message:
    """Return the message for a run that failed or was stopped.

    Args:
        run: The run.
        reason: SageMaker's failure reason.
        exit_message: The analyzer's last words.
        hint: What to do about it, if the cause is known.
    """
    sentence = (
        f"The {run.kind} monitor of {run.watched} failed: nobody has checked the traffic between {_span(run.window)}."
    )
    said = {"Reason": reason or "SageMaker gave none", **({"Message": exit_message} if exit_message else {})}
    advice = hint or "Read the job's log. The next run starts by itself; a cause that lasts will fail it, too."
    blocks = [
        _wrapped(sentence),
        _facts(said),
        _facts(_run_lines(run)),
        "WHAT TO DO\n" + _wrapped(advice[0].upper() + advice[1:] + ("" if advice.endswith(".") else ".")),
        _places(run),
    ]
    return Message(_subject(f"{run.title}: the {run.kind} monitor failed"), _joined(blocks))


def _table(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = [(_SUBJECTS.get(findings[0].check, "FEATURE"), "CHECK", "VALUE", "LIMIT")]
    rows += [(_shortened(item.feature), item.label, item.value or "-", item.limit or "-") for item in findings]
    rows = rows[: _MAX_ROWS + 1]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    hidden = len(findings) - _MAX_ROWS
    return "\n".join(lines + ([f"and {hidden} more, see the report"] if hidden > 0 else []))


def _unknown_texts(findings: Sequence[Finding]) -> str:
    """Return the texts that could not be read as numbers, as they are."""
    shown = [item for item in findings[:_MAX_ROWS] if not item.value and item.description]
    return "\n".join(_wrapped(f"{item.feature}: {item.description}") for item in shown)


def _advice(findings: Sequence[Finding]) -> str:
    """Return one paragraph for each kind of advice, in the order of severity."""
    labels: dict[str, list[str]] = {}
    for item in findings:
        shared = labels.setdefault(_ADVICE.get(item.check, _OTHER_ADVICE), [])
        if item.label not in shared:
            shared.append(item.label)
    paragraphs = [_wrapped(f"{', '.join(shared)}: {advice}") for advice, shared in labels.items()]
    return "WHAT TO DO\n" + "\n".join(paragraphs or [_wrapped(_OTHER_ADVICE)])


def _places(run: RunFacts) -> str:
    return "WHERE\n" + "\n".join(f"{title}: {place}" for title, place in run.places.items())


def _run_lines(run: RunFacts) -> dict[str, str]:
    return {"Monitor": run.schedule, "Run": f"{_minute(run.scheduled)} UTC"}


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
        return f"records have {finding.value} columns, the baseline {finding.limit}"
    value = f" {finding.value}" if finding.value else ""
    limit = f" (limit {finding.limit})" if finding.limit else ""
    return f"{finding.feature}, {finding.label}{value}{limit}"


def _span(window: tuple[datetime, datetime]) -> str:
    start, end = window
    return f"{_minute(start)} and {f'{end:%H:%M}' if start.date() == end.date() else _minute(end)} UTC"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shortened(name: str) -> str:
    half = (_MAX_NAME - 3) // 2
    return name if len(name) <= _MAX_NAME else f"{name[: half + 1]}...{name[-half:]}"


def _subject(text: str) -> str:
    ascii_text = text.encode("ascii", "replace").decode()
    printable = "".join(letter if letter.isprintable() else " " for letter in ascii_text)
    return printable if len(printable) <= _MAX_SUBJECT else printable[: _MAX_SUBJECT - 3] + "..."


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"
