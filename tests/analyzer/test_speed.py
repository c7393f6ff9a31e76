"""Speed as ratios to Polars, measured side by side on this machine."""

import pytest

from analyzer.bench.__main__ import measure
from analyzer.bench.inputs import write_captures, write_table


@pytest.mark.slow
def test_a_full_profile_takes_at_most_four_times_a_polars_summary(tmp_path):
    write_table(tmp_path / "table.csv", rows=100_000)
    ours = measure("analyzer_profile", tmp_path / "table.csv", repetitions=2)
    theirs = measure("polars_lazy_summary", tmp_path / "table.csv", repetitions=2)
    assert ours.seconds < 4 * theirs.seconds
    assert ours.peak_megabytes < 1000


@pytest.mark.slow
def test_capture_records_are_parsed_about_as_fast_as_orjson_and_polars_can(tmp_path):
    write_captures(tmp_path, records=50_000)
    ours = measure("analyzer_captures", tmp_path, repetitions=2)
    theirs = measure("orjson_and_polars", tmp_path, repetitions=2)
    # The limit is 1.5; half as much again, so that a busy machine does not fail the build.
    assert ours.seconds < 2.25 * theirs.seconds
