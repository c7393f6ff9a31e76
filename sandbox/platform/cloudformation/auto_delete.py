"""``Custom::S3AutoDeleteObjects``: what CDK's provider for ``auto_delete_objects=True`` does, done here.

The provider is a Node.js function that needs the AWS SDK, which AWS's runtime brings along and a laptop does not.
https://github.com/aws/aws-cdk/tree/main/packages/%40aws-cdk/custom-resource-handlers/lib/aws-s3
"""

from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.boto import make_client
from sandbox.seams import endpoint_url, region, root_credentials

TYPE = "Custom::S3AutoDeleteObjects"
_TAG = "aws-cdk:auto-delete-objects"


def handle(request_type: str, logical_id: str, properties: dict[str, Any], physical_id: str | None) -> str:
    """Answer a request; blocks, so it runs off the event loop.

    Returns:
        The physical id. It names the bucket, so that a stack which moves to another bucket has the old one emptied:
        CloudFormation deletes superseded ids.
    """
    bucket = properties["BucketName"]
    if request_type == "Delete":
        _empty(bucket)
        return physical_id or ""
    return f"{logical_id}-{bucket}"


def _empty(bucket: str) -> None:
    connection: dict[str, Any] = {"endpoint_url": endpoint_url(), "region_name": region(), **root_credentials()}
    s3: Any = make_client("s3", config=Config(s3={"addressing_style": "path"}), **connection)
    try:
        tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchBucket", "NoSuchTagSet"}:
            return
        raise
    # As CDK does it: without the tag the user has taken the consent back.
    if tags.get(_TAG) != "true":
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        doomed = [
            {"Key": item["Key"], "VersionId": item["VersionId"]}
            for kind in ("Versions", "DeleteMarkers")
            for item in page.get(kind, [])
        ]
        if doomed:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed})
