"""Make a model, its role and its endpoint, or score a file in a batch, with boto3.

The examples `existing_endpoint` and `batch_transform` monitor models that others deploy. To try them in the embedded
AWS, be these others:

    python -m examples.loan_model.make endpoint
    python -m examples.loan_model.make score --bucket <ScoringBucket> examples/batch_transform/training.csv
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from examples.batch_transform.job import transform_job

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",  # JSON, where a model and its caller say nothing
}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_ENDPOINT = "loan-approval"  # as in examples/existing_endpoint/app.py
_BATCH_MODEL = "nightly-loans"

Client = Callable[[str], Any]


def archive() -> bytes:
    """Return the `model.tar.gz` of the model."""
    content = (Path(__file__).parent / "inference.py").read_bytes()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def make_model(client: Client, name: str, *, container: Mapping[str, Any] | None = None) -> None:
    """Make a model whose role `<name>-model` may read its archive in the bucket `<name>-artifacts`, and nothing else.

    Args:
        client: Return a boto3 client for the name of a service.
        name: Name of the model.
        container: Properties of its container that replace the usual ones.
    """
    s3, bucket, role = client("s3"), f"{name}-artifacts", f"{name}-model"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=archive())
    arn = client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    allow(client, role, "artifacts", ["s3:GetObject"], [f"arn:aws:s3:::{bucket}/*"])
    client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=arn,
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{bucket}/model.tar.gz",
            "Environment": ENVIRONMENT,
            **(container or {}),
        },
    )


def allow(client: Client, role: str, policy: str, actions: Sequence[str], resources: Sequence[str]) -> None:
    """Give a role an inline policy."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    client("iam").put_role_policy(
        RoleName=role,
        PolicyName=policy,
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def allow_scoring(client: Client, model: str, bucket: str) -> None:
    """Let the role of a model read and write the bucket of a batch transform job."""
    arn = f"arn:aws:s3:::{bucket}"
    allow(client, f"{model}-model", "scoring", ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], [arn, f"{arn}/*"])


def make_endpoint(client: Client, name: str, variants: Sequence[Mapping[str, Any]]) -> None:
    """Make an endpoint and its configuration of the same name, without waiting for it."""
    sagemaker = client("sagemaker")
    sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=variants, Tags=[{"Key": "team", "Value": "loans"}]
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def score(client: Client, bucket: str, file: Path, now: datetime) -> dict[str, Any]:
    """Score a CSV file with a header line in a batch transform job, and return the job when it has ended."""
    sagemaker = client("sagemaker")
    if not sagemaker.list_models(NameContains=_BATCH_MODEL)["Models"]:
        make_model(client, _BATCH_MODEL)
        allow_scoring(client, _BATCH_MODEL, bucket)
    _, _, rows = file.read_text(encoding="utf-8").partition("\n")
    client("s3").put_object(Bucket=bucket, Key=f"input/{file.name}", Body=rows)
    request = transform_job(_BATCH_MODEL, bucket, file.name, now)
    sagemaker.create_transform_job(**request)
    name = request["TransformJobName"]
    sagemaker.get_waiter("transform_job_completed_or_stopped").wait(
        TransformJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
    )
    return dict(sagemaker.describe_transform_job(TransformJobName=name))


def main() -> None:
    """Make the endpoint, or score a file, in the embedded AWS."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("endpoint", help=f"make the endpoint {_ENDPOINT}")
    scoring = commands.add_parser("score", help="score a CSV file with a header line in a batch transform job")
    scoring.add_argument("--bucket", required=True, help="ScoringBucket, an output of the example's stack")
    scoring.add_argument("file", type=Path)
    arguments = parser.parse_args()
    if not os.environ.get("AWS_ENDPOINT_URL"):
        sys.exit("AWS_ENDPOINT_URL is not set, expected that of the embedded AWS; in an account this costs money")
    if arguments.command == "endpoint":
        make_model(boto3.client, _ENDPOINT)
        variant = {"VariantName": "AllTraffic", "ModelName": _ENDPOINT}
        make_endpoint(boto3.client, _ENDPOINT, [{**variant, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}])
        boto3.client("sagemaker").get_waiter("endpoint_in_service").wait(
            EndpointName=_ENDPOINT, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
        )
        print(f"endpoint {_ENDPOINT} is InService")
    else:
        job = score(boto3.client, arguments.bucket, arguments.file, datetime.now(UTC))
        print(f"{job['TransformJobName']}: {job['TransformJobStatus']}")


if __name__ == "__main__":
    main()
