"""Whoever may only call an endpoint cannot blind its monitor: records that are unlike all others."""

import json

import pytest

from tests.attacks.conftest import NAMES, checks, drifted, rows

ROBUST = {"odd_records": "robust"}
PUBLISH = {
    "publish_cloudwatch_metrics": "Enabled",
    "sagemaker_endpoint_name": "credit",
    "sagemaker_monitoring_schedule_name": "credit-data",
}


def issues(done):
    document = done.document("data_issues.json")
    return document["broken_records"], [problem["problem"] for problem in document["problems"]]


def extra_member(record):
    return record(
        json.dumps({"score": 0.5}), json.dumps({"age": 1, "amount": 2, "city": "Nice", "x": 1}), encoding="JSON"
    )


def test_by_default_one_more_member_leaves_one_violation_as_by_the_service(watch, as_json, record):
    done = watch([*as_json(rows(500, shift=1)), extra_member(record)])
    assert checks(done) == {"extra_column_check"}
    assert len(done.violations) == 1


@pytest.mark.parametrize("place", [0, 250, 500])
@pytest.mark.parametrize("kind", ["one more member", "JSON among CSV", "CSV of another width"])
def test_robust_runs_find_the_drift_beside_an_odd_record(watch, traffic, record, kind, place):
    made = rows(500, shift=1)
    records = traffic["JSON" if kind == "one more member" else "CSV"](made)
    odd = record("0.5", "1,2") if kind == "CSV of another width" else extra_member(record)
    records.insert(place, odd)
    done = watch(records, **ROBUST, **PUBLISH)
    assert drifted(done) == {"age", "amount"}
    assert done.document("statistics.json")["dataset"]["item_count"] == 500
    assert issues(done)[0] == 1
    (metric,) = [metric for metric in done.metrics if metric["MetricName"] == "broken_records"]
    assert metric["Value"] == 1.0
    assert "feature_baseline_drift_age" in {metric["MetricName"] for metric in done.metrics}


@pytest.mark.parametrize(("count", "place"), [(1, 0), (1, 250), (40, 0)])
def test_robust_runs_of_json_set_csv_apart(watch, as_json, record, count, place):
    records = as_json(rows(500, shift=1))
    records[place:place] = [record("0.5", "30,100.5,Nice")] * count
    done = watch(records, **ROBUST)
    assert drifted(done) == {"age", "amount"}
    assert issues(done) == (count, ["CSV among records of JSON"])


def test_robust_runs_go_on_however_many_records_are_odd(watch, as_json, record):
    done = watch([*[extra_member(record)] * 900, *as_json(rows(500, shift=1))], **ROBUST)
    assert drifted(done) == {"age", "amount"}
    assert issues(done) == (900, ["columns that others lack"])


def test_robust_runs_of_batches_of_json_lines_are_as_robust(monitor, baseline, tmp_path):
    lines = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in rows(500, shift=1)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(['{"score": 1, "age": 2, "amount": 3, "city": "Nice", "x": 4}', *lines]) + "\n")
    assert checks(monitor(baseline, path, live_format="json")) == {"extra_column_check"}
    done = monitor(baseline, path, live_format="json", **ROBUST)
    assert (drifted(done), issues(done)[0]) == ({"age", "amount"}, 1)


def test_a_changed_schema_is_still_a_violation_of_robust_runs(monitor, baseline, captures, record):
    live = captures([record("0.5", "1,2")] * 50)
    done = monitor(baseline, live, live_format="capture", **ROBUST)
    assert checks(done) == {"missing_column_check"}


@pytest.mark.parametrize("mode", ["service", "robust"])
@pytest.mark.parametrize(
    "order", [["age", "amount", "city"], ["city", "amount", "age"], ["amount", "city", "age"]], ids=",".join
)
def test_the_order_of_json_members_does_not_matter(watch, as_json, order, mode):
    healthy = watch(as_json(rows(500, seed=2), order), odd_records=mode)
    assert healthy.violations == []
    assert list(healthy.statistics) == NAMES
    shifted = watch(as_json(rows(500, shift=1), order), odd_records=mode)
    assert drifted(shifted) == {"age", "amount"}


def test_values_that_change_places_are_found_under_their_names(watch, as_json):
    swapped = [[score, amount, age, city] for score, age, amount, city in rows(500, seed=2)]
    done = watch(as_json(swapped))
    assert {"age", "amount"} <= {violation["feature_name"] for violation in done.violations}


def test_a_member_that_the_first_record_lacks_moves_no_column(watch, as_json):
    records = as_json(rows(500, seed=2))
    first = json.loads(records[0]["captureData"]["endpointInput"]["data"])
    del first["age"]
    records[0]["captureData"]["endpointInput"]["data"] = json.dumps(first)
    done = watch(records)
    assert [(v["feature_name"], v["constraint_check_type"]) for v in done.violations] == [("age", "completeness_check")]


@pytest.mark.parametrize("place", [0, 250, 500])
@pytest.mark.parametrize("kind", ["one more member", "JSON among CSV", "CSV of another width"])
def test_the_generated_script_finds_the_drift_beside_an_odd_record(guarded, traffic, record, kind, place):
    """What runs in AWS's container too, whose treatment of such a record nobody can change."""
    records = traffic["JSON" if kind == "one more member" else "CSV"](rows(500, shift=1))
    records.insert(place, record("0.5", "1,2") if kind == "CSV of another width" else extra_member(record))
    done = guarded(records)
    assert drifted(done) == {"age", "amount"}
    assert done.document("statistics.json")["dataset"]["item_count"] == 500


def test_the_generated_script_hides_no_loss_of_values(guarded, as_json):
    records = as_json(rows(500, seed=2))
    for captured in records[:100]:
        body = json.loads(captured["captureData"]["endpointInput"]["data"])
        del body["age"]
        captured["captureData"]["endpointInput"]["data"] = json.dumps(body)
    done = guarded(records)
    assert [(v["feature_name"], v["constraint_check_type"]) for v in done.violations] == [("age", "completeness_check")]
