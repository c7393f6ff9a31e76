"""An embedded AWS, on whose processing jobs the baseline handler acts.

Deployed stacks in `tests/e2e` show the functions under the roles that the library gives them. Here is what those stacks
do not have: every kind of baseline.
"""

import json
import time

import boto3
import pytest

from sandbox.process.client import SandboxProcess
from shared import clients
from tests.functions.framework import Framework

IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"


class World:
    """A sandbox with a bucket of data, one of results, and a role for functions and jobs."""

    def __init__(self, box):
        self.box = box
        self.s3, self.sagemaker, iam = (box.client(name) for name in ("s3", "sagemaker", "iam"))
        for bucket in ("data", "out"):
            self.s3.create_bucket(Bucket=bucket)
        trusted = {"Service": "sagemaker.amazonaws.com", "AWS": "arn:aws:iam::000000000000:root"}
        trust = [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}]
        everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        created = iam.create_role(RoleName="job", AssumeRolePolicyDocument=_document(trust))
        iam.put_role_policy(RoleName="job", PolicyName="everything", PolicyDocument=_document(everything))
        self.role = created["Role"]["Arn"]

    def properties(self, name, **changes):
        properties = {
            "Name": f"credit-{name}",
            "MonitorType": "DataQuality",
            "OutputUri": f"s3://out/baselines/{name}",
            "AccessRoleArn": self.role,
            "ScheduleName": f"credit-{name}",
            "RoleArn": self.role,
            "ImageUri": IMAGE,
            "Compute": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 20},
            "MaxRuntimeInSeconds": 600,
            **changes,
        }
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in properties.items()}

    def json(self, uri):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return json.loads(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="package")
def world():
    with SandboxProcess.start() as box:
        yield World(box)


class Deployment(Framework):
    def __call__(self, request_type, properties):
        self.begin(request_type, properties)
        end = time.monotonic() + 60
        while not (result := self.poll())["IsComplete"]:
            assert time.monotonic() < end, "still not complete after a minute"
            time.sleep(0.1)
        return result.get("Data", {})


@pytest.fixture
def deploy(world, monkeypatch):
    """Return what deploys a baseline, with the clients of the functions in the sandbox."""

    def forget():
        clients.forget()
        boto3.DEFAULT_SESSION = None

    forget()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in world.box.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    yield Deployment("Custom::ModelMonitorBaseline")
    forget()
