"""An embedded AWS with monitors that need no endpoint, and a registry as a deployment writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from model_monitor_cli.app import make_app
from model_monitor_cli.context import Context
from model_monitor_cli.inventory import REGISTRY_TAG
from sandbox.process.client import SandboxProcess
from shared import clients, logs

REGISTRY = "s3://monitoring/registry/services"
IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"


class World:
    """The embedded AWS, and what tests put there."""

    def __init__(self, box: SandboxProcess) -> None:
        self.box = box
        self.role = self._make_role()
        for bucket in ("monitoring", "captures"):
            box.client("s3").create_bucket(Bucket=bucket)

    def put(self, uri: str, body: str) -> None:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        self.box.client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode())

    def make_schedule(self, name: str, *, tags: dict[str, str], captured: str = "s3://captures/credit/input") -> None:
        sagemaker = self.box.client("sagemaker")
        sagemaker.create_data_quality_job_definition(
            JobDefinitionName=name,
            DataQualityAppSpecification={"ImageUri": IMAGE},
            DataQualityBaselineConfig={
                "ConstraintsResource": {"S3Uri": f"s3://monitoring/baselines/{name}/constraints.json"},
                "StatisticsResource": {"S3Uri": f"s3://monitoring/baselines/{name}/statistics.json"},
            },
            DataQualityJobInput={
                "BatchTransformInput": {
                    "DataCapturedDestinationS3Uri": captured,
                    "DatasetFormat": {"Csv": {"Header": False}},
                    "LocalPath": "/opt/ml/processing/input",
                }
            },
            DataQualityJobOutputConfig={
                "MonitoringOutputs": [
                    {"S3Output": {"S3Uri": "s3://monitoring/reports", "LocalPath": "/opt/ml/processing/output"}}
                ]
            },
            JobResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
            RoleArn=self.role,
        )
        sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": name,
                "MonitoringType": "DataQuality",
                "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
            },
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )

    def register(self, name: str, **changes: Any) -> None:
        document = {
            "schedule": name,
            "short_name": "data-quality",
            "type": "DataQuality",
            "title": "model credit",
            "model": "credit",
            "reports": "s3://monitoring/reports",
            "access_role": "arn:aws:iam::000000000000:role/of-the-functions",
            "registered": "2026-01-01T00:00:00Z",
            **changes,
        }
        self.put(f"{REGISTRY}/{name}.json", json.dumps(document))

    def _make_role(self) -> str:
        trust = {
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "sagemaker.amazonaws.com"}}
            ]
        }
        iam = self.box.client("iam")
        arn: str = iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        allowed = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        iam.put_role_policy(RoleName="jobs", PolicyName="all", PolicyDocument=json.dumps(allowed))
        return arn


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """One monitor that is deployed, one of somebody else, and one whose schedule was deleted by hand."""
    with SandboxProcess.start() as box:
        box.advance_into_next_hour()
        world = World(box)
        world.make_schedule("credit-dataquality-1a2b3c4d", tags={REGISTRY_TAG: REGISTRY})
        world.register("credit-dataquality-1a2b3c4d")
        world.register("credit-strict-5e6f7a8b", short_name="strict")
        world.make_schedule("of-somebody-else", tags={})
        yield world


@pytest.fixture
def context(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    for name, value in world.box.environment().items():
        monkeypatch.setenv(name, value)
    # A program changes these for its whole process; the tests of others want them as they were.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(logs, "_is_on", True)
    yield Context()
    clients.forget()


@pytest.fixture
def command(context: Context) -> Callable[..., Result]:
    """Run a command of the program, as a person types it."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(make_app(), list(arguments), env={"COLUMNS": "160"})

    return run
