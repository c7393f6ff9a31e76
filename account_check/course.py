"""Takes the steps one after the other, and deletes what each has made."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from account_check.bench import Bench
from account_check.contract import StepRecord
from account_check.facts import AccessFacts
from account_check.screen import Screen
from account_check.step import NotAvailableError, Step
from account_check.steps.access import verdict_of

_MAKES_MONITORS = re.compile("Create(MonitoringSchedule|.*JobDefinition)")
"""The operations that a closed account may be refused."""


class Course:
    """One run through the steps.

    Attributes:
        records: What came of the steps so far, by name.
        left: What could not be deleted, and why.
    """

    def __init__(self, bench: Bench, screen: Screen, *, keep: bool = False) -> None:
        self.records: dict[str, StepRecord[Any]] = {}
        self.left: list[str] = []
        self._bench = bench
        self._screen = screen
        self._keep = keep
        self._closed: str | None = None

    def take(self, steps: Iterable[Step]) -> None:
        """Take steps. What a step made is deleted after it, what several share at the end: also when it is interrupted.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed; everything is deleted by then.
        """
        try:
            for step in steps:
                self._take(step)
        finally:
            self._delete()

    def kept(self) -> list[str]:
        """Return what exists still, because it was to be kept."""
        return [*self._bench.shared.contents(), *self._bench.ledger.contents()]

    def _take(self, step: Step) -> None:
        with self._screen.step(step, self._bench.instance_type) as say:
            self._bench.say = say
            self._bench.ledger.on_delete = self._bench.shared.on_delete = lambda what: say(f"deleting {what}")
            try:
                record = self._outcome(step)
            finally:
                if not self._keep:
                    self.left += self._bench.ledger.delete_all()
        self.records[step.name] = record
        self._screen.outcome(step, record)

    def _outcome(self, step: Step) -> StepRecord[Any]:
        start = time.monotonic()

        def record(status: Any, reason: str | None = None, facts: Any = None) -> StepRecord[Any]:  # noqa: ANN401
            if reason is not None:
                reason = self._bench.account.wording.general(reason)
            return StepRecord(status=status, reason=reason, seconds=round(time.monotonic() - start, 1), facts=facts)

        if step.needs_schedules and self._closed is not None:
            return record("not available", f"Model Monitor is closed to this account: {self._closed}")
        try:
            facts = step.take(self._bench)
        except NotAvailableError as error:
            return record("not available", str(error), error.facts)
        except ClientError as error:
            if self._is_closed(error):
                return record("not available", f"Model Monitor is closed to this account: {self._closed}")
            return record("failed", str(error))
        except Exception as error:  # whatever AWS answers that nobody has thought of: the other steps go on
            return record("failed", f"{type(error).__name__}: {error}")
        if isinstance(facts, AccessFacts) and facts.verdict == "closed" and facts.error is not None:
            self._closed = f"{facts.error.code}: {facts.error.message}"
        return record("found", facts=facts)

    def _is_closed(self, error: ClientError) -> bool:
        fact = self._bench.account.wording.error(error)
        if not _MAKES_MONITORS.fullmatch(error.operation_name) or verdict_of(fact) != "closed":
            return False
        self._closed = f"{fact.code}: {fact.message}"
        return True

    def _delete(self) -> None:
        if self._keep or not len(self._bench.shared):
            return
        with self._screen.working("deleting what the steps shared") as say:
            self._bench.shared.on_delete = lambda what: say(f"deleting {what}")
            self.left += self._bench.shared.delete_all()
