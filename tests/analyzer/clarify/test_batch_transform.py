"""Bias and attributions of what batch transform jobs read and write."""

import json

import polars as pl
import pytest

from tests.analyzer.lines import record, write_lines

MERGED = {
    "dataset_format": json.dumps(
        {
            "sagemakerMergeJson": {
                "captureIndexNames": ["batchTransformOutput"],
                "originalDatasetFormat": {"csv": {"header": "false"}},
            }
        }
    )
}
BIAS = {
    "headers": ["age", "sex", "dept", "target"],
    "label": "target",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "group_variable": "dept",
}
SHAP = {"headers": ["a", "b"], "methods": {"shap": {"baseline": [[0, 0]], "num_samples": 20}}}
ROWS = [(1, 10), (2, 20), (3, 30)]


def model(body):
    """A model that answers the sum of every row."""
    return "\n".join(str(sum(map(float, row.split(",")))) for row in body.strip().splitlines())


def json_model(body):
    return "\n".join(json.dumps({"score": sum(json.loads(line)["features"])}) for line in body.strip().splitlines())


@pytest.fixture
def outputs(tmp_path):
    """Write rows of outputs with their labels, as the merge job does: outputs([(row, label), ...])."""

    def write(rows, encoding="CSV"):
        records = [
            record(event=str(number), encoding=encoding, label=label, batchTransformOutput=row)
            for number, (row, label) in enumerate(rows)
        ]
        write_lines(tmp_path / "merged" / "2026" / "01" / "01" / "10" / "rows.out.jsonl", records)
        return tmp_path / "merged"

    return write


@pytest.fixture
def inputs(tmp_path):
    """Write an input of a transform job: inputs(lines)."""

    def write(lines):
        folder = tmp_path / "inputs"
        folder.mkdir()
        (folder / "rows").write_text("\n".join(lines) + "\n")
        return folder

    return write


def joined(made):
    """CSV rows as JoinSource=Input makes them, with a second value that the model answers."""
    return [(f"{age},{sex},{dept},{prediction},0.5", str(label)) for age, sex, dept, label, prediction in made]


def test_drift_of_joined_outputs_is_a_violation_and_the_same_bias_is_none(clarify, outputs, loans, bias_config):
    lines = [",".join(map(str, row)) for row in loans(2000)]
    baseline = clarify(bias_config, lines).root / "output" / "analysis.json"
    common = {"baseline_constraints": baseline, "inference_attribute": "0", **MERGED}
    drifted = clarify(BIAS, outputs(joined(loans(1000, shift=0.3, seed=2))), **common)
    assert drifted.code == 0, drifted.message
    assert {"DPPL", "CDDPL"} <= {violation["metric_name"] for violation in drifted.violations}
    assert clarify(BIAS, outputs(joined(loans(2000))), **common).violations == []


def test_positions_count_the_output_of_the_model_not_the_features_before_it(clarify, outputs, loans):
    made = loans(300)
    by_label = clarify(BIAS, outputs(joined(made)), inference_attribute="0", **MERGED)
    behind = [(f"{age},{sex},{dept},x,{0.9 if p else 0.1}", str(y)) for age, sex, dept, y, p in made]
    by_score = clarify(
        BIAS, outputs(behind), probability_attribute="1", probability_threshold_attribute="0.800000", **MERGED
    )
    assert by_score.code == 0, by_score.message
    assert by_score.analysis == by_label.analysis


def test_headers_need_not_name_the_label(clarify, outputs, loans):
    made = loans(300)
    with_label = clarify(BIAS, outputs(joined(made)), inference_attribute="0", **MERGED)
    without = BIAS | {"headers": BIAS["headers"][:-1]}
    assert clarify(without, outputs(joined(made)), inference_attribute="0", **MERGED).analysis == with_label.analysis


@pytest.mark.parametrize("label", [3, "3"])
def test_the_label_may_be_a_position_in_the_headers(clarify, outputs, loans, label):
    made = loans(300)
    by_name = clarify(BIAS, outputs(joined(made)), inference_attribute="0", **MERGED)
    by_position = clarify(BIAS | {"label": label}, outputs(joined(made)), inference_attribute="0", **MERGED)
    assert by_position.code == 0, by_position.message
    assert by_position.analysis == by_name.analysis


@pytest.mark.parametrize(
    ("members", "attribute"), [(lambda row: {"features": row}, "features"), (lambda row: {"SageMakerInput": row}, "")]
)
def test_json_outputs_have_the_prediction_beside_the_input(clarify, outputs, loans, members, attribute):
    made = loans(300)
    by_csv = clarify(BIAS, outputs(joined(made)), inference_attribute="0", **MERGED)
    rows = [
        (json.dumps({"SageMakerOutput": {"predicted": {"label": p}}, **members(list(row))}), json.dumps({"target": y}))
        for *row, y, p in made
    ]
    by_json = clarify(
        BIAS,
        outputs(rows, encoding="JSON"),
        features_attribute=attribute,
        inference_attribute="predicted.label",
        **MERGED,
    )
    assert by_json.code == 0, by_json.message
    assert by_json.analysis == by_csv.analysis


@pytest.mark.parametrize(
    ("row", "encoding", "reason"),
    [
        ("1", "CSV", "a row of 1 values cannot hold 3 features and a prediction"),
        ('{"score": 1}', "JSON", "the row has no features and SageMakerOutput"),
        ('{"SageMakerOutput": 1}', "JSON", "the row has no features and SageMakerOutput"),
    ],
)
def test_predictions_without_inputs_name_the_remedy(clarify, outputs, row, encoding, reason):
    job = clarify(BIAS, outputs([(row, "1")], encoding=encoding), inference_attribute="0", **MERGED)
    assert job.code == 1
    assert reason in job.message
    assert "DataProcessing.JoinSource=Input" in job.message


def test_a_broken_row_is_one_of_the_broken(clarify, outputs, loans):
    made = joined(loans(100))
    intact = clarify(BIAS, outputs(made), inference_attribute="0", **MERGED)
    broken = clarify(BIAS, outputs([*made, ("1,0,2", "1")]), inference_attribute="0", **MERGED)
    assert broken.analysis == intact.analysis
    assert json.loads((broken.root / "output" / "data_issues.json").read_text())["broken_records"] == 1


def test_headers_tell_where_predictions_begin(clarify, outputs, loans):
    config = {name: value for name, value in BIAS.items() if name != "headers"}
    job = clarify(config, outputs(joined(loans(20))), inference_attribute="0", **MERGED)
    assert (job.code, "headers is missing" in job.message) == (1, True)


def global_values(job):
    assert job.code == 0, job.message
    return job.analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]


@pytest.mark.parametrize(
    ("lines", "config"),
    [
        ([], SHAP),
        (["a,b"], SHAP),
        (["a,b"], {"methods": SHAP["methods"]}),
        (["other,names"], SHAP),
    ],
)
def test_attributions_are_those_of_the_inputs(clarify, served, inputs, lines, config):
    folder = inputs([*lines, *(f"{a},{b}" for a, b in ROWS)])
    header = json.dumps({"csv": {"header": str(bool(lines)).lower()}})
    job = clarify(config, folder, predictor_url=served(model), dataset_format=header)
    assert global_values(job) == pytest.approx({"a": 2.0, "b": 20.0})


@pytest.mark.parametrize("attribute", ["features", ""])
def test_json_inputs_are_read_by_their_path(clarify, served, inputs, attribute):
    rows = [{"features": row} if attribute else {"a": row[0], "b": row[1]} for row in ROWS]
    predictor = {"content_template": '{"features": $features}', "content_type": "application/jsonlines"}
    job = clarify(
        SHAP | {"predictor": {**predictor, "accept_type": "application/jsonlines"}},
        inputs([json.dumps(row) for row in rows]),
        predictor_url=served(json_model, content_type="application/jsonlines"),
        dataset_format='{"json":{"line":"true"}}',
        features_attribute=attribute,
        probability_attribute="score",
    )
    assert global_values(job) == pytest.approx({"a": 2.0, "b": 20.0})


def test_parquet_inputs_name_their_columns(clarify, served, tmp_path):
    (tmp_path / "inputs").mkdir()
    pl.DataFrame(ROWS, schema=["x", "y"], orient="row").write_parquet(tmp_path / "inputs" / "rows.parquet")
    job = clarify(
        {"methods": SHAP["methods"]},
        tmp_path / "inputs",
        predictor_url=served(model),
        dataset_format='{"parquet":{}}',
    )
    assert global_values(job) == pytest.approx({"x": 2.0, "y": 20.0})


def test_a_broken_input_row_ends_a_baseline_but_no_monitoring_run(clarify, served, inputs):
    folder = inputs([*(f"{a},{b}" for a, b in ROWS * 20), "1,2,3"])
    job = clarify(SHAP, folder, predictor_url=served(model), dataset_format=json.dumps({"csv": {"header": "false"}}))
    assert global_values(job) == pytest.approx({"a": 2.0, "b": 20.0})
    assert clarify(SHAP, folder, predictor_url=served(model)).code == 1


def test_inputs_of_another_width_than_the_headers_are_refused(clarify, served, inputs):
    job = clarify(
        SHAP, inputs(["1,2,3"]), predictor_url=served(model), dataset_format=json.dumps({"csv": {"header": "false"}})
    )
    assert (job.code, "headers has 2 names" in job.message) == (1, True)
