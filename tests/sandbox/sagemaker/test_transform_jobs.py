"""Batch transform: predictions beside the input's names, ids in every row, manifests of both sides."""

import gzip
import json
import re
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

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
    described = transform(world, world.transform(model, f"{root}/in/", f"{root}/out", DataCaptureConfig=capture))
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
    request = world.transform(
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
    request = world.transform(model, source, f"{root}/out", DataProcessing=processing, DataCaptureConfig=capture)
    described = transform(world, request)
    assert described["TransformJobStatus"] == "Completed", described
    assert described["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "Input"}
    rows = [line.split(",") for line in world.read(f"{place}/out/a.csv.out").splitlines()]
    assert [row[:3] for row in rows] == [["1", "2", "6.0"], ["3", "4", "14.0"], ["5", "6", "22.0"]]
    assert manifest(world, f"{place}/capture", "input", described["TransformStartTime"]) == [{"prefix": source}, ""]
    assert all(re.fullmatch(UUID, row[3]) for row in rows)


def test_a_json_document_is_joined_with_the_answer_to_it_all(world: Any, model: str) -> None:
    place = world.unique("batch")
    root = f"s3://{world.bucket}/{place}"
    rows = {"rows": [[1, 2], [3, 4]], "source": "branch 7"}
    request = world.transform(model, world.put(f"{place}/a.json", json.dumps(rows, indent=2)), f"{root}/out")
    request["TransformInput"] |= {"ContentType": "application/json", "SplitType": "None"}
    request["TransformOutput"] |= {"Accept": "application/json", "AssembleWith": "None"}
    request["DataProcessing"] = {"JoinSource": "Input"}
    request["DataCaptureConfig"] = {"DestinationS3Uri": f"{root}/capture", "GenerateInferenceId": True}
    described = transform(world, request)
    assert described["TransformJobStatus"] == "Completed", described
    document = json.loads(world.read(f"{place}/out/a.json.out"))
    assert re.fullmatch(UUID, document.pop("SageMakerInferenceId"))
    assert document.pop("SageMakerInferenceTime").endswith("Z")
    assert document == {**rows, "SageMakerOutput": {"predictions": [6, 14]}}


def test_the_manifest_of_a_prefix_that_is_a_key_too_names_all_objects(world: Any, model: str) -> None:
    place = world.unique("batch")
    root = f"s3://{world.bucket}/{place}"
    for key in ("part-1", "part-1/more", "part-10"):
        world.put(f"{place}/in/{key}", ROWS)
    capture = {"DestinationS3Uri": f"{root}/capture"}
    described = transform(world, world.transform(model, f"{root}/in/part-1", f"{root}/out", DataCaptureConfig=capture))
    assert described["TransformJobStatus"] == "Completed", described
    assert manifest(world, f"{place}/capture", "input", described["TransformStartTime"]) == [
        {"prefix": f"{root}/in/"},
        "part-1",
        "part-1/more",
        "part-10",
    ]


def test_without_capture_predictions_are_as_the_model_gave_them(world: Any, model: str) -> None:
    place = world.unique("batch")
    world.put(f"{place}/in/a.csv.gz", gzip.compress(ROWS.encode()))
    text = json.dumps([{"prefix": f"s3://{world.bucket}/{place}/in/"}, "a.csv.gz"])
    source = world.put(f"{place}/manifest.json", text)
    request = world.transform(model, source, f"s3://{world.bucket}/{place}/out/")
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    request["TransformInput"]["CompressionType"] = "Gzip"
    assert transform(world, request)["TransformJobStatus"] == "Completed"
    assert world.keys(f"{place}/out") == [f"{place}/out/a.csv.gz.out"]
    assert world.read(f"{place}/out/a.csv.gz.out") == "6.0\n14.0\n22.0\n"


def test_a_request_that_the_model_refuses_fails_the_job_with_its_words(world: Any, model: str) -> None:
    place = world.unique("batch")
    source = world.put(f"{place}/a.csv", "-1,2\n")
    described = transform(world, world.transform(model, source, f"s3://{world.bucket}/{place}/out"))
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("AlgorithmError: ")
    assert "age must not be negative" in described["FailureReason"]
    assert world.keys(f"{place}/out") == []


def test_an_empty_prefix_fails_the_job(world: Any, model: str) -> None:
    described = transform(world, world.transform(model, f"s3://{world.bucket}/nothing/", f"s3://{world.bucket}/out"))
    assert described["FailureReason"].startswith('ClientError: No S3 objects found under S3 URL "s3://')


def test_a_manifest_that_names_no_place_in_s3_fails_the_job_with_what_is_expected(world: Any, model: str) -> None:
    source = world.put("batch-nowhere/manifest.json", json.dumps([{"prefix": "file:///in/"}, "a.csv"]))
    request = world.transform(model, source, f"s3://{world.bucket}/out")
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    reason = transform(world, request)["FailureReason"]
    assert reason.startswith("ClientError: Invalid S3 URI 'file:///in/': expected s3://bucket/prefix, or a URL")


def test_the_models_role_reads_and_writes(world: Any) -> None:
    model = world.make_model(role=world.make_role("s3:GetObject", "s3:ListBucket"))
    source = world.put("batch-denied/a.csv", ROWS)
    described = transform(world, world.transform(model, source, f"s3://{world.bucket}/denied"))
    assert described["TransformJobStatus"] == "Failed"
    assert "AccessDenied" in described["FailureReason"]


def test_a_job_can_be_stopped_and_is_listed(world: Any) -> None:
    source = world.put("batch-slow/a.csv", "1\n" * 40)
    request = world.transform(world.make_model(SLOW), source, f"s3://{world.bucket}/slow", BatchStrategy="SingleRecord")
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
            "needs SplitType=Line and AssembleWith=Line, unless ContentType is JSON; got Line and None",
        ),
        ({"DataCaptureConfig": {"DestinationS3Uri": "https://elsewhere/x"}}, "Invalid S3 URI"),
    ],
)
def test_what_cannot_run_is_refused(world: Any, model: str, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint):
        world.sagemaker.create_transform_job(**world.transform(model, "s3://b/in", "s3://b/out", **changes))


def test_a_job_that_does_not_exist_is_not_found(world: Any) -> None:
    with pytest.raises(ClientError, match="Could not find requested job with name: gone"):
        world.sagemaker.describe_transform_job(TransformJobName="gone")
