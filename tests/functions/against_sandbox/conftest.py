"""An embedded AWS with IAM enforced, in which the handlers act on real jobs, endpoints and schedules.

The handlers run in the tests' process under roles that may do what lambda/README.md lists and nothing else.
"""

import io
import json
import tarfile
import time

import boto3
import pytest

from deployment.handler import handler
from sandbox.process.client import SandboxProcess
from shared import clients

IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
ROWS = [(amount + amount % 2, amount, amount % 2) for amount in range(1, 301)]
DATASET = "prediction,amount,member\n" + "".join(f"{p},{a},{m}\n" for p, a, m in ROWS)
SCHEDULE = "credit-data-quality"
SLOW = "slow-data-quality"
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://out/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
}
INFERENCE = """
def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return [[float(cell) for cell in line.split(",")] for line in body.strip().splitlines()]

def predict_fn(rows, model):
    return [sum(row) for row in rows]

def output_fn(prediction, accept):
    return "\\n".join(f"{value:.0f}" for value in prediction), "text/csv"
"""


def policy(*statements):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
                for actions, resources in statements
            ],
        }
    )


# lambda/README.md, "Permissions".
BASELINE_POLICY = policy(
    (("s3:ListBucket",), ("arn:aws:s3:::data", "arn:aws:s3:::out")),
    (("s3:GetObject",), ("arn:aws:s3:::data/*",)),
    (("s3:GetObject", "s3:PutObject", "s3:DeleteObject"), ("arn:aws:s3:::out/baselines/*",)),
    (
        (
            "sagemaker:CreateProcessingJob",
            "sagemaker:DescribeProcessingJob",
            "sagemaker:StopProcessingJob",
            "sagemaker:AddTags",
        ),
        ("arn:aws:sagemaker:us-east-1:000000000000:processing-job/credit-*",),
    ),
    (("iam:PassRole",), ("arn:aws:iam::000000000000:role/job",)),
    (("sagemaker:DescribeModelPackage",), ("arn:aws:sagemaker:us-east-1:000000000000:model-package/credit/*",)),
    (
        (
            "sagemaker:CreateMonitoringSchedule",
            "sagemaker:DeleteMonitoringSchedule",
            "sagemaker:DescribeMonitoringSchedule",
        ),
        ("arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/credit-*-probe",),
    ),
    (("cloudwatch:PutMetricData",), ("*",)),
)
RESULTS_POLICY = policy(
    (("s3:ListBucket",), ("arn:aws:s3:::out",)),
    (("s3:GetObject",), ("arn:aws:s3:::out/registry/*",)),
    (("s3:GetObject", "s3:PutObject"), ("arn:aws:s3:::out/state/*",)),
    (("sagemaker:ListMonitoringExecutions",), ("*",)),
    (("sagemaker:DescribeProcessingJob",), ("arn:aws:sagemaker:us-east-1:000000000000:processing-job/*",)),
    (("cloudwatch:PutMetricData",), ("*",)),
    (("events:PutEvents",), ("arn:aws:events:us-east-1:000000000000:event-bus/default",)),
    (("sts:AssumeRole",), ("arn:aws:iam::000000000000:role/access/reports",)),
)
ACCESS_POLICY = policy(
    (("s3:ListBucket",), ("arn:aws:s3:::out",)),
    (("s3:GetObject",), ("arn:aws:s3:::out/reports/*", "arn:aws:s3:::out/baselines/*")),
    (("s3:PutObject",), ("arn:aws:s3:::out/reports/*/monitoring-report.html",)),
    (("sns:Publish",), ("arn:aws:sns:us-east-1:000000000000:alerts",)),
)
DATA_CAPTURE_POLICY = policy(
    (("sagemaker:DescribeEndpoint",), ("arn:aws:sagemaker:us-east-1:000000000000:endpoint/plain",)),
    (
        ("sagemaker:UpdateEndpoint",),
        (
            "arn:aws:sagemaker:us-east-1:000000000000:endpoint/plain",
            "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/*",
        ),
    ),
    (
        ("sagemaker:DescribeEndpointConfig", "sagemaker:ListTags"),
        ("arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/*",),
    ),
    (("sagemaker:ListEndpointConfigs",), ("*",)),
    (
        ("sagemaker:CreateEndpointConfig", "sagemaker:DeleteEndpointConfig", "sagemaker:AddTags"),
        ("arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/prod-capture-*",),
    ),
    (("sagemaker:DescribeModel",), ("arn:aws:sagemaker:us-east-1:000000000000:model/*",)),
)
GUARD_POLICY = policy(
    (
        ("sagemaker:DescribeMonitoringSchedule", "sagemaker:StopMonitoringSchedule", "sagemaker:ListTags"),
        (f"arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/{SLOW}",),
    ),
    (("s3:GetObject", "s3:PutObject", "s3:DeleteObject"), (f"arn:aws:s3:::out/registry/{SLOW}.json",)),
    (("s3:ListBucket",), ("arn:aws:s3:::out",)),
    (
        ("sagemaker:DeleteMonitoringSchedule",),
        (f"arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/{SLOW}-run-*",),
    ),
    (("sagemaker:ListMonitoringExecutions", "sagemaker:ListMonitoringSchedules"), ("*",)),
    (
        ("sagemaker:StopProcessingJob",),
        tuple(
            f"arn:aws:sagemaker:us-east-1:000000000000:processing-job/{name}"
            for name in (
                "groundtruth-merge-*",
                "model-monitoring-*",
                "model-quality-monitoring-*",
                "model-bias-*",
                "model-explainability-*",
            )
        ),
    ),
)
CONTROL_POLICY = policy(
    (("s3:ListBucket",), ("arn:aws:s3:::out",)),
    (("s3:GetObject",), ("arn:aws:s3:::out/registry/*",)),
    (("sts:AssumeRole",), ("arn:aws:iam::000000000000:role/access/schedules",)),
)
CONTROL_ACCESS_POLICY = policy(
    (
        (
            "sagemaker:DescribeMonitoringSchedule",
            "sagemaker:StartMonitoringSchedule",
            "sagemaker:StopMonitoringSchedule",
        ),
        (f"arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/{SLOW}",),
    ),
    (
        ("sagemaker:CreateMonitoringSchedule", "sagemaker:DeleteMonitoringSchedule"),
        (f"arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/{SLOW}-run-*",),
    ),
    (("iam:PassRole",), ("arn:aws:iam::000000000000:role/job",)),
    (("sagemaker:ListMonitoringExecutions", "sagemaker:ListMonitoringSchedules"), ("*",)),
)


class World:
    """A sandbox with a data set, a role for jobs, and a role for each function."""

    schedule = SCHEDULE
    slow_schedule = SLOW
    capture = CAPTURE

    def __init__(self, box):
        self.box = box
        self.s3, self.sagemaker, self.iam = (box.client(name) for name in ("s3", "sagemaker", "iam"))
        for bucket in ("data", "out"):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_object(Bucket="data", Key="train.csv", Body=DATASET)
        everything = policy((("s3:*", "logs:*", "cloudwatch:*"), ("*",)))
        self.job_role = self._role("job", {"Service": "sagemaker.amazonaws.com"}, everything)
        administrator = {"AWS": "arn:aws:iam::000000000000:root"}
        self.roles = {
            "baseline": self._role("baseline", administrator, BASELINE_POLICY),
            "results": self._role("results", administrator, RESULTS_POLICY),
            "data capture": self._role("data-capture", administrator, DATA_CAPTURE_POLICY),
            "guard": self._role("guard", administrator, GUARD_POLICY),
            "control": self._role("control", administrator, CONTROL_POLICY),
        }
        # What the deployment function acts as, by kind of custom resource.
        self.access = {kind: self.roles[kind] for kind in ("baseline", "data capture", "guard")}
        self.roles["deployment"] = self._role(
            "deployment", administrator, policy((("sts:AssumeRole",), tuple(self.access.values())))
        )
        # What the other two functions act as: roles of monitors.
        self.access["reports"] = self._role("access/reports", {"AWS": self.roles["results"]}, ACCESS_POLICY)
        self.access["control"] = self._role("access/schedules", {"AWS": self.roles["control"]}, CONTROL_ACCESS_POLICY)

    def _role(self, name, principal, document):
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        folder, _, name = name.rpartition("/")
        arn = self.iam.create_role(
            Path=f"/{folder}/" if folder else "/",
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["Arn"]
        self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return arn

    def credentials(self, role):
        assumed = self.box.client("sts").assume_role(RoleArn=self.roles[role], RoleSessionName="test")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": assumed["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": assumed["SecretAccessKey"],
            "AWS_SESSION_TOKEN": assumed["SessionToken"],
        }

    def properties(self, name, **changes):
        properties = {
            "Name": f"credit-{name}",
            "MonitorType": "DataQuality",
            "Source": {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": True}}}},
            "OutputUri": f"s3://out/baselines/{name}",
            "AccessRoleArn": self.access["baseline"],
            "ScheduleName": f"credit-{name}",
            "RoleArn": self.job_role,
            "ImageUri": IMAGE,
            "Compute": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 20},
            "MaxRuntimeInSeconds": 600,
            "Tags": [{"Key": "team", "Value": "risk"}],
            "DeploymentMetric": {"Namespace": "ModelMonitoring", "Dimensions": {"Endpoint": "credit"}},
            **changes,
        }
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in properties.items()}

    def json(self, uri):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return json.loads(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def make_endpoint(self, name="credit", *, captured=True):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            info = tarfile.TarInfo("code/inference.py")
            info.size = len(INFERENCE)
            archive.addfile(info, io.BytesIO(INFERENCE.encode()))
        self.s3.put_object(Bucket="data", Key="model.tar.gz", Body=stream.getvalue())
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=self.job_role,
            PrimaryContainer={"Image": "sklearn", "ModelDataUrl": "s3://data/model.tar.gz"},
        )
        capture = {"DataCaptureConfig": CAPTURE} if captured else {}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": name,
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ],
            **capture,
        )
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)

    def make_schedule(self, baseline, name=SCHEDULE, *, endpoint="credit"):
        self.sagemaker.create_data_quality_job_definition(
            JobDefinitionName=name,
            DataQualityBaselineConfig={
                "ConstraintsResource": {"S3Uri": baseline["ConstraintsUri"]},
                "StatisticsResource": {"S3Uri": baseline["StatisticsUri"]},
            },
            DataQualityAppSpecification={
                "ImageUri": IMAGE,
                "RecordPreprocessorSourceUri": baseline["PreprocessorUri"],
            },
            DataQualityJobInput={
                "EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input/endpoint"}
            },
            DataQualityJobOutputConfig={
                "MonitoringOutputs": [
                    {"S3Output": {"S3Uri": "s3://out/reports", "LocalPath": "/opt/ml/processing/output"}}
                ]
            },
            JobResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
            RoleArn=self.job_role,
        )
        self.sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": name,
                "MonitoringType": "DataQuality",
                "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
            },
        )

    def send(self, rows, endpoint="credit"):
        runtime = self.box.client("sagemaker-runtime")
        for row in rows:
            runtime.invoke_endpoint(
                EndpointName=endpoint, Body=",".join(map(str, row)), ContentType="text/csv", Accept="text/csv"
            )

    def register(self, schedule, role, *, registry="registry", **more):
        """Write the document of a monitor into a registry, as the guard does."""
        document = {
            "schedule": schedule,
            "type": "DataQuality",
            "title": "endpoint credit",
            "reports": "s3://out/reports",
            "registered": "2020-01-01T00:00:00Z",
            "access_role": self.access[role],
            **more,
        }
        self.s3.put_object(Bucket="out", Key=f"{registry}/{schedule}.json", Body=json.dumps(document))

    def executions(self, name=SCHEDULE):
        listed = self.sagemaker.list_monitoring_executions(MonitoringScheduleName=name, SortBy="ScheduledTime")
        return listed["MonitoringExecutionSummaries"]


@pytest.fixture(scope="package")
def world():
    with SandboxProcess.start() as box:
        box.advance_into_next_hour()
        yield World(box)


@pytest.fixture
def act_as(world, monkeypatch):
    """Return a function that lets the clients of the functions act as one of the roles."""

    def forget():
        clients.forget()
        boto3.DEFAULT_SESSION = None

    def act(role):
        forget()
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {**world.box.environment(), **world.credentials(role)}.items():
            if name.startswith("AWS_"):
                monkeypatch.setenv(name, value)

    yield act
    forget()


@pytest.fixture
def deploy(act_as):
    """Return a function that does for one request what the provider framework does."""

    def run(request_type, properties, **more):
        act_as("deployment")
        event = {
            "ResourceType": "Custom::ModelMonitorBaseline",
            "RequestType": request_type,
            "RequestId": f"{request_type}-{properties['Name']}",
            "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/Credit/1",
            "LogicalResourceId": "Baseline",
            "ResourceProperties": properties,
            **more,
        }
        event |= handler(event, None)
        end = time.monotonic() + 60
        while not (result := handler(event, None))["IsComplete"]:
            assert time.monotonic() < end, "still not complete after a minute"
            time.sleep(0.1)
        return result.get("Data", {})

    return run
