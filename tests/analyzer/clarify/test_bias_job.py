"""Bias analyses of tables, from files to documents."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def lines(made):
    return [",".join(map(str, row)) for row in made]


def test_a_baseline_has_the_layout_of_the_service(clarify, loans, bias_config):
    job = clarify(bias_config, lines(loans()))
    assert (job.code, job.message) == (0, "Completed: Job completed successfully with no violations.")
    analysis = job.analysis
    assert list(analysis) == ["version", "post_training_bias_metrics", "pre_training_bias_metrics"]
    stage = analysis["pre_training_bias_metrics"]
    assert (stage["label"], stage["label_value_or_threshold"]) == ("target", "1")
    (entry,) = stage["facets"]["sex"]
    assert entry["value_or_threshold"] == "0"
    sexes = [row[1] for row in loans()]
    assert entry["metrics"][1] == {
        "name": "CI",
        "description": "Class Imbalance (CI)",
        "value": pytest.approx((sexes.count(1) - sexes.count(0)) / 400),
    }
    assert [metric["name"] for metric in entry["metrics"]] == ["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"]
    assert not (job.root / "output" / "constraint_violations.json").exists()


def test_a_metric_without_value_is_null_with_its_error_and_infinity_is_a_text(clarify, bias_config):
    config = {name: value for name, value in bias_config.items() if name != "group_variable"}
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


def test_a_facet_without_values_is_analysed_for_each_value_and_text_features_end_the_flip_test(clarify, bias_config):
    config = bias_config | {"facet": [{"name_or_index": "dept"}, {"name_or_index": 1, "value_or_threshold": ["f"]}]}
    data = [f"{30 + i},{'fm'[i % 2]},{i % 3},{i % 2},{i // 2 % 2}" for i in range(90)]
    job = clarify(config, data)
    facets = job.analysis["post_training_bias_metrics"]["facets"]
    assert [entry["value_or_threshold"] for entry in facets["dept"]] == ["0", "1", "2"]
    assert [entry["value_or_threshold"] for entry in facets["sex"]] == ["f"]
    errors = {metric["name"]: metric.get("error") for metric in facets["dept"][0]["metrics"]}
    assert errors["FT"] == "FlipTest does not support non-numeric columns"
    assert {m["name"]: m.get("error") for m in facets["sex"][0]["metrics"]}["FT"] is None


@pytest.mark.parametrize(
    ("ages", "threshold", "expected"),
    [
        (range(20, 60), [40], ("(40, 59]", 19)),
        ([age + 0.5 for age in range(20, 60)], [40], ("(40.0, 59.5]", 20)),
        (range(20, 60), ["40"], ("(40, 59]", 19)),
        ([20, 30, 40] * 40, [30], ("30", 40)),
        (range(20, 60), [40, 41], ("40,41", 2)),
    ],
)
def test_a_single_value_is_a_threshold_for_continuous_numbers_only(clarify, ages, threshold, expected, bias_config):
    interval, sensitive = expected
    config = bias_config | {"facet": [{"name_or_index": "age", "value_or_threshold": threshold}]}
    data = [f"{age},{i % 2},0,{i % 2},{i // 2 % 2}" for i, age in enumerate(ages)]
    job = clarify(config, data)
    (entry,) = job.analysis["pre_training_bias_metrics"]["facets"]["age"]
    assert entry["value_or_threshold"] == interval
    imbalance = {metric["name"]: metric["value"] for metric in entry["metrics"]}["CI"]
    assert imbalance == pytest.approx((len(data) - 2 * sensitive) / len(data))


def test_a_regression_label_is_cut_at_the_threshold(clarify, bias_config):
    config = bias_config | {"label_values_or_threshold": [10]}
    data = [f"30,{i % 2},0,{i * 0.5},{20 if i % 2 else 5}" for i in range(40)]
    job = clarify(config, data)
    assert job.analysis["pre_training_bias_metrics"]["label_value_or_threshold"] == "(10.0, 19.5]"
    assert job.bias("post_training", "sex")["DPPL"] == 1.0


def test_only_the_named_methods_are_computed(clarify, loans, bias_config):
    config = bias_config | {"methods": {"post_training_bias": {"methods": ["DI", "DCAcc"]}}}
    analysis = clarify(config, lines(loans())).analysis
    assert "pre_training_bias_metrics" not in analysis
    (entry,) = analysis["post_training_bias_metrics"]["facets"]["sex"]
    assert [metric["name"] for metric in entry["metrics"]] == ["DCA", "DI"]


def test_headers_in_the_file_and_other_formats_give_the_same_analysis(clarify, tmp_path, loans, bias_config):
    made = loans(60)
    expected = clarify(bias_config, lines(made)).analysis
    assert clarify(bias_config, [",".join(bias_config["headers"]), *lines(made)]).analysis == expected
    by_path = bias_config | {
        "dataset_type": "application/jsonlines",
        "features": "x",
        "label": "y",
        "predicted_label": "p",
    }
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


def test_predictions_come_from_the_model_when_the_data_has_none(clarify, served, loans, bias_config):
    made = loans(60)
    config = {name: value for name, value in bias_config.items() if name != "predicted_label"}
    config |= {"headers": bias_config["headers"][:4], "probability_threshold": 0.7}
    data = [line.rsplit(",", 1)[0] for line in lines(made)]
    url = served(lambda body: "\n".join(str(int(line.split(",")[0]) / 60) for line in body.splitlines()))
    predicted = [int(row[0] / 60 > 0.7) for row in made]
    expected = clarify(bias_config, lines([(*row[:4], p) for row, p in zip(made, predicted, strict=True)]))
    assert clarify(config, data, predictor_url=url).analysis == expected.analysis


def test_the_process_chooses_the_analysis_by_its_configuration(tmp_path, loans, bias_config):
    (tmp_path / "input" / "config").mkdir(parents=True)
    (tmp_path / "input" / "config" / "analysis_config.json").write_text(json.dumps(bias_config))
    (tmp_path / "input" / "data").mkdir()
    (tmp_path / "input" / "data" / "rows.csv").write_text("\n".join(lines(loans())))
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
