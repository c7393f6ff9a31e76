"""What the SageMaker tests share: roles, buckets, a tiny deterministic model, endpoints, waits."""

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from botocore.config import Config

from sandbox.process.client import SandboxProcess

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
HOUR = timedelta(hours=1)
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
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}


@dataclass
class World:
    """A bucket and a role in a sandbox, and short ways to make SageMaker resources with them."""

    box: SandboxProcess
    bucket: str = field(default_factory=lambda: World.unique("data"))

    analyzer = ANALYZER
    clarify = CLARIFY

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

    def definition(self, endpoint: str, **changes: Any) -> dict[str, Any]:
        """A CreateDataQualityJobDefinition request."""
        return {
            "JobDefinitionName": self.unique("Definition"),
            "DataQualityAppSpecification": {"ImageUri": ANALYZER},
            "DataQualityJobInput": {
                "EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input/endpoint"}
            },
            "DataQualityJobOutputConfig": {
                "MonitoringOutputs": [
                    {"S3Output": {"S3Uri": f"s3://{self.bucket}/reports", "LocalPath": "/opt/ml/processing/output"}}
                ]
            },
            "JobResources": {"ClusterConfig": CLUSTER},
            "RoleArn": self.role,
            **changes,
        }

    def make_definition(self, endpoint: str, **changes: Any) -> str:
        request = self.definition(endpoint, **changes)
        self.sagemaker.create_data_quality_job_definition(**request)
        return str(request["JobDefinitionName"])

    def make_definition_of(
        self,
        monitoring_type: str,
        source: dict[str, Any],
        baseline: dict[str, Any] | None = None,
        *,
        role: str | None = None,
        **application: Any,
    ) -> str:
        """A job definition of any type: ``source`` is its JobInput, ``application`` goes into its AppSpecification."""
        name = self.unique("Definition")
        image = CLARIFY if "ConfigUri" in application else ANALYZER
        output = self.definition("unused")["DataQualityJobOutputConfig"]
        request = {
            "JobDefinitionName": name,
            f"{monitoring_type}AppSpecification": {"ImageUri": image, **application},
            f"{monitoring_type}JobInput": source,
            f"{monitoring_type}JobOutputConfig": output,
            "JobResources": {"ClusterConfig": CLUSTER},
            "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
            "RoleArn": role or self.role,
        }
        if baseline is not None:
            request[f"{monitoring_type}BaselineConfig"] = baseline
        operation = {
            "DataQuality": self.sagemaker.create_data_quality_job_definition,
            "ModelQuality": self.sagemaker.create_model_quality_job_definition,
            "ModelBias": self.sagemaker.create_model_bias_job_definition,
            "ModelExplainability": self.sagemaker.create_model_explainability_job_definition,
        }[monitoring_type]
        operation(**request)
        return name

    def of_endpoint(self, endpoint: str, *, labels: str | None = None, **members: Any) -> dict[str, Any]:
        """A JobInput that reads the captures of an endpoint, and maybe labels."""
        source: dict[str, Any] = {
            "EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input/endpoint", **members}
        }
        return source | ({"GroundTruthS3Input": {"S3Uri": labels}} if labels else {})

    def of_batch(self, capture: str, *, labels: str | None = None, **members: Any) -> dict[str, Any]:
        """A JobInput that reads what batch transform jobs captured, and maybe labels."""
        source: dict[str, Any] = {
            "BatchTransformInput": {
                "DataCapturedDestinationS3Uri": capture,
                "DatasetFormat": {"Csv": {"Header": False}},
                "LocalPath": "/opt/ml/processing/input/batch",
                **members,
            }
        }
        return source | ({"GroundTruthS3Input": {"S3Uri": labels}} if labels else {})

    def put_labels(self, labels: dict[str, Any], collected: datetime) -> str:
        """Upload labels by id as collected in an hour; gives the prefix of all labels."""
        lines = [
            json.dumps(
                {
                    "groundTruthData": {"data": str(label), "encoding": "CSV"},
                    "eventMetadata": {"eventId": identifier},
                    "eventVersion": "0",
                }
            )
            for identifier, label in labels.items()
        ]
        self.put(f"labels/{collected:%Y/%m/%d/%H}/{self.unique('labels')}.jsonl", "\n".join(lines) + "\n")
        return f"s3://{self.bucket}/labels"

    def full_hour(self) -> datetime:
        """The last full hour of the sandbox's clock."""
        return self.box.now().replace(minute=0, second=0, microsecond=0)

    def move_to_next_hour(self) -> datetime:
        """Advance just past the next full hour; when the executions are done, return that hour."""
        due = self.full_hour() + HOUR
        self.box.advance(due - self.box.now() + timedelta(seconds=1))
        self.box.wait_until_idle()
        return due

    def make_schedule(
        self,
        definition: str,
        expression: str = "cron(0 * ? * * *)",
        monitoring_type: str = "DataQuality",
        **schedule: str,
    ) -> str:
        name = self.unique("Schedule")
        self.sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": definition,
                "MonitoringType": monitoring_type,
                "ScheduleConfig": {"ScheduleExpression": expression, **schedule},
            },
        )
        self.schedule_in(name, "Scheduled")
        return name

    def make_schedule_of(self, monitoring_type: str, *definition: Any, **more: Any) -> str:
        """An hourly schedule of a new definition; see `make_definition_of`."""
        name = self.make_definition_of(monitoring_type, *definition, **more)
        return self.make_schedule(name, monitoring_type=monitoring_type)

    def schedule_in(self, name: str, status: str) -> None:
        """Wait until a schedule has a status."""

        def arrived() -> bool:
            described = self.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
            return bool(described["MonitoringScheduleStatus"] == status)

        self.eventually(arrived)

    def executions(self, schedule: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.sagemaker.list_monitoring_executions(MonitoringScheduleName=schedule, **more)
        return list(answer["MonitoringExecutionSummaries"])

    def due_execution(self, schedule: str) -> dict[str, Any]:
        """Let the next full hour come; the only execution of a schedule."""
        self.move_to_next_hour()
        (execution,) = self.executions(schedule)
        return execution

    def job_of(self, execution: dict[str, Any]) -> dict[str, Any]:
        """The processing job of an execution."""
        return self.describe_job(execution["ProcessingJobArn"].rsplit("/", 1)[-1])

    def describe_job(self, name: str) -> dict[str, Any]:
        return dict(self.sagemaker.describe_processing_job(ProcessingJobName=name))

    def job(self, **changes: Any) -> dict[str, Any]:
        """A CreateProcessingJob request for a baseline of ``train.csv``, which it uploads."""
        source = self.put("training/train.csv", "age,income\n" + "\n".join(f"{i},{i * 1.5}" for i in range(50)))
        return {
            "ProcessingJobName": self.unique("Baseline"),
            "ProcessingInputs": [
                {
                    "InputName": "baseline_dataset_input",
                    "S3Input": {
                        "S3Uri": source,
                        "LocalPath": "/opt/ml/processing/input/baseline_dataset_input",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "monitoring_output",
                        "S3Output": {
                            "S3Uri": f"s3://{self.bucket}/baseline",
                            "LocalPath": "/opt/ml/processing/output",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
            "ProcessingResources": {"ClusterConfig": CLUSTER},
            "AppSpecification": {"ImageUri": ANALYZER},
            "Environment": {
                "dataset_format": '{"csv": {"header": true}}',
                "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
                "output_path": "/opt/ml/processing/output",
                "publish_cloudwatch_metrics": "Disabled",
            },
            "RoleArn": self.role,
            **changes,
        }

    def run_job(self, **changes: Any) -> dict[str, Any]:
        """Run a processing job to its end and describe it."""
        request = self.job(**changes)
        self.sagemaker.create_processing_job(**request)
        return self.finished(request["ProcessingJobName"])

    def finished(self, job: str) -> dict[str, Any]:
        """A processing job once it has ended."""

        def ended() -> dict[str, Any] | None:
            description = self.sagemaker.describe_processing_job(ProcessingJobName=job)
            return description if description["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

        return self.eventually(ended, 60)

    def transform(self, model: str, source: str, output: str, **changes: Any) -> dict[str, Any]:
        """A CreateTransformJob request for CSV rows."""
        return {
            "TransformJobName": self.unique("Transform"),
            "ModelName": model,
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
                "ContentType": "text/csv",
                "SplitType": "Line",
            },
            "TransformOutput": {"S3OutputPath": output, "Accept": "text/csv", "AssembleWith": "Line"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **changes,
        }

    def remove_schedules(self) -> None:
        """Let no schedule of this test run in the next one, which may move the same clock."""
        for job in self.sagemaker.list_processing_jobs(StatusEquals="InProgress")["ProcessingJobSummaries"]:
            self.sagemaker.stop_processing_job(ProcessingJobName=job["ProcessingJobName"])
        self.box.wait_until_idle()
        for summary in self.sagemaker.list_monitoring_schedules(MaxResults=100)["MonitoringScheduleSummaries"]:
            self.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=summary["MonitoringScheduleName"])


@pytest.fixture(scope="session")
def session_world(box: SandboxProcess) -> World:
    return World(box)


@pytest.fixture
def world(session_world: World) -> Iterator[World]:
    """The shared bucket and role; schedules are removed after each test."""
    yield session_world
    session_world.remove_schedules()


@pytest.fixture(scope="session")
def capturing_endpoint(session_world: World) -> str:
    """An endpoint that captures everything it serves, shared by tests that only need one to exist."""
    return session_world.make_endpoint()


@pytest.fixture(scope="session")
def model(session_world: World) -> str:
    """A model that answers twice the sum of each row."""
    return session_world.make_model()


@pytest.fixture
def endpoint(world: World) -> Iterator[str]:
    """An endpoint whose capture no other test writes to."""
    name = world.make_endpoint()
    yield name
    world.remove_schedules()
    world.sagemaker.delete_endpoint(EndpointName=name)
