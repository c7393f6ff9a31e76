"""Speed as ratios to Polars and orjson, measured side by side on this machine; memory as it grows with the input."""

import re
import subprocess
import sys

import pytest

from analyzer.bench.inputs import write_captures, write_table

pytestmark = pytest.mark.slow

_MEASURE = """
import sys
from pathlib import Path
from analyzer.bench.__main__ import measure
print(measure(sys.argv[1], Path(sys.argv[2]), 1).peak_megabytes)
"""


_LIMITS = (4, 2.25, 6)
"""Of profile, captures and merge: the second and the third are 1.5 and 4, and half as much again for a busy machine."""


def benchmark():
    """Return what the benchmark prints, and the ratios that have limits."""
    command = [sys.executable, "-m", "analyzer.bench", "--rows=60000", "--records=30000", "--repetitions=2"]
    command += ["--loans=20000", "--explained=5", "--attacked=2000", f"--whylogs={sys.executable}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return printed, [float(value) for value in re.findall(r"([0-9.]+) +\(limit", printed)][: len(_LIMITS)]


def test_the_benchmark_prints_every_contender_and_keeps_its_limits():
    printed, ratios = benchmark()
    for name in (
        "analyzer_profile",
        "polars_lazy_summary",
        "polars_describe",
        "duckdb_summarize",
        "orjson_and_polars",
        "orjson_merge",
        "analyzer_bias",
    ):
        assert f"  {name}" in printed
    assert "  whylogs is not installed" in printed  # in the environment of the tests
    assert re.search(r"of which the model takes \d+%", printed)
    # What else runs on the machine only makes a ratio worse, so the least of a few is the truest.
    for _ in range(3):
        if all(ratio < limit for ratio, limit in zip(ratios, _LIMITS, strict=True)):
            return
        ratios = [min(pair) for pair in zip(ratios, benchmark()[1], strict=True)]
    assert all(ratio < limit for ratio, limit in zip(ratios, _LIMITS, strict=True)), ratios


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A table that is several blocks long, and one with the same rows four times: no value is new."""
    once, again = (tmp_path_factory.mktemp("tables") / name for name in ("once.csv", "again.csv"))
    write_table(once, 240_000)
    header, _, rows = once.read_bytes().partition(b"\n")
    again.write_bytes(header + b"\n" + rows * 4)
    return once, again


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    """An hour of capture records, and one with four times as many."""
    folders = [tmp_path_factory.mktemp("captures") / str(records) for records in (60_000, 240_000)]
    for folder in folders:
        write_captures(folder, int(folder.name))
    return folders


@pytest.mark.parametrize(
    ("contender", "inputs", "is_held"),
    [
        ("analyzer_profile", "tables", False),
        ("analyzer_captures", "captures", False),
        # What holds its input shows that the measurement would see it.
        ("polars_describe", "tables", True),
        ("orjson_and_polars", "captures", True),
    ],
)
def test_only_part_of_the_input_is_in_memory_however_long_it_is(contender, inputs, is_held, request):
    small, large = request.getfixturevalue(inputs)

    growth = peak_megabytes(contender, large) - peak_megabytes(contender, small)

    share = growth / (megabytes(large) - megabytes(small))
    assert (share > 0.5) if is_held else (share < 0.4), f"{growth:.0f} MB more"


def peak_megabytes(contender, path):
    # Measured by another program, because a process's peak starts at the size of the one that started it.
    command = [sys.executable, "-c", _MEASURE, contender, str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def megabytes(path):
    files = path.rglob("*.jsonl") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files) / 1e6
