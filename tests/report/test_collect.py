"""What is gathered of a run from the files of it, of its baseline and of earlier runs."""

from __future__ import annotations

import itertools
import json
import math
import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import example, given, settings, strategies as st

from run_report.changes import change_of, moved
from run_report.distribution import Categories, Numbers, compare
from run_report.features import read_statistics
from run_report.fixes import setting
from run_report.job import places_of
from run_report.stream import JsonStreamError, entries
from run_report.violations import parse_violation
from tests.report.conftest import (
    KINDS,
    NOON,
    data_quality,
    drift,
    folder,
    listed,
    numbers,
    statistics,
    texts,
)


def test_data_quality_has_records_features_and_the_violated_ones_first(files, gather):
    data_quality(files)
    report = gather()
    assert (report.records, report.baseline_records, len(report.findings)) == (400, 3000, 2)
    assert len(report.features) == 10
    assert all(feature.findings for feature in report.features[:2])
    gaps = [feature.comparison.gap for feature in report.features[2:]]
    assert gaps == sorted(gaps, reverse=True)
    assert report.problems == ()


def test_a_number_is_compared_by_its_mean_and_a_text_by_the_share_that_moved_most(files, gather):
    data_quality(files)
    files.put(f"{folder()}/constraint_violations.json", {"violations": [drift("feature_000"), drift("feature_009")]})
    report = gather()
    changes = {finding.feature: change_of(report, finding) for finding in report.findings}
    assert changes["feature_000"].what == "mean"
    assert float(changes["feature_000"].now) - float(changes["feature_000"].before) == pytest.approx(8, abs=2)
    assert (changes["feature_009"].what, changes["feature_009"].before) == ('share of "rent"', "75 %")
    assert changes["feature_009"].now == "25 %"


def test_completeness_type_and_new_values_are_told_with_both_sides(files, gather):
    before = statistics(numbers("age", [1.0, 2.0], kind="Integral"), texts("home", {"rent": 1}))
    now = statistics(numbers("age", [1.5, 2.0], missing=2), texts("home", {"rent": 3, "boat": 1}))
    files.put("s3://out/baselines/1/statistics.json", before)
    files.put(f"{folder()}/statistics.json", now)
    checks = {
        "completeness_check": "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 50.0%.",
        "data_type_check": "Data type match requirement is not met. Expected data type: Integral, Expected match: "
        "100.0%. Observed: Only 50.0% of data is Integral.",
    }
    violations = [
        {"feature_name": "age", "constraint_check_type": check, "description": text} for check, text in checks.items()
    ]
    new = {"feature_name": "home", "constraint_check_type": "categorical_values_check", "description": "?"}
    files.put(f"{folder()}/constraint_violations.json", {"violations": [*violations, new]})
    report = gather()
    told = {finding.check: change_of(report, finding) for finding in report.findings}
    assert (told["completeness_check"].before, told["completeness_check"].now) == ("100 %", "50 %")
    assert (told["data_type_check"].before, told["data_type_check"].now) == ("Integral", "Fractional")
    assert told["categorical_values_check"].now == "boat 25 %"


def test_model_quality_has_metrics_limits_curves_and_matrices(files, gather):
    KINDS["ModelQuality"][0](files)
    report = gather(type="ModelQuality")
    metrics = {metric.name: metric for metric in report.quality.metrics}
    assert list(metrics) == ["recall", "true_positive_rate", "f0_5"]
    recall = metrics["recall"]
    assert (recall.before, recall.now, recall.limit, recall.deviation) == (0.51, 0.346, 0.4376, 0.016)
    assert recall.is_violated
    assert metrics["true_positive_rate"].is_violated, "the report calls it truePositiveRate"
    assert metrics["f0_5"].now is None
    assert [curve.title for curve in report.quality.curves] == ["ROC curve", "Precision-recall curve"]
    assert report.quality.matrix_now.counts == ((170, 19), (138, 73))
    assert (report.records, report.baseline_records) == (400, 3000)


def test_bias_is_held_against_the_baseline_by_group_whatever_a_metric_was_called(files, gather):
    make, places = KINDS["ModelBias"]
    make(files)
    report = gather(type="ModelBias", **places)
    (facet,) = report.facets
    metrics = {metric.name: metric for metric in facet.metrics}
    assert (facet.column, facet.value) == ("sex", "female")
    assert (metrics["DPPL"].before, metrics["DPPL"].now, metrics["DPPL"].is_violated) == (0.089, -0.1224, True)
    assert (metrics["DI"].before, metrics["DI"].now) == (math.inf, 0.8)
    assert metrics["CDDPL"].problem == "Group variable is empty or not provided"
    assert metrics["DCAcc"].now == 0.05
    assert change_of(report, report.findings[0]).now == "-0.1224"


def test_attribution_names_the_features_whose_place_has_changed(files, gather):
    make, places = KINDS["ModelExplainability"]
    make(files)
    report = gather(type="ModelExplainability", **places)
    assert [(item.feature, item.rank_before, item.rank_now) for item in moved(report, "label0")] == [
        ("expenses", 3, 1),
        ("income", 1, 2),
        ("age", 2, 3),
    ]


def test_history_reads_only_runs_with_violations_and_says_since_when(files, gather):
    data_quality(files)
    for hours in (1, 3, 5):
        files.put(f"{folder(hours)}/constraint_violations.json", {"violations": [drift("feature_000")]})
    with_violations = "CompletedWithViolations"
    report = gather(listed(with_violations, "Failed", with_violations, "Completed", with_violations))
    found = {finding.feature: report.since(finding) for finding in report.findings}
    assert found["feature_000"] == NOON - timedelta(hours=3), "a run that failed tells nothing"
    assert found["feature_005"] == NOON
    assert [None if past.findings is None else len(past.findings) for past in report.history] == [1, 0, 1, None, 1, 2]
    assert sum("constraint_violations" in uri for uri in files.read) == 4


def test_history_is_cut_and_a_report_that_was_deleted_is_not_known(files, gather):
    data_quality(files)
    report = gather(listed(*["CompletedWithViolations"] * 60))
    assert len(report.history) == 24
    assert {past.findings for past in report.history[:-1]} == {None}


def test_a_single_run_is_held_against_the_runs_of_the_schedule(files, gather):
    files.put(f"{folder(1)}/constraint_violations.json", {"violations": [drift("age")]})
    single = folder().replace("credit-quality/", "credit-quality-run-20261121120000/")
    files.put(f"{single}/constraint_violations.json", {"violations": [drift("age")]})
    report = gather(listed("CompletedWithViolations"), folder=single, one_time="credit-quality-run-20261121120000")
    assert report.since(report.findings[0]) == NOON - timedelta(hours=1)


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"features": [{"name": "a"', b"\xff\xfe", b"[" * 100_000])
def test_files_that_are_broken_are_told_and_the_rest_is_there(files, gather, content):
    data_quality(files)
    files.put(f"{folder()}/statistics.json", content)
    report = gather()
    assert len(report.findings) == 2
    assert report.records is None
    assert "statistics.json" in report.problems[0]


def test_files_that_are_missing_are_told(files, gather):
    report = gather()
    assert len(report.problems) == 3
    assert report.findings == ()


def test_a_run_without_data_reads_nothing(files, gather):
    report = gather(outcome="NoData", folder=None, reason="Job inputs had no data")
    assert (files.read, report.problems) == ([], ())


def test_the_baseline_is_that_of_the_job():
    job = {
        "Environment": {
            "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
            "start_time": "2026-11-21T11:00:00Z",
            "end_time": "2026-11-21T12:00:00Z",
        },
        "ProcessingInputs": [
            {"InputName": "constraints", "S3Input": {"S3Uri": "s3://b/1/constraints.json", "LocalPath": "/x"}}
        ],
        "ProcessingOutputConfig": {"Outputs": [{"S3Output": {"S3Uri": "s3://out/reports/"}}]},
    }
    places = places_of(job)
    assert (places.folder, places.constraints) == ("s3://out/reports", "s3://b/1/constraints.json")
    assert places.statistics == "s3://b/1/statistics.json", "beside the constraints, where a job has no input for it"
    assert places.window == (NOON - timedelta(hours=1), NOON)
    assert places_of({}) == type(places)(None, None, None, None)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(), _JSON, max_size=4), st.integers(1, 9), st.sampled_from([None, 2]))
@example({"a": [1.5e300, -1.2049804663041688e16, 12]}, 1, None)
def test_a_stream_gives_what_a_whole_file_does_however_it_is_cut(content, size, indent):
    text = json.dumps(content, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    expected = [
        (key, item) for key, value in content.items() for item in (value if isinstance(value, list) else [value])
    ]
    assert list(entries(chunks)) == expected


def test_a_number_that_is_cut_is_not_taken_for_a_smaller_one():
    assert list(entries([b'{"a": 1', b"2", b"3}"])) == [("a", 123)]
    with pytest.raises(JsonStreamError):
        list(entries([b'{"a": 12']))


def test_memory_does_not_grow_with_the_number_of_features():
    feature = json.dumps(numbers("name", [float(number) for number in range(2000)])).encode()

    def peak(count):
        separated = itertools.chain.from_iterable((b"," if number else b"", feature) for number in range(count))
        tracemalloc.start()
        read_statistics(itertools.chain([b'{"features":['], separated, [b"]}"]))
        return tracemalloc.get_traced_memory()[1], tracemalloc.stop()

    assert peak(20)[0] < 1.5 * peak(5)[0]


def test_bins_have_round_edges_and_hold_every_value():
    before, now = (
        Numbers.parse({"kll": {"sketch": {"data": [[float(number + shift) for number in range(500)]]}}})
        for shift in (0, 250)
    )
    comparison = compare(before, now)
    assert comparison.gap == pytest.approx(0.5, abs=0.01)
    assert sum(bar.before for bar in comparison.bars) == pytest.approx(1)
    assert sum(bar.now for bar in comparison.bars) == pytest.approx(1)
    assert comparison.bars[0].label == "below 0" or comparison.bars[0].label.startswith("0 to")


def test_levels_of_a_sketch_weigh_twice_as_much_each():
    side = Numbers.parse({"kll": {"sketch": {"data": [[1.0, 1.0], [2.0], [3.0]]}}})
    bars = compare(side, None).bars
    assert [(bar.label, bar.before, bar.now) for bar in bars] == [
        ("1", 0.25, None),
        ("2", 0.25, None),
        ("3", 0.5, None),
    ]


def test_buckets_do_where_there_is_no_sketch():
    buckets = [{"lower_bound": 0.0, "upper_bound": 10.0, "count": 30.0}, {"lower_bound": 10.0, "upper_bound": 20.0}]
    side = Numbers.parse({"kll": {"buckets": buckets}})
    assert side.share_below(5.0) == pytest.approx(0.5, abs=0.06)


@settings(max_examples=60)
@given(
    st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=60),
    st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=60),
)
def test_any_values_can_be_compared(before, now):
    sides = [Numbers.parse({"kll": {"sketch": {"data": [values]}}}) for values in (before, now)]
    comparison = compare(*sides)
    if comparison is not None:
        for side, of in zip(sides, (lambda bar: bar.before, lambda bar: bar.now), strict=True):
            if side:
                assert math.fsum(of(bar) for bar in comparison.bars) == pytest.approx(1)


def test_many_categories_are_cut_and_the_rest_is_summed_up():
    side = Categories.parse(texts("a", {f"value {number}": number + 1 for number in range(100)})["string_statistics"])
    bars = compare(side, side).bars
    assert len(bars) == 12
    assert bars[-1].label == "89 other values"
    assert math.fsum(bar.now for bar in bars) == pytest.approx(1)


@pytest.mark.parametrize(
    ("violation", "expected"),
    [
        (drift("age"), "constraints.features.age.drift_threshold"),
        (
            {"constraint_check_type": "LessThanThreshold", "metric_name": "truePositiveRate"},
            "thresholds.true_positive_rate",
        ),
        ({"constraint_check_type": "extra_column_check", "feature_name": "Extra columns"}, "baseline"),
        ({"constraint_check_type": "of tomorrow", "feature_name": "age"}, None),
    ],
)
def test_each_violation_names_the_setting_behind_its_limit(violation, expected):
    assert setting(parse_violation(violation)) == expected
