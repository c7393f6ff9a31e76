"""Bias analyses of captured traffic with observed labels, held against a baseline."""

import json

import pytest

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


def lines(made):
    return [",".join(map(str, row)) for row in made]


def captured(made):
    return [(f"{age},{sex},{dept}\n", str(p), str(y)) for age, sex, dept, y, p in made]


def test_live_predictions_that_favour_a_group_are_violations(clarify, merged, loans, bias_config):
    baseline = clarify(bias_config, lines(loans(2000))).root / "output" / "analysis.json"
    live = merged(captured(loans(1000, shift=0.3, seed=2)))
    job = clarify(MONITOR, live, baseline_constraints=baseline, inference_attribute="0", **MERGED, **PUBLISH)
    assert job.code == 0, job.message
    by_name = {violation["metric_name"]: violation for violation in job.violations}
    assert {"DPPL", "CDDPL"} <= by_name.keys()
    assert "DI" not in by_name  # a ratio that falls comes nearer to 0, as the service sees it
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


def test_the_same_bias_as_in_the_baseline_is_no_violation(clarify, merged, loans, bias_config):
    baseline = clarify(bias_config, lines(loans(shift=0.3))).root / "output" / "analysis.json"
    live = merged(captured(loans(shift=0.3)))
    job = clarify(MONITOR, live, baseline_constraints=baseline, inference_attribute="0", **MERGED)
    assert job.violations == []


def test_few_rows_are_reported_as_by_the_service_unless_confidence_is_asked_for(clarify, merged, loans, bias_config):
    baseline = clarify(bias_config, lines(loans(2000))).root / "output" / "analysis.json"
    live = merged(captured(loans(20, shift=0.15, seed=5)))

    def reported(**rule):
        job = clarify(MONITOR, live, baseline_constraints=baseline, inference_attribute="0", **rule, **MERGED)
        assert abs(job.bias("post_training", "sex")["DPPL"]) > 0.1
        return {violation["metric_name"] for violation in job.violations}

    assert "DPPL" in reported()
    assert reported() == reported(bias_drift_rule="service")
    assert "DPPL" not in reported(bias_drift_rule="confidence")


def test_every_metric_farther_from_zero_than_in_the_baseline_is_reported_and_no_other(
    clarify, merged, loans, bias_config
):
    baseline = clarify(bias_config, lines(loans(300)))
    live = merged(captured(loans(300, seed=9)))
    job = clarify(
        MONITOR,
        live,
        baseline_constraints=baseline.root / "output" / "analysis.json",
        inference_attribute="0",
        **MERGED,
    )
    farther = {
        name
        for stage in ("pre_training", "post_training")
        for name, value in job.bias(stage, "sex").items()
        if abs(value) > abs(baseline.bias(stage, "sex")[name])
    }
    assert {violation["metric_name"] for violation in job.violations} == farther
    assert 0 < len(farther) < 21


def test_an_unknown_rule_is_refused(clarify, merged, loans):
    job = clarify(MONITOR, merged(captured(loans(50))), inference_attribute="0", bias_drift_rule="mine", **MERGED)
    assert (job.code, "bias_drift_rule is 'mine', expected service or confidence" in job.message) == (1, True)


def test_probabilities_become_labels_by_the_threshold_of_the_job(clarify, merged, loans):
    made = loans(300)
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


def test_json_captures_are_read_by_their_paths(clarify, merged, loans):
    made = loans(300)
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


def test_a_payload_of_several_rows_has_as_many_predictions_and_labels(clarify, merged, loans):
    made = loans(40)
    pairs = [
        tuple("\n".join(parts) for parts in zip(a, b, strict=True))
        for a, b in zip(*[iter(captured(made))] * 2, strict=True)
    ]
    pairs = [(given.replace("\n\n", "\n"), output, label) for given, output, label in pairs]
    job = clarify(MONITOR, merged(pairs, name="pairs"), inference_attribute="0", **MERGED)
    single = clarify(MONITOR, merged(captured(made), name="single"), inference_attribute="0", **MERGED)
    assert job.analysis == single.analysis


def test_labels_may_be_members_of_json_objects(clarify, merged, loans):
    made = loans(300)
    records = [
        (json.dumps(list(row[:3])), json.dumps({"label": row[4]}), json.dumps({"by": "me", "target": row[3]}))
        for row in made
    ]
    live = merged(records, encoding="JSON", name="json")
    job = clarify(MONITOR, live, inference_attribute="label", **MERGED)
    by_csv = clarify(MONITOR, merged(captured(made), name="csv"), inference_attribute="0", **MERGED)
    assert job.analysis == by_csv.analysis


def test_ground_truth_may_be_nested_as_the_data_set_of_the_baseline(clarify, merged, loans):
    made = loans(300)
    records = [
        (json.dumps(row[:3]), json.dumps({"label": row[4]}), json.dumps({"data": {"label": row[3]}})) for row in made
    ]
    live = merged(records, encoding="JSON", name="json")
    job = clarify(MONITOR | {"label": "data.label"}, live, inference_attribute="label", **MERGED)
    assert job.code == 0, job.message
    by_csv = clarify(MONITOR, merged(captured(made), name="csv"), inference_attribute="0", **MERGED)
    assert job.analysis == by_csv.analysis


@pytest.mark.parametrize(
    ("broken", "problem"), [(("30,0,1", '""', "1"), "the prediction is empty"), (("30,0,1", "1", '""'), "the label is")]
)
def test_rows_without_prediction_or_label_are_broken(clarify, merged, loans, broken, problem):
    made = captured(loans(200))
    intact = clarify(MONITOR, merged(made, name="intact"), inference_attribute="0", **MERGED)
    few = clarify(MONITOR, merged([*made, *[broken] * 20], name="few"), inference_attribute="0", **MERGED)
    assert few.analysis == intact.analysis
    issues = json.loads((few.root / "output" / "data_issues.json").read_text())
    assert (issues["item_count"], issues["broken_records"]) == (200, 20)
    assert (issues["examples"][0]["line"], problem in issues["examples"][0]["problem"]) == (201, True)
    many = clarify(MONITOR, merged([*made, *[broken] * 30], name="many"), inference_attribute="0", **MERGED)
    assert many.code == 1
    assert "too much of the input is broken (limit 10%): 30 records (13.0%) could not be read" in many.message


def test_a_score_that_equals_the_threshold_is_not_the_positive_label(clarify, merged, loans):
    """As AWS publishes it, see ``analyzer.clarify.reading.predictions``."""
    made = loans(100)
    scores = [(given, "0.6" if int(p) else "0.5", label) for given, p, label in captured(made)]
    by_score = clarify(MONITOR, merged(scores, name="scores"), probability_attribute="0", **MERGED)
    by_label = clarify(MONITOR, merged(captured(made), name="labels"), inference_attribute="0", **MERGED)
    assert by_score.analysis == by_label.analysis


def test_merged_records_of_other_windows_are_left_out(clarify, merged, loans):
    live = merged(captured(loans(50)))
    job = clarify(MONITOR, live, inference_attribute="0", **MERGED, **PUBLISH)
    assert job.code == 0, job.message
    later = {"start_time": "2026-01-01T11:00:00Z", "end_time": "2026-01-01T12:00:00Z"}
    job = clarify(MONITOR, live, inference_attribute="0", **MERGED, **PUBLISH | later)
    assert (job.code, "Job inputs had no data" in job.message) == (1, True)


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


def test_metrics_with_an_error_are_not_published_and_are_no_violations(clarify, merged, loans, bias_config):
    baseline = clarify(bias_config, lines(loans())).root / "output" / "analysis.json"
    only_one_sex = [row for row in loans() if row[1] == 1]
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
    # The entropy needs no groups.
    assert {violation["metric_name"] for violation in job.violations} <= {"GE"}
    assert {metric["MetricName"] for metric in job.metrics} == {"bias_metric_GE"}


def test_an_interval_that_ends_elsewhere_is_compared_with_the_same_threshold_of_the_baseline(
    clarify, merged, loans, bias_config
):
    facet = {"facet": [{"name_or_index": "age", "value_or_threshold": [40]}]}
    baseline = clarify(bias_config | facet, lines([(row[0] % 35 + 20, *row[1:]) for row in loans()]))
    live = [(row[0], row[1], row[2], row[3], int(row[0] > 40)) for row in loans()]
    job = clarify(
        MONITOR | facet,
        merged(captured(live)),
        baseline_constraints=baseline.root / "output" / "analysis.json",
        inference_attribute="0",
        **MERGED,
    )
    found = [violation for violation in job.violations if violation["metric_name"] == "DPPL"]
    assert [(violation["facet"], violation["facet_value"]) for violation in found] == [("age", "40")]


def test_a_facet_value_that_the_baseline_lacks_is_not_compared(clarify, merged, caplog, loans, bias_config):
    baseline = clarify(bias_config, lines(loans())).root / "output" / "analysis.json"
    config = MONITOR | {"facet": [{"name_or_index": "sex", "value_or_threshold": [1]}]}
    live = merged(captured(loans(shift=0.3)))
    job = clarify(config, live, baseline_constraints=baseline, inference_attribute="0", **MERGED)
    assert job.violations == []
    assert "the baseline has no sex 1, so it is not compared" in caplog.text


def test_a_body_that_is_nested_too_deeply_ends_no_run(clarify, merged, loans):
    made = [(json.dumps(row[:3]), json.dumps({"label": row[4]}), json.dumps(row[3])) for row in loans(300)]
    deep = ("[[" + "[" * 900 + "]" * 900 + ", 1, 2]]", json.dumps([{"label": 1}]), "1")
    intact = clarify(MONITOR, merged(made, encoding="JSON", name="intact"), inference_attribute="label", **MERGED)
    attacked = clarify(
        MONITOR, merged([*made, deep], encoding="JSON", name="attacked"), inference_attribute="label", **MERGED
    )
    assert attacked.code == 0, attacked.message
    assert attacked.analysis == intact.analysis
    issues = json.loads((attacked.root / "output" / "data_issues.json").read_text())
    assert "nested more than 32 levels" in issues["examples"][0]["problem"]


def test_predictions_of_several_rows_may_stand_on_one_line(clarify, merged, loans):
    made = loans(60)
    one_by_one = merged(captured(made))
    features, answers, truth = (list(column) for column in zip(*captured(made), strict=True))
    together = merged([("".join(features), ",".join(answers), "\n".join(truth))], name="together")
    jobs = [clarify(MONITOR, data, inference_attribute="0", **MERGED) for data in (one_by_one, together)]
    assert jobs[1].code == 0, jobs[1].message
    assert jobs[1].analysis == jobs[0].analysis
