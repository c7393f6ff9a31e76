"""Baselines of data quality from real processing jobs."""

import json

ROWS = [(amount + amount % 2, amount, amount % 2) for amount in range(1, 301)]
JSON_LINES = "".join(json.dumps({"prediction": p, "who": {"member": m}, "amount": a}) + "\n" for p, a, m in ROWS)


def test_a_folder_is_read_without_siblings_whose_names_begin_alike(world, deploy, capfd):
    """SageMaker compares keys as texts: the job is given the folder with a slash at its end."""
    world.s3.put_object(Bucket="data", Key="train/part-0.csv", Body="a\n1\n2\n")
    world.s3.put_object(Bucket="data", Key="train-old.csv", Body="a\n3\n")
    source = {"dataset": {"uri": "s3://data/train", "format": {"csv": {"header": True}}}}
    assert deploy("Create", world.properties("folder", Source=source))["ItemCount"] == "2"
    # The account was asked whether it may have schedules, and answered that it may.
    assert '"answer": "ResourceNotFound"' in capfd.readouterr().out
    assert world.sagemaker.list_monitoring_schedules(NameContains="probe")["MonitoringScheduleSummaries"] == []


def test_named_categories_of_json_lines(world, deploy):
    world.s3.put_object(Bucket="data", Key="train.json", Body=JSON_LINES)
    source = {"dataset": {"uri": "s3://data/train.json", "format": {"json": {"lines": True}}}}
    data = deploy("Create", world.properties("json", Source=source, Categorical=["who_member"], Features=["amount"]))
    features = {feature["name"]: feature for feature in world.json(data["ConstraintsUri"])["features"]}
    assert set(features) == {"prediction", "amount", "who_member"}
    assert sorted(features["who_member"]["string_constraints"]["domains"]) == ["category 0", "category 1"]
    assert features["amount"]["inferred_type"] == "Integral"


def test_delete_stops_a_job_that_runs(world, deploy):
    world.s3.put_object(
        Bucket="data", Key="slow.py", Body=b"import time\n\ndef preprocess_handler(record):\n    time.sleep(60)\n"
    )
    world.s3.put_object(Bucket="data", Key="slow.csv", Body="a\n1\n2\n")
    source = {"dataset": {"uri": "s3://data/slow.csv", "format": {"csv": {"header": True}}}}
    properties = world.properties("slow", Source=source, PreprocessorUri="s3://data/slow.py")
    deploy.begin("Create", properties)
    assert deploy.first == {"IsComplete": False}
    deploy("Delete", properties)
    (job,) = world.sagemaker.list_processing_jobs(NameContains="credit-slow")["ProcessingJobSummaries"]
    assert job["ProcessingJobStatus"] == "Stopped"
