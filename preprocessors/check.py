"""The trial of a script."""

import contextlib
import io
import json
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.scripts import PreprocessingScript
from preprocessors.records import read_records
from preprocessors.report import Problem, ScriptReport, Severity
from preprocessors.rows import RowChecks
from preprocessors.source_checks import source_problems

_SHOWN_OUTPUT = 80

_Paths = str | Path | Sequence[str | Path]


def check_script(
    script: str | Path, records: _Paths, *, baseline: str | Path | None = None, header: bool = True
) -> ScriptReport:
    """Run a record preprocessing script on records and look for what would go wrong in Model Monitor.

    The records are read, and handed to the script, by the code of the analyzer in this project. The trial goes on
    after a record at which the script fails, so that one run shows all problems; a job would end there.

    Args:
        script: File that defines ``preprocess_handler``.
        records: Files or folders: capture files, CSV or JSON lines.
        baseline: ``statistics.json`` or ``constraints.json`` of a baseline, whose columns the rows must match in
            number. Default: rows are compared with each other only.
        header: Whether the first line of CSV files names the columns. Default: it does.

    Returns:
        The rows and the problems; `ScriptReport.ok` says whether there is no error.

    Raises:
        AnalysisError: The script or the baseline is not a file, or there are no records to be read.

    Example:
        >>> report = check_script("flatten.py", "captured", baseline="constraints.json")
        >>> assert report.ok, report
    """
    path = Path(script)
    if not path.is_file():
        raise AnalysisError(f"the script {path} is not a file")
    report = ScriptReport(names=_baseline_names(Path(baseline)) if baseline else ())
    for problem in source_problems(path):
        report.add(problem)
    sources = [Path(source) for source in ([records] if isinstance(records, (str, Path)) else records)]
    try:
        with _silent("while it is loaded", report):
            handler = PreprocessingScript(path.absolute())  # as tracebacks name it
    except AnalysisError as error:
        report.add(_failure("the script cannot be loaded", error, path))
    else:
        _run(handler, path, sources, header=header, report=report)
    return report


def _run(
    handler: PreprocessingScript, script: Path, sources: Sequence[Path], *, header: bool, report: ScriptReport
) -> None:
    checks = RowChecks(report.names)
    for location, record in read_records(sources, header=header, issues=_UnreadRecords(report)):
        report.records += 1
        try:
            with _silent("", report, report.records, location):
                rows = handler.call(record, location)
        except AnalysisError as error:
            report.add(_failure("the script fails", error, script, report.records, location))
            continue
        report.left_out += not rows
        report.rows += rows
        for problem in (problem for row in rows for problem in checks.problems(row)):
            found_at = Problem(problem.severity, problem.kind, problem.detail, report.records, location)
            report.add(found_at)
    if not report.records:
        report.add(Problem(Severity.ERROR, "there are no records"))
    elif report.left_out == report.records:
        report.add(Problem(Severity.ERROR, "the script leaves every record out", "a job would have no data"))


@contextlib.contextmanager
def _silent(
    when: str, report: ScriptReport, record: int | None = None, location: Location | None = None
) -> Iterator[None]:
    """Report what the script writes to standard output, on which AWS's container expects nothing but rows."""
    written = io.StringIO()
    try:
        with contextlib.redirect_stdout(written):
            yield
    finally:
        text = written.getvalue().strip()
        if text:
            detail = f"{text.splitlines()[0][:_SHOWN_OUTPUT]!r} {when}".rstrip()
            report.add(Problem(Severity.ERROR, "the script writes among the rows", detail, record, location))


class _UnreadRecords(DataIssues):
    """Take what the readers complain of into a report."""

    def __init__(self, report: ScriptReport) -> None:
        super().__init__(strict=False)
        self._report = report

    def add(self, location: Location, problem: str, detail: str = "") -> None:
        """Report a line that the script never saw."""
        text = f"{location}: {problem}" + (f": {detail}" if detail else "")
        self._report.add(Problem(Severity.WARNING, "not a record", text))


def _failure(
    kind: str, error: AnalysisError, script: Path, record: int | None = None, location: Location | None = None
) -> Problem:
    cause = error.__cause__
    if cause is None:  # it did not raise; what it returned or lacks is in the text
        return Problem(Severity.ERROR, kind, str(error), record, location)
    frames = traceback.extract_tb(cause.__traceback__)
    inside = [frame.filename == str(script.absolute()) for frame in frames]
    begin = inside.index(True) if any(inside) else len(frames)
    lines = [*traceback.format_list(frames[begin:]), *traceback.format_exception_only(cause)]
    own = [frame.lineno for frame, is_own in zip(frames, inside, strict=True) if is_own]
    place = f" ({script}, line {own[-1]})" if own else f" ({script})"
    return Problem(Severity.ERROR, kind, f"{type(cause).__name__}: {cause}{place}", record, location, "".join(lines))


def _baseline_names(path: Path) -> list[str]:
    try:
        document: Any = json.loads(path.read_bytes())
        return [feature["name"] for feature in document["features"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnalysisError(
            f"the baseline {path} is not a statistics.json or constraints.json: {type(error).__name__} {error}"
        ) from error
