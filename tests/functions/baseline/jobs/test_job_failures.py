"""A job that fails, fails the deployment with the reason, the log and a hint; trouble that passes does not."""

import pytest
from botocore.exceptions import ClientError

from baseline.errors import BaselineError


def test_a_failed_job_fails_the_deployment_with_reason_hint_and_log(csv_baseline, framework, properties):
    csv_baseline.run_job = lambda request: "ClientError: AccessDenied when calling GetObject"
    with pytest.raises(BaselineError) as caught:
        framework.create(properties())

    (name,) = csv_baseline.jobs
    text = str(caught.value)
    assert f"the baseline job {name} for endpoint credit-risk has failed; reason: ClientError: AccessDenied" in text
    assert "What to do: the job role lacks a permission" in text
    assert "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2" in text
    assert text.endswith(name)
    assert csv_baseline.keys() == [], "no note of a job in flight is left"


def test_the_exit_message_is_part_of_the_reason(csv_baseline, framework, properties):
    framework.begin("Create", properties())
    (job,) = csv_baseline.jobs.values()
    job.update(status="Failed", ExitMessage="train.csv, line 7: 3 values, expected 4", FailureReason="AlgorithmError.")
    with pytest.raises(BaselineError, match=r"reason: AlgorithmError; exit message: train.csv, line 7: 3 values"):
        framework.poll()


def test_what_the_job_said_is_not_repeated(csv_baseline, framework, properties):
    framework.begin("Create", properties())
    (job,) = csv_baseline.jobs.values()
    said = "train.csv, line 3: the row has 2 values; expected 5"
    job.update(status="Failed", ExitMessage=said, FailureReason=f"AlgorithmError: {said}, exit code: 1")
    with pytest.raises(BaselineError) as caught:
        framework.poll()

    assert str(caught.value).count(said) == 1
    assert "What to do: fix that line of the dataset" in str(caught.value)


def test_a_stopped_job_is_a_failure(csv_baseline, framework, properties):
    framework.begin("Create", properties())
    (job,) = csv_baseline.jobs.values()
    job["status"] = "Stopped"
    with pytest.raises(BaselineError, match="was stopped"):
        framework.poll()


def test_a_job_that_wrote_nothing_is_a_failure(csv_baseline, framework, properties):
    csv_baseline.run_job = lambda request: {"statistics.json": b"{}"}
    with pytest.raises(BaselineError, match=r"has ended but wrote no statistics.json and constraints.json"):
        framework.create(properties())


@pytest.mark.parametrize(
    ("refusal", "hint"),
    [
        (("ResourceLimitExceeded", "The account-level service limit 'ml.m5.xlarge' is 0"), "higher quota"),
        (("AccessDeniedException", "not authorized to perform: iam:PassRole on resource"), "iam:PassRole"),
        (("ValidationException", "Could not find image"), "account number of the image"),
        (("ValidationException", "something new"), "something new"),
    ],
)
def test_a_job_that_cannot_be_started_fails_before_anything_is_left(csv_baseline, framework, properties, refusal, hint):
    csv_baseline.fail("CreateProcessingJob", *refusal)
    framework.age = 121
    with pytest.raises(BaselineError, match="could not be started") as caught:
        framework.begin("Create", properties())
    assert hint in str(caught.value)
    assert csv_baseline.keys() == []


def test_a_failed_creation_can_be_deployed_again(csv_baseline, framework, properties):
    good = csv_baseline.run_job
    csv_baseline.run_job = lambda request: "InternalServerError"
    with pytest.raises(BaselineError):
        framework.create(properties())
    framework.delete()
    csv_baseline.run_job = good
    framework.physical_id = None
    assert framework.create(properties())["ItemCount"] == "40"


@pytest.mark.parametrize("operation", ["DescribeProcessingJob", "GetObject", "HeadObject", "PutObject"])
def test_throttled_polls_are_done_again(csv_baseline, framework, properties, operation):
    framework.begin("Create", properties())
    csv_baseline.fail(operation, "ThrottlingException", "Rate exceeded", times=2)
    assert framework.finish()["ItemCount"] == "40"
    assert csv_baseline.count("CreateProcessingJob") == 1


def test_a_throttled_start_is_left_to_the_polls(csv_baseline, framework, properties):
    csv_baseline.fail("CreateProcessingJob", "ThrottlingException", "Rate exceeded")
    framework.begin("Create", properties())
    assert csv_baseline.jobs == {}
    assert framework.finish()["ItemCount"] == "40"


@pytest.mark.parametrize("code", ["SlowDown", "KMS.ThrottlingException", "OperationAborted"])
def test_trouble_while_the_data_are_looked_at_is_not_taken_for_a_mistake(csv_baseline, framework, properties, code):
    csv_baseline.fail("ListObjectsV2", code, "Please reduce your request rate", status=503)
    framework.begin("Create", properties())
    assert framework.first == {"IsComplete": False}
    assert framework.finish()["ItemCount"] == "40"


def test_other_errors_of_aws_are_not_hidden(csv_baseline, framework, properties):
    framework.age = 121
    framework.begin("Create", properties())
    csv_baseline.fail("DescribeProcessingJob", "AccessDeniedException", "not authorized")
    with pytest.raises(ClientError, match="not authorized"):
        framework.poll()


def test_a_long_reason_fits_into_an_answer_of_cloudformation(csv_baseline, framework, properties):
    csv_baseline.run_job = lambda request: "x" * 5000
    with pytest.raises(BaselineError) as caught:
        framework.create(properties())
    assert len(str(caught.value)) <= 2000


def test_variables_of_the_contract_cannot_be_set(csv_baseline, framework, properties):
    with pytest.raises(BaselineError, match="Environment sets output_path, which the baseline job sets itself"):
        framework.create(properties(Environment={"output_path": "/tmp"}))


def test_features_that_the_baseline_does_not_have_fail_with_those_that_it_has(csv_baseline, framework, properties):
    with pytest.raises(BaselineError, match=r"Features names 'aeg', .* features: age, married, city"):
        framework.create(properties(Features=["aeg"]))
    with pytest.raises(BaselineError, match="MeanShift names 'x'"):
        framework.create(properties(MeanShift={"x": 1}))


def test_the_log_is_json_without_properties(csv_baseline, framework, properties, capsys):
    framework.create(properties(Environment={"TOKEN": "hunter2"}))
    out = capsys.readouterr().out
    assert "job started" in out
    assert "hunter2" not in out
