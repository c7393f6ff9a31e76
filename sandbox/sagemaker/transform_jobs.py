"""The transform-job operations.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from typing import Any

from sandbox.process import clock
from sandbox.sagemaker import s3_uri, state, transform
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.kinds import MODEL, TRANSFORM_JOB
from sandbox.sagemaker.media_types import JSON_TYPES, media_type
from sandbox.sagemaker.reading import serve_describe, serve_list
from sandbox.sagemaker.state import Document

_WHOLE_RECORDS = {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
"""DataProcessing of a job that does not say otherwise."""

serve_describe(TRANSFORM_JOB)
serve_list(TRANSFORM_JOB)


@operation("CreateTransformJob")
def create_transform_job(request: Request) -> dict[str, Any]:
    """Start a job; it reads and writes with the role of its model."""
    _check(request.body)
    job = state.add(
        TRANSFORM_JOB,
        request.body,
        TransformJobStatus="InProgress",
        LastModifiedTime=clock.time(),
        TransformInput={"CompressionType": "None", "SplitType": "None", **request.body["TransformInput"]},
        TransformOutput={"AssembleWith": "None", **request.body["TransformOutput"]},
        DataProcessing={**_WHOLE_RECORDS, **request.body.get("DataProcessing", {})},
    )
    transform.submit(job)
    return {"TransformJobArn": job["TransformJobArn"]}


@operation("StopTransformJob")
def stop_transform_job(request: Request) -> dict[str, Any]:
    """Have a job end: Stopping, then Stopped."""
    name = request.body["TransformJobName"]
    with state.LOCK:
        job = state.get(TRANSFORM_JOB, name)
        if job["TransformJobStatus"] == "InProgress":
            transform.stop(job)
        elif job["TransformJobStatus"] != "Stopping":
            raise refuse(
                f"The request was rejected because the transform job {name} is in status "
                f"{job['TransformJobStatus']}; only an InProgress job can be stopped."
            )
    return {}


def _check(body: Document) -> None:
    """Refuse what AWS refuses, and what the sandbox would do otherwise than AWS."""
    state.get(MODEL, body["ModelName"])
    source = body["TransformInput"]["DataSource"]["S3DataSource"]
    if source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise refuse(f"the sandbox transforms S3Prefix and ManifestFile, not {source['S3DataType']}")
    if body["TransformInput"].get("SplitType", "None") not in ("None", "Line"):
        raise refuse(f"the sandbox splits by None and Line, not {body['TransformInput']['SplitType']}")
    processing = _WHOLE_RECORDS | body.get("DataProcessing", {})
    if (processing["InputFilter"], processing["OutputFilter"]) != ("$", "$"):
        raise refuse("the sandbox does not filter records: leave InputFilter and OutputFilter out")
    if processing["JoinSource"] == "Input":
        _check_join(body)
    locations = [source["S3Uri"], body["TransformOutput"]["S3OutputPath"]]
    if "DataCaptureConfig" in body:
        locations.append(body["DataCaptureConfig"]["DestinationS3Uri"])
    for uri in locations:
        s3_uri.split(uri)


def _check_join(body: Document) -> None:
    """Refuse cuts that leave nothing to join: CSV is joined line by line, JSON also document by document.

    https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
    """
    source, target = body["TransformInput"], body["TransformOutput"]
    cuts = source.get("SplitType", "None"), target.get("AssembleWith", "None")
    wanted = "SplitType=Line and AssembleWith=Line"
    if media_type(source.get("ContentType", "")) in JSON_TYPES:
        if cuts not in (("Line", "Line"), ("None", "None")):
            raise refuse(f"JoinSource=Input of JSON needs {wanted}, or neither of them; got {cuts[0]} and {cuts[1]}")
    elif cuts != ("Line", "Line"):
        raise refuse(f"JoinSource=Input needs {wanted}, unless ContentType is JSON; got {cuts[0]} and {cuts[1]}")
