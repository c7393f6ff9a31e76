"""Merged records as a data set: the columns of the payload, then the label."""

import json

import pytest

from analyzer.dataset.merged import GROUND_TRUTH, labels_of
from analyzer.dataset.opening import open_dataset
from analyzer.dataset.payload import PayloadError
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import Parameters
from tests.analyzer.lines import capture, write_lines

OUTPUT_ONLY = {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"], "originalDatasetFormat": None}}


def merged(data, *, encoding="CSV", **members):
    return capture("a", **members) | {"groundTruthData": {"data": data, "encoding": encoding}}


def with_json_output(record, document):
    output = {"observedContentType": "application/json", "mode": "OUTPUT", "data": document, "encoding": "JSON"}
    return record | {"captureData": {"endpointOutput": output}}


@pytest.fixture
def rows_of(tmp_path):
    """Read merged records: rows_of([record, ...], **variables) -> rows, data issues."""

    def read(records, dataset_format=OUTPUT_ONLY, **variables):
        folder = tmp_path / "merged" / "credit" / "AllTraffic" / "2026/01/01/10"
        write_lines(folder / "20-30-000-a.jsonl", records)
        environment = {
            "dataset_source": str(tmp_path / "merged"),
            "dataset_format": json.dumps(dataset_format),
            "output_path": str(tmp_path),
            **variables,
        }
        issues = DataIssues(strict=False)
        dataset = open_dataset(Parameters.from_environment(environment), issues)
        return [row for table in dataset.tables() for row in table.rows(named=True)], issues

    return read


def test_the_label_follows_the_columns_of_the_output(rows_of):
    rows, _ = rows_of([merged("1"), merged(" 0\n", output="0,0.25\n")])
    assert rows == [{"_c0": "1", "_c1": "0.75", GROUND_TRUTH: "1"}, {"_c0": "0", "_c1": "0.25", GROUND_TRUTH: "0"}]


@pytest.mark.parametrize("truth", ["1", '"1"'])
def test_shadow_traffic_is_left_out(rows_of, truth):
    record = merged(truth)
    shadow = merged("9", output="5")
    shadow["eventMetadata"]["invocationSource"] = "ShadowExperiment"
    rows, issues = rows_of([record, shadow])
    assert rows == [{"_c0": "1", "_c1": "0.75", GROUND_TRUTH: "1"}]
    assert issues.broken_records == 0


def test_the_input_can_be_asked_for_as_well(rows_of):
    both = {"sagemakerMergeJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
    rows, _ = rows_of([merged("1")], both)
    assert rows == [{"_c0": "1", "_c1": "0.75", "_c2": "3", "_c3": "4", GROUND_TRUTH: "1"}]


def test_a_payload_of_several_rows_has_a_label_for_each(rows_of):
    rows, _ = rows_of([merged("1\n0", output="1,0.9\n1,0.6\n")])
    assert [(row["_c1"], row[GROUND_TRUTH]) for row in rows] == [("0.9", "1"), ("0.6", "0")]


def test_unusual_records_give_the_same_as_plain_ones(rows_of):
    rows, _ = rows_of([merged("1"), merged('"0"', output='"0",0.25')])
    assert rows == [{"_c0": "1", "_c1": "0.75", GROUND_TRUTH: "1"}, {"_c0": "0", "_c1": "0.25", GROUND_TRUTH: "0"}]


def test_json_outputs_are_flat_columns_beside_the_label(rows_of):
    record = with_json_output(merged("1"), '{"predictions":[{"score":0.75,"label":true}]}')
    rows, _ = rows_of([record])
    assert rows == [{"score": "0.75", "label": "true", GROUND_TRUTH: "1"}]


def test_records_of_other_windows_are_left_out(rows_of):
    window = {"start_time": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T10:30:00Z"}
    rows, _ = rows_of([merged("1"), merged("0", time="2026-01-01T10:30:00Z")], **window)
    assert [row[GROUND_TRUTH] for row in rows] == ["1"]
    rows, _ = rows_of([merged('"1"'), merged("0", time="2026-01-01T10:30:00Z")], **window)
    assert [row[GROUND_TRUTH] for row in rows] == ["1"]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (merged("1\n0"), "the payload has 1 rows, but the ground truth has 2 labels"),
        (merged(""), "the payload has 1 rows, but the ground truth has 0 labels"),
        (capture("a"), "the record has no groundTruthData; only those that the merge job writes do"),
        (merged("1,2\n3,4", output="1\n2"), "the ground truth has 2 values in a row, expected one label"),
        (merged("1", output="1"), "1 instead of 2"),
    ],
)
def test_a_record_whose_labels_do_not_fit_is_reported(rows_of, record, problem):
    rows, issues = rows_of([merged("1"), merged("0"), record])
    assert [row[GROUND_TRUTH] for row in rows] == ["1", "0"]
    assert issues.broken_records == 1
    assert "20-30-000-a.jsonl, line 3: " in issues.first_problem
    assert problem in issues.first_problem


@pytest.mark.parametrize(
    ("data", "encoding", "labels"),
    [
        ("1", "CSV", ["1"]),
        ("1\n0\n", "CSV", ["1", "0"]),
        ("1,0", "CSV", ["1", "0"]),
        ("MQ==", "BASE64", ["1"]),
        ("1", "JSON", [1]),
        ("true", "JSON", [True]),
        ("[1, 0]", "JSON", [1, 0]),
        ("1\n0", "JSON", [1, 0]),
        ('{"anything": 1}', "JSON", [1]),
        ('{"rows": [{"target": 1}, {"target": 0}]}', "JSON", [1, 0]),
    ],
)
def test_labels_are_read_however_they_are_written(data, encoding, labels):
    assert labels_of(merged(data, encoding=encoding)) == labels


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ('{"id": 7, "truth": 1}', r"the ground truth has 2 members \(id, truth\), expected one label"),
        ('{"target": {"value": 1}}', "a list or an object where a label is expected"),
        ("{", "not JSON"),
    ],
)
def test_json_without_a_label_is_refused(data, problem):
    with pytest.raises(PayloadError, match=problem):
        labels_of(merged(data, encoding="JSON"))


def test_a_script_makes_the_columns_and_the_label_stays_beside(rows_of, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "def preprocess_handler(record):\n"
        "    rows = [line.split(',') for line in record.endpoint_output.data.split()]\n"
        "    return [{'score': float(score)} for label, score in rows if record.labels != ['skip']]\n"
    )
    rows, _ = rows_of([merged("1\n0", output="1,0.9\n1,0.6\n"), merged("skip")], record_preprocessor_script=str(script))
    assert rows == [{"score": "0.9", GROUND_TRUTH: "1"}, {"score": "0.6", GROUND_TRUTH: "0"}]


def test_a_script_that_makes_another_number_of_rows_is_refused_with_that_reason(rows_of, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def preprocess_handler(record):\n    return [{'a': 1}, {'a': 2}]\n")
    with pytest.raises(AnalysisError, match=r"made 2 rows of the record at .*, which has 1 labels"):
        rows_of([merged("1")], record_preprocessor_script=str(script))
