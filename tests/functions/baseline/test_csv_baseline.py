"""A baseline from a CSV dataset: from the request to the attributes, and back at Delete."""

import pytest

FOLDER = "baselines/credit"


def test_create_runs_one_job_and_returns_the_effective_files(csv_baseline, framework, properties):
    data = framework.create(properties(MeanShift={"age": 0.5}, Features=["age"]))

    assert list(csv_baseline.jobs) == [only_job(csv_baseline)]
    folder = f"s3://out/{FOLDER}/{data['Fingerprint']}"
    assert data["SuggestedConstraintsUri"] == f"{folder}/constraints.json"
    assert data["StatisticsUri"].startswith(f"{folder}/effective-")
    assert csv_baseline.get_json(data["StatisticsUri"]) == csv_baseline.get_json(f"{folder}/statistics.json")
    assert csv_baseline.get_json(data["ConstraintsUri"]) == csv_baseline.get_json(f"{folder}/constraints.json")
    assert data["ItemCount"] == "40"
    assert data["PreprocessorUri"] == ""
    assert data["BlindFeatures"] == "1 of 3 features cannot show drift: married (2 distinct values)"
    assert data["Mean.age"] == "39.5"
    assert float(data["MeanShiftLimit.age"]) == pytest.approx(0.5 * float(data["StdDev.age"]))
    assert all(isinstance(value, str) for value in data.values())


def test_the_job_gets_what_the_stack_asks_for(csv_baseline, framework, properties):
    framework.create(
        properties(
            OutputKmsKeyId="arn:aws:kms:us-east-1:111122223333:key/k",
            Environment={"SPARK": "1"},
            PreprocessorUri="s3://data/scripts/pre.py",
            PostprocessorUri="s3://data/scripts/post.py",
            Compute={"InstanceType": "ml.m5.large", "InstanceCount": "2", "VolumeSizeInGB": "30"},
        )
    )

    request = csv_baseline.jobs[only_job(csv_baseline)]["request"]
    assert request["ProcessingResources"]["ClusterConfig"] == {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 2,
        "VolumeSizeInGB": 30,
    }
    assert request["Environment"] == {
        "SPARK": "1",
        "dataset_format": '{"csv": {"header": true}}',
        "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
        "output_path": "/opt/ml/processing/output",
        "publish_cloudwatch_metrics": "Disabled",
        "record_preprocessor_script": "/opt/ml/processing/input/record_preprocessor_script_input/pre.py",
        "post_analytics_processor_script": "/opt/ml/processing/input/post_analytics_processor_script_input/post.py",
    }
    assert {item["InputName"]: item["S3Input"]["S3Uri"] for item in request["ProcessingInputs"]} == {
        "baseline_dataset_input": "s3://data/train.csv",
        "record_preprocessor_script_input": "s3://data/scripts/pre.py",
        "post_analytics_processor_script_input": "s3://data/scripts/post.py",
    }
    assert request["NetworkConfig"]["EnableNetworkIsolation"] is True
    assert request["Tags"] == [{"Key": "team", "Value": "risk"}]
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    assert request["ProcessingOutputConfig"]["KmsKeyId"].endswith("key/k")
    assert all(put["SSEKMSKeyId"].endswith("key/k") for put in csv_baseline.puts.values())


def test_success_is_a_sign_of_life_for_the_silence_alarm(csv_baseline, framework, properties):
    framework.create(properties())
    assert csv_baseline.metrics == [
        {
            "Namespace": "ModelMonitoring",
            "MetricName": "Executions",
            "Dimensions": [{"Name": "Endpoint", "Value": "credit-risk"}],
            "Value": 0,
            "Unit": "Count",
        }
    ]


def test_an_update_of_overrides_or_compute_runs_no_new_job(csv_baseline, framework, properties):
    first = framework.create(properties())
    second = framework.update(
        properties(
            Overrides={"monitoring_config": {"distribution_constraints": {"comparison_threshold": 0.3}}},
            Compute={"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1, "VolumeSizeInGB": 20},
        )
    )

    assert csv_baseline.count("CreateProcessingJob") == 1
    assert second["Fingerprint"] == first["Fingerprint"]
    assert second["ConstraintsUri"] != first["ConstraintsUri"]
    limits = csv_baseline.get_json(second["ConstraintsUri"])["monitoring_config"]["distribution_constraints"]
    assert limits["comparison_threshold"] == 0.3
    assert len(csv_baseline.metrics) == 2


def test_new_data_make_a_new_version_beside_the_old_one(csv_baseline, framework, properties):
    first = framework.create(properties())
    csv_baseline.put("s3://data/train.csv", "age,married,city\n1,1,Oslo\n")
    second = framework.update(properties(MaxRuntimeInSeconds=1800))

    assert csv_baseline.count("CreateProcessingJob") == 2
    assert second["Fingerprint"] != first["Fingerprint"]
    assert csv_baseline.get_json(first["ConstraintsUri"])


def test_the_physical_id_never_changes(csv_baseline, framework, properties):
    framework.create(properties())
    created = framework.physical_id
    framework.update(properties(Name="renamed"))
    assert framework.physical_id == created


def test_a_request_that_is_delivered_twice_starts_one_job(csv_baseline, framework, properties):
    event = framework.begin("Create", properties())
    framework.accept({key: value for key, value in event.items() if key not in ("PhysicalResourceId", "Deadline")})
    framework.finish()
    assert list(csv_baseline.jobs) == [only_job(csv_baseline)]


def test_a_job_that_exists_already_belongs_to_an_earlier_try(csv_baseline, framework, properties):
    csv_baseline.fail("CreateProcessingJob", "ResourceInUse", "Job already exists")
    framework.begin("Create", properties())
    assert csv_baseline.get_json(f"s3://out/{FOLDER}/running.json")["request_id"] == "request-1"


def test_a_finished_poll_can_be_repeated(csv_baseline, framework, properties):
    framework.create(properties())
    assert framework.poll() == framework.poll()
    assert csv_baseline.count("CreateProcessingJob") == 1


def test_a_note_without_its_job_starts_the_job_again(csv_baseline, framework, properties):
    """The function may die between noting a job and creating it."""
    framework.begin("Create", properties())
    csv_baseline.jobs.clear()
    framework.finish()
    assert list(csv_baseline.jobs) == [only_job(csv_baseline)]


def test_delete_stops_the_job_waits_for_it_and_keeps_the_files(csv_baseline, framework, properties):
    csv_baseline.polls_until_done = 100
    framework.begin("Create", properties())
    framework.begin("Delete", properties())
    assert csv_baseline.jobs[only_job(csv_baseline)]["status"] == "Stopping"
    assert framework.poll() == {"IsComplete": False}
    assert framework.poll() == {"IsComplete": True}
    assert csv_baseline.keys() == []


def only_job(aws):
    (name,) = aws.jobs
    return name
