"""What the SageMaker tests share: a bucket and a role, a tiny deterministic model, endpoints, waits."""

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.config import Config

from sandbox.process.client import SandboxProcess

INFERENCE = """
import json

def model_fn(model_dir):
    return 2

def input_fn(body, content_type):
    if content_type.startswith("application/json"):
        return json.loads(body)["rows"]
    return [[float(cell) for cell in line.split(",")] for line in body.strip().splitlines()]

def predict_fn(rows, factor):
    if rows[0][0] < 0:
        raise ValueError("age must not be negative")
    print("predicting", len(rows))
    return [factor * sum(row) for row in rows]

def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps({"predictions": prediction}), accept
    return "\\n".join(str(value) for value in prediction), "text/csv"
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass
class Account:
    """A bucket and a role in a sandbox, and short ways to make SageMaker resources with them."""

    box: SandboxProcess
    bucket: str = field(default_factory=lambda: Account.unique("data"))

    @staticmethod
    def unique(prefix: str) -> str:
        """A name that no other test has."""
        return f"{prefix}-{uuid.uuid4().hex[:8]}"

    @staticmethod
    def archive(files: Mapping[str, bytes]) -> bytes:
        """A .tar.gz of files, by path."""
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            for path, content in files.items():
                info = tarfile.TarInfo(path)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return stream.getvalue()

    @staticmethod
    def eventually(condition: Callable[[], Any], timeout: float = 30) -> Any:
        """The first true value of a condition."""
        end = time.monotonic() + timeout
        while True:
            value = condition()
            if value:
                return value
            assert time.monotonic() < end, "the condition did not come true in time"
            time.sleep(0.05)

    def __post_init__(self) -> None:
        self.s3.create_bucket(Bucket=self.bucket)
        self.role = self.make_role("s3:*", "kms:*", "logs:*", "cloudwatch:*")

    @cached_property
    def sagemaker(self) -> Any:
        return self.box.client("sagemaker")

    @cached_property
    def unchecked(self) -> Any:
        """A client that sends what botocore would refuse."""
        return self.box.client("sagemaker", config=Config(parameter_validation=False, retries={"max_attempts": 1}))

    @cached_property
    def runtime(self) -> Any:
        return self.box.client("sagemaker-runtime")

    @cached_property
    def s3(self) -> Any:
        return self.box.client("s3")

    @cached_property
    def iam(self) -> Any:
        return self.box.client("iam")

    def make_role(self, *actions: str, trust: dict[str, Any] | None = None) -> str:
        name = self.unique("role")
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust or TRUST))["Role"][
            "Arn"
        ]
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        return arn

    def put(self, key: str, body: str | bytes) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> str:
        return str(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def make_model(self, script: str = INFERENCE, role: str | None = None) -> str:
        name = self.unique("model")
        archive = self.put(f"models/{name}/model.tar.gz", self.archive({"code/inference.py": script.encode()}))
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=role or self.role,
            PrimaryContainer={"Image": "sklearn:1", "ModelDataUrl": archive},
        )
        return name

    def make_config(self, model: str | None = None, capture: dict[str, Any] | None = None) -> str:
        name = self.unique("config")
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": model or self.make_model(),
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        more = {"DataCaptureConfig": capture} if capture else {}
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **more)
        return name

    def capture(self, **changes: Any) -> dict[str, Any]:
        return {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{self.bucket}/capture",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
            **changes,
        }

    def make_endpoint(self, config: str | None = None) -> str:
        name = self.unique("Endpoint")
        self.sagemaker.create_endpoint(
            EndpointName=name, EndpointConfigName=config or self.make_config(capture=self.capture())
        )
        self.settled(name)
        return name

    def settled(self, endpoint: str) -> dict[str, Any]:
        """The endpoint once it has stopped changing."""

        def settled() -> dict[str, Any] | None:
            description = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            return description if description["EndpointStatus"] in ("InService", "Failed") else None

        return self.eventually(settled)

    def invoke(self, endpoint: str, body: str = "1,2\n", content_type: str = "text/csv", **more: Any) -> str:
        answer = self.runtime.invoke_endpoint(
            EndpointName=endpoint, Body=body, ContentType=content_type, Accept=more.pop("Accept", "text/csv"), **more
        )
        return str(answer["Body"].read().decode())
