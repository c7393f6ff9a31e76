"""Baselines from real processing jobs."""

import json

import pytest

from baseline.errors import BaselineError
from deployment.handler import handler

ROWS = [(amount + amount % 2, amount, amount % 2) for amount in range(1, 301)]


def test_a_folder_is_read_without_siblings_whose_names_begin_alike(world, deploy, capfd):
    """SageMaker compares keys as texts: the job is given the folder with a slash at its end."""
    world.s3.put_object(Bucket="data", Key="train/part-0.csv", Body="a\n1\n2\n")
    world.s3.put_object(Bucket="data", Key="train-old.csv", Body="a\n3\n")
    source = {"dataset": {"uri": "s3://data/train", "format": {"csv": {"header": True}}}}
    assert deploy("Create", world.properties("folder", Source=source))["ItemCount"] == "2"
    # The account was asked whether it may have schedules, and answered that it may.
    assert '"answer": "ResourceNotFound"' in capfd.readouterr().out
    assert world.sagemaker.list_monitoring_schedules(NameContains="probe")["MonitoringScheduleSummaries"] == []


def test_a_csv_baseline_is_computed_once(world, deploy):
    properties = world.properties("csv", MeanShift={"amount": 0.5}, Features=["member"])
    data = deploy("Create", properties)

    assert data["ItemCount"] == "300"
    assert data["Mean.amount"] == "150.5"
    assert data["BlindFeatures"] == "1 of 3 features cannot show drift: member (2 distinct values)"
    names = [feature["name"] for feature in world.json(data["StatisticsUri"])["features"]]
    assert names == ["prediction", "amount", "member"]
    again = deploy("Update", {**properties, "MaxRuntimeInSeconds": "700"}, PhysicalResourceId="credit-csv-1")
    assert again == data
    jobs = world.sagemaker.list_processing_jobs(NameContains="credit-csv")["ProcessingJobSummaries"]
    assert [job["ProcessingJobStatus"] for job in jobs] == ["Completed"]


JSON_LINES = "".join(json.dumps({"prediction": p, "who": {"member": m}, "amount": a}) + "\n" for p, a, m in ROWS)


def test_named_categories_of_json_lines(world, deploy):
    world.s3.put_object(Bucket="data", Key="train.json", Body=JSON_LINES)
    source = {"dataset": {"uri": "s3://data/train.json", "format": {"json": {"lines": True}}}}
    data = deploy("Create", world.properties("json", Source=source, Categorical=["who_member"], Features=["amount"]))
    features = {feature["name"]: feature for feature in world.json(data["ConstraintsUri"])["features"]}
    assert set(features) == {"prediction", "amount", "who_member"}
    assert sorted(features["who_member"]["string_constraints"]["domains"]) == ["category 0", "category 1"]
    assert features["amount"]["inferred_type"] == "Integral"


def test_a_dataset_that_the_analyzer_refuses_fails_with_its_words(world, deploy):
    world.s3.put_object(Bucket="data", Key="bad-script.py", Body=b"def preprocess_handler(record):\n    return 1 / 0\n")
    properties = world.properties("bad", PreprocessorUri="s3://data/bad-script.py")
    with pytest.raises(BaselineError) as caught:
        deploy("Create", properties)
    text = str(caught.value)
    assert "the baseline job credit-bad-" in text
    assert "division by zero" in text
    assert "What to do: the processing script failed" in text
    assert "Log: https://us-east-1.console.aws.amazon.com/cloudwatch/" in text


def test_delete_stops_a_job_that_runs(world, deploy, act_as):
    world.s3.put_object(
        Bucket="data", Key="slow.py", Body=b"import time\n\ndef preprocess_handler(record):\n    time.sleep(60)\n"
    )
    properties = world.properties("slow", PreprocessorUri="s3://data/slow.py")
    act_as("deployment")
    event = {
        "ResourceType": "Custom::ModelMonitorBaseline",
        "RequestType": "Create",
        "RequestId": "slow",
        "StackId": "stack",
        "LogicalResourceId": "Baseline",
        "ResourceProperties": properties,
    }
    created = handler(event, None)
    assert handler(event | created, None) == {"IsComplete": False}
    deploy("Delete", properties, PhysicalResourceId=created["PhysicalResourceId"])
    (job,) = world.sagemaker.list_processing_jobs(NameContains="credit-slow")["ProcessingJobSummaries"]
    assert job["ProcessingJobStatus"] == "Stopped"
