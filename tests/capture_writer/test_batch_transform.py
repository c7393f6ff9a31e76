"""The captures that a batch transform job makes: rows of inputs and predictions, and manifests that name them."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.ground_truth.transform_output import TransformOutput
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import DatasetFormat, FormatKind, Window
from capture_writer import CaptureLayout, CaptureWriter, Payload

WHEN = datetime(2022, 8, 26, 13, 10, 26, tzinfo=UTC)
CSV, LINES = CaptureLayout.BATCH_CSV, CaptureLayout.BATCH_JSON_LINES
ROOT = "bucket/capture/credit"


@pytest.fixture
def make(s3, patient):
    def writer(**options):
        options = {"endpoint_name": "credit", "layout": CSV, "buffering": patient, **options}
        return CaptureWriter("s3://bucket/capture/", create_client=s3.create_client, **options)

    return writer


def test_manifests_name_inputs_and_predictions_in_the_folder_of_the_hour(s3, make):
    with make() as writer:
        assert writer.write(Payload.csv([34, "a, b"]), Payload.csv([0.7]), inference_id="r-1", inference_time=WHEN)
        writer.write(Payload.csv([51, None]), Payload.csv([0.2]), inference_id="r-2", inference_time=WHEN)
    ((input_key, inputs),) = s3.named("input").items()
    ((output_key, outputs),) = s3.named("output").items()
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
    (inputs,), (outputs,) = s3.named("input").values(), s3.named("output").values()
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
    (inputs,), (outputs,) = s3.named("input").values(), s3.named("output").values()
    assert inputs == '34,"a, b"\n51,c\n1,d\n'
    assert outputs == '34,"a, b",0.7,r,2022-08-26T13:10:26Z\n51,c,0.2,r,2022-08-26T13:10:26Z\n'


def test_joined_json_lines_have_the_prediction_as_a_member(s3, make):
    with make(layout=LINES, join_inputs=True) as writer:
        writer.write(Payload.json({"age": 34}), Payload.json({"score": 0.7}), inference_id="r", inference_time=WHEN)
    (outputs,) = s3.named("output").values()
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


@pytest.mark.parametrize("content_type", ["application/jsonlines", "application/x-ndjson; charset=utf-8"])
def test_a_body_of_json_lines_is_a_row_for_each_line(s3, make, content_type):
    with make(layout=LINES) as writer:
        writer.write(Payload.raw(b'{"age":1}\n{"age":2}\r\n\n', content_type), None, inference_time=WHEN)
    assert list(s3.named("input").values()) == ['{"age":1}\n{"age":2}\n']


def test_numbers_that_json_does_not_know_are_missing_values(s3, make):
    with make(layout=LINES) as writer:
        body = '{"age": NaN, "more": [Infinity, -Infinity, 1e999, 1]}'
        writer.write(Payload.raw(body, "application/json"), Payload.json({"score": float("nan")}), inference_time=WHEN)
    (inputs,), (outputs,) = s3.named("input").values(), s3.named("output").values()
    assert inputs == '{"age":null,"more":[null,null,null,1]}\n'
    assert json.loads(outputs)["score"] is None


@pytest.mark.parametrize("join_inputs", [False, True])
def test_line_breaks_within_values_split_no_row(s3, make, join_inputs):
    values = ["a\rb", "c\nd", "e\r\nf", 1]
    with make(join_inputs=join_inputs) as writer:
        for number in range(2):
            writer.write(Payload.csv(values), Payload.csv(["x\ry"]), inference_id=f"r-{number}", inference_time=WHEN)
    (inputs,), (outputs,) = s3.named("input").values(), s3.named("output").values()
    texts = [*values[:3], "1"]
    assert list(csv.reader(io.StringIO(inputs, newline=""))) == [texts, texts]
    behind = texts if join_inputs else []
    assert list(csv.reader(io.StringIO(outputs, newline=""))) == [
        [*behind, "x\ry", f"r-{number}", "2022-08-26T13:10:26Z"] for number in range(2)
    ]


def test_an_hour_has_one_manifest_of_each_side_however_often_it_is_sent(s3, make):
    with make() as writer:
        for number in range(3):
            writer.write(Payload.csv([number]), Payload.csv([number]), inference_time=WHEN)
            assert writer.flush()
        writer.write(Payload.csv([9]), Payload.csv([9]), inference_time=WHEN + timedelta(hours=1))
    hours = [key.split("/")[-2] for key in s3.objects if key.startswith(f"{ROOT}/input/")]
    assert sorted(hours) == ["13", "14"]
    assert sorted(s3.named("input").values()) == ["0\n", "1\n", "2\n", "9\n"]


@pytest.mark.parametrize(
    ("layout", "payload", "reason"),
    [
        (CSV, Payload.json({"a": 1}), "a payload in JSON cannot be in a layout of CSV"),
        (CSV, Payload.raw(b"\x00", "image/png"), "a payload in BASE64"),
        (LINES, Payload.json([1, 2]), "must be an object, with a name for every value"),
        (LINES, Payload.raw("{", "application/json"), "Expecting property name"),
        (LINES, Payload.raw("[" * 100_000, "application/json"), "nested too deeply for a layout of JSON lines"),
        (LINES, Payload.raw('{"a":' * 100_000 + "1" + "}" * 100_000, "application/json"), "nested too deeply"),
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


def test_text_that_cannot_be_encoded_does_not_block_the_writer(s3, make):
    with make() as writer:
        writer.write(Payload.csv(["\ud800", 1]), None, inference_time=WHEN)
    assert list(s3.named("input").values()) == ["?,1\n"]


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
