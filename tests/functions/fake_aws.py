"""An AWS in memory for the functions.

Botocore's Stubber wants every call in order, but how often these functions poll, list and retry is their own affair;
what counts is what lies in S3, which jobs run and what was published in the end. So the real boto3 clients are used,
with botocore's own validation of every argument, and only the network is replaced: by a few dictionaries.
"""

import hashlib
import io
import json
import time
import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from botocore.response import StreamingBody

from shared import clients
from tests.functions.fake_sagemaker import Endpoints, FakeError, Schedules, job_arn


class FakeAws(Endpoints, Schedules):
    """Buckets, processing jobs, executions, metrics and messages of one account."""

    def __init__(self):
        super().__init__()
        self.buckets = {"data", "out"}
        self.objects = {}
        self.puts = {}
        self.jobs = {}
        self.polls_until_done = 1
        self.run_job: Callable[[dict], dict[str, bytes] | str] = lambda request: {}
        self.metrics = []
        self.messages = []
        self.calls = []
        self.failures = []
        self.model_packages = {}
        self.now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
        self.events = []
        self.actors = []
        self.latency_seconds = 0.0

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

    def answer(self, operation, params):
        """Do one call; return the HTTP status and the parsed answer."""
        self.calls.append((operation, params))
        self.actors.append((operation, params, _actor()))
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        try:
            for failure in self.failures:
                if failure.operation == operation and failure.times and failure.when(params):
                    failure.times -= 1
                    raise failure.error
            return 200, getattr(self, operation)(**params) or {}
        except FakeError as error:
            return error.status, {"Error": {"Code": error.code, "Message": error.message}}

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
        return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentLength": len(body), "ETag": _etag(body)}

    def HeadObject(self, Bucket, Key):  # noqa: N802, N803
        body, _ = self._object(Bucket, Key, "404")
        metadata = self.puts.get(Key, {}).get("Metadata", {})
        return {"ETag": f'"{hashlib.md5(body).hexdigest()}"', "ContentLength": len(body), "Metadata": metadata}

    def PutObject(self, Bucket, Key, Body, IfNoneMatch=None, IfMatch=None, **options):  # noqa: N802, N803
        if Bucket not in self.buckets:
            raise FakeError("NoSuchBucket", status=404)
        if IfNoneMatch and (Bucket, Key) in self.objects:
            raise FakeError("PreconditionFailed", "At least one of the pre-conditions did not hold", 412)
        if IfMatch and _etag(self._object(Bucket, Key)[0]) != IfMatch:
            raise FakeError("PreconditionFailed", "At least one of the pre-conditions did not hold", 412)
        self.objects[Bucket, Key] = (Body, self.now)
        self.puts[Key] = options
        return {"ETag": _etag(Body)}

    def DeleteObject(self, Bucket, Key):  # noqa: N802, N803
        if Bucket not in self.buckets:
            raise FakeError("NoSuchBucket", status=404)
        self.objects.pop((Bucket, Key), None)

    def ListObjectsV2(self, Bucket, Prefix="", StartAfter="", Delimiter=None, **_):  # noqa: N802, N803
        if Bucket not in self.buckets:
            raise FakeError("NoSuchBucket", "The specified bucket does not exist", 404)
        stored = self.objects.copy()  # at once: handlers in other threads write meanwhile
        contents = [
            {"Key": key, "Size": len(body), "ETag": f'"{hashlib.md5(body).hexdigest()}"', "LastModified": modified}
            for (bucket, key), (body, modified) in sorted(stored.items())
            if bucket == Bucket and key.startswith(Prefix) and key > StartAfter
        ]
        if Delimiter:
            below = (item["Key"].removeprefix(Prefix).partition(Delimiter) for item in contents)
            folders = dict.fromkeys(Prefix + name + slash for name, slash, _ in below if slash)
            return {"CommonPrefixes": [{"Prefix": folder} for folder in folders], "IsTruncated": False}
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

    def DescribeModelPackage(self, ModelPackageName):  # noqa: N802, N803
        if ModelPackageName not in self.model_packages:
            raise FakeError("ValidationException", f"ModelPackage {ModelPackageName} does not exist.")
        return {"ModelPackageName": ModelPackageName, "DriftCheckBaselines": self.model_packages[ModelPackageName]}

    def ListMonitoringExecutions(self, MonitoringScheduleName=None, ScheduledTimeAfter=None, **_):  # noqa: N802, N803
        found = [
            execution
            for execution in self.executions
            if MonitoringScheduleName in (None, execution["MonitoringScheduleName"])
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

    # EventBridge and STS

    def PutEvents(self, Entries):  # noqa: N802, N803
        self.events.extend(Entries)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}

    def AssumeRole(self, RoleArn, **_):  # noqa: N802, N803
        name = RoleArn.rpartition("/")[2]
        expiration = datetime.now(UTC) + timedelta(hours=1)
        keys = {"AccessKeyId": f"{name}-access-key-id", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": expiration}}


def _actor():
    """Return the role that acts, None for the function's own."""
    acting = clients._acting.get()
    return acting.access_key.removesuffix("-access-key-id") if acting else None


def _etag(body):
    return f'"{hashlib.md5(body).hexdigest()}"'
