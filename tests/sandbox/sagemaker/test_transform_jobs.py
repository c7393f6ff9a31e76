"""Batch transform: predictions beside the input's names, ids in every row, manifests of both sides."""

import gzip
import json
import re
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, strategies as st

from sandbox.sagemaker.transform.inference_ids import UnidentifiableError, with_ids
from sandbox.sagemaker.transform.joined import UnjoinableError, joined
from sandbox.sagemaker.transform.records import RecordTooLongError, assembled, requests

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ROWS = "1,2\n3,4\n5,6\n"
SLOW = """
import time

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    time.sleep(0.5)
    return "0", "text/csv"
"""
STARTED = "2026-01-31T08:15:00Z"
lines = st.lists(st.text(alphabet="0123456789,.", min_size=1, max_size=20), max_size=20)


@pytest.fixture(scope="module")
def model(session_world: Any) -> str:
    name: str = session_world.make_model()
    return name


def job(world: Any, model: str, source: str, output: str, **changes: Any) -> dict[str, Any]:
    """A CreateTransformJob request for CSV rows."""
    return {
        "TransformJobName": world.unique("Transform"),
        "ModelName": model,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": output, "Accept": "text/csv", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **changes,
    }


def finished(world: Any, name: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = world.sagemaker.describe_transform_job(TransformJobName=name)
        return described if described["TransformJobStatus"] in ("Completed", "Failed", "Stopped") else None

    found: dict[str, Any] = world.eventually(ended)
    return found


def transform(world: Any, request: dict[str, Any]) -> dict[str, Any]:
    world.sagemaker.create_transform_job(**request)
    return finished(world, request["TransformJobName"])


def manifest(world: Any, capture: str, side: str, started: datetime) -> list[Any]:
    (key,) = world.keys(f"{capture}/{side}/{started:%Y/%m/%d/%H}/")
    assert re.fullmatch(rf".*/{UUID}\.json", key)
    read: list[Any] = json.loads(world.read(key))
    return read


def test_every_object_is_transformed_and_both_sides_are_captured(world: Any, model: str) -> None:
    place = world.unique("batch")
    root = f"s3://{world.bucket}/{place}"
    world.put(f"{place}/in/a.csv", ROWS)
    world.put(f"{place}/in/more/b.csv", "7,8\n")
    capture = {"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True}
    described = transform(world, job(world, model, f"{root}/in/", f"{root}/out", DataCaptureConfig=capture))
    assert described["TransformJobStatus"] == "Completed"
    assert described["DataCaptureConfig"] == capture
    started = world.box.now()
    rows = world.read(f"{place}/out/a.csv.out").splitlines()
    assert [float(row.split(",")[0]) for row in rows] == [6.0, 14.0, 22.0]
    assert all(re.fullmatch(rf"[\d.]+,{UUID},{started:%Y-%m-%dT}\d\d:\d\d:\d\dZ", row) for row in rows)
    assert len({row.split(",")[1] for row in rows}) == 3
    assert world.read(f"{place}/out/more/b.csv.out").startswith("30.0,")
    assert manifest(world, f"{place}/capture", "input", started) == [{"prefix": f"{root}/in/"}, "a.csv", "more/b.csv"]
    assert manifest(world, f"{place}/capture", "output", started) == [
        {"prefix": f"{root}/out/"},
        "a.csv.out",
        "more/b.csv.out",
    ]


def test_json_predictions_get_their_ids_as_members(world: Any, model: str) -> None:
    place = world.unique("batch")
    root = f"s3://{world.bucket}/{place}"
    source = world.put(f"{place}/rows.jsonl", '{"rows": [[1, 2]]}\n{"rows": [[3, 4]]}\n')
    request = job(
        world,
        model,
        source,
        f"{root}/out",
        BatchStrategy="SingleRecord",
        DataCaptureConfig={"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True},
    )
    request["TransformInput"]["ContentType"] = "application/json"
    request["TransformOutput"]["Accept"] = "application/json"
    assert transform(world, request)["TransformJobStatus"] == "Completed"
    predictions = [json.loads(line) for line in world.read(f"{place}/out/rows.jsonl.out").splitlines()]
    assert [item["predictions"] for item in predictions] == [[6], [14]]
    assert all(re.fullmatch(UUID, item["SageMakerInferenceId"]) for item in predictions)
    assert all(item["SageMakerInferenceTime"].endswith("Z") for item in predictions)


def test_joined_predictions_stand_behind_their_input(world: Any, model: str) -> None:
    place = world.unique("batch")
    root = f"s3://{world.bucket}/{place}"
    source = world.put(f"{place}/a.csv", ROWS)
    capture = {"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True}
    processing = {"JoinSource": "Input"}
    request = job(world, model, source, f"{root}/out", DataProcessing=processing, DataCaptureConfig=capture)
    described = transform(world, request)
    assert described["TransformJobStatus"] == "Completed", described
    assert described["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "Input"}
    rows = [line.split(",") for line in world.read(f"{place}/out/a.csv.out").splitlines()]
    assert [row[:3] for row in rows] == [["1", "2", "6.0"], ["3", "4", "14.0"], ["5", "6", "22.0"]]
    assert manifest(world, f"{place}/capture", "input", described["TransformStartTime"]) == [{"prefix": source}, ""]
    assert all(re.fullmatch(UUID, row[3]) for row in rows)


def test_without_capture_predictions_are_as_the_model_gave_them(world: Any, model: str) -> None:
    place = world.unique("batch")
    world.put(f"{place}/in/a.csv.gz", gzip.compress(ROWS.encode()))
    text = json.dumps([{"prefix": f"s3://{world.bucket}/{place}/in/"}, "a.csv.gz"])
    source = world.put(f"{place}/manifest.json", text)
    request = job(world, model, source, f"s3://{world.bucket}/{place}/out/")
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    request["TransformInput"]["CompressionType"] = "Gzip"
    assert transform(world, request)["TransformJobStatus"] == "Completed"
    assert world.keys(f"{place}/out") == [f"{place}/out/a.csv.gz.out"]
    assert world.read(f"{place}/out/a.csv.gz.out") == "6.0\n14.0\n22.0\n"


def test_a_request_that_the_model_refuses_fails_the_job_with_its_words(world: Any, model: str) -> None:
    place = world.unique("batch")
    source = world.put(f"{place}/a.csv", "-1,2\n")
    described = transform(world, job(world, model, source, f"s3://{world.bucket}/{place}/out"))
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("AlgorithmError: ")
    assert "age must not be negative" in described["FailureReason"]
    assert world.keys(f"{place}/out") == []


def test_an_empty_prefix_fails_the_job(world: Any, model: str) -> None:
    described = transform(world, job(world, model, f"s3://{world.bucket}/nothing/", f"s3://{world.bucket}/out"))
    assert described["FailureReason"].startswith('ClientError: No S3 objects found under S3 URL "s3://')


def test_the_models_role_reads_and_writes(world: Any) -> None:
    model = world.make_model(role=world.make_role("s3:GetObject", "s3:ListBucket"))
    source = world.put("batch-denied/a.csv", ROWS)
    described = transform(world, job(world, model, source, f"s3://{world.bucket}/denied"))
    assert described["TransformJobStatus"] == "Failed"
    assert "AccessDenied" in described["FailureReason"]


def test_a_job_can_be_stopped_and_is_listed(world: Any) -> None:
    source = world.put("batch-slow/a.csv", "1\n" * 40)
    request = job(world, world.make_model(SLOW), source, f"s3://{world.bucket}/slow", BatchStrategy="SingleRecord")
    name = request["TransformJobName"]
    world.sagemaker.create_transform_job(**request)
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse):
        world.sagemaker.create_transform_job(**request)
    world.sagemaker.stop_transform_job(TransformJobName=name)
    assert finished(world, name)["TransformJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="only an InProgress job can be stopped"):
        world.sagemaker.stop_transform_job(TransformJobName=name)
    listed = world.sagemaker.list_transform_jobs(StatusEquals="Stopped", NameContains=name)["TransformJobSummaries"]
    assert [item["TransformJobName"] for item in listed] == [name]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"ModelName": "gone"}, "Could not find model"),
        ({"DataProcessing": {"InputFilter": "$[1:]"}}, "does not filter records"),
        (
            {
                "DataProcessing": {"JoinSource": "Input"},
                "TransformOutput": {"S3OutputPath": "s3://b/out", "AssembleWith": "None"},
            },
            "needs SplitType=Line and AssembleWith=Line, got Line and None",
        ),
        ({"DataCaptureConfig": {"DestinationS3Uri": "https://elsewhere/x"}}, "Invalid S3 URI"),
    ],
)
def test_what_cannot_run_is_refused(world: Any, model: str, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint):
        world.sagemaker.create_transform_job(**job(world, model, "s3://b/in", "s3://b/out", **changes))


def test_a_job_that_does_not_exist_is_not_found(world: Any) -> None:
    with pytest.raises(ClientError, match="Could not find requested job with name: gone"):
        world.sagemaker.describe_transform_job(TransformJobName="gone")


@given(lines, st.sampled_from(["SingleRecord", "MultiRecord"]))
def test_requests_hold_every_record_once_in_order(records: list[str], strategy: str) -> None:
    content = "\n".join(records).encode()
    bodies = list(requests(content, split_type="Line", strategy=strategy, max_payload_mb=6))
    assert [line for body in bodies for line in body.decode().split("\n")] == records
    assert len(bodies) == (len(records) if strategy == "SingleRecord" else min(len(records), 1))


def test_requests_are_no_longer_than_allowed() -> None:
    record = b"x" * 400_000
    bodies = list(requests(b"\n".join([record] * 5), split_type="Line", strategy="MultiRecord", max_payload_mb=1))
    assert [len(body.split(b"\n")) for body in bodies] == [2, 2, 1]
    with pytest.raises(RecordTooLongError, match="MaxPayloadInMB=1"):
        list(requests(b"x" * 2_000_000, split_type="None", strategy="MultiRecord", max_payload_mb=1))
    assert len(list(requests(b"x" * 2_000_000, split_type="None", strategy="MultiRecord", max_payload_mb=0))) == 1


def test_answers_are_assembled_by_line_or_end_to_end() -> None:
    assert assembled([b"1\n2\n", b"3"], "Line") == b"1\n2\n3\n"
    assert assembled([b"1\n2\n", b"3"], "None") == b"1\n2\n3"


@pytest.mark.parametrize(
    ("records", "line"),
    [
        (b'{"features":[1,2]}\n', {"SageMakerOutput": {"score": 0.5}, "features": [1, 2]}),
        (b"[1,2]\n", {"SageMakerOutput": {"score": 0.5}, "SageMakerInput": [1, 2]}),
    ],
)
def test_a_joined_json_line_has_its_prediction_as_a_member(records: bytes, line: dict[str, Any]) -> None:
    kind = "application/jsonlines"
    assert json.loads(joined(records, b'{"score":0.5}', content_type=kind, answer_type="application/json")) == line


@pytest.mark.parametrize(
    ("records", "answers", "kinds", "reason"),
    [
        (b"1\n2", b"1", ("text/csv", "text/csv"), "the model answered 1 for 2; BatchStrategy=SingleRecord"),
        (b"1", b"1", ("text/csv", "application/json"), "both CSV or both JSON, got text/csv and application/json"),
        (b"1", b"1", ("text/csv", ""), "got text/csv and no content type"),
        (b"{", b"1", ("application/json", "application/json"), "a line is not JSON"),
    ],
)
def test_what_cannot_be_joined_is_refused(records: bytes, answers: bytes, kinds: tuple[str, str], reason: str) -> None:
    with pytest.raises(UnjoinableError, match=re.escape(reason)):
        joined(records, answers, content_type=kinds[0], answer_type=kinds[1])


def test_a_bare_json_prediction_becomes_a_member() -> None:
    (line,) = with_ids(b"0.25\n", "application/jsonlines", STARTED).splitlines()
    assert json.loads(line) | {"SageMakerInferenceId": ""} == {
        "SageMakerOutput": 0.25,
        "SageMakerInferenceId": "",
        "SageMakerInferenceTime": STARTED,
    }


@pytest.mark.parametrize(("output", "content_type"), [(b"x", "application/x-npy"), (b"{", "application/json")])
def test_predictions_that_cannot_hold_an_id_are_refused(output: bytes, content_type: str) -> None:
    with pytest.raises(UnidentifiableError):
        with_ids(output, content_type, STARTED)
