"""Links into the AWS console that work in every partition.

Sources: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/using-govcloud-endpoints.html and
https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Ningxia.html for the host names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from shared.s3 import S3Uri

JOB_LOG_GROUP = "/aws/sagemaker/ProcessingJobs"


@dataclass(frozen=True)
class Console:
    """The console of one region."""

    partition: str
    region: str

    @classmethod
    def of_arn(cls, arn: str) -> Console:
        """Return the console in which the resource of an ARN is shown.

        Example:
            >>> Console.of_arn("arn:aws-cn:sagemaker:cn-north-1:111122223333:processing-job/a").region
            'cn-north-1'
        """
        _, partition, _, region, _ = arn.split(":", maxsplit=4)
        return cls(partition, region)

    @property
    def _host(self) -> str:
        hosts = {"aws-cn": f"{self.region}.console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
        return hosts.get(self.partition, f"{self.region}.console.aws.amazon.com")

    def processing_job(self, name: str) -> str:
        """Link to a SageMaker processing job."""
        return f"https://{self._host}/sagemaker/home?region={self.region}#/processing-jobs/{name}"

    def job_logs(self, name: str) -> str:
        """Link to the log streams of a processing job, whose names begin with the job's name."""
        path = f"{_twice_quoted(JOB_LOG_GROUP)}$3FlogStreamNameFilter$3D{_twice_quoted(name)}"
        return f"https://{self._host}/cloudwatch/home?region={self.region}#logsV2:log-groups/log-group/{path}"

    def folder(self, uri: S3Uri) -> str:
        """Link to the objects below an S3 prefix."""
        return f"https://{self._host}/s3/buckets/{uri.bucket}?region={self.region}&prefix={quote(uri.key)}/"

    def object(self, uri: S3Uri) -> str:
        """Link to an S3 object, from where it can be opened."""
        return f"https://{self._host}/s3/object/{uri.bucket}?region={self.region}&prefix={quote(uri.key)}"


def _twice_quoted(text: str) -> str:
    """Quote a value as the CloudWatch console does: twice, and with a dollar in place of the percent sign."""
    return quote(quote(text, safe=""), safe="").replace("%", "$")
