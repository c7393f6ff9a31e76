"""Lets a first deployment that fails take its bucket back."""

from __future__ import annotations

from aws_cdk import CustomResource, aws_s3 as s3
from constructs import Construct

from model_monitor.internal.access import AccessRole
from model_monitor.internal.deployment import Deployment
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.statements import Statement

_TYPE = "Custom::MonitoringBucketContents"


class BucketContents(Construct):
    """Empty a new bucket when the creation of its stack is rolled back, and only then: lambda/README.md.

    S3 deletes no bucket that holds objects. Without this, a first deployment that fails after a baseline was computed
    would leave the bucket behind, and a stack that can only be deleted by hand.

    Attributes:
        resource: Whatever writes into the bucket must be made after it, so that it is deleted before it.
    """

    def __init__(self, scope: Construct, id: str, *, bucket: s3.IBucket, deployment: Deployment) -> None:
        """Make the resource.

        Args:
            scope: Parent.
            id: Construct id.
            bucket: A bucket of the same stack.
            deployment: The function behind it.
        """
        super().__init__(scope, id)
        access = AccessRole(
            self,
            "Access",
            path=deployment.access_path,
            functions=[deployment.function_role_arn],
            subject="the bucket of a stack whose creation is rolled back",
        )
        stack = stack_of(self, parent=scope).stack
        # A version is deleted with both: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
        actions = {
            stack.stack_id: ["cloudformation:DescribeStacks"],
            bucket.bucket_arn: ["s3:ListBucketVersions"],
            bucket.arn_for_objects("*"): ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        }
        access.allow(
            [Statement(actions=names, resources=[arn]) for arn, names in actions.items()],
            "All objects in the bucket of a stack whose first deployment failed.",
        )
        self.resource: CustomResource = deployment.resource(
            self, "Resource", type=_TYPE, access=access, properties={"BucketName": bucket.bucket_name}
        )
