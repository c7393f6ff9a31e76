"""The account in which the SDK works: a bucket, a role, and hours that pass when they are told to."""

from __future__ import annotations

import io
import json
import os
import tarfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

BUCKET, ROLE = "sdk-check", "sdk-check"
_MODEL = Path(__file__).parent / "model" / "inference.py"
_ALLOWED = ["s3:*", "sagemaker:*", "cloudwatch:*", "logs:*"]
_IDLE_TIMEOUT_SECONDS = 120
# (age, group) of those who buy and of those who do not; buyers are older than 20.
PEOPLE = [(age, age % 2) for age in range(60)]


def buys(age: int) -> int:
    return int(age > 20)


class Account:
    """An account of the sandbox that the `AWS_*` variables point to.

    Args:
        make_session: The SDK's class `Session`.
    """

    def __init__(self, make_session: Callable[..., Any]) -> None:
        self._s3 = boto3.client("s3")
        self._s3.create_bucket(Bucket=BUCKET)
        self.session = make_session(default_bucket=BUCKET)
        self.role = self._make_role()

    def monitor_settings(self) -> dict[str, Any]:
        """What the constructors of all monitors want."""
        return {
            "role": self.role,
            "instance_count": 1,
            "instance_type": "ml.m5.xlarge",
            "volume_size_in_gb": 20,
            "max_runtime_in_seconds": 1800,
            "sagemaker_session": self.session,
        }

    def put(self, key: str, content: str | bytes) -> str:
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return self.uri(key)

    def uri(self, key: str) -> str:
        return f"s3://{BUCKET}/{key}"

    def put_model(self) -> str:
        archive, content = io.BytesIO(), _MODEL.read_bytes()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            member = tarfile.TarInfo("code/inference.py")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        return self.put("model/model.tar.gz", archive.getvalue())

    def spend_an_hour(self, predictor: Any) -> None:
        """Send people three times as old as those of the training, label them, and let the hour end.

        The labels of group 1 are the opposite of what the model says: it is wrong, and unfairly so.
        """
        now, labels = self.now(), {}
        for number, (age, group) in enumerate(PEOPLE * 2):
            inference_id = f"{now}-{number}"
            predictor.predict([[age * 3, group]], inference_id=inference_id)
            labels[inference_id] = buys(age * 3) if group == 0 else 1 - buys(age * 3)
        self.put_labels("labels", labels)
        _ask("clock", {"advance_seconds": 3602 - int(now[14:16]) * 60 - int(now[17:19])})
        self.wait_until_idle()

    def put_labels(self, place: str, labels: dict[str, int]) -> str:
        """Write labels by inference id into the folder of the present hour."""
        now = self.now()
        lines = [
            {
                "groundTruthData": {"data": str(label), "encoding": "CSV"},
                "eventMetadata": {"eventId": inference_id},
                "eventVersion": "0",
            }
            for inference_id, label in labels.items()
        ]
        key = f"{place}/{now[:10].replace('-', '/')}/{now[11:13]}/labels.jsonl"
        self.put(key, "\n".join(map(json.dumps, lines)))
        return self.uri(place)

    def now(self) -> str:
        """The sandbox's time, such as 2026-11-21T03:12:45+00:00."""
        now: str = _ask("clock")["now"]
        return now

    def wait_until_idle(self) -> None:
        end = time.monotonic() + _IDLE_TIMEOUT_SECONDS
        while not _ask("idle")["idle"]:
            assert time.monotonic() < end, "the sandbox is still busy"
            time.sleep(0.1)

    def wait_for_run(self, schedule: str) -> None:
        """Wait for the first run of a schedule, which SageMaker begins when it has made the schedule."""
        client, end = self.session.sagemaker_client, time.monotonic() + _IDLE_TIMEOUT_SECONDS
        while not client.list_monitoring_executions(MonitoringScheduleName=schedule)["MonitoringExecutionSummaries"]:
            assert time.monotonic() < end, f"{schedule} has not run"
            time.sleep(0.1)
        self.wait_until_idle()

    def _make_role(self) -> str:
        iam = boto3.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        access = {"Effect": "Allow", "Action": _ALLOWED, "Resource": "*"}
        arn: str = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=_policy(access))
        return arn


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _ask(name: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"X-Sandbox-Secret": os.environ["SANDBOX_SECRET"]}
    url = f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/{name}"
    with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers), timeout=60) as answer:
        return json.load(answer)
