"""Captured records of endpoints find their labels."""

from tests.analyzer.lines import capture, label


def test_a_captured_record_is_written_with_its_label_to_the_place_of_its_capture(merge, captured_in, labelled_in):
    captured_in([capture("order-17")])
    labelled_in([label("order-17", "0")], hour="2026/01/01/12")
    job = merge(dataset_format='{"sagemakerCaptureJson":{"captureIndexNames":null}}')
    assert job.code == 0
    assert job.files == ["credit/AllTraffic/2026/01/01/10/20-30-000-a.jsonl"]
    assert job.records == [capture("order-17") | {"groundTruthData": {"data": "0", "encoding": "CSV"}}]


def test_the_last_object_of_the_folder_holds_records(merge, captured_in, labelled_in):
    captured_in([capture("order-17")])
    labelled_in([label("order-17")])
    job = merge()
    names = sorted(path.relative_to(job.output).as_posix() for path in job.output.rglob("*") if path.is_file())
    assert names == [".merge_statistics.json", *job.files]
    assert names[0][0] < "0", "an endpoint or a schedule is called after letters and digits"


def test_members_of_a_merged_record_come_in_the_order_of_the_services_files(merge, captured_in, labelled_in):
    captured_in([capture("order-17")])
    labelled_in([label("order-17")])
    (record,) = merge().records
    assert list(record) == ["eventVersion", "groundTruthData", "captureData", "eventMetadata"]


def test_a_merge_leaves_no_exit_message(merge, captured_in, labelled_in):
    captured_in([capture("a")])
    labelled_in([label("a")])
    assert merge().message is None


def test_the_id_of_the_caller_goes_before_that_of_the_capture(merge, captured_in, labelled_in):
    captured_in([capture("mine", event="service-1"), capture(event="service-2")])
    labelled_in([label("mine", "1"), label("service-1", "2"), label("service-2", "3")])
    assert merge().labels == [("mine", "1"), ("service-2", "3")]


def test_an_id_of_digits_may_be_written_as_a_number(merge, captured_in, labelled_in):
    captured_in([capture("17")])
    labelled_in([label(17)])
    assert merge().labels == [("17", "1")]


def test_variants_and_hours_stay_apart(merge, captured_in, labelled_in):
    captured_in([capture("a")], variant="blue")
    captured_in([capture("b")], variant="green")
    captured_in([capture("c", time="2026-01-01T11:20:30Z")], hour="2026/01/01/11")
    labelled_in([label("a"), label("b"), label("c")])
    job = merge(end_time="2026-01-01T12:00:00Z")
    assert job.files == [
        "credit/AllTraffic/2026/01/01/11/20-30-000-a.jsonl",
        "credit/blue/2026/01/01/10/20-30-000-a.jsonl",
        "credit/green/2026/01/01/10/20-30-000-a.jsonl",
    ]


def test_records_outside_the_window_are_not_captured_ones(merge, captured_in, labelled_in):
    times = ("2026-01-01T09:59:59Z", "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z")
    captured_in([capture(time, time=time) for time in times])
    labelled_in([label(time) for time in times])
    job = merge()
    assert job.labels == [("2026-01-01T10:00:00Z", "1")]
    assert job.counts == (1, 3, 1, 2, 0)


def test_the_counts_tell_which_window_they_are_of(merge, captured_in, labelled_in):
    captured_in([capture("a"), capture("b")])
    labelled_in([label("a"), label("z")])
    job = merge()
    assert job.counts == (2, 2, 1, 1, 0)
    assert job.statistics["start_time"] == "2026-01-01T10:00:00Z"
    assert job.statistics["end_time"] == "2026-01-01T11:00:00Z"


def test_the_last_of_several_labels_counts(merge, captured_in, labelled_in):
    captured_in([capture("a"), capture("b"), capture("c")])
    labelled_in([label("a", "late")], hour="2026/01/01/12", name="0.jsonl")
    labelled_in([label("a", "early"), label("b", "first"), label("b", "second"), label("c", "x")], name="9.jsonl")
    labelled_in([label("c", "of an earlier file")], name="1.jsonl")
    job = merge()
    assert job.labels == [("a", "late"), ("b", "second"), ("c", "x")]
    assert job.counts == (3, 6, 3, 0, 3)


def test_records_that_share_an_id_all_get_its_label_and_are_reported(merge, captured_in, labelled_in, caplog):
    captured_in([capture("again", output="0"), capture("again", output="1")])
    labelled_in([label("again")])
    job = merge()
    assert [record["captureData"]["endpointOutput"]["data"] for record in job.records] == ["0", "1"]
    assert job.counts == (2, 1, 2, 0, 0)
    assert job.statistics["repeated_captures"] == 1
    assert "1 captured records have the id of another one" in caplog.text


def test_a_window_whose_labels_have_not_come_completes_and_says_so(merge, captured_in, caplog):
    captured_in([capture("a")])
    job = merge()
    assert (job.code, job.counts, job.files) == (0, (1, 0, 0, 0, 0), [])
    assert "none of the 1 captured records has a label, because there are no labels yet" in caplog.text


def test_labels_of_other_ids_are_named_beside_those_that_were_looked_for(merge, captured_in, labelled_in, caplog):
    captured_in([capture("order-17", event="e-1")])
    labelled_in([label("e-1")])
    job = merge()
    assert (job.code, job.counts) == (0, (1, 1, 0, 1, 0))
    assert "their ids are such as order-17, those of the labels such as e-1" in caplog.text
    assert "the record's inferenceId if the caller sent one" in caplog.text


def test_a_window_without_captures_is_a_failure_with_that_reason(merge, captured_in, labelled_in):
    captured_in([capture("a", time="2026-01-01T09:59:59Z")])
    labelled_in([label("a")])
    job = merge()
    assert job.code == 1
    assert "Job inputs had no data" in job.message
    assert "from 2026-01-01T10:00Z to 2026-01-01T11:00Z holds no captured records" in job.message


def test_a_missing_variable_is_named(merge):
    job = merge(output_path="")
    assert (job.code, "the environment lacks output_path" in job.message) == (1, True)


def test_a_second_run_over_the_same_output_gives_the_same_records(merge, captured_in, labelled_in, tmp_path):
    captured_in([capture("a"), capture("b")])
    labelled_in([label("a"), label("b")])
    job = merge(output_path=tmp_path / "merged")
    merge(output_path=tmp_path / "merged")
    assert job.code == 0
    (merged,) = (tmp_path / "merged").rglob("*.jsonl")
    assert len(merged.read_text().splitlines()) == 2


def test_shadow_traffic_is_not_merged(merge, captured_in, labelled_in):
    record = capture("a")
    shadow = record | {"eventMetadata": {**record["eventMetadata"], "invocationSource": "ShadowExperiment"}}
    captured_in([record, shadow])
    labelled_in([label("a", "1")])
    job = merge()
    assert job.records == [record | {"groundTruthData": {"data": "1", "encoding": "CSV"}}]
    assert job.counts == (1, 1, 1, 0, 0)
