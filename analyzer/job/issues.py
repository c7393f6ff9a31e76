"""Bad input: what is tolerated, counted and reported, and what ends the analysis.

A baseline tolerates nothing: whatever is wrong with training data is found when somebody looks, at the deploy. A
monitoring run goes on without the broken records, because one malformed request must not hide the drift of all
others, counts and reports every one of them, and fails when too large a share is broken.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from analyzer.job.failure import AnalysisError
from analyzer.job.metrics import Metric
from analyzer.text.jackson import Json, to_json

# A monitoring run with more broken records than this fails: what is left no longer stands for the traffic.
MAX_BROKEN_SHARE = 0.1

DATA_ISSUES_FILE = "data_issues.json"
# Ours: the service has no such metric, so it is only published where a run is asked to be robust.
BROKEN_RECORDS_METRIC = "broken_records"
_EXAMPLES = 20

_log = logging.getLogger(__name__)


class Location(NamedTuple):
    """Where in the input something stands; ``line`` counts from 1, None means the file as a whole.

    A tuple, since there is one for every record, and tuples are made in a third of the time.
    """

    path: Path
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}" if self.line else str(self.path)


@dataclass
class DataIssues:
    """The broken records of one run.

    Args:
        strict: Fail at the first broken record instead of counting it.
        patient: Go on however large the share of broken records is, so that nobody can end a run by sending them.
    """

    strict: bool
    patient: bool = False
    broken_records: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _examples: list[tuple[Location, str]] = field(default_factory=list)

    def add(self, location: Location, problem: str, detail: str = "") -> None:
        """Count a record, or a file as a whole, that cannot be analysed.

        Args:
            location: File and line; a location without line is that of a file, which is reported but is no record.
            problem: Kind of problem, the same text for every record that has it.
            detail: What this record has.

        Raises:
            AnalysisError: In strict mode.
        """
        text = f"{problem}: {detail}" if detail else problem
        if self.strict:
            raise AnalysisError(f"{location}: {text}")
        self.broken_records += location.line is not None
        self._counts[problem] += 1
        if len(self._examples) < _EXAMPLES:
            self._examples.append((location, text))

    def add_rows(self, source: Path, count: int, problem: str) -> None:
        """Count rows that cannot be analysed, where nobody knows any more on which lines they stood.

        Args:
            source: File or folder of the data set.
            count: Number of rows; with 0 nothing happens.
            problem: What is wrong with all of them.

        Raises:
            AnalysisError: In strict mode.
        """
        if not count:
            return
        text = f"{problem}: {count} rows"
        if self.strict:
            raise AnalysisError(f"{source}: {text}")
        self.broken_records += count
        self._counts[problem] += count
        if len(self._examples) < _EXAMPLES:
            self._examples.append((Location(source), text))

    def conclude(self, item_count: int, output: Path) -> None:
        """Report the broken records in the log and in ``data_issues.json`` beside the other outputs.

        Args:
            item_count: Number of rows that were analysed.
            output: Folder of the outputs.

        Raises:
            AnalysisError: When more than MAX_BROKEN_SHARE of all records is broken.
        """
        if self._examples:
            document = {"item_count": item_count, "broken_records": self.broken_records, **self.to_json()}
            (output / DATA_ISSUES_FILE).write_text(to_json(document) + "\n", encoding="utf-8")
        self.require_tolerable(item_count)

    def require_tolerable(self, item_count: int) -> None:
        """Report the broken records in the log.

        Args:
            item_count: Number of records that are not broken.

        Raises:
            AnalysisError: When more than MAX_BROKEN_SHARE of all records is broken.
        """
        if not self.broken_records:
            if self._examples:
                _log.warning("%s", self.first_problem)
            return
        share = self.broken_records / max(1, self.broken_records + item_count)
        summary = (
            f"{self.broken_records} records ({share:.1%}) could not be read; the first problem is {self.first_problem}"
        )
        _log.warning("%s", summary)
        if share > MAX_BROKEN_SHARE and not (self.patient and item_count):
            raise AnalysisError(f"too much of the input is broken (limit {MAX_BROKEN_SHARE:.0%}): {summary}")

    def metrics(self) -> Iterator[Metric]:
        """Yield the number of records that were not analysed, also when it is 0."""
        yield Metric(BROKEN_RECORDS_METRIC, float(self.broken_records), {})

    @property
    def first_problem(self) -> str:
        """Where the first problem is and what it is; empty when there is none."""
        return "{}: {}".format(*self._examples[0]) if self._examples else ""

    def to_json(self) -> Mapping[str, Json]:
        """Return the kinds of problems with their counts, and the first of the problems themselves."""
        return {
            "problems": [{"problem": problem, "count": count} for problem, count in self._counts.most_common()],
            "examples": [
                {"file": str(location.path), "line": location.line, "problem": text}
                for location, text in self._examples
            ],
        }
