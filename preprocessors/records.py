"""Records to try a script on: captured ones, or the rows of a data set."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from analyzer.dataset.capture import INPUT, OUTPUT, CaptureDataset
from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.dataset.source import Dataset, ScriptInput
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues, Location
from analyzer.job.parameters import Window

_ALL_TIMES = Window(start=None, end=None)


def read_records(
    sources: Sequence[Path], *, header: bool, issues: DataIssues
) -> Iterator[tuple[Location, ScriptInput]]:
    """Yield what a script receives, read by the analyzer itself, with the place that it comes from.

    Args:
        sources: Files, or folders of files of one kind. ``.csv`` is what it says; others hold JSON lines: capture
            records when the first line is one.
        header: Whether the first line of CSV files names the columns.
        issues: Where lines go that are not records.

    Raises:
        AnalysisError: A source does not exist, holds no files, cannot be read, or is Parquet, for which AWS runs no
            script.
    """
    for source in sources:
        yield from _open(find_files(source), header=header, issues=issues).records()


def _open(files: Sequence[Path], *, header: bool, issues: DataIssues) -> Dataset:
    suffix = files[0].suffix.lower()
    if suffix == ".csv":
        return CsvDataset(files, header=header, issues=issues)
    if suffix == ".parquet":
        raise AnalysisError(
            f"{files[0]} is Parquet, and AWS's container refuses a script for it (Preprocessor script not supported "
            "for format parquet); convert the data set to CSV or JSON lines, or leave the script out"
        )
    if any(_holds_captures(file) for file in files):
        return CaptureDataset(files, index_names=[INPUT, OUTPUT], window=_ALL_TIMES, issues=issues)
    return JsonLinesDataset(files, issues=issues)


def _holds_captures(file: Path) -> bool:
    with file.open("rb") as lines:
        first = next((line for line in lines if line.strip()), b"")
    try:
        record = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return isinstance(record, dict) and "captureData" in record
