from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
from typer.testing import CliRunner

from model_monitor_cli.app import make_app
from sandbox.process.cdk import CdkCli
from sandbox.process.client import SandboxProcess
from shared import clients, logs

_ROOT = Path(__file__).resolve().parents[2]


def _load(name: str) -> ModuleType:
    # The tests are not a package; these modules are shared by their files.
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


loan_app = _load("loan_app")
_load("elsewhere")

# AWS is like this always or often, and it costs next to no time: everything has to work with it.
UNKIND = {"iam_propagation_seconds": 3.0, "bare_job_events": True, "repeated_events": True}


class Account:
    """A bootstrapped account: deploys a stack at a time, and looks at what came of it."""

    def __init__(self, box: SandboxProcess, folder: Path) -> None:
        self.box = box
        self.folder = folder
        self.outputs: dict[str, str] = {}
        self._received: dict[str, list[dict[str, Any]]] = {}

    def deploy(self, variant: Any) -> dict[str, str]:
        archive = loan_app.model_archive(self.folder)
        return self.deploy_stack(lambda app, env: loan_app.LoanStack(app, variant, archive, env))

    def deploy_stack(self, make: Callable[[cdk.App, cdk.Environment], cdk.Stack]) -> dict[str, str]:
        """Synthesise in this process, so that one jsii kernel serves all tests, and deploy with the CLI."""
        self.assembly = self.folder / f"cdk-{len(list(self.folder.glob('cdk-*')))}.out"
        app = cdk.App(outdir=str(self.assembly), analytics_reporting=False, builtin_cloud_formation_validation=False)
        stack = make(app, cdk.Environment(account=self.box.account_id, region=self.box.region))
        app.synth()
        self.outputs = CdkCli(self.box, str(self.assembly), _ROOT).deploy(method="direct")[stack.stack_name]
        return self.outputs

    def destroy(self) -> None:
        CdkCli(self.box, str(self.assembly), _ROOT).destroy()

    def output(self, ending: str) -> str:
        return next(value for name, value in self.outputs.items() if ending in name)

    def send(self, rows: list[str], *, endpoint: str = loan_app.ENDPOINT) -> None:
        runtime = self.box.client("sagemaker-runtime")
        for row in rows:
            runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=row.encode())

    def next_run(self, *, endpoint: str = loan_app.ENDPOINT) -> dict[str, Any]:
        """Let an hour pass and wait for the run that falls due."""
        before = {execution["ScheduledTime"] for execution in self.executions(endpoint)}
        self.box.advance(timedelta(hours=1))
        self.box.wait_until_idle(60)
        new = [execution for execution in self.executions(endpoint) if execution["ScheduledTime"] not in before]
        assert len(new) == 1, new
        return new[0]

    def executions(self, endpoint: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.box.client("sagemaker").list_monitoring_executions(
            EndpointName=endpoint, MaxResults=100
        )["MonitoringExecutionSummaries"]
        return found

    def alarm_state(self, output: str) -> str:
        alarms = self.box.client("cloudwatch").describe_alarms(
            AlarmNames=[self.outputs[output]], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return str([*alarms["MetricAlarms"], *alarms["CompositeAlarms"]][0]["StateValue"])

    def wait_for_alarm(self, output: str, state: str, wait: Callable[[Callable[[], bool]], None]) -> None:
        wait(lambda: self.alarm_state(output) == state)

    def message_about_violations(self, before: int, wait: Callable[[Callable[[], bool]], None]) -> dict[str, Any]:
        """The only readable message about violations after the first so many mails."""

        def found() -> list[dict[str, Any]]:
            return [mail for mail in self.box.outbox()[before:] if "violation" in mail["subject"]]

        wait(lambda: bool(found()))
        (message,) = found()
        return message

    def reactions(self, output: str) -> list[dict[str, Any]]:
        """What the queue of an output was sent from the first deployment on: details of the event of our own."""
        sqs, url = self.box.client("sqs"), self.outputs[output]
        received = self._received.setdefault(url, [])
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                assert (event["source"], event["detail-type"]) == ("model-monitoring", "Monitoring Run Ended")
                received.append(event["detail"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return received

    def definition(self) -> dict[str, Any]:
        sagemaker = self.box.client("sagemaker")
        name = self.schedule()["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"]
        described: dict[str, Any] = sagemaker.describe_data_quality_job_definition(JobDefinitionName=name)
        return {member: value for member, value in described.items() if member != "ResponseMetadata"}

    def definition_names(self) -> list[str]:
        listed = self.box.client("sagemaker").list_data_quality_job_definitions()["JobDefinitionSummaries"]
        return [definition["MonitoringJobDefinitionName"] for definition in listed]

    def schedule(self) -> dict[str, Any]:
        described: dict[str, Any] = self.box.client("sagemaker").describe_monitoring_schedule(
            MonitoringScheduleName=self.outputs["Schedule"]
        )
        return described

    def baseline_jobs(self) -> list[str]:
        jobs = self.box.client("sagemaker").list_processing_jobs(NameContains="loans-monitoring", MaxResults=100)
        return [job["ProcessingJobName"] for job in jobs["ProcessingJobSummaries"]]

    def captured_records(self, *, endpoint: str = loan_app.ENDPOINT) -> list[dict[str, Any]]:
        described = self.box.client("sagemaker").describe_endpoint(EndpointName=endpoint)
        place = f"{described['DataCaptureConfig']['DestinationS3Uri']}/{endpoint}"
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        pages = self.box.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        lines = [line for key in keys for line in self.read(f"s3://{bucket}/{key}").splitlines()]
        return [json.loads(line) for line in lines]

    def read(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        content: bytes = self.box.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content


def bootstrap(box: SandboxProcess) -> None:
    """Do what `cdk bootstrap` does, with its template; the demonstration and the README's own app run the command."""
    template = _ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
    given = {
        "CloudFormationExecutionPolicies": "arn:aws:iam::aws:policy/AdministratorAccess",
        "FileAssetsBucketKmsKeyId": "AWS_MANAGED_KEY",
    }
    cloudformation = box.client("cloudformation")
    cloudformation.create_stack(
        StackName="CDKToolkit",
        TemplateBody=template.read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="CDKToolkit", WaiterConfig={"Delay": 1})


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with SandboxProcess.start(iam=True, **UNKIND) as box:
        box.advance_into_next_hour()
        bootstrap(box)
        yield Account(box, tmp_path_factory.mktemp("e2e"))


@pytest.fixture
def model_monitor_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[SandboxProcess], Callable[..., Any]]]:
    """Point `model-monitor` at a sandbox; what that returns runs a command, and gives its exit code and its JSON."""
    # A program changes these for its whole process; the tests of others want them as they were.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(logs, "_is_on", True)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(make_app(), [*arguments, "--json"])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, json.loads(result.stdout)

    def point_at(box: SandboxProcess) -> Callable[..., Any]:
        for name, value in box.environment().items():
            monkeypatch.setenv(name, value)
        return run

    yield point_at
    clients.forget()


@pytest.fixture
def model_monitor(
    account: Account, model_monitor_in: Callable[[SandboxProcess], Callable[..., Any]]
) -> Callable[..., Any]:
    """Run a command of `model-monitor`; gives its exit code, and what it wrote as JSON."""
    return model_monitor_in(account.box)


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.2)

    return wait
