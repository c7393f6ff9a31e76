"""What is measured: each function reads its input from disk and does its whole work.

Run as a module with the name of a function and the path of its input, it prints seconds and peak memory as JSON. A
process of its own for each is what makes the peak honest.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import orjson
import polars as pl

from analyzer.data_quality.documents.statistics import statistics_document
from analyzer.data_quality.profile.table import TableProfile
from analyzer.dataset.capture import CaptureDataset
from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.files import find_files
from analyzer.ground_truth import MergeParameters, run_merge
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import DatasetFormat, FormatKind, Window
from analyzer.text.jackson import to_json

_HOUR = Window(datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 11, tzinfo=UTC))


def analyzer_profile(path: Path) -> None:
    """Profile a CSV file completely and write its statistics.json as text."""
    dataset = CsvDataset([path], header=True, issues=DataIssues(strict=True))
    to_json(statistics_document(TableProfile.of(dataset.tables())))


def polars_lazy_summary(path: Path) -> None:
    """Count, nulls, mean, deviation, range, approximate distinct values and value counts of every column."""
    table = pl.scan_csv(path)
    expressions = []
    for name, kind in table.collect_schema().items():
        column = pl.col(name)
        expressions += [
            column.count().alias(f"{name} count"),
            column.null_count().alias(f"{name} nulls"),
            column.min().alias(f"{name} minimum"),
            column.max().alias(f"{name} maximum"),
            column.approx_n_unique().alias(f"{name} distinct"),
            column.value_counts().implode().alias(f"{name} values"),
        ]
        if kind.is_numeric():
            expressions += [column.mean().alias(f"{name} mean"), column.std().alias(f"{name} deviation")]
    table.select(expressions).collect()


def polars_describe(path: Path) -> None:
    """Describe a CSV file with ``polars.DataFrame.describe``."""
    pl.read_csv(path).describe()


def duckdb_summarize(path: Path) -> None:
    """Summarize a CSV file with DuckDB's ``SUMMARIZE``."""
    import duckdb  # noqa: PLC0415 - a development package that nothing else of the analyzer needs

    # Fetched as rows: a frame would need pyarrow.
    duckdb.connect().execute("SUMMARIZE SELECT * FROM read_csv(?)", [str(path)]).fetchall()


def analyzer_captures(path: Path) -> None:
    """Parse capture records to text columns, checked and filtered by their time."""
    dataset = CaptureDataset(
        find_files(path),
        index_names=("endpointInput", "endpointOutput"),
        window=_HOUR,
        issues=DataIssues(strict=True),
    )
    for _ in dataset.tables():
        pass


def orjson_and_polars(path: Path) -> None:
    """Parse capture records with nothing but orjson and Polars' CSV parser, unchecked."""
    rows = []
    for file in find_files(path):
        for line in file.read_bytes().splitlines():
            captured = orjson.loads(line)["captureData"]
            rows.append(captured["endpointOutput"]["data"] + "," + captured["endpointInput"]["data"])
    pl.read_csv("".join(rows).encode(), has_header=False)


def analyzer_merge(path: Path) -> None:
    """Merge capture records with the labels beside them, and write what has found its label."""
    with tempfile.TemporaryDirectory() as output:
        run_merge(
            MergeParameters(
                dataset_source=path,
                ground_truth_source=_labels_of(path),
                output_path=Path(output),
                dataset_format=DatasetFormat(FormatKind.CAPTURE),
                window=_HOUR,
            )
        )


def orjson_merge(path: Path) -> None:
    """Merge with nothing but orjson and a dict, unchecked, into one file."""
    labels = {}
    for file in find_files(_labels_of(path)):
        for line in file.read_bytes().splitlines():
            label = orjson.loads(line)
            labels[label["eventMetadata"]["eventId"]] = label["groundTruthData"]
    with tempfile.TemporaryFile() as output:
        for file in find_files(path):
            for line in file.read_bytes().splitlines():
                record = orjson.loads(line)
                record["groundTruthData"] = labels[record["eventMetadata"]["eventId"]]
                output.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))


def analyzer_bias(path: Path) -> None:
    """Compute all 21 bias metrics of two facets of a table and write the documents."""
    from analyzer.clarify import run_clarify  # noqa: PLC0415 - the other contenders are not to load it

    with tempfile.TemporaryDirectory() as output:
        run_clarify({"processing_root": str(path), "output_path": output})


def _labels_of(captures: Path) -> Path:
    return captures.with_name("labels")


CONTENDERS: Mapping[str, Callable[[Path], None]] = {
    contender.__name__: contender
    for contender in (
        analyzer_profile,
        polars_lazy_summary,
        polars_describe,
        duckdb_summarize,
        analyzer_captures,
        orjson_and_polars,
        analyzer_merge,
        orjson_merge,
        analyzer_bias,
    )
}


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


if __name__ == "__main__":
    begin = time.perf_counter()
    CONTENDERS[sys.argv[1]](Path(sys.argv[2]))
    seconds = time.perf_counter() - begin
    sys.stdout.write(orjson.dumps({"seconds": seconds, "peak_megabytes": _peak_megabytes()}).decode())
