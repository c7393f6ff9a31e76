"""Explainability jobs from files to documents, with a model behind HTTP."""

import csv
import json

import pytest

HEADERS = ["age", "income", "noise"]
CAPTURED = {"dataset_format": json.dumps({"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput"]}})}
DATA = [f"{20 + i % 30},{i % 7},{i}" for i in range(30)]


def config(**shap):
    return {
        "dataset_type": "text/csv",
        "headers": HEADERS,
        "methods": {"shap": {"baseline": [[30, 3, 0]], "num_samples": 20, "agg_method": "mean_abs", **shap}},
        "predictor": {"model_name": "m", "content_type": "text/csv", "accept_type": "text/csv"},
    }


def linear(age, income):
    """A model whose score is age / 100 * ``age`` + income / 10 * ``income``."""

    def answer(body):
        rows = [[float(value) for value in line.split(",")] for line in body.splitlines()]
        return "\n".join(repr(row[0] / 100 * age + row[1] / 10 * income) for row in rows)

    return answer


def test_the_attributions_of_a_linear_model(clarify, served):
    job = clarify(config(), DATA, predictor_url=served(linear(1, 2)))
    assert job.code == 0, job.message
    assert list(job.analysis) == ["version", "explanations"]
    explained = job.analysis["explanations"]["kernel_shap"]["label0"]
    rows = [[float(value) for value in line.split(",")] for line in DATA]
    assert explained["global_shap_values"] == {
        "age": pytest.approx(sum(abs(row[0] - 30) / 100 for row in rows) / 30),
        "income": pytest.approx(sum(abs(row[1] - 3) / 5 for row in rows) / 30),
        "noise": pytest.approx(0, abs=1e-12),
    }
    assert explained["expected_value"] == pytest.approx(0.9)
    assert (job.root / "output" / "explanations_shap" / "baseline.csv").read_text() == "age,income,noise\n30,3,0\n"
    assert not (job.root / "output" / "explanations_shap" / "out.csv").exists()
    report = (job.root / "output" / "report.html").read_text()
    assert "income" in report
    assert "<script" not in report


@pytest.mark.parametrize(("method", "expected"), [("median", 0.0), ("mean_sq", 2 / 3), ("mean_abs", 2 / 3)])
def test_the_ways_to_put_attributions_together(clarify, served, method, expected):
    settings = config(agg_method=method, baseline=[[100, 0, 0]])
    job = clarify(settings, ["200,0,0", "0,0,0", "100,0,0"], predictor_url=served(linear(1, 1)))
    values = job.analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert values["age"] == pytest.approx(expected)


def test_the_attributions_of_every_row_are_saved_on_demand(clarify, served):
    job = clarify(config(save_local_shap_values=True), DATA, predictor_url=served(linear(1, 0)))
    with (job.root / "output" / "explanations_shap" / "out.csv").open() as file:
        header, *values = csv.reader(file)
    assert header == ["age_label0", "income_label0", "noise_label0"]
    assert [float(row[0]) for row in values] == pytest.approx([(int(line.split(",")[0]) - 30) / 100 for line in DATA])


def test_scores_of_several_classes_are_explained_under_their_headers(clarify, served):
    settings = config()
    settings["predictor"] |= {"probability": 1, "label_headers": ["no", "yes"]}

    def answer(body):
        return "\n".join(f'x,"[{1 - float(line.split(",")[0]) / 100}, 0.25]"' for line in body.splitlines())

    explained = clarify(settings, DATA, predictor_url=served(answer)).analysis["explanations"]["kernel_shap"]
    assert list(explained) == ["no", "yes"]
    assert explained["no"]["expected_value"] == pytest.approx(0.7)
    assert explained["yes"]["global_shap_values"] == pytest.approx({"age": 0, "income": 0, "noise": 0}, abs=1e-12)


def test_json_lines_are_made_of_the_template_and_read_by_the_path(clarify, served):
    settings = config(baseline=[{"features": [30, 3, 0]}])
    settings |= {"dataset_type": "application/jsonlines", "features": "features"}
    settings["predictor"] = {"content_template": '{"in": $features_kvp}', "probability": "score"}

    def answer(body):
        rows = [json.loads(line)["in"] for line in body.splitlines()]
        return "\n".join(json.dumps({"score": row["age"] / 100}) for row in rows)

    data = [json.dumps({"features": [int(value) for value in line.split(",")]}) for line in DATA]
    url = served(answer, content_type="application/jsonlines")
    job = clarify(settings, data, predictor_url=url)
    assert job.code == 0, job.message
    by_csv = clarify(config(), DATA, predictor_url=served(linear(1, 0)))
    assert job.analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"] == pytest.approx(
        by_csv.analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    )
    assert {kind for kind, _ in served.requests} == {"application/jsonlines", "text/csv"}


def test_a_json_document_holds_all_rows_and_csv_values_become_numbers(clarify, served):
    settings = config()
    settings["predictor"] = {
        "content_type": "application/json",
        "content_template": '{"instances": $records}',
        "record_template": "$features",
        "probability": "predictions[*]",
    }

    def answer(body):
        return json.dumps({"predictions": [row[0] / 100 for row in json.loads(body)["instances"]]})

    job = clarify(settings, DATA, predictor_url=served(answer, content_type="application/json"))
    assert job.code == 0, job.message
    assert job.analysis["explanations"]["kernel_shap"]["label0"]["expected_value"] == pytest.approx(0.3)


def test_without_baseline_the_mean_and_the_most_frequent_value_stand_for_absent_features(clarify, served):
    data = ["10,a,1", "20,b,2", "30,b,3"]
    job = clarify(
        config(baseline=None), data, predictor_url=served(lambda body: "\n".join("1" for _ in body.splitlines()))
    )
    assert job.code == 0, job.message
    assert (job.root / "output" / "explanations_shap" / "baseline.csv").read_text().splitlines()[1] == "20.0,b,2.0"


def test_a_baseline_file_is_read_from_its_local_copy(clarify, served, tmp_path):
    (tmp_path / "baseline.csv").write_text("age,income,noise\n30,3,0\n")
    settings = config(baseline="s3://bucket/baseline.csv")
    url = served(linear(1, 2))
    job = clarify(settings, DATA, predictor_url=url, shap_baseline=tmp_path / "baseline.csv")
    assert job.analysis == clarify(config(), DATA, predictor_url=url).analysis
    failed = clarify(settings, DATA, predictor_url=url)
    assert "methods.shap.baseline names s3://bucket/baseline.csv, which is no local file" in failed.message


@pytest.fixture
def by_rows(clarify, served):
    """The analysis of the rows alone, which every other way to write the same data set has to give."""
    return clarify(config(), DATA, predictor_url=served(linear(1, 2))).analysis


@pytest.mark.parametrize(("label", "place"), [("target", 0), ("0", 0), (3, 3), ("target", 3)])
def test_the_label_of_a_csv_data_set_is_no_feature(clarify, served, by_rows, label, place):
    headers, rows = HEADERS.copy(), [line.split(",") for line in DATA]
    headers.insert(place, "target")
    for row in rows:
        row.insert(place, "1")
    data = [",".join(row) for row in [headers, *rows]]
    job = clarify(config() | {"headers": headers, "label": label}, data, predictor_url=served(linear(1, 2)))
    assert job.code == 0, job.message
    assert job.analysis == by_rows


def test_predictions_in_the_data_set_and_the_index_of_pandas_are_no_features_either(clarify, served, by_rows):
    settings = config() | {"headers": ["Unnamed: 0", *HEADERS, "guess"]}
    settings |= {"predicted_label": "guess", "excluded_columns": [0]}
    data = [",age,income,noise,guess", *(f"{number},{line},1" for number, line in enumerate(DATA))]
    assert clarify(settings, data, predictor_url=served(linear(1, 2))).analysis == by_rows


@pytest.mark.parametrize(
    ("kind", "features", "label", "baseline"),
    [
        ("application/jsonlines", "features", "label", [{"features": [30, 3, 0]}]),
        ("application/json", "instances[*].features", "instances[*].label", {"instances": [{"features": [30, 3, 0]}]}),
        ("application/json", "[*].features", "[*].label", [{"features": [30, 3, 0]}]),
    ],
)
@pytest.mark.parametrize("headers", [HEADERS, [*HEADERS, "target"]])
def test_the_label_of_a_json_data_set_is_no_feature(clarify, served, by_rows, kind, features, label, baseline, headers):
    records = [{"features": [int(value) for value in line.split(",")], "label": 1} for line in DATA]
    documents = {
        "features": records,
        "instances[*].features": [{"instances": records}],
        "[*].features": [records],
    }
    settings = config(baseline=baseline) | {"dataset_type": kind, "features": features, "label": label}
    data = [json.dumps(document) for document in documents[features]]
    job = clarify(settings | {"headers": headers}, data, predictor_url=served(linear(1, 2)))
    assert job.code == 0, job.message
    assert job.analysis == by_rows


def test_a_container_may_answer_all_rows_on_one_line(clarify, served, by_rows):
    lines = linear(1, 2)
    job = clarify(config(), DATA, predictor_url=served(lambda body: lines(body).replace("\n", ",")))
    assert job.code == 0, job.message
    assert job.analysis == by_rows


MONITORING = {
    "publish_cloudwatch_metrics": "Enabled",
    "sagemaker_endpoint_name": "credit",
    "sagemaker_monitoring_schedule_name": "credit-explainability",
    "start_time": "2026-01-01T10:00:00Z",
    "end_time": "2026-01-01T11:00:00Z",
    **CAPTURED,
}


def test_another_order_of_features_is_a_violation(clarify, served, merged):
    baseline = clarify(config(), DATA, predictor_url=served(linear(4, 0.5))).root / "output" / "analysis.json"
    settings = config()
    del settings["dataset_type"]
    live = merged([(line, "0", None) for line in DATA])
    same = clarify(settings, live, predictor_url=served(linear(4, 0.5)), baseline_constraints=baseline, **MONITORING)
    assert same.violations == []
    job = clarify(settings, live, predictor_url=served(linear(0.1, 2)), baseline_constraints=baseline, **MONITORING)
    assert job.message == "CompletedWithViolations: Job completed successfully with 1 violations."
    (violation,) = job.violations
    description = violation.pop("description")
    assert violation == {
        "label": "label0",
        "metric_name": "shap",
        "constraint_check_type": "feature_attribution_drift_check",
    }
    score = float(description.removeprefix("Feature attribution drift ").removesuffix(" exceeds threshold 0.9"))
    assert 0.6 < score < 0.9


def test_json_captures_are_sent_to_the_model_as_json_lines(clarify, served, merged):
    settings = config(baseline=[{"features": ["a", 3, 0]}])
    settings["predictor"] = {"model_name": "m"}

    def answer(body):
        rows = [json.loads(line)["features"] for line in body.splitlines()]
        return "\n".join(json.dumps({"score": len(row[0]) + row[1]}) for row in rows)

    live = merged([(json.dumps({"features": ["abc", 5, 0]}), "{}", None)] * 3, encoding="JSON")
    job = clarify(
        settings,
        live,
        predictor_url=served(answer, content_type="application/jsonlines"),
        features_attribute="features",
        inference_attribute="score",
        **MONITORING,
    )
    assert job.code == 0, job.message
    values = job.analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert values == pytest.approx({"age": 2.0, "income": 2.0, "noise": 0.0})


def test_metrics_have_the_dimensions_of_the_service(clarify, served, merged):
    live = merged([(line, "0", None) for line in DATA])
    job = clarify(config(), live, predictor_url=served(linear(1, 0)), **MONITORING)
    metrics = {metric["MetricName"]: metric for metric in job.metrics}
    assert set(metrics) == {"feature_age", "feature_income", "feature_noise", "ExpectedValue"}
    dimensions = {item["Name"]: item["Value"] for item in metrics["feature_age"]["Dimensions"]}
    assert dimensions == {
        "Endpoint": "credit",
        "MonitoringSchedule": "credit-explainability",
        "ExplainabilityMethod": "KernelShap",
        "Label": "label0",
        "ValueType": "GlobalShapValues",
    }
    dimensions = {item["Name"]: item["Value"] for item in metrics["ExpectedValue"]["Dimensions"]}
    assert dimensions["ValueType"] == "ExpectedValue"
    assert metrics["ExpectedValue"]["Value"] == pytest.approx(0.3)


def test_records_outside_the_window_are_left_out(clarify, served, merged):
    live = merged([(line, "0", None) for line in DATA])
    window = MONITORING | {"start_time": "2026-01-01T09:00:00Z", "end_time": "2026-01-01T10:00:00Z"}
    job = clarify(config(), live, predictor_url=served(linear(1, 0)), **window)
    assert (job.code, "Job inputs had no data" in job.message) == (1, True)


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (lambda body: "the model is ill", 500, "the model answered with status 500: the model is ill"),
        (lambda body: "0.5", 200, "predictions: 0.5"),
        (lambda body: "\n".join("good" for _ in body.splitlines()), 200, "'good' is no number and no list of numbers"),
    ],
)
def test_a_model_that_does_not_answer_with_scores_is_quoted(clarify, served, answer, status, message):
    job = clarify(config(baseline=[[1, 2, 3], [3, 2, 1]]), DATA, predictor_url=served(answer, status=status))
    assert job.code == 1
    assert message in job.message
