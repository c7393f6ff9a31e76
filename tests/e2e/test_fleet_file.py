"""monitoring.yaml for an endpoint that others deployed and a model outside of SageMaker, which share services.

The tests of this file build on each other.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import timedelta
from pathlib import Path

import aws_cdk as cdk
import loan_app
import pytest

from capture_writer import CaptureLayout, CaptureWriter, Payload
from examples.loan_model import make
from sandbox.process.cdk import CdkCli
from stacks.fleet import synthesise

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
_OF_THE_CLI = dict.fromkeys((f"aws:cdk:{name}" for name in ("enable-path-metadata", "enable-asset-metadata")), True)
_ENDPOINT, _OUTSIDE = "loans-elsewhere", "outside"
_FILE = f"""
defaults:
  notify:
    - email: {loan_app.ONCALL}
endpoints:
  {_ENDPOINT}:
    capture: s3://{_BUCKET}/capture
    data_quality:
      baseline:
        dataset: s3://{_BUCKET}/train.csv
        format: csv
      categorical: [flag]
      alarms:
        drift: {{amount: 0.2}}
served_elsewhere:
  {_OUTSIDE}:
    services: shared
    capture: s3://{_BUCKET}/outside
    data_quality:
      baseline: {{dataset: s3://{_BUCKET}/features.csv, format: csv}}
      categorical: [flag]
"""


@pytest.fixture(scope="module")
def endpoint_elsewhere(account):
    """An endpoint with data capture, made without CDK."""
    box = account.box
    s3, sagemaker, iam = box.client("s3"), box.client("sagemaker"), box.client("iam")
    s3.create_bucket(Bucket=_BUCKET)
    training = loan_app.baseline_csv(account.folder / "elsewhere.csv", seed=11)
    s3.put_object(Bucket=_BUCKET, Key="train.csv", Body=training.read_bytes())
    features = ["income,amount,term,flag", *loan_app.applicants(1500, seed=11)]
    s3.put_object(Bucket=_BUCKET, Key="features.csv", Body="\n".join(features))
    s3.put_object(Bucket=_BUCKET, Key="model.tar.gz", Body=make.archive())
    role = iam.create_role(RoleName="loan-model", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="loan-model", PolicyName="data", PolicyDocument=json.dumps(_ACCESS))
    sagemaker.create_model(
        ModelName=_ENDPOINT,
        ExecutionRoleArn=role,
        PrimaryContainer={
            "Image": make.IMAGE,
            "ModelDataUrl": f"s3://{_BUCKET}/model.tar.gz",
            "Environment": make.ENVIRONMENT,
        },
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=_ENDPOINT,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": _ENDPOINT,
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
    sagemaker.create_endpoint(EndpointName=_ENDPOINT, EndpointConfigName=_ENDPOINT)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=_ENDPOINT, WaiterConfig={"Delay": 1})
    yield _ENDPOINT
    sagemaker.delete_endpoint(EndpointName=_ENDPOINT)


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


@pytest.fixture(scope="module")
def written(account, project):
    """What the app has written last: as good for a command as the app, and there already."""
    return CdkCli(account.box, str(project / "cdk.out"), project)


@pytest.fixture
def edit(account, project, monkeypatch):
    """Change a part of the file, and write the stacks as `app.py` does, but without another Node.js for it."""

    def replace(old, new):
        (file,) = project.glob("*.yaml")
        file.write_text(re.sub(old, new, file.read_text()))
        context = json.loads((project / "cdk.json").read_text())["context"]
        synthesise(cdk.App(context=context | _OF_THE_CLI, outdir=str(project / "cdk.out")))

    for name, value in account.box.environment().items():
        monkeypatch.setenv(name, value)
    return replace


class Outside:
    """The model outside of SageMaker: calls it, and looks at its monitor."""

    def __init__(self, account):
        self._account = account
        self._sagemaker = account.box.client("sagemaker")

    def capture(self, rows):
        box, now = self._account.box, self._account.box.now()
        with CaptureWriter(
            f"s3://{_BUCKET}/outside",
            endpoint_name=_OUTSIDE,
            layout=CaptureLayout.BATCH_CSV,
            create_client=lambda: box.client("s3"),
        ) as writer:
            for number, row in enumerate(rows):
                answer = Payload.csv([0.5])
                writer.write(Payload.raw(row, "text/csv"), answer, inference_id=f"{now:%H}{number}", inference_time=now)

    @property
    def schedule(self):
        listed = self._sagemaker.list_monitoring_schedules(NameContains=_OUTSIDE)["MonitoringScheduleSummaries"]
        (name,) = [schedule["MonitoringScheduleName"] for schedule in listed]
        return self._sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)

    @property
    def runs(self):
        """Status and report of every run, the oldest first."""
        listed = self._sagemaker.list_monitoring_executions(
            MonitoringScheduleName=self.schedule["MonitoringScheduleName"],
            SortBy="ScheduledTime",
            SortOrder="Ascending",
        )
        return [(run["MonitoringExecutionStatus"], self._report(run)) for run in listed["MonitoringExecutionSummaries"]]

    def _report(self, run):
        if "ProcessingJobArn" not in run:
            return None
        name = run["ProcessingJobArn"].rpartition("/")[2]
        job = self._sagemaker.describe_processing_job(ProcessingJobName=name)
        return job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]

    def handled(self):
        """How many runs were handled, each time that one was."""
        now = self._account.box.now()
        points = self._account.box.client("cloudwatch").get_metric_statistics(
            Namespace="ModelMonitoring",
            MetricName="Executions",
            Dimensions=[{"Name": "MonitoringSchedule", "Value": self.schedule["MonitoringScheduleName"]}],
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(hours=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    def identity(self):
        """What a schedule keeps for as long as it is the same one."""
        schedule = self.schedule
        return [schedule[name] for name in ("MonitoringScheduleArn", "CreationTime", "MonitoringScheduleStatus")]


@pytest.fixture(scope="module")
def outside(account):
    return Outside(account)


def messages(account, model):
    """The readable messages about violations of a model, from the first one on."""
    return [mail["body"] for mail in account.box.outbox() if mail["subject"].startswith(f"{model}: ")]


def subscriptions(account):
    return [item["Endpoint"] for item in account.box.client("sns").list_subscriptions()["Subscriptions"]]


def test_a_file_is_all_that_models_need(account, endpoint_elsewhere, outside, cli, eventually):
    outputs = cli.deploy()

    first, *models = outputs
    assert first == "ModelMonitoring-Services"
    assert set(models) == {f"ModelMonitoring-{_ENDPOINT}", f"ModelMonitoring-{_OUTSIDE}"}
    assert subscriptions(account) == [loan_app.ONCALL]
    outside.capture(loan_app.applicants(250, seed=12, inflation=3, flagged=0.9))
    account.send(loan_app.applicants(250, seed=12, inflation=3, flagged=0.9), endpoint=endpoint_elsewhere)
    execution = account.next_run(endpoint=endpoint_elsewhere)

    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations"
    assert [status for status, _ in outside.runs] == ["CompletedWithViolations"]
    eventually(lambda: messages(account, _ENDPOINT) and messages(account, _OUTSIDE))
    for model in (_ENDPOINT, _OUTSIDE):
        (message,) = messages(account, model)
        assert "amount" in message
        assert "flag" in message, "a flag drifts when it is compared by the shares of its values"
    assert any("BlindFeatures" in name for name in outputs[f"ModelMonitoring-{_ENDPOINT}"])


def test_a_diff_shows_the_threshold_that_was_changed_in_the_file_and_nothing_once_it_is_deployed(edit, written):
    edit("amount: 0.2", "amount: 0.35")
    shown = written.diff()

    assert re.findall(r"^\[.\] (\w+::\w+::\w+)", shown, re.M) == ["AWS::CloudWatch::Alarm"], shown
    assert re.search(r"\[~\] Threshold\b.*\n.*\[-\] 0\.2\n.*\[\+\] 0\.35\n", shown), shown
    written.deploy()
    assert "Number of stacks with differences: 0" in written.diff()


@pytest.mark.parametrize(
    ("there", "topics"), [("own", 2), ("shared", 1)], ids=["to services of its own", "back to those of all"]
)
def test_a_model_moves(there, topics, account, outside, edit, written, eventually):
    """Whoever provides its services, a monitor stays the same: its schedule, its runs and what they found."""
    identity, runs, told = outside.identity(), outside.runs, messages(account, _OUTSIDE)
    edit("services: (own|shared)", f"services: {there}")

    written.deploy()

    assert outside.identity() == identity
    assert outside.runs == runs
    assert subscriptions(account) == [loan_app.ONCALL] * topics
    outside.capture(loan_app.applicants(250, seed=13, inflation=3, flagged=0.9))
    account.box.advance(timedelta(hours=1))
    account.box.wait_until_idle()
    assert [status for status, _ in outside.runs[len(runs) :]] == ["CompletedWithViolations"]
    eventually(lambda: len(messages(account, _OUTSIDE)) > len(told))
    # Hours without traffic are found by the sweep; it must not tell of the runs before the move again.
    for _ in range(2):
        account.box.advance(timedelta(hours=1))
        account.box.wait_until_idle()
    eventually(lambda: outside.handled() >= len(outside.runs) - 1)
    assert len(messages(account, _OUTSIDE)) == len(told) + 1
    assert outside.handled() <= len(outside.runs)
    for _, report in outside.runs:
        if report is not None:
            assert json.loads(account.read(f"{report}/constraint_violations.json"))["violations"]


def test_destroy_ends_the_monitoring_and_leaves_the_endpoint(account, endpoint_elsewhere, written):
    written.destroy()
    sagemaker = account.box.client("sagemaker")
    listed = sagemaker.list_monitoring_schedules(EndpointName=endpoint_elsewhere)
    assert listed["MonitoringScheduleSummaries"] == []
    assert sagemaker.describe_endpoint(EndpointName=endpoint_elsewhere)["EndpointStatus"] == "InService"
