"""Brings transform jobs to a final status, each on a thread of its own."""

import gzip
import json
import logging
import threading
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.errors import AwsError
from sandbox.process import clock
from sandbox.sagemaker import aws, background, events, s3_objects, s3_uri, state
from sandbox.sagemaker.hosting import OK, HostingError, ServedModel
from sandbox.sagemaker.kinds import MODEL
from sandbox.sagemaker.s3_objects import Listed, TransferError, describe
from sandbox.sagemaker.state import Document
from sandbox.sagemaker.transform.inference_ids import UnidentifiableError, with_ids
from sandbox.sagemaker.transform.joined import UnjoinableError, joined
from sandbox.sagemaker.transform.records import DEFAULT_MAX_PAYLOAD_MB, RecordTooLongError, assembled, requests
from sandbox.sagemaker.validation import render

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LOG_GROUP = "/aws/sagemaker/TransformJobs"
_BATCH = {"SAGEMAKER_BATCH": "true"}
"""Tells a container that it runs batch transform.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""
_FAILURE_REASON_LENGTH = 1024
_log = logging.getLogger(__name__)
_stops: dict[str, threading.Event] = {}


class _StoppedError(Exception):
    """StopTransformJob was called."""


class _PredictionError(Exception):
    """The model refused a request; the message is the job's FailureReason."""


def submit(job: Document) -> None:
    """Start a transform job with status InProgress."""
    stop = threading.Event()
    _stops[job["TransformJobArn"]] = stop
    announce(job)
    background.run(lambda: _process(job, stop), f"transform job {job['TransformJobName']}")


def stop(job: Document) -> None:
    """Have a job end soon with status Stopped."""
    state.touch(job, TransformJobStatus="Stopping")
    announce(job)
    _stops[job["TransformJobArn"]].set()


def reset() -> None:
    """Stop every job of every account and region."""
    for event in list(_stops.values()):
        event.set()


def announce(job: Document) -> None:
    """Publish the state of a job: the detail follows DescribeTransformJob."""
    events.state_change("Transform Job", render("DescribeTransformJob", job), job["TransformJobArn"])


def _process(job: Document, stop: threading.Event) -> None:
    outcome: Document = {"TransformJobStatus": "Completed"}
    try:
        _run(job, stop)
    except _StoppedError:
        outcome = {"TransformJobStatus": "Stopped"}
    except (HostingError, TransferError, RecordTooLongError, UnidentifiableError, UnjoinableError) as error:
        outcome = _failed(f"ClientError: {error}")
    except AwsError as error:
        outcome = _failed(f"ClientError: {error.message}")
    except _PredictionError as error:
        outcome = _failed(f"AlgorithmError: {error}")
    except (ClientError, BotoCoreError) as error:
        outcome = _failed(f"ClientError: {describe(error)}")
    except Exception as error:
        _log.exception("transform job %s broke the sandbox", job["TransformJobName"])
        outcome = _failed(f"InternalServerError: {error!r}")
    _stops.pop(job["TransformJobArn"], None)
    state.touch(job, TransformEndTime=clock.time(), **outcome)
    announce(job)


def _run(job: Document, stop: threading.Event) -> None:
    state.touch(job, TransformStartTime=clock.time())
    model = state.get(MODEL, job["ModelName"])
    stream = f"{job['TransformJobName']}/i-{uuid.uuid4().hex[:17]}"
    served = ServedModel.start(model, (LOG_GROUP, stream), job.get("Environment", {}) | _BATCH)
    try:
        s3 = aws.s3_client(served.role_arn)
        source = job["TransformInput"]["DataSource"]["S3DataSource"]
        objects = s3_objects.listed(source["S3Uri"], source["S3DataType"], s3)
        for item in objects:
            _transform(job, item, served, s3, stop)
    finally:
        served.stop()
    if "DataCaptureConfig" in job:
        _write_manifests(job, objects, s3)


def _transform(job: Document, item: Listed, served: ServedModel, s3: "S3Client", stop: threading.Event) -> None:
    """Have the model answer everything in one object, and write what it answers."""
    source, target = job["TransformInput"], job["TransformOutput"]
    content = s3.get_object(Bucket=item.bucket, Key=item.key)["Body"].read()
    if source.get("CompressionType") == "Gzip":
        content = gzip.decompress(content)
    answers: list[bytes] = []
    content_type = ""
    for body in requests(
        content,
        split_type=source.get("SplitType", "None"),
        strategy=job.get("BatchStrategy", "MultiRecord"),
        max_payload_mb=job.get("MaxPayloadInMB", DEFAULT_MAX_PAYLOAD_MB),
    ):
        if stop.is_set():
            raise _StoppedError
        answer = served.invoke(body, source.get("ContentType", "application/octet-stream"), target.get("Accept", "*/*"))
        if answer.status != OK:
            text = answer.body.decode(errors="replace")
            raise _PredictionError(f"{item.key}: the model answered with status {answer.status}: {text}")
        content_type = answer.content_type
        answers.append(_beside_input(job, body, answer.body, content_type))
    output = assembled(answers, target.get("AssembleWith", "None"))
    if job.get("DataCaptureConfig", {}).get("GenerateInferenceId"):
        output = with_ids(output, content_type, f"{_started(job):%Y-%m-%dT%H:%M:%SZ}")
    uri = s3_uri.join(target["S3OutputPath"], f"{item.relative}.out")
    _put(s3, uri, output, target.get("KmsKeyId"))


def _beside_input(job: Document, body: bytes, answer: bytes, answer_type: str) -> bytes:
    """The answer as the job wants it: alone, or joined with the records of its request."""
    if job["DataProcessing"]["JoinSource"] == "None":
        return answer
    source = job["TransformInput"]
    return joined(
        body,
        answer,
        content_type=source.get("ContentType", ""),
        answer_type=answer_type,
        split_type=source["SplitType"],
    )


def _write_manifests(job: Document, objects: list[Listed], s3: "S3Client") -> None:
    """Note what was read and written, in the hour folder of the job's start. Nothing is copied."""
    capture = job["DataCaptureConfig"]
    outputs = s3_uri.join(job["TransformOutput"]["S3OutputPath"], "")
    manifests = {
        "input": _read(job, objects),
        "output": [{"prefix": outputs}, *(f"{item.relative}.out" for item in objects)],
    }
    hour = f"{_started(job):%Y/%m/%d/%H}"
    for side, manifest in manifests.items():
        uri = s3_uri.join(capture["DestinationS3Uri"], side, hour, f"{uuid.uuid4()}.json")
        _put(s3, uri, json.dumps(manifest).encode(), capture.get("KmsKeyId"))


def _read(job: Document, objects: list[Listed]) -> list[Any]:
    """The manifest of what a job has read; of a single object, the prefix is its whole key.

    https://github.com/aws/amazon-sagemaker-examples/blob/main/sagemaker_model_monitor/fairness_and_explainability_jsonlines/SageMaker-Monitoring-Feature-Attribution-Drift-for-Batch-Transform.ipynb
    """
    first, uri = objects[0], job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    if len(objects) == 1 and uri == f"s3://{first.bucket}/{first.key}":
        return [{"prefix": uri}, ""]
    # A prefix without a slash at its end names objects beside a folder and in it.
    folder = min((item.key.removesuffix(item.relative) for item in objects), key=len)
    return [{"prefix": f"s3://{first.bucket}/{folder}"}, *(item.key.removeprefix(folder) for item in objects)]


def _put(s3: "S3Client", uri: str, body: bytes, kms_key_id: str | None) -> None:
    bucket, key = s3_uri.split(uri)
    encryption: Any = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id} if kms_key_id else {}
    s3.put_object(Bucket=bucket, Key=key, Body=body, **encryption)


def _started(job: Document) -> datetime:
    return datetime.fromtimestamp(job["TransformStartTime"], UTC)


def _failed(reason: str) -> Document:
    return {"TransformJobStatus": "Failed", "FailureReason": reason[:_FAILURE_REASON_LENGTH]}
