"""What is wrong with a configuration, or with the data it is for, is said in one line."""

import json

import pytest

GOOD = {
    "headers": ["a", "b", "y"],
    "label": "y",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "a", "value_or_threshold": [0]}],
    "methods": {"pre_training_bias": {"methods": "all"}},
}
DATA = ["0,2,1", "1,2,0", "0,1,0", "1,3,1"]
SHAP = {"headers": ["a", "b", "y"], "methods": {"shap": {"baseline": [[0, 0, 0]]}}}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"headers": ["a"]}, "asks for no analysis: give facet, label and label_values_or_threshold for bias"),
        (GOOD | {"facet": []}, "facet is empty, expected at least one {name_or_index, value_or_threshold}"),
        (GOOD | {"facet": ["a"]}, "facet is ['a'], expected a list of objects"),
        (GOOD | {"facet": [{"value_or_threshold": [1]}]}, "facet[0]: name_or_index is missing"),
        (GOOD | {"facet": [{"name_or_index": "c", "value_or_threshold": [1]}]}, "has the 3 columns a, b, y"),
        (GOOD | {"facet": [{"name_or_index": "y", "value_or_threshold": [1]}]}, "is 'y', which is no feature"),
        (GOOD | {"label": None}, "label is missing, expected a column name, a position from 0 or a JMESPath"),
        (GOOD | {"label": "z"}, "label is 'z', but the data set has the 3 columns a, b, y"),
        (GOOD | {"label_values_or_threshold": None}, "label_values_or_threshold is missing, expected the list"),
        (GOOD | {"dataset_type": "text/tsv"}, "dataset_type is 'text/tsv', expected one of text/csv"),
        (GOOD | {"probability_threshold": "high"}, "probability_threshold is 'high', expected a number"),
        (GOOD | {"headers": ["a", "b"]}, "headers has 2 names, but the rows"),
        (GOOD | {"methods": {"pre_training_bias": {"methods": ["AD"]}}}, "names AD, expected all or some of CDDL, CI"),
        (GOOD | {"methods": {"post_training_bias": {}}}, "post-training bias needs predictions"),
        (GOOD | {"methods": "all"}, "methods is 'all', expected an object"),
        (GOOD | {"dataset_type": "application/jsonlines"}, "features is missing: a data set of application/jsonlines"),
        (GOOD | {"features": "a["}, "features is 'a[', which is not a JMESPath"),
        (GOOD | {"group_variable": 9}, "group_variable is 9, but the data set has the 3 columns"),
        (SHAP, "methods.shap needs a model to ask: name it as predictor.model_name"),
        (SHAP | {"methods": {"shap": {"num_samples": 0}}}, "num_samples is 0, expected an integer above 0"),
        (SHAP | {"methods": {"shap": {"agg_method": "mean"}}}, "agg_method is 'mean', expected one of mean_abs"),
        (SHAP | {"methods": {"shap": {"baseline": 3}}}, "baseline is 3, expected a list of rows, a JSON object or"),
        (SHAP | {"methods": {"shap": {"use_logit": "yes"}}}, "use_logit is 'yes', expected true or false"),
        (SHAP | {"predictor": {"content_type": "application/json"}}, "content_template and record_template are both"),
        (
            SHAP | {"predictor": {"content_type": "application/jsonlines", "content_template": "{}"}},
            "content_template is '{}', which lacks the placeholder $features or $features_kvp",
        ),
    ],
)
def test_an_error_names_the_place_and_what_is_expected(clarify, config, message):
    job = clarify(config, DATA)
    assert job.code == 1
    assert message in job.message
    assert "unexpected" not in job.message


def test_a_continuous_facet_needs_a_threshold(clarify):
    job = clarify(GOOD | {"facet": [{"name_or_index": "b"}]}, [f"{i % 2},{i / 2},{i % 2}" for i in range(9)])
    assert "facet b holds continuous numbers: give a threshold, such as [40]" in job.message
    config = GOOD | {"facet": [{"name_or_index": "b", "value_or_threshold": ["old"]}]}
    job = clarify(config, [f"{i % 2},{i / 2},{i % 2}" for i in range(9)])
    assert "its threshold is 'old', expected a number" in job.message


def test_shap_baseline_rows_have_all_features(clarify, served):
    url = served(lambda body: "\n".join("1" for _ in body.splitlines()))
    job = clarify(SHAP | {"methods": {"shap": {"baseline": [[0, 0]]}}}, DATA, predictor_url=url)
    assert "a row of methods.shap.baseline has 2 values, expected 3, one for each of a, b, y: [0, 0]" in job.message


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"predictor_url": "ftp://model"}, "predictor_url is 'ftp://model', expected an HTTP URL"),
        ({"predictor_url": "http://127.0.0.1:9/"}, "the model at http://127.0.0.1:9/ does not answer"),
        ({"dataset_format": "capture"}, "dataset_format 'capture' is not a known format"),
        ({"start_time": "now"}, "start_time 'now' is not a time like 2026-01-31T08:00:00Z"),
        ({"baseline_constraints": "/nowhere"}, "baseline_constraints names /nowhere, which is not a file"),
        ({"probability_threshold_attribute": "high"}, "probability_threshold_attribute is 'high', expected a number"),
        ({"publish_cloudwatch_metrics": "Enabled"}, "lacks sagemaker_monitoring_schedule_name"),
    ],
)
def test_variables_that_cannot_be_understood_are_named(clarify, variables, message):
    job = clarify(SHAP, DATA, **variables)
    assert job.code == 1
    assert message in job.message


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        (
            {"pre_training_bias_metrics": {"facets": {"a": [{}]}}},
            "is not an analysis.json: KeyError 'metrics'",
        ),
        ({"explanations": {"kernel_shap": {}}}, "has no attributions of label0, only of nothing"),
    ],
)
def test_a_baseline_that_does_not_fit_is_named(clarify, served, tmp_path, baseline, message):
    (tmp_path / "analysis.json").write_text(json.dumps(baseline))
    url = served(lambda body: "\n".join("1" for _ in body.splitlines()))
    job = clarify(SHAP, DATA, predictor_url=url, baseline_constraints=tmp_path / "analysis.json")
    assert job.code == 1
    assert message in job.message


def test_captures_that_do_not_fit_the_headers_or_lack_labels_are_reported(clarify, merged):
    environment = {"dataset_format": '{"sagemakerMergeJson": {}}', "inference_attribute": "0"}
    config = GOOD | {"methods": None}
    job = clarify(config, merged([("1,2,3", "1", "1")] * 3, name="wide"), **environment)
    assert "headers names 2 features (a, b, y), but the rows have 3 values" in job.message
    job = clarify(config, merged([("1,2", "1", None)] * 3, name="unlabelled"), **environment)
    assert "too much of the input is broken" in job.message
    assert "the record has no groundTruthData" in job.message


def test_broken_captures_are_left_out_and_counted(clarify, merged):
    rows = [(f"{i % 2},{i}", str(i % 2), str(i // 2 % 2)) for i in range(30)]
    environment = {"dataset_format": '{"sagemakerMergeJson": {}}', "inference_attribute": "0"}
    config = GOOD | {"methods": None}
    job = clarify(config, merged([*rows, ("1", "1", "1")], name="short"), **environment)
    assert job.code == 0, job.message
    assert job.analysis == clarify(config, merged(rows, name="clean"), **environment).analysis
    issues = json.loads((job.root / "output" / "data_issues.json").read_text())
    assert issues["broken_records"] == 1


def test_rows_without_a_label_are_left_out(clarify):
    job = clarify(GOOD, [*DATA, "0,1,", "1,1, "])
    assert job.analysis == clarify(GOOD, DATA).analysis


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['{"x": [1, 2], "y": 1}', '{"x": [1], "y": 0}'], "have different numbers of features: [1, 2]"),
        (['{"x": [1, 2], "y": 1}', '{"x": [1, 2]}'], "there is nothing at 'y'"),
        (['{"x": 1, "y": 1}'], "the features at 'x' are no list"),
        (['{"x": [1, 2], "y": 1'], "not JSON"),
    ],
)
def test_json_lines_that_do_not_fit_are_named(clarify, lines, message):
    job = clarify(GOOD | {"dataset_type": "application/jsonlines", "features": "x"}, lines)
    assert job.code == 1
    assert message in job.message


def test_positions_work_without_headers(clarify):
    facet = [{"name_or_index": 0, "value_or_threshold": [0]}]
    job = clarify(GOOD | {"headers": None, "label": 2, "facet": facet}, DATA)
    assert job.bias("pre_training", "_c0") == clarify(GOOD, DATA).bias("pre_training", "a")
