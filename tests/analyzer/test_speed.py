"""Speed as ratios to Polars and orjson, measured side by side on this machine."""

import re
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_benchmark_prints_every_contender_and_keeps_its_limits():
    command = [sys.executable, "-m", "analyzer.bench", "--rows=60000", "--records=30000", "--repetitions=2"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name in (
        "analyzer_profile",
        "polars_lazy_summary",
        "polars_describe",
        "duckdb_summarize",
        "orjson_and_polars",
        "orjson_merge",
    ):
        assert f"  {name}" in printed
    profile, captures, merge, megabytes = (float(value) for value in re.findall(r"([0-9.]+) +\(limit", printed))
    assert profile < 4
    # The limits are 1.5 and 4; half as much again, so that a busy machine does not fail the build.
    assert captures < 2.25
    assert merge < 6
    assert megabytes < 1000
