"""Both functions against real processing jobs: the embedded AWS, with IAM enforced.

The handlers run in this process under a role that may do what lambda/README.md lists and nothing else.
"""

import io
import json
import tarfile
import time
from datetime import timedelta

import boto3
import polars
import pytest

from baseline import handler as baseline_handler
from baseline.errors import BaselineError
from results.handler import handler as results_handler
from sandbox.client import SandboxProcess
from shared import clients

IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
ROWS = [(amount + amount % 2, amount, amount % 2) for amount in range(1, 301)]
DATASET = "prediction,amount,member\n" + "".join(f"{p},{a},{m}\n" for p, a, m in ROWS)
SCHEDULE = "credit-data-quality"
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
    (("cloudwatch:PutMetricData",), ("*",)),
)
RESULTS_POLICY = policy(
    (("s3:ListBucket",), ("arn:aws:s3:::out",)),
    (("s3:GetObject",), ("arn:aws:s3:::out/reports/*",)),
    (("s3:PutObject", "s3:DeleteObject"), ("arn:aws:s3:::out/state/*",)),
    (("sagemaker:ListMonitoringExecutions",), ("*",)),
    (("sagemaker:DescribeProcessingJob",), ("arn:aws:sagemaker:us-east-1:000000000000:processing-job/*",)),
    (("cloudwatch:PutMetricData",), ("*",)),
    (("sns:Publish",), ("arn:aws:sns:us-east-1:000000000000:alerts",)),
)


class World:
    """A sandbox with a data set, a role for jobs, and a role for each function."""

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
        }

    def _role(self, name, principal, document):
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        arn = self.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
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

    def make_endpoint(self):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            info = tarfile.TarInfo("code/inference.py")
            info.size = len(INFERENCE)
            archive.addfile(info, io.BytesIO(INFERENCE.encode()))
        self.s3.put_object(Bucket="data", Key="model.tar.gz", Body=stream.getvalue())
        self.sagemaker.create_model(
            ModelName="credit",
            ExecutionRoleArn=self.job_role,
            PrimaryContainer={"Image": "sklearn", "ModelDataUrl": "s3://data/model.tar.gz"},
        )
        self.sagemaker.create_endpoint_config(
            EndpointConfigName="credit",
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": "credit",
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ],
            DataCaptureConfig={
                "EnableCapture": True,
                "InitialSamplingPercentage": 100,
                "DestinationS3Uri": "s3://out/capture",
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
                "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
            },
        )
        self.sagemaker.create_endpoint(EndpointName="credit", EndpointConfigName="credit")

    def make_schedule(self, baseline):
        self.sagemaker.create_data_quality_job_definition(
            JobDefinitionName=SCHEDULE,
            DataQualityBaselineConfig={
                "ConstraintsResource": {"S3Uri": baseline["ConstraintsUri"]},
                "StatisticsResource": {"S3Uri": baseline["StatisticsUri"]},
            },
            DataQualityAppSpecification={
                "ImageUri": IMAGE,
                "RecordPreprocessorSourceUri": baseline["PreprocessorUri"],
            },
            DataQualityJobInput={
                "EndpointInput": {"EndpointName": "credit", "LocalPath": "/opt/ml/processing/input/endpoint"}
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
            MonitoringScheduleName=SCHEDULE,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": SCHEDULE,
                "MonitoringType": "DataQuality",
                "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
            },
        )

    def send(self, rows):
        runtime = self.box.client("sagemaker-runtime")
        for row in rows:
            runtime.invoke_endpoint(
                EndpointName="credit", Body=",".join(map(str, row)), ContentType="text/csv", Accept="text/csv"
            )

    def ended_executions(self):
        listed = self.sagemaker.list_monitoring_executions(MonitoringScheduleName=SCHEDULE, SortBy="ScheduledTime")
        return listed["MonitoringExecutionSummaries"]


@pytest.fixture(scope="module")
def world():
    with SandboxProcess.start() as box:
        yield World(box)


@pytest.fixture
def act_as(world, monkeypatch):
    """Return a function that lets the clients of the functions act as one of the roles."""

    def forget():
        for make in (clients.s3, clients.sagemaker, clients.cloudwatch, clients.sns):
            make.cache_clear()
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
        act_as("baseline")
        event = {
            "RequestType": request_type,
            "RequestId": f"{request_type}-{properties['Name']}",
            "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/Credit/1",
            "LogicalResourceId": "Baseline",
            "ResourceProperties": properties,
            **more,
        }
        event |= baseline_handler.on_event(event, None)
        end = time.monotonic() + 60
        while not (result := baseline_handler.is_complete(event, None))["IsComplete"]:
            assert time.monotonic() < end, "still not complete after a minute"
            time.sleep(0.1)
        return {**event.get("Data", {}), **result.get("Data", {})}

    return run


def test_a_csv_baseline_is_computed_once(world, deploy):
    properties = world.properties("csv", MeanShift={"amount": 0.5}, Features=["member"])
    data = deploy("Create", properties)

    assert data["ItemCount"] == "300"
    assert data["Mean.amount"] == "150.5"
    assert data["BlindFeatures"] == "1 of 3 features cannot show drift: member (2 distinct values)"
    names = [feature["name"] for feature in world.json(data["StatisticsUri"])["features"]]
    assert names == ["prediction", "amount", "member"]
    again = deploy("Update", {**properties, "MaxRuntimeInSeconds": "700"}, PhysicalResourceId="credit-csv-1")
    assert again == data
    jobs = world.sagemaker.list_processing_jobs(NameContains="credit-csv")["ProcessingJobSummaries"]
    assert [job["ProcessingJobStatus"] for job in jobs] == ["Completed"]


JSON_LINES = "".join(json.dumps({"prediction": p, "who": {"member": m}, "amount": a}) + "\n" for p, a, m in ROWS)


def parquet():
    stream = io.BytesIO()
    polars.DataFrame(ROWS, schema=["prediction", "amount", "member"], orient="row").write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("dataset_format", "content", "column"),
    [({"json": {"lines": True}}, JSON_LINES, "who_member"), ({"parquet": {}}, parquet(), "member")],
    ids=["json lines", "parquet"],
)
def test_named_categories_in_other_formats(world, deploy, dataset_format, content, column):
    (kind,) = dataset_format
    world.s3.put_object(Bucket="data", Key=f"train.{kind}", Body=content)
    source = {"dataset": {"uri": f"s3://data/train.{kind}", "format": dataset_format}}
    data = deploy("Create", world.properties(kind, Source=source, Categorical=[column], Features=["amount"]))
    features = {feature["name"]: feature for feature in world.json(data["ConstraintsUri"])["features"]}
    assert set(features) == {"prediction", "amount", column}
    assert sorted(features[column]["string_constraints"]["domains"]) == ["category 0", "category 1"]
    assert features["amount"]["inferred_type"] == "Integral"


def test_a_dataset_that_the_analyzer_refuses_fails_with_its_words(world, deploy):
    world.s3.put_object(Bucket="data", Key="bad-script.py", Body=b"def preprocess_handler(record):\n    return 1 / 0\n")
    properties = world.properties("bad", PreprocessorUri="s3://data/bad-script.py")
    with pytest.raises(BaselineError) as caught:
        deploy("Create", properties)
    text = str(caught.value)
    assert "the baseline job credit-bad-" in text
    assert "division by zero" in text
    assert "What to do: the processing script failed" in text
    assert "Log: https://us-east-1.console.aws.amazon.com/cloudwatch/" in text


def test_delete_stops_a_job_that_runs(world, deploy, act_as):
    world.s3.put_object(
        Bucket="data", Key="slow.py", Body=b"import time\n\ndef preprocess_handler(record):\n    time.sleep(60)\n"
    )
    properties = world.properties("slow", PreprocessorUri="s3://data/slow.py")
    act_as("baseline")
    event = {
        "RequestType": "Create",
        "RequestId": "slow",
        "StackId": "stack",
        "LogicalResourceId": "Baseline",
        "ResourceProperties": properties,
    }
    created = baseline_handler.on_event(event, None)
    deploy("Delete", properties, PhysicalResourceId=created["PhysicalResourceId"])
    (job,) = world.sagemaker.list_processing_jobs(NameContains="credit-slow")["ProcessingJobSummaries"]
    assert job["ProcessingJobStatus"] == "Stopped"


def test_categories_from_baseline_to_message(world, deploy, act_as, monkeypatch):
    """`auto` converts the flag, the monitor sees its shares move, and people are told once."""
    baseline = deploy("Create", world.properties("auto", Categorical="auto"))
    member = world.json(baseline["ConstraintsUri"])["features"][2]
    assert member["name"] == "member"
    assert sorted(member["string_constraints"]["domains"]) == ["category 0", "category 1"]
    assert baseline["BlindFeatures"] == "none"

    world.make_endpoint()
    world.box.wait_until_idle()
    # The traffic must lie within one hour.
    world.box.advance(timedelta(minutes=65 - world.box.now().minute))
    world.make_schedule(baseline)
    world.box.wait_until_idle()
    world.send([(amount, 1) for amount in range(1, 301, 3)])
    world.box.advance(timedelta(minutes=90))
    world.box.wait_until_idle()
    world.box.advance(timedelta(hours=2))
    world.box.wait_until_idle()

    topic = world.box.client("sns").create_topic(Name="alerts")["TopicArn"]
    world.box.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
    monitors = {SCHEDULE: {"endpoint": "credit", "type": "DataQuality", "reports": "s3://out/reports"}}
    for name, value in {
        "MONITORS": json.dumps(monitors),
        "TOPIC_ARN": topic,
        "STATE_URI": "s3://out/state",
        "METRIC_NAMESPACE": "ModelMonitoring",
    }.items():
        monkeypatch.setenv(name, value)
    act_as("results")
    executions = world.ended_executions()
    (found,) = [item for item in executions if item["MonitoringExecutionStatus"] == "CompletedWithViolations"]
    job = world.sagemaker.describe_processing_job(ProcessingJobName=found["ProcessingJobArn"].rpartition("/")[2])
    keys = ("ProcessingJobName", "ProcessingJobArn", "ProcessingJobStatus", "MonitoringScheduleArn", "ExitMessage")
    event = {"detail": {key: job[key] for key in keys}}

    assert results_handler(event, None) == {"handled": 1}
    assert results_handler(event, None) == {"handled": 0}
    assert results_handler({"sweep": True}, None) == {"handled": len(executions) - 1}
    assert results_handler({"sweep": True}, None) == {"handled": 0}

    # Half of the training data against all of the traffic, less what chance explains: 0.5 - 1.8 * sqrt(400 / 30000).
    (mail,) = [mail for mail in world.box.outbox() if "member" in mail["body"]]
    assert mail["subject"] == "credit: 1 violation; worst: member, drift 0.2922 (limit 0.1)"
    assert {item["MonitoringExecutionStatus"] for item in executions} == {"CompletedWithViolations", "Failed"}
