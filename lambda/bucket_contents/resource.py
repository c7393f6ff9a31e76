"""The resource `Custom::MonitoringBucketContents`.

S3 deletes no bucket that holds objects. A first deployment that fails after a baseline was computed would end as
ROLLBACK_FAILED and leave a bucket behind that nobody has a use for. So CloudFormation deletes this resource before the
bucket, and in that one case it empties the bucket. In every other case it touches nothing: baselines and reports are
evidence, and stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.request import Attributes, Request
from shared import clients
from shared.logs import log

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

# Only the rollback of a creation has this status: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
_FIRST_DEPLOYMENT_FAILED = "ROLLBACK_IN_PROGRESS"
_PAGES_OF_A_STEP = 20  # of 1,000 objects; a step has minutes, and the next one goes on


class BucketContentsResource:
    """Empty the bucket of a stack whose creation is rolled back."""

    def __init__(self, request: Request) -> None:
        """Read the properties; see lambda/README.md.

        Raises:
            ValueError: The bucket is missing.
        """
        self._request = request
        self._bucket = str(request.properties.get("BucketName") or "")
        if not self._bucket and not request.is_delete:
            raise ValueError("BucketName: got nothing, expected the name of a bucket")

    @property
    def physical_id(self) -> str:
        """The same for as long as the bucket is."""
        return f"{self._bucket}-contents"

    @property
    def session_name(self) -> str:
        """The bucket."""
        return self._bucket

    def step(self) -> Attributes | None:
        """Empty the bucket if that is called for."""
        if not self._request.is_delete or not self._bucket or not self._is_of_a_failed_creation():
            return {}
        return {} if self._empty() else None

    def give_up(self) -> Exception:
        """Return the error that names the bucket."""
        return TimeoutError(f"bucket {self._bucket} still holds objects; empty it, and delete the stack")

    def _is_of_a_failed_creation(self) -> bool:
        (stack,) = clients.cloudformation().describe_stacks(StackName=self._request.stack_id)["Stacks"]
        return stack["StackStatus"] == _FIRST_DEPLOYMENT_FAILED

    def _empty(self) -> bool:
        """Delete versions and delete markers; return whether none is left."""
        for _ in range(_PAGES_OF_A_STEP):
            page = clients.s3().list_object_versions(Bucket=self._bucket)
            found: list[ObjectIdentifierTypeDef] = [
                {"Key": item["Key"], "VersionId": item["VersionId"]}
                for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
            ]
            if not found:
                return True
            answer = clients.s3().delete_objects(Bucket=self._bucket, Delete={"Objects": found, "Quiet": True})
            for error in answer.get("Errors", []):
                raise RuntimeError(f"s3://{self._bucket}/{error.get('Key')}: {error.get('Message')}")
            log("first deployment failed: objects deleted", bucket=self._bucket, count=len(found))
        return False
