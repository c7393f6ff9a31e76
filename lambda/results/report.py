"""The report of a run: the files that it left in S3. They are read under the monitor's access role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from results.executions import Execution, Outcome
from run_report.files import VIOLATIONS_FILE
from run_report.violations import Finding, by_severity, parse_violation
from shared import errors, s3
from shared.logs import log
from shared.s3 import S3Uri

_COUNT = re.compile(r"with (\d{1,9}) violations?")


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        folder: Where its files are.
        findings: The violations, the most severe first.
        count: How many there are. Where they could not be read: as many as the exit message says, or 1 if it says none,
            since a run with violations has at least one.
        problem: Why the violations could not be read, or None.
    """

    folder: S3Uri
    findings: tuple[Finding, ...]
    count: int
    problem: str | None


def read_report(execution: Execution) -> Report:
    """Read the violations of a run.

    A file that is missing, forbidden or broken is part of the answer and not an error: people must hear of the
    violations all the same.
    """
    folders = execution.report_folders
    if execution.outcome is not Outcome.VIOLATIONS:
        return Report(folders[0], (), 0, None)
    folder, content, problem = _first_readable(execution, VIOLATIONS_FILE)
    if content is not None:
        listed = content.get("violations")
        entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        if entries:
            findings = by_severity([parse_violation(entry) for entry in entries])
            return Report(folder, tuple(findings), len(findings), None)
        problem = f"{folder / VIOLATIONS_FILE} lists no violations, although the run reported some"
    log("report not readable", schedule=execution.monitor.name, problem=problem)
    return Report(folder, (), violations_told(execution.exit_message) or 1, problem)


def violations_told(exit_message: str | None) -> int | None:
    """Return how many violations an exit message tells of, or None if it tells no number."""
    counted = _COUNT.search(exit_message or "")
    return int(counted[1]) if counted else None


def read_file(execution: Execution, name: str) -> dict[str, Any] | None:
    """Return a file of the report, or None if it cannot be read; a person learns the reason from the log."""
    _, content, problem = _first_readable(execution, name)
    if content is None:
        log("file of the report not readable", schedule=execution.monitor.name, file=name, problem=problem)
    return content


def _first_readable(execution: Execution, name: str) -> tuple[S3Uri, dict[str, Any] | None, str]:
    """Return folder and content of a file, and why it could not be read from the likeliest place."""
    folders, problem = execution.report_folders, ""
    for folder in folders:
        try:
            return folder, _read_json(execution, folder / name), ""
        except s3.ObjectError as error:
            problem = problem or str(error)
    return folders[0], None, problem


def _read_json(execution: Execution, uri: S3Uri) -> dict[str, Any]:
    monitor = execution.monitor
    try:
        with monitor.access():
            return s3.read_json(uri)
    except RecursionError as error:
        raise s3.ObjectError(f"{uri} is nested too deeply") from error
    except ClientError as error:
        if not errors.is_denied(error):
            raise
        # S3's own refusals are object errors already.
        raise s3.ObjectError(
            f"{uri} may be read under the role {monitor.access_role} only, which cannot be assumed "
            f"({errors.message(error)}); deploy the monitor's stack again"
        ) from error
