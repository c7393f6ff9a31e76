"""Processing jobs: the container contract, and every way in which a job can end."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

SLOW_SCRIPT = "import time\ndef preprocess_handler(record):\n    time.sleep(600)\n"


def with_script(world: Any, script: str) -> dict[str, Any]:
    """Changes that make a baseline job run a preprocessing script."""
    folder = "/opt/ml/processing/input/record_preprocessor_script_input"
    job = world.job()
    code = {
        "InputName": "record_preprocessor_script_input",
        "S3Input": {
            "S3Uri": world.put("code/slow.py", script),
            "LocalPath": folder,
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        },
    }
    return {
        "ProcessingInputs": [*job["ProcessingInputs"], code],
        "Environment": {**job["Environment"], "record_preprocessor_script": f"{folder}/slow.py"},
    }


def in_log(world: Any, job: str) -> bool:
    streams = world.box.client("logs").describe_log_streams(logGroupName="/aws/sagemaker/ProcessingJobs")["logStreams"]
    return any(stream["logStreamName"].startswith(f"{job}/algo-1-") for stream in streams)


def test_a_baseline_job_leaves_statistics_and_constraints(world: Any) -> None:
    job = world.run_job()
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ExitMessage"] == "Completed: Job completed successfully with no violations."
    assert job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert sorted(world.keys("baseline/")) == ["baseline/constraints.json", "baseline/statistics.json"]
    assert [feature["name"] for feature in json.loads(world.read("baseline/statistics.json"))["features"]] == [
        "age",
        "income",
    ]
    assert in_log(world, job["ProcessingJobName"])


def test_outputs_are_encrypted_with_the_jobs_key(world: Any) -> None:
    key_id = world.box.client("kms").create_key()["KeyMetadata"]["KeyId"]
    config = world.job()["ProcessingOutputConfig"]
    config["Outputs"][0]["S3Output"]["S3Uri"] = f"s3://{world.bucket}/encrypted"
    assert world.run_job(ProcessingOutputConfig={**config, "KmsKeyId": key_id})["ProcessingJobStatus"] == "Completed"
    head = world.s3.head_object(Bucket=world.bucket, Key="encrypted/statistics.json")
    assert (head["ServerSideEncryption"], key_id in head["SSEKMSKeyId"]) == ("aws:kms", True)


def test_a_failing_container_fails_the_job_with_its_message(world: Any) -> None:
    environment = {**world.job()["Environment"], "dataset_format": '{"xml": {}}'}
    job = world.run_job(Environment=environment)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: ")
    assert job["FailureReason"].endswith(", exit code: 1")
    assert job["ExitMessage"] in job["FailureReason"]
    assert "/tmp" not in job["FailureReason"]


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        (("s3:PutObject", "s3:ListBucket"), "Failed to download data for input baseline_dataset_input"),
        (("s3:GetObject", "s3:ListBucket"), "Failed to upload output monitoring_output to s3://"),
    ],
    ids=["read", "write"],
)
def test_a_role_without_access_fails_the_job_with_the_error_of_s3(
    world: Any, actions: tuple[str, ...], reason: str
) -> None:
    job = world.run_job(RoleArn=world.make_role(*actions))
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"ClientError: {reason}")
    assert "403" in job["FailureReason"]


def test_an_input_without_objects_fails_the_job(world: Any) -> None:
    inputs = world.job()["ProcessingInputs"]
    inputs[0]["S3Input"]["S3Uri"] = f"s3://{world.bucket}/nothing-here/"
    job = world.run_job(ProcessingInputs=inputs)
    assert job["FailureReason"].startswith('ClientError: No S3 objects found under S3 URL "s3://')


def test_a_manifest_names_the_objects_to_read(world: Any) -> None:
    inputs = world.job()["ProcessingInputs"]
    world.put("training/other.csv", "not,read\n1,2\n")
    manifest = json.dumps([{"prefix": f"s3://{world.bucket}/training/"}, "train.csv"])
    inputs[0]["S3Input"] |= {"S3Uri": world.put("manifests/m.json", manifest), "S3DataType": "ManifestFile"}
    assert world.run_job(ProcessingInputs=inputs)["ProcessingJobStatus"] == "Completed"
    assert json.loads(world.read("baseline/statistics.json"))["dataset"]["item_count"] == 50


def test_a_manifest_that_names_no_place_in_s3_fails_the_job_with_what_is_expected(world: Any) -> None:
    inputs = world.job()["ProcessingInputs"]
    manifest = world.put("manifests/nowhere.json", json.dumps([{"prefix": "file:///in/"}, "a.csv"]))
    inputs[0]["S3Input"] |= {"S3Uri": manifest, "S3DataType": "ManifestFile"}
    reason = world.run_job(ProcessingInputs=inputs)["FailureReason"]
    assert reason.startswith("ClientError: Invalid S3 URI 'file:///in/': expected s3://bucket/prefix, or a URL")


def test_an_image_that_the_sandbox_does_not_have_fails_the_job_at_once(world: Any) -> None:
    job = world.run_job(AppSpecification={"ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sklearn:1"})
    assert job["ProcessingJobStatus"] == "Failed"
    assert "the sandbox cannot run image" in job["FailureReason"]
    assert "it runs sagemaker-clarify-processing, sagemaker-model-monitor-analyzer" in job["FailureReason"]


def test_a_job_can_be_stopped(world: Any) -> None:
    request = world.job(**with_script(world, SLOW_SCRIPT))
    name = request["ProcessingJobName"]
    world.sagemaker.create_processing_job(**request)
    world.sagemaker.stop_processing_job(ProcessingJobName=name)
    assert world.finished(name)["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="only an InProgress job can be stopped"):
        world.sagemaker.stop_processing_job(ProcessingJobName=name)


def test_a_job_that_runs_too_long_is_stopped(world: Any) -> None:
    job = world.run_job(**with_script(world, SLOW_SCRIPT), StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Stopped", "MaxRuntimeExceeded")


def test_a_name_can_be_used_once(world: Any) -> None:
    job = world.run_job()
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse, match="already exists"):
        world.sagemaker.create_processing_job(**world.job(ProcessingJobName=job["ProcessingJobName"]))


def test_a_job_that_has_ended_can_be_deleted_and_its_name_used_again(world: Any) -> None:
    request = world.job(**with_script(world, SLOW_SCRIPT))
    name = request["ProcessingJobName"]
    world.sagemaker.create_processing_job(**request)
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse, match="is in status InProgress"):
        world.sagemaker.delete_processing_job(ProcessingJobName=name)
    world.sagemaker.stop_processing_job(ProcessingJobName=name)
    world.finished(name)
    world.sagemaker.delete_processing_job(ProcessingJobName=name)
    assert world.run_job(ProcessingJobName=name)["ProcessingJobStatus"] == "Completed"


def test_jobs_are_listed_oldest_first(world: Any) -> None:
    summaries = world.sagemaker.list_processing_jobs(MaxResults=100)["ProcessingJobSummaries"]
    times = [summary["CreationTime"] for summary in summaries]
    assert len(times) > 1
    assert times == sorted(times)


def test_jobs_are_listed_by_status(world: Any) -> None:
    failed = world.run_job(AppSpecification={"ImageUri": "unknown"})["ProcessingJobName"]
    summaries = world.sagemaker.list_processing_jobs(StatusEquals="Failed", NameContains=failed)
    (summary,) = summaries["ProcessingJobSummaries"]
    assert (summary["ProcessingJobName"], summary["ProcessingJobStatus"]) == (failed, "Failed")
    assert "unknown" in summary["FailureReason"]


def test_a_long_queue_of_jobs_is_worked_off(world: Any) -> None:
    requests = [world.job(AppSpecification={"ImageUri": "unknown"}) for _ in range(8)]
    for request in requests:
        world.sagemaker.create_processing_job(**request)
    world.box.wait_until_idle(timeout=20)
    statuses = {world.finished(request["ProcessingJobName"])["ProcessingJobStatus"] for request in requests}
    assert statuses == {"Failed"}


def test_an_s3_prefix_is_a_text_and_matches_siblings(world: Any) -> None:
    """``.../train`` also reads ``.../train-2025/x.csv``: SageMaker compares keys, not folders."""
    folder = world.unique("prefix")
    for key in ("train/a.csv", "train-2025/b.csv", "training.csv", "other/c.csv"):
        world.put(f"{folder}/{key}", "age\n1\n")
    source = dict(world.job()["ProcessingInputs"][0])
    rows = {}
    for prefix in ("train/", "train"):
        source["S3Input"] = {**source["S3Input"], "S3Uri": f"s3://{world.bucket}/{folder}/{prefix}"}
        assert world.run_job(ProcessingInputs=[source])["ProcessingJobStatus"] == "Completed"
        rows[prefix] = json.loads(world.read("baseline/statistics.json"))["dataset"]["item_count"]
    assert rows == {"train/": 1, "train": 3}
