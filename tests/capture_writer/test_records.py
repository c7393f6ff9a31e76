"""The exact keys and records that data capture writes."""

import ast
import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import capture_writer
from analyzer.dataset.capture import INPUT, OUTPUT, CaptureDataset
from analyzer.dataset.payload import csv_rows
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import Window
from capture_writer import CaptureWriter, Encoding, Payload

WHEN = datetime(2021, 8, 3, 3, 10, 26, 266000, tzinfo=UTC)
ROW = Payload.csv([1, 2, 3])


@pytest.fixture
def make(s3, patient):
    def writer(**options):
        options = {"endpoint_name": "credit", "buffering": patient, **options}
        return CaptureWriter("s3://bucket/capture/", create_client=s3.create_client, **options)

    return writer


def test_a_record_has_the_members_of_the_services_in_their_order(s3, make):
    with make() as writer:
        writer.write(
            Payload.raw("1,2,3\n", "text/csv"),
            Payload.raw("0.0254", "text/csv; charset=utf-8"),
            inference_id="request-1",
            custom_attributes="source=web",
            inference_time=WHEN,
        )
    (body,) = s3.objects.values()
    # As published in the developer guide: model-monitor-data-capture-endpoint.html
    expected = (
        '{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"1,2,3\\n",'
        '"encoding":"CSV"},"endpointOutput":{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT",'
        '"data":"0.0254","encoding":"CSV"}},"eventMetadata":{"eventId":"<id>","customAttributes":["source=web"],'
        '"inferenceId":"request-1","inferenceTime":"2021-08-03T03:10:26Z"},"eventVersion":"0"}\n'
    )
    event_id = s3.records()[0]["eventMetadata"]["eventId"]
    assert uuid.UUID(event_id).version == 4
    assert body.decode() == expected.replace("<id>", event_id)


def test_the_key_has_the_hour_of_the_inference_in_utc(s3, make):
    east = timezone(timedelta(hours=5, minutes=30))
    with make(variant_name="Blue") as writer:
        writer.write(ROW, ROW, inference_time=WHEN.astimezone(east))
    (key,) = s3.objects
    name = r"\d\d-\d\d-\d{3}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.jsonl"
    assert re.fullmatch(rf"bucket/capture/credit/Blue/2021/08/03/03/{name}", key)


def test_each_hour_has_its_own_object(s3, make):
    with make() as writer:
        for hours in (0, 1, 0):
            writer.write(ROW, ROW, inference_time=WHEN + timedelta(hours=hours))
    assert sorted((key.split("/")[-2], body.count(b"\n")) for key, body in s3.objects.items()) == [("03", 2), ("04", 1)]


def test_a_direction_that_is_not_captured_is_not_in_the_record(s3, make):
    with make() as writer:
        writer.write(ROW, None)
        writer.write(None, ROW)
    assert [list(record["captureData"]) for record in s3.records()] == [["endpointInput"], ["endpointOutput"]]


def test_ids_and_attributes_that_were_not_given_are_not_in_the_record(s3, make):
    with make() as writer:
        returned = writer.write(ROW, ROW)
    (record,) = s3.records()
    assert list(record["eventMetadata"]) == ["eventId", "inferenceTime"]
    assert returned == record["eventMetadata"]["eventId"]


def test_the_inference_id_is_what_labels_refer_to(make):
    with make() as writer:
        assert writer.write(ROW, ROW, inference_id="abc") == "abc"


def test_objects_are_encrypted_with_the_key(s3, make):
    with make(kms_key_id="alias/capture") as writer:
        writer.write(ROW, ROW)
    (request,) = s3.requests
    assert request.headers["x-amz-server-side-encryption"] == b"aws:kms"
    assert request.headers["x-amz-server-side-encryption-aws-kms-key-id"] == b"alias/capture"


def test_the_bucket_encrypts_by_itself_without_a_key(s3, make):
    with make() as writer:
        writer.write(ROW, ROW)
    assert "x-amz-server-side-encryption" not in s3.requests[0].headers


@pytest.mark.parametrize(
    "options",
    [{"inference_id": "x" * 65}, {"inference_id": ""}, {"inference_id": "é"}, {"custom_attributes": "x" * 1025}],
)
def test_what_a_client_made_wrong_fails_no_request_but_is_counted_and_logged(s3, make, caplog, options):
    with make() as writer:
        assert writer.write(ROW, ROW, **options) is None
    assert writer.metrics.rejected == 1
    assert not s3.objects
    assert "the last one was rejected: the " in caplog.text


def test_mistakes_in_the_calling_code_are_errors(make):
    writer = make()
    with pytest.raises(ValueError, match="neither request nor response"):
        writer.write(None, None)
    with pytest.raises(ValueError, match="has no time zone"):
        writer.write(ROW, ROW, inference_time=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("destination", "options", "problem"),
    [
        ("https://bucket/x", {}, "expected s3://bucket/prefix"),
        ("s3://B/x", {}, "expected s3://bucket/prefix"),
        ("s3://bucket", {"endpoint_name": "a/b"}, "endpoint_name is 'a/b'"),
        ("s3://bucket", {"endpoint_name": "a", "variant_name": ""}, "variant_name is ''"),
        ("s3://bucket", {"endpoint_name": "a", "sampling_percentage": 101}, "sampling_percentage is 101"),
    ],
)
def test_impossible_settings_are_refused(destination, options, problem):
    with pytest.raises(ValueError, match=problem):
        CaptureWriter(destination, **{"endpoint_name": "e", **options})


VALUES = st.one_of(st.integers(-(10**9), 10**9), st.text(max_size=8), st.text("a\r\n", max_size=4))


@given(rows=st.lists(st.lists(VALUES, min_size=2, max_size=4), min_size=1, max_size=4))
def test_csv_rows_are_read_back_as_they_were_written(rows):
    assert csv_rows(Payload.csv(rows).data) == [[str(value) for value in row] for row in rows]


@pytest.mark.parametrize(
    ("values", "data"),
    [
        ([1, None, float("nan"), "a,b"], '1,,,"a,b"'),
        (np.array([[1.5, 2.0], [np.nan, 4.0]]), "1.5,2.0\n,4.0"),
        ([np.float32(0.5), np.int64(3)], "0.5,3"),
        ((row for row in [(1, 2), (3, 4)]), "1,2\n3,4"),
        ([], ""),
    ],
)
def test_values_become_csv(values, data):
    assert Payload.csv(values) == Payload(data, Encoding.CSV, "text/csv")


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"a": [1, {"b": None}]}, '{"a":[1,{"b":null}]}'),
        ({"score": float("nan"), "more": (float("inf"), 1)}, '{"score":null,"more":[null,1]}'),
        ({"x": np.array([1.0, np.nan]), "n": np.int64(2)}, '{"x":[1.0,null],"n":2}'),
        ("ä", '"ä"'),
    ],
)
def test_values_become_json(value, data):
    assert Payload.json(value) == Payload(data, Encoding.JSON, "application/json")


def test_what_json_cannot_represent_is_refused():
    with pytest.raises(TypeError, match="set cannot be written as JSON"):
        Payload.json({"a": {1}})


@pytest.mark.parametrize(
    ("body", "content_type", "data", "encoding"),
    [
        (b"1,2\n", "text/csv; header=absent", "1,2\n", Encoding.CSV),
        ('{"a":1}', "Application/JSON", '{"a":1}', Encoding.JSON),
        (b"{}\n{}", "application/jsonlines", "{}\n{}", Encoding.JSON),
        (b"\x00\x01", "application/x-npy", "AAE=", Encoding.BASE64),
        (b"\xff", "text/csv", "/w==", Encoding.BASE64),
        ("\ud800", "text/csv", "7aCA", Encoding.BASE64),
    ],
)
def test_bodies_are_kept_as_they_came(body, content_type, data, encoding):
    assert Payload.raw(body, content_type) == Payload(data, encoding, content_type)


def test_the_analyzer_reads_what_was_written(in_folder, tmp_path, patient):
    with CaptureWriter(
        "s3://bucket/capture", endpoint_name="e", buffering=patient, create_client=in_folder.create_client
    ) as writer:
        writer.write(Payload.csv([[34, "rent"], [51, "own, free"]]), Payload.csv([[0.7], [0.2]]), inference_time=WHEN)
        writer.write(Payload.csv([18, None]), Payload.csv([0.1]), inference_time=WHEN)
    window = Window(start=WHEN.replace(minute=0, second=0, microsecond=0), end=WHEN + timedelta(hours=1))
    files = list(tmp_path.rglob("*.jsonl"))
    issues = DataIssues(strict=True)
    dataset = CaptureDataset(files, index_names=[INPUT, OUTPUT], window=window, issues=issues)
    # A missing value is null or an empty text, by the way in which a row is parsed.
    rows = [tuple(value or "" for value in row) for table in dataset.tables() for row in table.iter_rows()]
    assert rows == [("0.7", "34", "rent"), ("0.2", "51", "own, free"), ("0.1", "18", "")]


def test_the_package_is_written_for_python_3_9():
    for path in Path(capture_writer.__file__).parent.glob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 9))
