"""What the steps of a run share: account, clock, bucket, role, and the list of what to delete."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from botocore.exceptions import ClientError

from account_check.account import Account
from account_check.facts import ErrorFact
from account_check.ledger import Ledger
from account_check.pace import Pace, until

T = TypeVar("T")
TAG = "verify-account"
"""Key of the tag on everything that a run makes; the value is the name of the run."""
_CANNOT_ASSUME = re.compile(
    r"could not assume role|cannot be assumed|unable to assume|not able to assume", re.IGNORECASE
)
"""What SageMaker says of a role that it does not know yet, or may not use."""
_ROLE_LIMIT = timedelta(minutes=5)
_NO_LOCATION = "us-east-1"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclass
class Bench:
    """One run.

    Attributes:
        account: The account.
        pace: Its clock.
        shared: What was made for several steps.
        ledger: What the present step made.
        instance_type: What jobs run on.
        say: Shows what is going on.
        name: Name of the run; every name that it gives begins with it.
    """

    account: Account
    pace: Pace
    shared: Ledger
    ledger: Ledger
    instance_type: str
    say: Callable[[str], None] = lambda _: None
    name: str = field(default_factory=lambda: f"verify-account-{secrets.token_hex(5)}")

    @property
    def tags(self) -> list[dict[str, str]]:
        """The tags of what this run makes."""
        return [{"Key": TAG, "Value": self.name}]

    def named(self, thing: str) -> str:
        """Return the name of a thing of this run."""
        return f"{self.name}-{thing}"

    @cached_property
    def bucket(self) -> str:
        """A bucket for data and results, made when a step first asks for it."""
        s3 = self.account.client("s3")
        region = self.account.region
        location = {} if region == _NO_LOCATION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.shared.add(f"bucket {self.name}", self._delete_bucket)
        s3.create_bucket(Bucket=self.name, **location)
        s3.put_bucket_tagging(Bucket=self.name, Tagging={"TagSet": self.tags})
        return self.name

    @cached_property
    def job_role(self) -> str:
        """ARN of a role for jobs, made when a step first asks for it."""
        return self.make_role("job", self.shared)

    def make_role(self, thing: str, ledger: Ledger) -> str:
        """Make a role that jobs of SageMaker can have: it may use the bucket, the logs, metrics and AWS's images."""
        iam, name = self.account.client("iam"), self.named(thing)
        ledger.add(f"role {name}", lambda: self._delete_role(name))
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST), Tags=self.tags)
        bucket = f"arn:{self.account.partition}:s3:::{self.bucket}"
        logs = f"arn:{self.account.partition}:logs:{self.account.region}:{self.account.id}:log-group:/aws/sagemaker/*"
        allowed = [
            (["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{bucket}/*"),
            (["s3:ListBucket", "s3:GetBucketLocation"], bucket),
            (["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], logs),
            (["cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"], "*"),
            (["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*"),
        ]
        statements = [{"Effect": "Allow", "Action": actions, "Resource": resource} for actions, resource in allowed]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="job", PolicyDocument=document)
        return str(made["Role"]["Arn"])

    def put(self, key: str, body: str | bytes) -> str:
        """Write an object and return its location."""
        self.account.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def keys(self, prefix: str) -> list[str]:
        """Return the keys of the bucket below a prefix."""
        pages = self.account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> str:
        """Return the text of an object."""
        return str(self.account.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def until(self, condition: Callable[[], T | None], *, every: float, minutes: float, what: str) -> T:
        """Wait until a condition gives something; see `account_check.pace.until`."""
        return until(self.pace, condition, every=every, limit=timedelta(minutes=minutes), what=what)

    def accepted(self, call: Callable[[], T], on_refusal: Callable[[ErrorFact], None] = lambda _: None) -> T:
        """Make a call again and again while SageMaker does not know its role yet.

        Raises:
            ClientError: It fails for another reason, or still after five minutes.
        """
        end = self.pace.now() + _ROLE_LIMIT
        while True:
            try:
                return call()
            except ClientError as error:
                fact = self.account.wording.error(error)
                if not _CANNOT_ASSUME.search(fact.message) or self.pace.now() >= end:
                    raise
                on_refusal(fact)
                self.say("SageMaker does not know the role yet")
                self.pace.sleep(5)

    def error_of(self, call: Callable[[], object]) -> ErrorFact | None:
        """Make a call that should be refused and return with which error; None when it was not."""
        try:
            call()
        except ClientError as error:
            return self.account.wording.error(error)
        return None

    def stop_job(self, name: str) -> None:
        """Stop a processing job, and return when it has ended."""
        sagemaker = self.account.client("sagemaker")

        def ended() -> bool | None:
            status = sagemaker.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"]
            if status == "InProgress":
                sagemaker.stop_processing_job(ProcessingJobName=name)
            return None if status in ("InProgress", "Stopping") else True

        self.until(ended, every=5, minutes=10, what=f"the end of the stopped job {name}")

    def forget_job(self, name: str) -> None:
        """Stop and delete a processing job, and what it logged."""
        sagemaker, logs = self.account.client("sagemaker"), self.account.client("logs")
        self.stop_job(name)
        sagemaker.delete_processing_job(ProcessingJobName=name)
        group = "/aws/sagemaker/ProcessingJobs"
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
        for stream in streams:
            logs.delete_log_stream(logGroupName=group, logStreamName=stream["logStreamName"])

    def _delete_bucket(self) -> None:
        s3 = self.account.client("s3")
        for key in self.keys(""):
            s3.delete_object(Bucket=self.name, Key=key)
        s3.delete_bucket(Bucket=self.name)

    def _delete_role(self, name: str) -> None:
        iam = self.account.client("iam")
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)


def seconds_between(start: datetime, end: datetime) -> float:
    """Return a duration for the contract."""
    return round((end - start).total_seconds(), 1)
