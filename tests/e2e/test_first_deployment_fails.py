"""First deployments that fail: they say why, pay for nothing that is of no use, and leave nothing behind."""

from __future__ import annotations

from dataclasses import replace

import loan_app
import pytest

from model_monitor import Baseline, DatasetFormat, S3Location
from sandbox.process.cdk import CdkError

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

STACK = "LoansFirst"
ENDPOINT = "loans-first"


def variant(baseline):
    return loan_app.Variant(baseline=baseline, stack=STACK, endpoint=ENDPOINT)


@pytest.fixture
def good(account):
    return variant(loan_app.baseline_csv(account.folder / "good.csv", seed=5, count=300))


def failure_of(account, deployment):
    """Deploy what cannot be deployed; return what the CLI said, in one line."""
    with pytest.raises(CdkError) as failure:
        account.deploy(deployment)
    return " ".join(failure.value.output.split())


def stack_status(account):
    return account.box.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]


def made(account):
    """What a deployment makes and could leave behind; other files of tests may have left something, too."""
    box = account.box
    kms = box.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return {
        *(bucket["Name"] for bucket in box.client("s3").list_buckets()["Buckets"]),
        *(key["KeyId"] for key in keys if key["KeyState"] == "Enabled"),
        *(topic["TopicArn"] for topic in box.client("sns").list_topics()["Topics"]),
        *(endpoint["EndpointArn"] for endpoint in box.client("sagemaker").list_endpoints()["Endpoints"]),
    }


def jobs(account):
    listed = account.box.client("sagemaker").list_processing_jobs(MaxResults=100)["ProcessingJobSummaries"]
    return {job["ProcessingJobName"] for job in listed}


def test_a_closed_account_is_reported_before_a_job_is_paid_for(account, good):
    before, paid_for = made(account), jobs(account)
    account.box.change(model_monitor_closed=True)
    try:
        said = failure_of(account, good)
    finally:
        account.box.change(model_monitor_closed=False)

    assert "this account may not make monitoring schedules" in said
    assert "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html" in said
    assert jobs(account) == paid_for
    assert made(account) <= before
    assert stack_status(account) == "ROLLBACK_COMPLETE"


def test_a_baseline_job_that_fails_leaves_no_bucket_behind(account, good):
    script = account.folder / "broken.py"
    script.write_text("def preprocess_handler(record):\n    raise ValueError('no such loan')\n")
    before, paid_for = made(account), jobs(account)

    assert "no such loan" in failure_of(account, replace(good, preprocessor=script))

    assert jobs(account) > paid_for, "it wrote into the bucket"
    assert made(account) <= before
    assert stack_status(account) == "ROLLBACK_COMPLETE"


def test_an_empty_dataset_fails_with_the_reason_and_can_be_repeated(account, good):
    # A file of this machine is looked at during the synthesis already.
    s3 = account.box.client("s3")
    s3.create_bucket(Bucket="empty-datasets")
    s3.put_object(Bucket="empty-datasets", Key="empty.csv", Body=b"")
    dataset = S3Location.from_uri("s3://empty-datasets/empty.csv")
    before = made(account)

    assert "empty" in failure_of(account, variant(Baseline.from_dataset(dataset, DatasetFormat.csv())))

    assert made(account) <= before
    assert stack_status(account) == "ROLLBACK_COMPLETE"
    assert account.deploy(good)["Schedule"]
    account.destroy()
