"""An AWS in memory for the functions.

Botocore's Stubber wants every call in order, but how often these functions poll, list and retry is their own affair;
what counts is what lies in S3, which jobs run and what was published in the end. So the real boto3 clients are used,
with botocore's own validation of every argument, and only the network is replaced: by a few dictionaries.
"""

import copy
import hashlib
import io
import json
import statistics as statistics_module
import types
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from botocore.awsrequest import AWSResponse

from baseline import handler as baseline_handler
from shared import clients

ACCOUNT = "111122223333"


class FakeError(Exception):
    def __init__(self, code, message="", status=400):
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


class FakeAws:
    """Buckets, processing jobs, executions, metrics and messages of one account."""

    def __init__(self):
        self.buckets = {"data", "out"}
        self.objects = {}
        self.puts = {}
        self.jobs = {}
        self.polls_until_done = 1
        self.run_job: Callable[[dict], dict[str, bytes] | str] = lambda request: {}
        self.executions = []
        self.metrics = []
        self.messages = []
        self.calls = []
        self.failures = []
        self.now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

    # What a test arranges and looks at.

    def put(self, uri, content):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body = content if isinstance(content, bytes | str) else json.dumps(content)
        self.objects[bucket, key] = (body.encode() if isinstance(body, str) else body, self.now)

    def get(self, uri):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return self.objects[bucket, key][0]

    def get_json(self, uri):
        return json.loads(self.get(uri))

    def keys(self, prefix=""):
        return sorted(key for bucket, key in self.objects if key.startswith(prefix) and bucket == "out")

    def fail(self, operation, code, message="", *, status=400, times=1, when=lambda params: True):
        self.failures.append(
            types.SimpleNamespace(operation=operation, error=FakeError(code, message, status), times=times, when=when)
        )

    def count(self, operation):
        return sum(name == operation for name, _ in self.calls)

    # The wire.

    def attach(self, client):
        client.meta.events.register_first("before-parameter-build.*.*", self._remember)
        client.meta.events.register_first("before-call.*.*", self._answer)

    def _remember(self, params, context, **_):
        context["parameters"] = copy.copy(params)

    def _answer(self, model, context, **_):
        params = context["parameters"]
        self.calls.append((model.name, params))
        try:
            for failure in self.failures:
                if failure.operation == model.name and failure.times and failure.when(params):
                    failure.times -= 1
                    raise failure.error
            status, parsed = 200, getattr(self, model.name)(**params) or {}
        except FakeError as error:
            status, parsed = error.status, {"Error": {"Code": error.code, "Message": error.message}}
        parsed.setdefault("ResponseMetadata", {"HTTPStatusCode": status})
        return AWSResponse("https://aws.invalid", status, {}, None), parsed

    # S3

    def _object(self, bucket, key, missing="NoSuchKey"):
        if bucket not in self.buckets:
            raise FakeError("NoSuchBucket", "The specified bucket does not exist", 404)
        if (bucket, key) not in self.objects:
            raise FakeError(missing, "not there", 404)
        return self.objects[bucket, key]

    def GetObject(self, Bucket, Key, Range=None):  # noqa: N802, N803 - the names of the API
        body, _ = self._object(Bucket, Key)
        if Range:
            body = body[: int(Range.rpartition("-")[2]) + 1]
        return {"Body": io.BytesIO(body)}

    def HeadObject(self, Bucket, Key):  # noqa: N802, N803
        body, _ = self._object(Bucket, Key, "404")
        return {"ETag": f'"{hashlib.md5(body).hexdigest()}"', "ContentLength": len(body)}

    def PutObject(self, Bucket, Key, Body, IfNoneMatch=None, **options):  # noqa: N802, N803
        if Bucket not in self.buckets:
            raise FakeError("NoSuchBucket", status=404)
        if IfNoneMatch and (Bucket, Key) in self.objects:
            raise FakeError("PreconditionFailed", "At least one of the pre-conditions did not hold", 412)
        self.objects[Bucket, Key] = (Body, self.now)
        self.puts[Key] = options

    def DeleteObject(self, Bucket, Key):  # noqa: N802, N803
        if Bucket not in self.buckets:
            raise FakeError("NoSuchBucket", status=404)
        self.objects.pop((Bucket, Key), None)

    def ListObjectsV2(self, Bucket, Prefix="", StartAfter="", **_):  # noqa: N802, N803
        if Bucket not in self.buckets:
            raise FakeError("NoSuchBucket", "The specified bucket does not exist", 404)
        contents = [
            {"Key": key, "Size": len(body), "ETag": f'"{hashlib.md5(body).hexdigest()}"', "LastModified": modified}
            for (bucket, key), (body, modified) in sorted(self.objects.items())
            if bucket == Bucket and key.startswith(Prefix) and key > StartAfter
        ]
        return {"Contents": contents, "IsTruncated": False} if contents else {"IsTruncated": False}

    # SageMaker

    def CreateProcessingJob(self, **request):  # noqa: N802
        name = request["ProcessingJobName"]
        if name in self.jobs:
            raise FakeError("ResourceInUse", f"Job {name} already exists")
        self.jobs[name] = {"request": request, "status": "InProgress", "polls": 0}
        return {"ProcessingJobArn": job_arn(name)}

    def DescribeProcessingJob(self, ProcessingJobName):  # noqa: N802, N803
        job = self.jobs.get(ProcessingJobName)
        if job is None:
            raise FakeError("ValidationException", "Could not find requested job")
        job["polls"] += 1
        if job["status"] == "Stopping":
            job["status"] = "Stopped"
            return self._description(job, "Stopping")
        if job["status"] == "InProgress" and job["polls"] > self.polls_until_done:
            self._run(job)
        return self._description(job, job["status"])

    def _run(self, job):
        result = self.run_job(job["request"])
        if isinstance(result, str):
            job.update(status="Failed", FailureReason=result)
            return
        job.update(status="Completed", ExitMessage="Completed: Job completed successfully with no violations.")
        output = job["request"]["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        for name, content in result.items():
            self.put(f"{output}/{name}", content)

    def _description(self, job, status):
        extra = {key: value for key, value in job.items() if key[0].isupper()}
        name = job["request"]["ProcessingJobName"]
        return {**job["request"], "ProcessingJobArn": job_arn(name), "ProcessingJobStatus": status, **extra}

    def StopProcessingJob(self, ProcessingJobName):  # noqa: N802, N803
        job = self.jobs[ProcessingJobName]
        if job["status"] != "InProgress":
            raise FakeError("ValidationException", "The request was rejected because the job is in status Completed")
        job["status"] = "Stopping"

    def ListMonitoringExecutions(self, MonitoringScheduleName, ScheduledTimeAfter=None, **_):  # noqa: N802, N803
        found = [
            execution
            for execution in self.executions
            if execution["MonitoringScheduleName"] == MonitoringScheduleName
            and (ScheduledTimeAfter is None or execution["ScheduledTime"] > ScheduledTimeAfter)
        ]
        return {
            "MonitoringExecutionSummaries": sorted(found, key=lambda item: item["ScheduledTime"], reverse=True)[:100]
        }

    # CloudWatch and SNS

    def PutMetricData(self, Namespace, MetricData):  # noqa: N802, N803
        self.metrics.extend({"Namespace": Namespace, **datum} for datum in MetricData)

    def Publish(self, **message):  # noqa: N802
        self.messages.append(message)
        return {"MessageId": "1"}


class Framework:
    """Does what the CDK Provider framework and CloudFormation do around the two handlers."""

    def __init__(self):
        self.physical_id = None
        self.properties = None
        self.requests = 0
        self.event = None

    def begin(self, request_type, properties):
        """Call `on_event` and keep the merged event for the polls."""
        self.requests += 1
        event = {
            "RequestType": request_type,
            "RequestId": f"request-{self.requests}",
            "StackId": f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/Credit/1",
            "LogicalResourceId": "Baseline",
            "ResourceProperties": properties,
        }
        if self.physical_id:
            event["PhysicalResourceId"] = self.physical_id
        if request_type == "Update":
            event["OldResourceProperties"] = self.properties
        return self.repeat(event)

    def repeat(self, event):
        result = json.loads(json.dumps(baseline_handler.on_event(copy.deepcopy(event), None)))
        if event["RequestType"] == "Delete":
            assert result["PhysicalResourceId"] == event["PhysicalResourceId"]
        self.event = {**event, **result}
        self.physical_id = result["PhysicalResourceId"]
        self.properties = event["ResourceProperties"]
        return self.event

    def poll(self):
        result = json.loads(json.dumps(baseline_handler.is_complete(copy.deepcopy(self.event), None)))
        assert result["IsComplete"] or not result.get("Data"), "the framework refuses Data before the end"
        return result

    def finish(self):
        for _ in range(20):
            result = self.poll()
            if result["IsComplete"]:
                return {**self.event.get("Data", {}), **result.get("Data", {})}
        raise AssertionError("still not complete after 20 polls")

    def create(self, properties):
        self.begin("Create", properties)
        return self.finish()

    def update(self, properties):
        self.begin("Update", properties)
        return self.finish()

    def delete(self):
        self.begin("Delete", self.properties)
        return self.finish()


def job_arn(name):
    return f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:processing-job/{name}"


@pytest.fixture
def aws(monkeypatch) -> Iterator[FakeAws]:
    """An empty account with the buckets `data` and `out`; the functions' clients talk to it."""
    for name, value in {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    fake = FakeAws()
    for client in (clients.s3(), clients.sagemaker(), clients.cloudwatch(), clients.sns()):
        fake.attach(client)
    yield fake
    for make in (clients.s3, clients.sagemaker, clients.cloudwatch, clients.sns):
        make.cache_clear()


@pytest.fixture
def framework(aws) -> Framework:
    return Framework()


def suggest(columns: dict[str, list]) -> dict[str, bytes]:
    """Return the two files that the analyzer writes for columns, as far as the functions look at them."""
    statistics, constraints = [], []
    for name, values in columns.items():
        statistic, constraint = _profile(name, values)
        statistics.append(statistic)
        constraints.append(constraint)
    rows = max(len(values) for values in columns.values())
    distribution = {"perform_comparison": "Enabled", "comparison_threshold": 0.1, "comparison_method": "Robust"}
    config = {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 1.0,
        "domain_content_threshold": 1.0,
        "distribution_constraints": distribution,
    }
    files = {
        "statistics.json": {"version": 0.0, "dataset": {"item_count": rows}, "features": statistics},
        "constraints.json": {"version": 0.0, "features": constraints, "monitoring_config": config},
    }
    return {name: json.dumps(content).encode() for name, content in files.items()}


def _profile(name, values):
    common = {"num_present": len(values), "num_missing": 0}
    if not values:
        return {"name": name, "inferred_type": "Unknown"}, {"name": name, "inferred_type": "Unknown", "completeness": 0}
    if isinstance(values[0], str):
        counts = Counter(values)
        statistics = {"common": common, "distinct_count": float(len(counts))}
        constraint = {"name": name, "inferred_type": "String", "completeness": 1.0}
        if len(counts) <= 120:
            buckets = [{"value": value, "count": count} for value, count in counts.items()]
            statistics["distribution"] = {"categorical": {"buckets": buckets}}
            constraint["string_constraints"] = {"domains": list(counts)}
        return {"name": name, "inferred_type": "String", "string_statistics": statistics}, constraint
    kind = "Integral" if all(isinstance(value, int) for value in values) else "Fractional"
    statistics = {
        "common": common,
        "mean": statistics_module.fmean(values),
        "std_dev": statistics_module.pstdev(values),
        "distribution": {"kll": {"sketch": {"data": [[float(value) for value in values]]}}},
    }
    constraint = {"name": name, "inferred_type": kind, "completeness": 1.0}
    constraint["num_constraints"] = {"is_non_negative": min(values) >= 0}
    return {"name": name, "inferred_type": kind, "numerical_statistics": statistics}, constraint


@pytest.fixture(name="suggest")
def suggest_fixture():
    return suggest


@pytest.fixture
def properties():
    """Return a function that makes the properties of a CSV baseline as CloudFormation delivers them."""

    def make(**changes):
        defaults = {
            "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:framework",
            "Name": "credit",
            "Endpoint": "credit-risk",
            "MonitorType": "DataQuality",
            "Source": {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": True}}}},
            "OutputUri": "s3://out/baselines/credit",
            "RoleArn": "arn:aws:iam::111122223333:role/job",
            "ImageUri": "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer",
            "Compute": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 20},
            "Network": {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True},
            "MaxRuntimeInSeconds": 3600,
            "Tags": [{"Key": "team", "Value": "risk"}],
            "DeploymentMetric": {"Namespace": "ModelMonitoring", "Dimensions": {"Endpoint": "credit-risk"}},
        }
        merged = {**defaults, **changes}
        return {
            key: json.dumps(value) if isinstance(value, dict | list) else str(value)
            for key, value in merged.items()
            if value is not None
        }

    return make


@pytest.fixture
def csv_baseline(aws, suggest):
    """A small training set, and an analyzer that answers with its profile."""
    ages = list(range(20, 60))
    aws.put("s3://data/train.csv", "age,married,city\n" + "".join(f"{age},{age % 2},Rome\n" for age in ages))
    files = suggest({"age": ages, "married": [age % 2 for age in ages], "city": ["Rome"] * len(ages)})
    aws.run_job = lambda request: files
    return aws
