"""The report of a run: the violations file that it left in S3."""

from __future__ import annotations

import re
from dataclasses import dataclass

from results.executions import Execution, Outcome
from results.violations import Finding, by_severity, parse_violation
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri

_COUNT = re.compile(r"with (\d+) violations?")
VIOLATIONS_FILE = "constraint_violations.json"


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        folder: Where its files are.
        findings: The violations, the most severe first.
        count: How many there are; from the exit message when the file could not be read.
        problem: Why the file could not be read, or None.
    """

    folder: S3Uri
    findings: tuple[Finding, ...]
    count: int
    problem: str | None


def read_report(execution: Execution) -> Report:
    """Read the violations of a run.

    A file that is missing or broken is part of the answer and not an error: people must hear of the violations all
    the same.
    """
    folders = execution.report_folders
    if execution.outcome is not Outcome.VIOLATIONS:
        return Report(folders[0], (), 0, None)
    problem = ""
    for folder in folders:
        try:
            content = s3.read_json(folder / VIOLATIONS_FILE)
        except s3.ObjectError as error:
            problem = problem or str(error)
            continue
        entries = [entry for entry in content.get("violations", []) if isinstance(entry, dict)]
        findings = by_severity([parse_violation(entry) for entry in entries])
        return Report(folder, tuple(findings), len(findings), None)
    log("report not readable", schedule=execution.monitor.schedule, problem=problem)
    counted = _COUNT.search(execution.exit_message or "")
    return Report(folders[0], (), int(counted[1]) if counted else 1, problem)
