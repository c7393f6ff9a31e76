"""The one look that is taken at the captured records of a run: how many were left out, and which show a violation.

It reads a bounded number of objects and bytes for a bounded time, and nothing that goes wrong with it costs more than
its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from baseline.data_quality.categories import Categories
from results.captured import captured_objects
from results.captured_records import CapturedRecord, Sample
from results.executions import Execution
from results.left_out import LeftOut
from results.rows import OddRecordError, PlainRows, ScriptedRows
from results.rules import ColumnRule, Key, Rule, column_rules, value_rules
from results.text import shortened
from run_report.examples import Example, Examples
from run_report.model import RunReport
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri

_MOST_SECONDS = 60.0
# For the message and the event, which matter more.
_RESERVED_SECONDS = 60.0
_MOST_EXAMPLES = 3
_LONGEST_VALUE = 100
_LEFT_OUT: Key = ("", "left out")


@dataclass(frozen=True)
class Looked:
    """What a look at the captured records tells.

    Attributes:
        left_out: What the generated script left out; None where there is none, or where it is not known.
        odd: Records that it left out.
        examples: Records that show a violation, by the violation.
    """

    left_out: LeftOut | None = None
    odd: Examples | None = None
    examples: Mapping[Key, Examples] = field(default_factory=dict)


def look_at_records(execution: Execution, details: RunReport | None, *, time_left: timedelta) -> Looked:
    """Return what the captured records of a run tell.

    Only hours that the run has looked at as a whole count. A person learns from the log why nothing is known.

    Args:
        execution: The run.
        details: What is known of the run; without it there are no examples.
        time_left: Until the function ends.
    """
    monitor, hours = execution.monitor, execution.whole_hours
    findings = details.findings if details is not None and monitor.examples is not None else ()
    place = monitor.guard.records if monitor.guard else monitor.examples if findings else None
    if place is None or not hours:
        return Looked()
    seconds = min(_MOST_SECONDS, time_left.total_seconds() - _RESERVED_SECONDS)
    if seconds <= 0:
        log("captured records not looked at", schedule=monitor.name, problem="no time was left")
        return Looked()
    try:
        with monitor.access():
            look = _look(execution, details if findings else None)
            look.at(list(captured_objects(monitor, place, hours)), seconds=seconds)
    except Exception as error:
        log("captured records not looked at", schedule=monitor.name, problem=repr(error))
        return Looked()
    log("captured records looked at", schedule=monitor.name, records=look.looked_at, left_out=look.found(_LEFT_OUT))
    return look.answer()


def _look(execution: Execution, details: RunReport | None) -> _Look:
    """Return the look that fits a monitor.

    Raises:
        Exception: Its script cannot be read.
    """
    guard = execution.monitor.guard
    script = Categories.of_script(s3.read(guard.script).decode()) if guard else None
    rules: tuple[Rule, ...] = ()
    columns = script.columns if script else ()
    if details is not None:
        try:
            rules, columns = _rules(details, script)
        except Exception as error:  # how many were left out can be told all the same
            log("no examples of records", schedule=execution.monitor.name, problem=repr(error))
    return _Look(
        ScriptedRows(script) if script else PlainRows(columns, of_calls=execution.monitor.endpoint is not None),
        rules=rules,
        columns=column_rules(details.findings) if details is not None and columns else (),
        counts_left_out=script is not None,
    )


def _rules(details: RunReport, script: Categories | None) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Return what values must be like, and the names of columns.

    Raises:
        Exception: What the run was compared with cannot be read.
    """
    constraints = s3.read_json(S3Uri.parse(details.run.constraints or ""))
    columns = script.columns if script else tuple(str(item["name"]) for item in constraints["features"])
    return value_rules(details, constraints, columns), columns


class _Look:
    """Counts records, and keeps the first ones that show something."""

    def __init__(
        self,
        rows: ScriptedRows | PlainRows,
        *,
        rules: Sequence[Rule],
        columns: Sequence[ColumnRule],
        counts_left_out: bool,
    ) -> None:
        self.looked_at = 0
        self._rows, self._rules, self._columns = rows, rules, columns
        self._counts_left_out = counts_left_out
        self._left_out: LeftOut | None = None
        self._found: dict[Key, int] = {}
        self._first: dict[Key, list[Example]] = {}

    def at(self, objects: Sequence[S3Uri], *, seconds: float) -> None:
        """Look at the records of objects."""
        sample, records, left_out, is_estimate = Sample(objects, seconds=seconds), 0.0, 0.0, False
        for part in sample:
            looked_at, odd = self.looked_at, self.found(_LEFT_OUT)
            for record in part:
                self._take(record)
            records += (self.looked_at - looked_at) / part.share
            left_out += (self.found(_LEFT_OUT) - odd) / part.share
            is_estimate = is_estimate or part.share < 1
        if self._counts_left_out:
            factor = sample.factor
            self._left_out = LeftOut(records * factor, left_out * factor, is_estimate or factor > 1)

    def found(self, key: Key) -> int:
        """Return how many records show something."""
        return self._found.get(key, 0)

    def answer(self) -> Looked:
        """Return what was found."""
        words = {rule.key: rule.what for rule in self._rules} | {rule.key: rule.what for rule in self._columns}
        return Looked(
            left_out=self._left_out,
            odd=self._examples(_LEFT_OUT, "other columns than the baseline's"),
            examples={key: found for key, what in words.items() if (found := self._examples(key, what))},
        )

    def _take(self, record: CapturedRecord) -> None:
        try:
            rows = self._rows(record)
        except OddRecordError as error:
            self.looked_at += 1
            if self._counts_left_out:
                self._keep(_LEFT_OUT, record, str(error))
            for column_rule in self._columns:
                if column_rule.breaks(error.surplus):
                    self._keep(column_rule.key, record, str(error))
            return
        if rows is None:
            return
        self.looked_at += 1
        for rule in self._rules:
            for row in rows:
                if rule.breaks(row[rule.position]):
                    self._keep(rule.key, record, row[rule.position] or "no value")
                    break

    def _keep(self, key: Key, record: CapturedRecord, value: str) -> None:
        self._found[key] = self.found(key) + 1
        kept = self._first.setdefault(key, [])
        if len(kept) < _MOST_EXAMPLES:
            shown = shortened(value, _LONGEST_VALUE)
            kept.append(Example(record.event_id, record.inference_id, str(record.place), record.line, shown))

    def _examples(self, key: Key, what: str) -> Examples | None:
        kept = self._first.get(key)
        return Examples(what, self.found(key), self.looked_at, tuple(kept)) if kept else None
