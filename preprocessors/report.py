"""What a trial of a script found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analyzer.job.issues import Location

_EXAMPLES_PER_KIND = 3
_SHOWN_WIDTH = 24


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Args:
        severity: An error fails the trial.
        kind: The same words for every record with this problem.
        detail: What this record has.
        record: Number of the record, counted from 1 over all files.
        location: File and line of the record.
        trace: Traceback inside the script.
    """

    severity: Severity
    kind: str
    detail: str = ""
    record: int | None = None
    location: Location | None = None
    trace: str = ""

    def __str__(self) -> str:
        place = f"record {self.record} ({self.location}): " if self.record else ""
        text = f"{self.severity}: {place}{self.kind}" + (f": {self.detail}" if self.detail else "")
        return text + "".join(f"\n    {line}" for line in self.trace.splitlines())


@dataclass
class ScriptReport:
    """What a script made of the records.

    Args:
        records: Number of records that the script got.
        left_out: Number of records of which it made nothing.
        rows: The rows that it made, as it returned them.
        names: Names of the baseline's columns, if a baseline was given.
        problems: What is wrong: the first records of every kind of problem.
        counts: Number of times that each kind of problem occurred.
    """

    records: int = 0
    left_out: int = 0
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    names: Sequence[str] = ()
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def columns(self) -> list[str]:
        """The columns in the order in which the analyzer takes them: names sorted as texts."""
        return sorted({str(name) for row in self.rows for name in row})

    def add(self, problem: Problem) -> None:
        """Count a problem and keep it as an example while there are few of its kind."""
        self.counts[problem.kind] += 1
        if self.counts[problem.kind] <= _EXAMPLES_PER_KIND:
            self.problems.append(problem)

    def table(self, limit: int = 10) -> str:
        """Return the first rows as a table of text, in the analyzer's order of columns."""
        columns = self.columns
        lines = [columns]
        if len(self.names) == len(columns):
            lines.append(list(self.names))
        lines += [[_shown(row.get(name, "")) for name in columns] for row in self.rows[:limit]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines]
        more = len(self.rows) - limit
        return "\n".join([line.rstrip() for line in table] + ([f"... and {more} more rows"] if more > 0 else []))

    def __str__(self) -> str:
        lines = [
            f"{self.records} records, {self.left_out} left out, {len(self.rows)} rows of {len(self.columns)} columns"
        ]
        lines += [str(problem) for problem in self.problems]
        more = {kind: count - _EXAMPLES_PER_KIND for kind, count in self.counts.items()}
        lines += [f"... and {count} more times: {kind}" for kind, count in more.items() if count > 0]
        return "\n".join(lines)


def _shown(value: object) -> str:
    text = str(value).replace("\n", "\\n")
    return text if len(text) <= _SHOWN_WIDTH else f"{text[: _SHOWN_WIDTH - 3]}..."
