"""monitoring.yaml against an endpoint that others deployed: what most teams start with.

The tests of this file build on each other.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import loan_app
import pytest

from sandbox.process.cdk import CdkCli

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_ROOT = Path(__file__).resolve().parents[2]
_BUCKET = "loan-data"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_ACCESS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{_BUCKET}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{_BUCKET}"},
    ],
}
_FILE = f"""
endpoints:
  loans-elsewhere:
    capture: s3://{_BUCKET}/capture
    notify:
      - email: {loan_app.ONCALL}
    data_quality:
      baseline:
        dataset: s3://{_BUCKET}/train.csv
        format: csv
      categorical: [flag]
      alarms:
        drift: {{amount: 0.2}}
"""


@pytest.fixture(scope="module")
def endpoint_elsewhere(account):
    """An endpoint with data capture, made without CDK."""
    box = account.box
    s3, sagemaker, iam = box.client("s3"), box.client("sagemaker"), box.client("iam")
    s3.create_bucket(Bucket=_BUCKET)
    training = loan_app.baseline_csv(account.folder / "elsewhere.csv", seed=11)
    s3.put_object(Bucket=_BUCKET, Key="train.csv", Body=training.read_bytes())
    s3.put_object(Bucket=_BUCKET, Key="model.tar.gz", Body=loan_app.model_archive(account.folder).read_bytes())
    role = iam.create_role(RoleName="loan-model", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="loan-model", PolicyName="data", PolicyDocument=json.dumps(_ACCESS))
    sagemaker.create_model(
        ModelName="loans-elsewhere",
        ExecutionRoleArn=role,
        PrimaryContainer={
            "Image": loan_app.IMAGE,
            "ModelDataUrl": f"s3://{_BUCKET}/model.tar.gz",
            "Environment": loan_app.ENVIRONMENT,
        },
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName="loans-elsewhere",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": "loans-elsewhere",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
            }
        ],
        DataCaptureConfig={
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{_BUCKET}/capture",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        },
    )
    sagemaker.create_endpoint(EndpointName="loans-elsewhere", EndpointConfigName="loans-elsewhere")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="loans-elsewhere", WaiterConfig={"Delay": 1})
    yield "loans-elsewhere"
    sagemaker.delete_endpoint(EndpointName="loans-elsewhere")


@pytest.fixture(scope="module")
def project(account):
    """A folder with a `cdk.json` of its own, which names the configuration file."""
    folder = account.folder / "fleet"
    folder.mkdir()
    settings = json.loads((_ROOT / "cdk.json").read_text())
    settings["context"]["config"] = str(folder / "fleet.yaml")
    (folder / "cdk.json").write_text(json.dumps(settings))
    (folder / "fleet.yaml").write_text(_FILE)
    return folder


@pytest.fixture(scope="module")
def cli(account, project):
    return CdkCli(account.box, f"{sys.executable} {_ROOT / 'app.py'}", project, project / "cdk.out")


def test_a_file_is_all_that_an_existing_endpoint_needs(account, endpoint_elsewhere, cli, eventually):
    (outputs,) = cli.deploy().values()
    before = len(account.box.outbox())

    account.send(loan_app.applicants(250, seed=12, inflation=3, flagged=0.9), endpoint=endpoint_elsewhere)
    execution = account.next_run(endpoint=endpoint_elsewhere)

    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations"
    eventually(lambda: any("violation" in mail["subject"] for mail in account.box.outbox()[before:]))
    (message,) = [mail["body"] for mail in account.box.outbox()[before:] if "violation" in mail["subject"]]
    assert "amount" in message
    assert "flag" in message, "a flag drifts when it is compared by the shares of its values"
    assert any("BlindFeatures" in name for name in outputs)


def test_a_diff_shows_the_threshold_that_was_changed_in_the_file_and_nothing_once_it_is_deployed(project, cli):
    file = project / "fleet.yaml"
    file.write_text(file.read_text().replace("amount: 0.2", "amount: 0.35"))
    shown = cli.diff()

    assert re.findall(r"^\[.\] (\w+::\w+::\w+)", shown, re.M) == ["AWS::CloudWatch::Alarm"], shown
    assert re.search(r"\[~\] Threshold\b.*\n.*\[-\] 0\.2\n.*\[\+\] 0\.35\n", shown), shown
    cli.deploy()
    assert "Number of stacks with differences: 0" in cli.diff()


def test_destroy_ends_the_monitoring_and_leaves_the_endpoint(account, endpoint_elsewhere, cli):
    cli.destroy()
    sagemaker = account.box.client("sagemaker")
    listed = sagemaker.list_monitoring_schedules(EndpointName=endpoint_elsewhere)
    assert listed["MonitoringScheduleSummaries"] == []
    assert sagemaker.describe_endpoint(EndpointName=endpoint_elsewhere)["EndpointStatus"] == "InService"
