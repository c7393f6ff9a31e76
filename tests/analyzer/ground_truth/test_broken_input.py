"""Nothing that is broken disappears: it is counted and named, and too much of it ends the job."""

import pytest

from tests.analyzer.lines import capture, label

MANY = [str(number) for number in range(40)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "not a JSON object with members"),
        ({"eventMetadata": {"eventId": "1"}}, "it has no groundTruthData"),
        (label(""), "it has no eventId"),
        (label(True), "it has no eventId"),
        ({"groundTruthData": {"data": "1", "encoding": "CSV"}}, "it has no eventId"),
        (label("1", ""), "its label is empty"),
        (label("1", 1), "data is int, expected a string"),
        (label("1", encoding="csv"), "encoding is 'csv', expected CSV, JSON or BASE64"),
    ],
)
def test_a_broken_label_is_counted_with_file_line_and_reason(merge, captured_in, labelled_in, line, problem):
    captured_in([capture(name) for name in MANY])
    labelled_in([*(label(name) for name in MANY[2:]), line])
    job = merge()
    assert job.code == 0
    assert job.counts == (40, 38, 38, 0, 0)
    broken = job.statistics["broken_labels"]
    (example,) = broken["examples"]
    assert broken["count"] == 1
    assert example["file"].endswith("labels/2026/01/01/10/labels.jsonl")
    assert example["line"] == 39
    assert problem in example["problem"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{not json", "not a capture record"),
        ({"eventMetadata": {"eventId": "1"}}, "not a capture record"),
        (capture(event=""), "eventMetadata has neither inferenceId nor eventId"),
    ],
)
def test_a_broken_capture_is_counted_with_file_line_and_reason(merge, captured_in, labelled_in, line, problem):
    captured_in([line, *(capture(name) for name in MANY)])
    labelled_in([label(name) for name in MANY])
    job = merge()
    assert job.code == 0
    assert job.counts == (40, 40, 40, 0, 0)
    (example,) = job.statistics["broken_captures"]["examples"]
    assert example["file"].endswith("10/20-30-000-a.jsonl")
    assert example["line"] == 1
    assert problem in example["problem"]


def test_broken_input_of_an_earlier_run_is_not_reported_again(merge, captured_in, labelled_in, tmp_path):
    captured_in([capture(name) for name in MANY])
    labelled_in([*(label(name) for name in MANY), "broken"])
    assert merge(output_path=tmp_path / "merged").code == 0
    labelled_in([label(name) for name in MANY])
    job = merge(output_path=tmp_path / "merged")
    assert job.code == 0
    assert '"broken_labels" : {\n    "count" : 0' in (tmp_path / "merged" / ".merge_statistics.json").read_text()


def test_more_than_a_tenth_of_broken_labels_ends_the_job(merge, captured_in, labelled_in):
    captured_in([capture(name) for name in MANY])
    labelled_in([label("0"), label("1"), "broken"])
    job = merge()
    assert job.code == 1
    assert "too much of the input is broken" in job.message
    assert "labels/2026/01/01/10/labels.jsonl, line 3" in job.message
    assert job.counts == (40, 2, 2, 0, 0)


def test_more_than_a_tenth_of_broken_captures_ends_the_job(merge, captured_in, labelled_in):
    captured_in([capture("0"), "broken"])
    labelled_in([label(name) for name in MANY])
    job = merge()
    assert job.code == 1
    assert "10/20-30-000-a.jsonl, line 2: not a capture record" in job.message
