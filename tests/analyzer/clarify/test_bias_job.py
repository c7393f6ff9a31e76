"""Bias jobs from files to documents."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analyzer.clarify.bias.counts import Counts, Sample
from analyzer.clarify.bias.drift import allowed_range, confidence_interval, is_drift

HEADERS = ["age", "sex", "dept", "target", "predicted"]
CONFIG = {
    "dataset_type": "text/csv",
    "headers": HEADERS,
    "label": "target",
    "label_values_or_threshold": [1],
    "predicted_label": "predicted",
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "group_variable": "dept",
}
MONITOR = {
    "headers": ["age", "sex", "dept", "target"],
    "label": "target",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "group_variable": "dept",
}
MERGED = {"dataset_format": json.dumps({"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}})}
PUBLISH = {
    "publish_cloudwatch_metrics": "Enabled",
    "sagemaker_endpoint_name": "credit",
    "sagemaker_monitoring_schedule_name": "credit-bias",
    "start_time": "2026-01-01T10:00:00Z",
    "end_time": "2026-01-01T11:00:00Z",
}


def rows(count=400, shift=0.0, seed=1):
    """Rows (age, sex, dept, label, prediction) whose predictions favour sex 1 by ``shift``."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        age, sex, dept = generator.integers(20, 60), generator.integers(2), generator.integers(3)
        label = int(generator.random() < 0.5)
        prediction = int(generator.random() < 0.45 + (shift if sex else -shift))
        made.append((int(age), int(sex), int(dept), label, prediction))
    return made


def lines(made):
    return [",".join(map(str, row)) for row in made]


def captured(made):
    return [(f"{age},{sex},{dept}\n", str(p), str(y)) for age, sex, dept, y, p in made]


def test_a_baseline_has_the_layout_of_the_service(clarify):
    job = clarify(CONFIG, lines(rows()))
    assert (job.code, job.message) == (0, "Completed: Job completed successfully with no violations.")
    analysis = job.analysis
    assert list(analysis) == ["version", "post_training_bias_metrics", "pre_training_bias_metrics"]
    stage = analysis["pre_training_bias_metrics"]
    assert (stage["label"], stage["label_value_or_threshold"]) == ("target", "1")
    (entry,) = stage["facets"]["sex"]
    assert entry["value_or_threshold"] == "0"
    sexes = [row[1] for row in rows()]
    assert entry["metrics"][1] == {
        "name": "CI",
        "description": "Class Imbalance (CI)",
        "value": pytest.approx((sexes.count(1) - sexes.count(0)) / 400),
    }
    assert [metric["name"] for metric in entry["metrics"]] == ["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"]
    assert not (job.root / "output" / "constraint_violations.json").exists()


def test_a_metric_without_value_is_null_with_its_error_and_infinity_is_a_text(clarify):
    config = {name: value for name, value in CONFIG.items() if name != "group_variable"}
    data = ["30,0,0,1,0", "31,0,0,0,1", "32,1,0,1,0", "33,1,0,0,0"]
    job = clarify(config, data)
    metrics = job.analysis["post_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
    by_name = {metric["name"]: metric for metric in metrics}
    assert by_name["CDDPL"] == {
        "name": "CDDPL",
        "description": "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
        "value": None,
        "error": "Group variable is empty or not provided",
    }
    assert by_name["DI"]["value"] == "Infinity"
    assert by_name["TE"]["value"] == "-Infinity"


def test_a_facet_without_values_is_analysed_for_each_value_and_text_features_end_the_flip_test(clarify):
    config = CONFIG | {"facet": [{"name_or_index": "dept"}, {"name_or_index": 1, "value_or_threshold": ["f"]}]}
    data = [f"{30 + i},{'fm'[i % 2]},{i % 3},{i % 2},{i // 2 % 2}" for i in range(90)]
    job = clarify(config, data)
    facets = job.analysis["post_training_bias_metrics"]["facets"]
    assert [entry["value_or_threshold"] for entry in facets["dept"]] == ["0", "1", "2"]
    assert [entry["value_or_threshold"] for entry in facets["sex"]] == ["f"]
    errors = {metric["name"]: metric.get("error") for metric in facets["dept"][0]["metrics"]}
    assert errors["FT"] == "FlipTest does not support non-numeric columns"
    assert {m["name"]: m.get("error") for m in facets["sex"][0]["metrics"]}["FT"] is None


@pytest.mark.parametrize(
    ("ages", "threshold", "interval", "sensitive"),
    [
        (range(20, 60), [40], "(40, 59]", 19),
        ([age + 0.5 for age in range(20, 60)], [40], "(40.0, 59.5]", 20),
        (range(20, 60), ["40"], "(40, 59]", 19),
        ([20, 30, 40] * 40, [30], "30", 40),
        (range(20, 60), [40, 41], "40,41", 2),
    ],
)
def test_a_single_value_is_a_threshold_for_continuous_numbers_only(clarify, ages, threshold, interval, sensitive):
    config = CONFIG | {"facet": [{"name_or_index": "age", "value_or_threshold": threshold}]}
    data = [f"{age},{i % 2},0,{i % 2},{i // 2 % 2}" for i, age in enumerate(ages)]
    job = clarify(config, data)
    (entry,) = job.analysis["pre_training_bias_metrics"]["facets"]["age"]
    assert entry["value_or_threshold"] == interval
    imbalance = {metric["name"]: metric["value"] for metric in entry["metrics"]}["CI"]
    assert imbalance == pytest.approx((len(data) - 2 * sensitive) / len(data))


def test_a_regression_label_is_cut_at_the_threshold(clarify):
    config = CONFIG | {"label_values_or_threshold": [10]}
    data = [f"30,{i % 2},0,{i * 0.5},{20 if i % 2 else 5}" for i in range(40)]
    job = clarify(config, data)
    assert job.analysis["pre_training_bias_metrics"]["label_value_or_threshold"] == "(10.0, 19.5]"
    assert job.bias("post_training", "sex")["DPPL"] == 1.0


def test_only_the_named_methods_are_computed(clarify):
    config = CONFIG | {"methods": {"post_training_bias": {"methods": ["DI", "DCAcc"]}}}
    analysis = clarify(config, lines(rows())).analysis
    assert "pre_training_bias_metrics" not in analysis
    (entry,) = analysis["post_training_bias_metrics"]["facets"]["sex"]
    assert [metric["name"] for metric in entry["metrics"]] == ["DCA", "DI"]


def test_headers_in_the_file_and_other_formats_give_the_same_analysis(clarify, tmp_path):
    made = rows(60)
    expected = clarify(CONFIG, lines(made)).analysis
    assert clarify(CONFIG, [",".join(HEADERS), *lines(made)]).analysis == expected
    by_path = CONFIG | {"dataset_type": "application/jsonlines", "features": "x", "label": "y", "predicted_label": "p"}
    by_path["headers"] = ["age", "sex", "dept", "target"]
    records = [{"x": row[:3], "y": row[3], "p": row[4]} for row in made]
    assert clarify(by_path, [json.dumps(record) for record in records]).analysis == expected
    whole = by_path | {
        "dataset_type": "application/json",
        "features": "[*].x",
        "label": "[*].y",
        "predicted_label": "[*].p",
    }
    assert clarify(whole, [json.dumps(records)]).analysis == expected


def test_predictions_come_from_the_model_when_the_data_has_none(clarify, served):
    made = rows(60)
    config = {name: value for name, value in CONFIG.items() if name != "predicted_label"}
    config |= {"headers": HEADERS[:4], "probability_threshold": 0.7}
    data = [line.rsplit(",", 1)[0] for line in lines(made)]
    url = served(lambda body: "\n".join(str(int(line.split(",")[0]) / 60) for line in body.splitlines()))
    predicted = [int(row[0] / 60 > 0.7) for row in made]
    expected = clarify(CONFIG, lines([(*row[:4], p) for row, p in zip(made, predicted, strict=True)]))
    assert clarify(config, data, predictor_url=url).analysis == expected.analysis


def test_live_predictions_that_favour_a_group_are_violations(clarify, merged):
    baseline = clarify(CONFIG, lines(rows(2000))).root / "output" / "analysis.json"
    live = merged(captured(rows(1000, shift=0.3, seed=2)))
    job = clarify(MONITOR, live, baseline_constraints=baseline, inference_attribute="0", **MERGED, **PUBLISH)
    assert job.code == 0, job.message
    by_name = {violation["metric_name"]: violation for violation in job.violations}
    assert {"DPPL", "DI", "CDDPL"} <= by_name.keys()
    assert by_name.keys().isdisjoint({"CI", "DPL"})
    value, limit = job.bias("post_training", "sex")["DPPL"], json.loads(baseline.read_text())
    metrics = limit["post_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
    limit = {metric["name"]: metric["value"] for metric in metrics}["DPPL"]
    assert by_name["DPPL"] == {
        "constraint_check_type": "bias_drift_check",
        "description": f"Metric value {value} doesn't meet the baseline constraint requirement {limit}",
        "facet": "sex",
        "facet_value": "0",
        "metric_name": "DPPL",
    }
    violations = len(job.violations)
    assert job.message == f"CompletedWithViolations: Job completed successfully with {violations} violations."
    assert "Metric value" in (job.root / "output" / "report.html").read_text()


def test_the_same_bias_as_in_the_baseline_is_no_violation(clarify, merged):
    baseline = clarify(CONFIG, lines(rows(shift=0.3))).root / "output" / "analysis.json"
    live = merged(captured(rows(shift=0.3)))
    job = clarify(MONITOR, live, baseline_constraints=baseline, inference_attribute="0", **MERGED)
    assert job.violations == []


def test_few_rows_do_not_prove_drift(clarify, merged):
    baseline = clarify(CONFIG, lines(rows(2000))).root / "output" / "analysis.json"
    made = captured(rows(20, shift=0.15, seed=5))
    job = clarify(MONITOR, merged(made), baseline_constraints=baseline, inference_attribute="0", **MERGED)
    assert abs(job.bias("post_training", "sex")["DPPL"]) > 0.1
    assert "DPPL" not in {violation["metric_name"] for violation in job.violations}


def test_probabilities_become_labels_by_the_threshold_of_the_job(clarify, merged):
    made = rows(300)
    scores = [(given, f"x,{0.65 if int(p) else 0.55}", label) for given, p, label in captured(made)]
    by_score = clarify(
        MONITOR,
        merged(scores, name="scores"),
        probability_attribute="1",
        probability_threshold_attribute="0.600000",
        **MERGED,
    )
    by_label = clarify(MONITOR, merged(captured(made), name="labels"), inference_attribute="0", **MERGED)
    assert by_score.analysis == by_label.analysis


def test_json_captures_are_read_by_their_paths(clarify, merged):
    made = rows(300)
    records = [
        (json.dumps({"features": list(row[:3])}), json.dumps({"answer": {"label": row[4]}}), json.dumps(row[3]))
        for row in made
    ]
    job = clarify(
        MONITOR,
        merged(records, encoding="JSON", name="json"),
        features_attribute="features",
        inference_attribute="answer.label",
        **MERGED,
    )
    by_csv = clarify(MONITOR, merged(captured(made), name="csv"), inference_attribute="0", **MERGED)
    assert job.analysis == by_csv.analysis


def test_a_payload_of_several_rows_has_as_many_predictions_and_labels(clarify, merged):
    made = rows(40)
    pairs = [
        tuple("\n".join(parts) for parts in zip(a, b, strict=True))
        for a, b in zip(*[iter(captured(made))] * 2, strict=True)
    ]
    pairs = [(given.replace("\n\n", "\n"), output, label) for given, output, label in pairs]
    job = clarify(MONITOR, merged(pairs, name="pairs"), inference_attribute="0", **MERGED)
    single = clarify(MONITOR, merged(captured(made), name="single"), inference_attribute="0", **MERGED)
    assert job.analysis == single.analysis


def test_metrics_have_the_dimensions_of_the_service(clarify, merged):
    config = MONITOR | {"facet": [{"name_or_index": "age", "value_or_threshold": [40]}]}
    made = [(30, 0, 0, 1, 0), (50, 0, 0, 0, 1), (51, 0, 0, 1, 1), (31, 0, 0, 0, 0)] * 3
    made = [(age + i / 10, *rest) for i, (age, *rest) in enumerate(made)]
    job = clarify(config, merged(captured(made)), inference_attribute="0", **MERGED, **PUBLISH)
    assert job.code == 0, job.message
    metrics = {metric["MetricName"]: metric for metric in job.metrics}
    assert metrics["bias_metric_CI"] == {
        "MetricName": "bias_metric_CI",
        "Timestamp": "2026-01-01T10:00:00Z",
        "Dimensions": [
            {"Name": "BiasStage", "Value": "Pre-training"},
            {"Name": "Endpoint", "Value": "credit"},
            {"Name": "Facet", "Value": "age"},
            {"Name": "FacetValue", "Value": "40"},
            {"Name": "Label", "Value": "target"},
            {"Name": "LabelValue", "Value": "1"},
            {"Name": "MonitoringSchedule", "Value": "credit-bias"},
        ],
        "Value": 0.0,
        "Unit": "None",
    }
    assert {"Name": "BiasStage", "Value": "Post-Training"} in metrics["bias_metric_DPPL"]["Dimensions"]
    assert metrics["bias_metric_TE"]["Value"] == -2.348543e108
    assert metrics["bias_metric_DI"]["Value"] == 2.348543e108


def test_metrics_with_an_error_are_not_published_and_are_no_violations(clarify, merged):
    baseline = clarify(CONFIG, lines(rows())).root / "output" / "analysis.json"
    only_one_sex = [row for row in rows() if row[1] == 1]
    job = clarify(
        MONITOR,
        merged(captured(only_one_sex)),
        baseline_constraints=baseline,
        inference_attribute="0",
        **MERGED,
        **PUBLISH,
    )
    errors = {
        metric.get("error") for metric in job.analysis["pre_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
    }
    assert errors == {"Facet set is empty"}
    assert job.violations == []
    assert {metric["MetricName"] for metric in job.metrics} == {"bias_metric_GE"}


def test_an_interval_that_ends_elsewhere_is_compared_with_the_same_threshold_of_the_baseline(clarify, merged):
    facet = {"facet": [{"name_or_index": "age", "value_or_threshold": [40]}]}
    baseline = clarify(CONFIG | facet, lines([(row[0] % 35 + 20, *row[1:]) for row in rows()]))
    live = [(row[0], row[1], row[2], row[3], int(row[0] > 40)) for row in rows()]
    job = clarify(
        MONITOR | facet,
        merged(captured(live)),
        baseline_constraints=baseline.root / "output" / "analysis.json",
        inference_attribute="0",
        **MERGED,
    )
    found = [violation for violation in job.violations if violation["metric_name"] == "DPPL"]
    assert [(violation["facet"], violation["facet_value"]) for violation in found] == [("age", "40")]


def test_a_facet_value_that_the_baseline_lacks_is_not_compared(clarify, merged, caplog):
    baseline = clarify(CONFIG, lines(rows())).root / "output" / "analysis.json"
    config = MONITOR | {"facet": [{"name_or_index": "sex", "value_or_threshold": [1]}]}
    live = merged(captured(rows(shift=0.3)))
    job = clarify(config, live, baseline_constraints=baseline, inference_attribute="0", **MERGED)
    assert job.violations == []
    assert "the baseline has no sex 1, so it is not compared" in caplog.text


def test_the_allowed_range_lies_around_the_ideal():
    assert (allowed_range("DPPL", -0.2).low, allowed_range("DPPL", -0.2).high) == (-0.2, 0.2)
    assert (allowed_range("DI", 0.5).low, allowed_range("DI", 0.5).high) == (0.5, 2.0)
    assert (allowed_range("DI", 0.0).low, allowed_range("DI", 0.0).high) == (0.0, math.inf)
    assert allowed_range("TE", -math.inf).high == math.inf


@pytest.mark.parametrize(("share", "drift"), [(0.4, False), (0.3, False), (0.5, False), (0.8, True), (0.1, True)])
def test_the_guides_example_of_a_baseline_of_a_fifth(share, drift):
    """A baseline DPPL of 0.2 allows 0.1 but neither 0.4 nor -0.3: these lie farther from 0."""
    sensitive = np.repeat([False, True], 1000)
    predicted = np.tile(np.arange(1000), 2) < np.where(sensitive, 500, share * 1000)
    counts = Counts.of(Sample(sensitive, predicted, predicted))
    assert is_drift("DPPL", counts, 0.5 - share, 0.2) is drift


def test_the_bootstrap_interval_of_a_proportion_is_the_textbooks():
    generator = np.random.default_rng(3)
    sensitive, predicted = generator.random(2000) < 0.5, generator.random(2000) < 0.3
    counts = Counts.of(Sample(sensitive, predicted, predicted))
    a, d = predicted[~sensitive], predicted[sensitive]
    error = math.sqrt(a.var() / len(a) + d.var() / len(d))
    interval = confidence_interval("DPPL", counts, a.mean() - d.mean())
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert interval == confidence_interval("DPPL", counts, a.mean() - d.mean())


def test_the_process_chooses_the_analysis_by_its_configuration(tmp_path):
    (tmp_path / "input" / "config").mkdir(parents=True)
    (tmp_path / "input" / "config" / "analysis_config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "input" / "data").mkdir()
    (tmp_path / "input" / "data" / "rows.csv").write_text("\n".join(lines(rows())))
    done = subprocess.run(
        [sys.executable, "-m", "analyzer"],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "processing_root": str(tmp_path),
            "output_message_file": str(tmp_path / "message"),
        },
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0
    assert {path.name for path in (tmp_path / "output").iterdir()} == {"analysis.json", "report.html"}
