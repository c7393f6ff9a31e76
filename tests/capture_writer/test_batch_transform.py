"""The captures that a batch transform job makes: rows of inputs and predictions, and manifests that name them."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.ground_truth.transform_output import TransformOutput
from analyzer.issues import DataIssues
from analyzer.parameters import DatasetFormat, FormatKind, Window
from capture_writer import Buffering, CaptureLayout, CaptureWriter, Encoding, Payload
from capture_writer.batch_transform import BatchTransformFolder, batch_line

WHEN = datetime(2022, 8, 26, 13, 10, 26, tzinfo=UTC)
CSV, LINES = CaptureLayout.BATCH_CSV, CaptureLayout.BATCH_JSON_LINES
ROOT = "bucket/capture/credit"


@pytest.fixture
def make(s3, patient):
    def writer(**options):
        options = {"endpoint_name": "credit", "layout": CSV, "buffering": patient, **options}
        return CaptureWriter("s3://bucket/capture/", create_client=s3.create_client, **options)

    return writer


def named(s3, side):
    """Every object that the manifests of a side name, by its key."""
    found = {}
    for key, body in s3.objects.items():
        if key.startswith(f"{ROOT}/{side}/"):
            head, *entries = json.loads(body)
            prefix = head["prefix"].removeprefix("s3://")
            found |= {prefix + entry: s3.objects[prefix + entry].decode() for entry in entries}
    return found


def test_manifests_name_inputs_and_predictions_in_the_folder_of_the_hour(s3, make):
    with make() as writer:
        assert writer.write(Payload.csv([34, "a, b"]), Payload.csv([0.7]), inference_id="r-1", inference_time=WHEN)
        writer.write(Payload.csv([51, None]), Payload.csv([0.2]), inference_id="r-2", inference_time=WHEN)
    ((input_key, inputs),) = named(s3, "input").items()
    ((output_key, outputs),) = named(s3, "output").items()
    assert inputs == '34,"a, b"\n51,\n'
    assert outputs == "0.7,r-1,2022-08-26T13:10:26Z\n0.2,r-2,2022-08-26T13:10:26Z\n"
    assert output_key == f"{input_key}.out"
    assert re.fullmatch(rf"{ROOT}/data/2022/08/26/13/\d\d-\d\d-\d{{3}}-[0-9a-f-]{{36}}\.csv", input_key)
    manifests = sorted(key for key in s3.objects if key.endswith(".json"))
    assert [re.sub(r"[0-9a-f-]{36}", "<uuid>", key) for key in manifests] == [
        f"{ROOT}/input/2022/08/26/13/<uuid>.json",
        f"{ROOT}/output/2022/08/26/13/<uuid>.json",
    ]


def test_json_lines_carry_id_and_time_beside_the_prediction(s3, make):
    with make(layout=LINES) as writer:
        writer.write(
            Payload.raw('{\n "age": 34\n}', "application/json"),
            Payload.json({"score": 0.7}),
            inference_id="r-1",
            inference_time=WHEN,
        )
        writer.write(Payload.raw('{"age":1}\n{"age":2}', "application/jsonlines"), None, inference_time=WHEN)
    (inputs,), (outputs,) = named(s3, "input").values(), named(s3, "output").values()
    assert [json.loads(line) for line in inputs.splitlines()] == [{"age": 34}, {"age": 1}, {"age": 2}]
    assert json.loads(outputs) == {
        "score": 0.7,
        "SageMakerInferenceId": "r-1",
        "SageMakerInferenceTime": "2022-08-26T13:10:26Z",
    }


def test_joined_predictions_stand_behind_their_inputs(s3, make):
    with make(join_inputs=True) as writer:
        writer.write(
            Payload.csv([[34, "a, b"], [51, "c"]]), Payload.csv([[0.7], [0.2]]), inference_id="r", inference_time=WHEN
        )
        writer.write(Payload.csv([1, "d"]), None, inference_time=WHEN)
    (inputs,), (outputs,) = named(s3, "input").values(), named(s3, "output").values()
    assert inputs == '34,"a, b"\n51,c\n1,d\n'
    assert outputs == '34,"a, b",0.7,r,2022-08-26T13:10:26Z\n51,c,0.2,r,2022-08-26T13:10:26Z\n'


def test_joined_json_lines_have_the_prediction_as_a_member(s3, make):
    with make(layout=LINES, join_inputs=True) as writer:
        writer.write(Payload.json({"age": 34}), Payload.json({"score": 0.7}), inference_id="r", inference_time=WHEN)
    (outputs,) = named(s3, "output").values()
    assert json.loads(outputs) == {
        "age": 34,
        "SageMakerOutput": {"score": 0.7},
        "SageMakerInferenceId": "r",
        "SageMakerInferenceTime": "2022-08-26T13:10:26Z",
    }


@pytest.mark.parametrize("request_body", [None, Payload.csv([[1], [2]])])
def test_what_cannot_be_joined_is_counted_and_logged(make, caplog, request_body):
    with make(join_inputs=True) as writer:
        assert writer.write(request_body, Payload.csv([0.7])) is None
    assert writer.metrics.rejected == 1
    assert "1 predictions cannot be joined with" in caplog.text


def test_only_the_layouts_of_batch_transform_are_joined(make):
    with pytest.raises(ValueError, match="records of the layout endpoint hold both sides anyway"):
        make(layout=CaptureLayout.ENDPOINT, join_inputs=True)


def test_an_hour_has_one_manifest_of_each_side_however_often_it_is_sent(s3, make):
    with make() as writer:
        for number in range(3):
            writer.write(Payload.csv([number]), Payload.csv([number]), inference_time=WHEN)
            assert writer.flush()
        writer.write(Payload.csv([9]), Payload.csv([9]), inference_time=WHEN + timedelta(hours=1))
    hours = [key.split("/")[-2] for key in s3.objects if key.startswith(f"{ROOT}/input/")]
    assert sorted(hours) == ["13", "14"]
    assert sorted(named(s3, "input").values()) == ["0\n", "1\n", "2\n", "9\n"]


def test_a_manifest_names_only_what_is_there(s3, make):
    seen = []

    def check(request, **_):
        key = request.url.partition("s3.test/")[2]
        if key.endswith(".json"):
            head, *entries = json.loads(request.body.read())
            request.body.seek(0)
            seen.extend(head["prefix"].removeprefix("s3://") + entry in s3.objects for entry in entries)

    s3.client.meta.events.register_first("before-send.s3.PutObject", check)
    s3.plan = ["fine", "unreachable", "lost", "fine", "refused"]
    try:
        with make(buffering=Buffering(flush_seconds=3600, retry_seconds=0.001)) as writer:
            for number in range(2):
                writer.write(Payload.csv([number]), Payload.csv([number]), inference_time=WHEN)
                assert writer.flush()
    finally:
        s3.client.meta.events.unregister("before-send.s3.PutObject", check)
    assert len(seen) > 4
    assert all(seen)
    assert sorted(named(s3, "output")) == sorted(f"{key}.out" for key in named(s3, "input"))
    assert sorted(named(s3, "input").values()) == ["0\n", "1\n"]


def test_what_was_spilled_is_complete_when_it_is_copied(s3, make, tmp_path):
    s3.always = "refused"
    buffering = Buffering(flush_seconds=3600, retry_seconds=0.001, close_seconds=0.05, spill_directory=tmp_path)
    with make(buffering=buffering) as writer:
        writer.write(Payload.csv([1]), Payload.csv([2]), inference_time=WHEN)
    assert writer.metrics.spilled == 1
    s3.objects = {f"bucket/{file.relative_to(tmp_path)}": file.read_bytes() for file in tmp_path.rglob("*.*")}
    assert list(named(s3, "input").values()) == ["1\n"]
    assert len(named(s3, "output")) == 1


@pytest.mark.parametrize(
    ("layout", "payload", "reason"),
    [
        (CSV, Payload.json({"a": 1}), "a payload in JSON cannot be in a layout of CSV"),
        (CSV, Payload.raw(b"\x00", "image/png"), "a payload in BASE64"),
        (LINES, Payload.json([1, 2]), "must be an object, with a name for every value"),
        (LINES, Payload.raw("{", "application/json"), "Expecting property name"),
    ],
)
def test_what_does_not_fit_the_layout_fails_no_request_but_is_counted_and_logged(make, caplog, layout, payload, reason):
    with make(layout=layout) as writer:
        assert writer.write(payload, None) is None
    assert (writer.metrics.rejected, writer.metrics.written) == (1, 0)
    assert reason in caplog.text


def test_what_is_no_csv_fails_no_request_either(make, caplog):
    limit = csv.field_size_limit(10)
    try:
        with make() as writer:
            assert writer.write(Payload.raw("01234567890", "text/csv"), None) is None
    finally:
        csv.field_size_limit(limit)
    assert "a payload cannot be read as CSV: field larger than field limit (10)" in caplog.text


def test_text_that_has_no_bytes_keeps_nobody_waiting(s3, make):
    with make() as writer:
        writer.write(Payload.csv(["\ud800", 1]), None, inference_time=WHEN)
    assert list(named(s3, "input").values()) == ["?,1\n"]


def test_what_the_layout_has_no_place_for_is_a_mistake(make):
    with pytest.raises(ValueError, match="variant_name is 'Blue', but the layout batch-csv has no variants"):
        make(variant_name="Blue")
    with make() as writer, pytest.raises(ValueError, match="no custom attributes"):
        writer.write(Payload.csv([1]), None, custom_attributes="source=test")


@pytest.mark.parametrize(("layout", "kind"), [(CSV, FormatKind.CSV), (LINES, FormatKind.JSON_LINES)])
def test_the_analyzer_reads_inputs_and_the_merge_reads_predictions(in_folder, tmp_path, patient, layout, kind):
    is_csv = layout is CSV

    def pack(row):
        return Payload.csv(row) if is_csv else Payload.json({str(number): value for number, value in enumerate(row)})

    with CaptureWriter(
        "s3://bucket/capture",
        endpoint_name="e",
        layout=layout,
        buffering=patient,
        create_client=in_folder.create_client,
    ) as writer:
        writer.write(pack([34, "a\nb"]), pack([0.7]), inference_id="r", inference_time=WHEN)
        writer.write(pack([51, "c"]), None, inference_time=WHEN)
    issues = DataIssues(strict=True)
    (outputs,) = tmp_path.rglob("*.out")
    (inputs,) = (path for path in outputs.parent.iterdir() if path != outputs)
    dataset = CsvDataset([inputs], header=False, issues=issues) if is_csv else JsonLinesDataset([inputs], issues=issues)
    (table,) = dataset.tables()
    assert table.rows() == [("34", "a\nb"), ("51", "c")]
    window = Window(WHEN - timedelta(hours=1), WHEN + timedelta(hours=1))
    ((path, _, record),) = TransformOutput(
        [outputs], DatasetFormat(kind=kind, header=False), window=window, issues=issues
    ).records()
    assert record["eventMetadata"] == {"eventId": "r", "inferenceTime": "2022-08-26T13:10:26Z"}
    assert record["captureData"]["batchTransformOutput"]["data"] == ("0.7" if is_csv else '{"0":0.7}')
    assert path.parts[:4] == ("2022", "08", "26", "13")


def test_a_forked_process_has_manifests_of_its_own():
    folder = BatchTransformFolder("s3://bucket", encoding=Encoding.CSV, kms_key_id=None, create_client=None)
    line = batch_line(Payload.csv([1]), None, encoding=Encoding.CSV, inference_id="r", time="2022-08-26T13:10:26Z")
    names = []
    for file in ("a.jsonl", "b.jsonl"):
        (_, (name, body)) = folder.objects(f"credit/2022/08/26/13/{file}", line)
        names.append((name, json.loads(body)[1:]))
        folder.forget_client()
    assert [entries for _, entries in names] == [["a.csv"], ["b.csv"]]
    assert names[0][0] != names[1][0]
