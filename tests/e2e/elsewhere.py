"""Models and endpoints that others made, without CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import loan_app

from sandbox.process.client import SandboxProcess

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def make_model(box: SandboxProcess, name: str, archive: Path, *, container: Mapping[str, Any] | None = None) -> None:
    """A model whose role `<name>-model` may read its archive in the bucket `<name>-artifacts`, and nothing else."""
    s3, bucket, role = box.client("s3"), f"{name}-artifacts", f"{name}-model"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=archive.read_bytes())
    arn = box.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    allow(box, role, "artifacts", ["s3:GetObject"], [f"arn:aws:s3:::{bucket}/*"])
    box.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=arn,
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{bucket}/model.tar.gz",
            "Environment": loan_app.ENVIRONMENT,
            **(container or {}),
        },
    )


def allow(box: SandboxProcess, role: str, policy: str, actions: Sequence[str], resources: Sequence[str]) -> None:
    """Gives a role an inline policy."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    box.client("iam").put_role_policy(
        RoleName=role,
        PolicyName=policy,
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def make_endpoint(box: SandboxProcess, name: str, variants: Sequence[Mapping[str, Any]]) -> None:
    """An endpoint and its configuration of the same name; does not wait for it."""
    sagemaker = box.client("sagemaker")
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=variants,
        Tags=[{"Key": "team", "Value": "loans"}],
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def delete_endpoint(box: SandboxProcess, name: str) -> None:
    """Ends an endpoint and its configuration."""
    sagemaker = box.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=name)
    box.wait_until_idle()
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
