"""Labels: what a file says, which captured records they belong to, and where they are put."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from capture_writer import Buffering, Payload
from model_monitor_cli import capture, captured_records, label_files
from model_monitor_cli.captured_records import Captured
from model_monitor_cli.commands.ground_truth import _hours
from model_monitor_cli.datasets import DatasetError, read_dataset
from model_monitor_cli.exits import UsageError
from model_monitor_cli.given_labels import given_labels, match
from model_monitor_cli.hourly_files import Hours
from model_monitor_cli.label_files import Label
from shared.s3 import S3Uri

NOW = datetime(2026, 11, 21, 6, 7, 31, tzinfo=UTC)
HOUR = datetime(2026, 11, 21, 3, tzinfo=UTC)


def given(folder, text, name="labels.csv", **options):
    (folder / name).write_text(text)
    return given_labels(read_dataset(folder / name), **{"key": "id", "label": "label", "time": None, **options})


def said(found):
    return [(item.label.id, item.label.value.data, item.label.value.encoding.value) for item in found]


@pytest.mark.parametrize(
    ("text", "name", "labels"),
    [
        ("id,label\na-1,1\na-2,0\n", "labels.csv", [("a-1", "1", "CSV"), ("a-2", "0", "CSV")]),
        ("17,1\n18,0\n", "labels.csv", [("17", "1", "CSV"), ("18", "0", "CSV")]),
        ('id,label\na-1,"x, y"\n', "labels.csv", [("a-1", '"x, y"', "CSV")]),
        ('{"id": "a-1", "label": true}\n', "labels.jsonl", [("a-1", "1", "CSV")]),
        ('{"id": "a-1", "label": {"y": 1}}\n', "labels.jsonl", [("a-1", '{"y":1}', "JSON")]),
        (
            '{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"a-1"},"eventVersion":"0"}\n',
            "labels.jsonl",
            [("a-1", "1", "CSV")],
        ),
        ("id,label\na-1,1\na-1,1\n", "labels.csv", [("a-1", "1", "CSV")]),
    ],
)
def test_labels_are_read_as_people_have_them(tmp_path, text, name, labels):
    assert said(given(tmp_path, text, name)) == labels


def test_times_of_predictions_are_read_with_or_without_a_zone(tmp_path):
    text = "id,label,time\na,1,2026-11-21T03:15:00Z\nb,0,2026-11-21 04:15+01:00\nc,0,2026-11-21T03:15\n"
    assert {item.time for item in given(tmp_path, text, time="time")} == {datetime(2026, 11, 21, 3, 15, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key,label\na,1\n", "there is no column 'id' among key, label; expected a file with the columns id and label"),
        ("id,label\n,1\n", "row 1 has the id '', expected 1 to 64 printable ASCII characters"),
        ("id,label\na,\n", "row 1 has no label; leave out rows whose label is not known yet"),
        ("id,label\na,1\na,0\n", "the id 'a' has two labels, 1 and 0"),
    ],
)
def test_a_file_that_does_not_say_labels_is_refused(tmp_path, text, told):
    with pytest.raises(DatasetError) as error:
        given(tmp_path, text)
    assert told in str(error.value)


def test_every_label_is_accounted_for(tmp_path):
    found = given(tmp_path, "id,label\nnew,1\nsame,1\nother,1\nnobody,1\nevent,1\n")
    captured = Captured(dict.fromkeys(("new", "same", "other", "later"), HOUR), frozenset({"event"}))

    matched = match(found, captured, {"same": "1", "other": "0"})

    assert [(label.id, time) for label, time in matched.new] == [("new", HOUR)]
    assert (matched.repeated, matched.contradicting) == (("same",), ("other",))
    assert (matched.unknown, matched.hidden) == (("nobody",), ("event",))
    assert matched.unlabelled == 1


def test_the_hours_of_captured_records_come_from_times_if_all_labels_have_one(tmp_path):
    timed = given(tmp_path, "id,label,time\na,1,2026-11-20T23:15\nb,0,2026-11-21T01:59\n", time="time")

    assert _hours(None, timed, NOW) == Hours(
        datetime(2026, 11, 20, 23, tzinfo=UTC), datetime(2026, 11, 21, 1, tzinfo=UTC)
    )
    assert _hours(None, timed, NOW).days == ["2026/11/20", "2026/11/21"]
    assert _hours("2h", timed, NOW) == Hours(
        datetime(2026, 11, 21, 4, tzinfo=UTC), datetime(2026, 11, 21, 6, tzinfo=UTC)
    )
    with pytest.raises(UsageError, match="more than 31 days"):
        _hours("40d", timed, NOW)


@pytest.mark.parametrize(
    ("place", "destination", "is_refused"),
    [
        ("s3://a/capture/labels", "s3://a/capture", True),
        ("s3://a/capture", "s3://a/capture", True),
        ("s3://a/captured-labels", "s3://a/capture", False),
        ("s3://a/labels", "s3://a", False),
        ("s3://a/credit/labels", "s3://a", True),
        ("s3://b/capture", "s3://a/capture", False),
    ],
)
def test_labels_never_get_among_captured_records(place, destination, is_refused):
    endpoint = {"EndpointName": "credit", "DataCaptureConfig": {"DestinationS3Uri": destination}}
    if not is_refused:
        label_files.require_apart(S3Uri.parse(place), endpoint)
        return
    with pytest.raises(UsageError, match="lies among the captured records"):
        label_files.require_apart(S3Uri.parse(place), endpoint)


def record(**metadata):
    return json.dumps({"captureData": {}, "eventMetadata": metadata, "eventVersion": "0"})


def test_labels_are_put_beside_those_that_are_there_in_the_hour_of_their_record(world, context):
    place = S3Uri.parse("s3://captures/loans")
    world.put(f"{place}/AllTraffic/2026/11/21/03/07-00-000-a.jsonl", f"{record(eventId='1', inferenceId='a')}\nnone\n")
    world.put(f"{place}/Canary/2026/11/21/04/59-59-999-b.jsonl", record(eventId="2"))
    world.put(f"{place}/AllTraffic/2026/11/21/02/59-59-999-c.jsonl", record(eventId="3"))
    hours = Hours(HOUR, NOW)
    told = []

    captured = captured_records.of_endpoint(place, hours, told.append)

    assert captured.hours == {"a": HOUR, "2": HOUR.replace(hour=4)}
    assert captured.hidden == {"1"}
    assert told == ["reading captured records: object 1 of 2"]

    truth = S3Uri.parse("s3://captures/truth")
    for value in (0, 1):  # once more: a second object, and the first one stays
        new = [(Label("a", Payload.csv([value])), HOUR)]
        assert label_files.upload(context, truth, new) == 1
    keys = [item["Key"] for item in context.s3.list_objects_v2(Bucket="captures", Prefix="truth/")["Contents"]]
    assert [key.rpartition("/")[0] for key in keys] == ["truth/2026/11/21/03"] * 2
    assert set(label_files.labels_in(truth, hours, told.append)) == {"a"}


def test_an_upload_that_s3_refuses_says_what_is_needed(context, monkeypatch):
    monkeypatch.setattr(label_files, "_BUFFERING", Buffering(close_seconds=0.2))
    with pytest.raises(label_files.UploadError, match="s3:PutObject on s3://no-such-bucket/x"):
        label_files.upload(context, S3Uri.parse("s3://no-such-bucket/x"), [(Label("a", Payload.csv([1])), NOW)])


def test_a_model_whose_monitors_need_no_labels_gets_none(command, tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("id,label\na,1\n")

    result = command("ground-truth", "credit", str(file))

    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == "no monitor of 'credit' needs labels; model quality and bias do"


def test_an_endpoint_that_does_not_exist_is_named(command, tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("age\n34\n")

    result = command("simulate", "nobody", str(file))

    assert isinstance(result.exception, UsageError)
    assert "no monitored endpoint or model is called 'nobody'; there are: credit" in str(result.exception)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--drift", "label-flip", "--label", "age"], "changes labels only"),
        (["--ground-truth", "monitors"], "--ground-truth needs --label"),
        (["--label", "height"], "--label: the file has no column 'height'"),
        (["--drop", "height"], "--drop: the file has no column 'height'"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_sent(command, tmp_path, options, told):
    file = tmp_path / "data.csv"
    file.write_text("age\n34\n")
    assert told in str(command("simulate", "credit", str(file), *options).exception)


def test_many_requests_to_a_real_account_need_a_yes(command, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    file = tmp_path / "data.csv"
    file.write_text("age\n34\n")

    refused = command("simulate", "credit", str(file), "--count", "501").exception

    assert "501 requests to the endpoint credit in us-east-1, 5 a second: add --yes" in str(refused)


def test_a_dry_run_shows_requests_and_sends_none(command, tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("age,home,bad\n34,rent,1\n36,own,0\n")
    arguments = (
        "simulate",
        "nobody",
        str(file),
        "--drift",
        "shift:age=1",
        "--label",
        "bad",
        "--count",
        "3",
        "--dry-run",
    )

    shown = command(*arguments, "--json")

    assert json.loads(shown.stdout) == {
        "bodies": ["35,rent", "37,own", "35,rent"],
        "changed": {"age": 3},
        "requests": 3,
    }
    assert "drift: shift:age=1 changes age in 3 rows" in command(*arguments).stdout


def test_ids_of_predictions_are_found_in_the_files_that_manifests_name(world, context):
    time = "2026-11-21T03:07:00Z"
    world.put("s3://captures/scored/a.csv.out", f'"x, y",0.7,a-1,{time}\n0.2,a-2,{time}\n')
    world.put("s3://captures/scored/b.csv.out", f"score,id,time\n0.7,b-1,{time}\n")  # a header is no record
    world.put(
        "s3://captures/scored/c.jsonl.out",
        f'{{"score":1,"SageMakerInferenceId":"c","SageMakerInferenceTime":"{time}"}}\n',
    )
    world.put("s3://captures/scored/none.csv.out", "0.7\n0.2\n")
    for hour, names in {
        "03": ["a.csv.out", "b.csv.out"],
        "04": ["c.jsonl.out", "none.csv.out"],
        "02": ["gone"],
    }.items():
        manifest = json.dumps([{"prefix": "s3://captures/scored/"}, *names])
        world.put(f"s3://captures/nightly/output/2026/11/21/{hour}/m.json", manifest)

    captured = captured_records.of_manifests(S3Uri.parse("s3://captures/nightly/output"), Hours(HOUR, NOW), [].append)

    later = HOUR.replace(hour=4)
    # A manifest's name tells its hour only, and S3 got it later.
    assert capture.newest(S3Uri.parse("s3://captures/nightly")).time == HOUR.replace(hour=5)
    assert captured == Captured({"a-1": HOUR, "a-2": HOUR, "b-1": HOUR, "c": later}, frozenset(), nameless=2)

    before = Hours(HOUR.replace(hour=2), HOUR.replace(hour=2))
    with pytest.raises(captured_records.RecordsError, match="s3://captures/scored/gone does not exist"):
        captured_records.of_manifests(S3Uri.parse("s3://captures/nightly/output"), before, [].append)
