"""Outputs of batch transform jobs find their labels."""

import json

import pytest

from tests.analyzer.lines import label, write_lines

TIME = "2026-01-01T10:15:00Z"
CSV = {"dataset_format": '{"csv":{"header":"false"}}'}
JSON = {"dataset_format": '{"json":{"line":"true"}}'}


@pytest.fixture
def transformed(tmp_path):
    """Write an output of a transform job: transformed([line, ...], job=...)."""

    def write(lines, job="job", name="rows.csv.out"):
        write_lines(tmp_path / "captured" / "output" / "2026/01/01/10" / job / name, lines)

    return write


def test_a_csv_row_becomes_an_output_without_its_id(merge, transformed, labelled_in):
    transformed([f'"yes, sir",0.9,id-1,{TIME}', f"no,0.1,id-2,{TIME}"])
    labelled_in([label("id-1", "yes"), label("id-9", "no")])
    job = merge(**CSV)
    assert job.counts == (2, 2, 1, 1, 0)
    assert job.files == ["2026/01/01/10/rows.csv.out.jsonl"]
    assert job.records == [
        {
            "captureData": {"batchTransformOutput": {"data": '"yes, sir",0.9', "encoding": "CSV"}},
            "eventMetadata": {"eventId": "id-1", "inferenceTime": TIME},
            "eventVersion": "0",
            "groundTruthData": {"data": "yes", "encoding": "CSV"},
        }
    ]


def test_a_json_line_keeps_its_own_members(merge, transformed, labelled_in):
    row = {"score": 0.5, "SageMakerInferenceId": "id-1", "SageMakerInferenceTime": TIME}
    transformed([row], name="rows.jsonl.out")
    labelled_in([label("id-1")])
    (record,) = merge(**JSON).records
    output = record["captureData"]["batchTransformOutput"]
    assert (output["encoding"], json.loads(output["data"])) == ("JSON", {"score": 0.5})


def test_a_published_row_becomes_the_published_record(merge, transformed, labelled_in):
    # Known answer, cut to three features and moved to another hour: amazon-sagemaker-examples, sagemaker_model_monitor/
    # fairness_and_explainability_jsonlines/SageMaker-Monitoring-Bias-Drift-for-Batch-Transform.ipynb
    identifier = "ae4ec948-edc0-4195-be9c-0b15b6ca114f"
    data = '{"SageMakerOutput":{"predicted_label":1,"score":0.989977359771728},"features":[28,2,133937]}'
    added = f'"SageMakerInferenceId":"{identifier}","SageMakerInferenceTime":"{TIME}",'
    transformed([f"{{{added}{data[1:]}"], name="test-dataset.jsonl.out")
    labelled_in([label(identifier, '{"label": 1}', "JSON")])
    (record,) = merge(**JSON).records
    assert record.pop("eventMetadata").items() >= {("eventId", identifier)}
    assert record == {
        "eventVersion": "0",
        "groundTruthData": {"data": '{"label": 1}', "encoding": "JSON"},
        "captureData": {"batchTransformOutput": {"data": data, "encoding": "JSON"}},
    }


def test_merged_records_of_a_schedule_lie_in_its_folder(merge, transformed, labelled_in):
    transformed([f"1,id-1,{TIME}"])
    labelled_in([label("id-1")])
    job = merge(**CSV, sagemaker_monitoring_schedule_name="churn-bias")
    assert job.files == ["churn-bias/2026/01/01/10/rows.csv.out.jsonl"]


def test_outputs_of_the_same_name_are_all_kept(merge, transformed, labelled_in):
    transformed([f"1,id-1,{TIME}"], job="first")
    transformed([f"2,id-2,{TIME}"], job="second")
    labelled_in([label("id-1"), label("id-2")])
    assert [identifier for identifier, _ in merge(**CSV).labels] == ["id-1", "id-2"]


def test_rows_of_jobs_outside_the_window_are_not_captured_ones(merge, transformed, labelled_in):
    transformed([f"1,id-1,{TIME}", "2,id-2,2026-01-01T09:59:59.999Z", "3,id-3,2026-01-01T11:00:00Z"])
    labelled_in([label("id-1"), label("id-2"), label("id-3")])
    assert merge(**CSV).counts == (1, 3, 1, 2, 0)


@pytest.mark.parametrize("lines", [["prediction", f"1,id-1,{TIME}"], [f"1,id-1,{TIME}"]])
def test_a_header_is_no_row_and_a_row_in_its_place_is_not_lost(merge, transformed, labelled_in, lines):
    transformed(lines)
    labelled_in([label("id-1")])
    job = merge(dataset_format='{"csv":{"header":"true"}}')
    assert (job.labels, job.statistics["broken_captures"]["count"]) == ([("id-1", "1")], 0)


@pytest.mark.parametrize(
    "row", ["1", "1,id-1", "1,id-1,yesterday", f"1,,{TIME}", f"id-1,{TIME}", "1,id-1,2026-02-30T10:15:00Z"]
)
def test_rows_without_id_are_a_failure_that_names_the_remedy(merge, transformed, labelled_in, row):
    transformed([row])
    labelled_in([label("id-1")])
    job = merge(**CSV)
    assert job.code == 1
    assert "rows.csv.out, line 1: no inference id" in job.message
    assert "GenerateInferenceId" in job.message


def test_a_carriage_return_breaks_one_csv_row_and_not_the_job(merge, transformed, labelled_in):
    transformed([*(f"{n},id-{n},{TIME}" for n in range(20)), f"a\rb,id-20,{TIME}"])
    labelled_in([label(f"id-{n}") for n in range(21)])
    job = merge(**CSV)
    assert (job.code, job.counts[2]) == (0, 20)
    (example,) = job.statistics["broken_captures"]["examples"]
    assert example["file"].endswith("rows.csv.out")
    assert (example["line"], example["problem"].split(":")[0]) == (21, "not CSV")


def test_a_header_hides_no_row_behind_it(merge, transformed, labelled_in):
    transformed([*(f"{n},id-{n},{TIME}" for n in range(20)), "prediction"])
    labelled_in([label(f"id-{n}") for n in range(20)])
    job = merge(dataset_format='{"csv":{"header":"true"}}')
    assert (job.counts[2], job.statistics["broken_captures"]["count"]) == (20, 1)


def test_a_json_row_without_id_is_one_of_the_broken(merge, transformed, labelled_in):
    rows = [{"SageMakerInferenceId": str(n), "SageMakerInferenceTime": TIME, "score": n} for n in range(20)]
    transformed([*rows, {"score": 1}], name="rows.jsonl.out")
    labelled_in([label(str(n)) for n in range(20)])
    job = merge(**JSON)
    assert (job.counts[2], job.statistics["broken_captures"]["count"]) == (20, 1)


def test_parquet_cannot_be_merged(merge, transformed):
    transformed(["x"])
    job = merge(dataset_format='{"parquet":{}}')
    assert (job.code, "parquet cannot be merged with ground truth, expected csv or json" in job.message) == (1, True)
