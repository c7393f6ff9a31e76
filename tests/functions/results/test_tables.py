"""Rows for Athena."""

import json

import pytest

FEATURE = {
    "name": "age",
    "inferred_type": "Integral",
    "numerical_statistics": {
        "common": {"num_present": 90, "num_missing": 10},
        "mean": 40.5,
        "sum": 3645.0,
        "std_dev": 3.5,
        "min": 18.0,
        "max": "NaN",
    },
}
TEXT = {
    "name": "job",
    "inferred_type": "String",
    "string_statistics": {"common": {"num_present": 5}, "distinct_count": 4.0},
}


@pytest.fixture
def rows(runs, aws, monkeypatch, watch_as):
    """Return a function that handles a run, and gives the rows of each table."""
    monkeypatch.setenv("TABLES_URI", "s3://out/tables")

    def handled(status="Completed", kind="DataQuality", **run):
        watch_as(kind)
        runs.handle(runs.event(runs.add(status, **run)))
        found = {}
        for key in aws.keys("tables/"):
            _, table, day, file = key.split("/")
            assert day == f"day={runs.time():%Y-%m-%d}"
            assert file == f"Credit-data-quality-{runs.time():%Y%m%dT%H%M}.json"
            found[table] = [json.loads(line) for line in aws.get(f"s3://out/{key}").decode().splitlines()]
        return found

    return handled


def test_a_run_its_violations_and_its_statistics(rows, runs, two_violations):
    found = rows(
        "CompletedWithViolations", violations=two_violations, files={"statistics.json": {"features": [FEATURE, TEXT]}}
    )
    (run,) = found["runs"]
    assert (run["status"], run["violations"], run["one_time"]) == ("CompletedWithViolations", 2, False)
    assert run["scheduled_time"] == f"{runs.time():%Y-%m-%d %H:%M:%S}.000"
    assert (run["schedule"], run["endpoint"], run["model"]) == ("Credit-data-quality", "credit-risk", None)
    age, dti = sorted(found["violations"], key=lambda row: row["feature"])
    assert (age["value"], age["limit_value"]) == (0.25, 0.1)
    assert (dti["value"], dti["limit_value"]) == (96.88, 100.0), "as the message shows it"
    number, text = found["statistics"]
    assert (number["feature"], number["mean"], number["num_missing"], number["max"]) == ("age", 40.5, 10, None)
    assert (text["feature"], text["mean"], text["distinct_count"]) == ("job", None, 4.0)
    assert {row["run_id"] for lines in found.values() for row in lines} == {run["run_id"]}


@pytest.mark.parametrize(
    ("kind", "file", "content", "expected"),
    [
        (
            "ModelQuality",
            "statistics.json",
            {
                "binary_classification_metrics": {
                    "recall": {"value": 0.8, "standard_deviation": 0.01},
                    "x": {"value": "NaN"},
                }
            },
            [("recall", None, None, 0.8)],
        ),
        (
            "ModelBias",
            "analysis.json",
            {
                "post_training_bias_metrics": {
                    "facets": {"sex": [{"value_or_threshold": "f", "metrics": [{"name": "DPPL", "value": 0.1}]}]}
                }
            },
            [("DPPL", "sex", "f", 0.1)],
        ),
        (
            "ModelExplainability",
            "analysis.json",
            {"explanations": {"kernel_shap": {"label0": {"global_shap_values": {"age": 0.3}}}}},
            [("age", "label", "label0", 0.3)],
        ),
    ],
)
def test_metrics_of_the_other_monitors(rows, kind, file, content, expected):
    found = rows(kind=kind, files={file: content})
    assert [
        tuple(row.get(key) for key in ("name", "facet", "facet_value", "value")) for row in found["metrics"]
    ] == expected
    assert "statistics" not in found


def test_a_run_without_data_is_a_row_too(rows):
    found = rows("Failed", reason="Job inputs had no data")
    assert [(row["status"], row["failure_reason"]) for row in found["runs"]] == [("NoData", "Job inputs had no data")]
    assert found.keys() == {"runs"}


def test_without_tables_nothing_is_written(runs, aws):
    runs.handle(runs.event(runs.add("Completed")))
    assert aws.keys("tables/") == []
