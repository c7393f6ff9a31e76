"""Gathers a run's files, its baseline's and those of earlier runs into a `RunReport`.

History comes from the files that earlier runs have left beside their reports: only those of runs with violations are
read, since SageMaker's list of runs says which had none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from run_report import clarify, features, quality
from run_report.files import ANALYSIS_FILE, STATISTICS_FILE, VIOLATIONS_FILE
from run_report.job import outcome_of, scheduled_time
from run_report.model import CLEAN, VIOLATIONS, PastRun, Run, RunReport, Side
from run_report.stream import JsonStreamError
from run_report.violations import Finding, by_severity, parse_violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import MonitoringExecutionSummaryTypeDef

MOST_PAST_RUNS = 24
_LISTED = 100
_CHUNK_BYTES = 2**18
_READERS = 8
_DATED = re.compile(r"/\d{4}/\d{2}/\d{2}/\d{2}$")
_T = TypeVar("_T")


class _UnreadableError(Exception):
    """A file cannot be read; the text says which and why."""


def collect(run: Run, s3: S3Client, earlier: Iterable[Mapping[str, Any]] = ()) -> RunReport:
    """Read all that is known of a run. What cannot be read is left out, and told in `problems`.

    Args:
        run: The run.
        s3: Client that may read the run's reports and baseline.
        earlier: Runs of the same schedule, from `earlier_runs`.
    """
    reader = _Reader(s3)
    findings = reader.findings(run)
    report = _of_type(run, reader, findings)
    history = _history(run, findings, reader, earlier)
    return RunReport(run=run, findings=findings, history=history, problems=tuple(reader.problems), **report)


def earlier_runs(run: Run, sagemaker: SageMakerClient) -> list[MonitoringExecutionSummaryTypeDef]:
    """Return the runs of the schedule before a run, the latest first, as SageMaker lists them."""
    return sagemaker.list_monitoring_executions(
        MonitoringScheduleName=run.schedule,
        ScheduledTimeBefore=run.scheduled,
        SortBy="ScheduledTime",
        SortOrder="Descending",
        MaxResults=_LISTED,
    )["MonitoringExecutionSummaries"]


def _of_type(run: Run, reader: _Reader, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return what there is for one kind of monitor only, as fields of the report."""
    if not run.has_report or run.folder is None:
        return {}
    if run.type == "DataQuality":
        records, now = reader.statistics(f"{run.folder}/{STATISTICS_FILE}")
        known, before = reader.statistics(run.statistics)
        return {
            "records": records,
            "baseline_records": known,
            "features": features.features(before, now, findings),
        }
    if run.type == "ModelQuality":
        current, old = reader.json(f"{run.folder}/{STATISTICS_FILE}"), reader.json(run.statistics)
        return {
            "records": quality.records(current),
            "baseline_records": quality.records(old),
            "quality": quality.read_quality(current, old, reader.json(run.constraints), findings),
        }
    now_analysis, old_analysis = reader.json(f"{run.folder}/{ANALYSIS_FILE}"), reader.json(run.constraints)
    return {
        "facets": clarify.facets(now_analysis, old_analysis, findings),
        "attributions": clarify.attributions(now_analysis, old_analysis),
    }


class _Reader:
    """Read files, and notes which could not be read."""

    def __init__(self, s3: S3Client) -> None:
        self._s3 = s3
        self.problems: list[str] = []

    def json(self, uri: str | None) -> Mapping[str, Any]:
        """Return the content of a file; empty if it cannot be read."""
        return self._noted(lambda: self._json(uri), {}) if uri else {}

    def statistics(self, uri: str | None) -> tuple[int | None, dict[str, Side]]:
        """Return records and features of a statistics file of data quality; nothing if it cannot be read."""
        nothing: tuple[int | None, dict[str, Side]] = (None, {})
        return self._noted(lambda: self._statistics(uri), nothing) if uri else nothing

    def findings(self, run: Run) -> tuple[Finding, ...]:
        """Return the violations of a run, the most severe first."""
        if run.outcome != VIOLATIONS or run.folder is None:
            return ()
        folder = run.folder
        return self._noted(lambda: self.violations(folder), ())

    def violations(self, folder: str) -> tuple[Finding, ...]:
        """Return the violations in a folder, the most severe first.

        Raises:
            _UnreadableError: They cannot be read.
        """
        listed = self._json(f"{folder}/{VIOLATIONS_FILE}").get("violations")
        entries = listed if isinstance(listed, list) else []
        return tuple(by_severity([parse_violation(entry) for entry in entries if isinstance(entry, dict)]))

    def _noted(self, read: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return read()
        except _UnreadableError as error:
            self.problems.append(str(error))
            return otherwise

    def _json(self, uri: str) -> Mapping[str, Any]:
        try:
            content = json.loads(b"".join(self._chunks(uri)))
        except (ValueError, RecursionError) as error:
            raise _UnreadableError(f"{uri} is not valid JSON: {error}") from error
        if not isinstance(content, dict):
            raise _UnreadableError(f"{uri} holds a JSON {type(content).__name__}, expected an object")
        return content

    def _statistics(self, uri: str) -> tuple[int | None, dict[str, Side]]:
        try:
            return features.read_statistics(self._chunks(uri))
        except JsonStreamError as error:
            raise _UnreadableError(f"{uri} is not valid JSON: {error}") from error

    def _chunks(self, uri: str) -> Iterator[bytes]:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            with closing(self._s3.get_object(Bucket=bucket, Key=key)["Body"]) as body:
                yield from body.iter_chunks(_CHUNK_BYTES)
        except ClientError as error:
            raise _UnreadableError(f"{uri} cannot be read: {error.response['Error'].get('Message', error)}") from error
        except BotoCoreError as error:
            raise _UnreadableError(f"{uri} cannot be read: {error}") from error


def _history(
    run: Run, findings: tuple[Finding, ...], reader: _Reader, listed: Iterable[Mapping[str, Any]]
) -> tuple[PastRun, ...]:
    """Return earlier runs of the schedule, the oldest first, and this one at the end."""
    this = PastRun(run.scheduled, run.outcome, _keyed(findings))
    root = _DATED.sub("", run.folder or "")
    if not run.folder or root == run.folder:
        return (this,)
    # A single run is held against the runs of the schedule, whose reports lie beside its own.
    root = f"{root.rpartition('/')[0]}/{run.schedule}"
    earlier = {scheduled_time(item): outcome_of(item) for item in listed}
    known = sorted((time, outcome) for time, outcome in earlier.items() if time < run.scheduled)[1 - MOST_PAST_RUNS :]

    def past(told: tuple[datetime, str]) -> PastRun:
        time, outcome = told
        if outcome != VIOLATIONS:
            return PastRun(time, outcome, {} if outcome == CLEAN else None)
        try:
            return PastRun(time, outcome, _keyed(reader.violations(f"{root}/{time:%Y/%m/%d/%H}")))
        except _UnreadableError:  # an older report may have been deleted
            return PastRun(time, outcome, None)

    with ThreadPoolExecutor(_READERS) as pool:
        return (*pool.map(past, known), this)


def _keyed(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Finding]:
    return {(finding.feature, finding.check): finding for finding in findings}
