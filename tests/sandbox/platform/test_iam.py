import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.process.client import SandboxProcess

LAMBDA = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}


def pass_role(arn: str, service: str) -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return {"Effect": "Allow", "Action": "iam:PassRole", "Resource": arn, "Condition": condition}


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("index.py", "def handler(event, context): return 1")
    return made.getvalue()


def create_function(lambda_: Any, name: str, role_arn: str) -> None:
    lambda_.create_function(
        FunctionName=name, Runtime="python3.13", Role=role_arn, Handler="index.handler", Code={"ZipFile": archive()}
    )


def test_the_administrator_is_the_account_root(box: SandboxProcess, client: Callable[..., Any]) -> None:
    identity = client("sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (box.account_id, f"arn:aws:iam::{box.account_id}:root")
    assert box.access_key_id.startswith("AKIASANDBOX")
    assert len(box.access_key_id) == 20


def test_an_unknown_key_is_refused(box: SandboxProcess) -> None:
    with pytest.raises(ClientError, match="security token included in the request is invalid"):
        box.client("sns", aws_access_key_id="AKIAUNKNOWNUNKNOWN00").list_topics()


def test_a_sessions_signature_is_verified(
    box: SandboxProcess, client: Callable[..., Any], role: Callable[..., Any]
) -> None:
    credentials = client("sts").assume_role(RoleArn=role()["arn"], RoleSessionName="tester")["Credentials"]
    forged = box.client(
        "sns",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key="forged",
        aws_session_token=credentials["SessionToken"],
    )
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        forged.list_topics()


def test_a_missing_permission_is_worded_as_aws_words_it(role: Callable[..., Any], as_role: Callable[..., Any]) -> None:
    made = role(LAMBDA)
    with pytest.raises(ClientError) as raised:
        as_role("sagemaker", made["arn"]).describe_processing_job(ProcessingJobName="job")
    error = raised.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"].startswith(
        f"User: arn:aws:sts::000000000000:assumed-role/{made['name']}/tester is not authorized to perform: "
        "sagemaker:DescribeProcessingJob on resource: arn:aws:sagemaker:us-east-1:000000000000:processing-job/job"
    )


def test_publishing_metrics_can_be_narrowed_to_a_namespace(
    role: Callable[..., Any], as_role: Callable[..., Any]
) -> None:
    condition = {"StringEquals": {"cloudwatch:namespace": "ModelMonitoring"}}
    statement = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}
    cloudwatch = as_role("cloudwatch", role(statement)["arn"])
    data = [{"MetricName": "M", "Value": 1}]
    cloudwatch.put_metric_data(Namespace="ModelMonitoring", MetricData=data)
    with pytest.raises(ClientError, match="cloudwatch:PutMetricData"):
        cloudwatch.put_metric_data(Namespace="Other", MetricData=data)


class TestPassRole:
    def test_a_function_is_given_a_role_only_by_who_may_pass_it(
        self, role: Callable[..., Any], as_role: Callable[..., Any], unique: str
    ) -> None:
        execution = role(services=("lambda.amazonaws.com",), suffix="execution")["arn"]
        with pytest.raises(ClientError, match=f"not authorized to perform: iam:PassRole on resource: {execution}"):
            create_function(as_role("lambda", role(LAMBDA, suffix="a")["arn"]), unique, execution)
        other = role(LAMBDA, pass_role(execution, "sagemaker.amazonaws.com"), suffix="b")["arn"]
        with pytest.raises(ClientError, match="iam:PassRole"):
            create_function(as_role("lambda", other), unique, execution)
        allowed = role(LAMBDA, pass_role(execution, "lambda.amazonaws.com"), suffix="c")["arn"]
        create_function(as_role("lambda", allowed), unique, execution)

    def test_a_role_that_lambda_cannot_assume_is_refused(
        self, client: Callable[..., Any], role: Callable[..., Any], unique: str
    ) -> None:
        made = role(services=("sagemaker.amazonaws.com",))["arn"]
        with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
            create_function(client("lambda"), unique, made)


def test_a_function_has_its_roles_permissions_and_nothing_of_the_host(
    client: Callable[..., Any], function: Callable[..., str], unique: str
) -> None:
    source = (
        "import boto3, os\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        boto3.client('s3').list_buckets()\n"
        "        allowed = True\n"
        "    except Exception as error:\n"
        "        allowed = str(error)\n"
        "    who = boto3.client('sts').get_caller_identity()['Arn']\n"
        "    return {'who': who, 'allowed': allowed, 'env': dict(os.environ)}\n"
    )
    arn = function(source)
    answer = json.load(client("lambda").invoke(FunctionName=arn)["Payload"])
    assert answer["who"].startswith(f"arn:aws:sts::000000000000:assumed-role/{unique}-fn-role/")
    assert "AccessDenied" in answer["allowed"]
    assert os.environ["HOME"] != answer["env"]["HOME"]
    assert not {"PYTEST_CURRENT_TEST", "PYTHONPATH", "LOG_LEVEL", "AUTH"} & answer["env"].keys()
    assert answer["env"]["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert answer["env"]["PATH"].startswith(str(Path(sys.executable).parent))
