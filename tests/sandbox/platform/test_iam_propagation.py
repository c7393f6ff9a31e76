"""IAM takes its time: what stacks make is not in force at once."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.process.client import SandboxError, SandboxProcess

SECONDS = 4.0
LISTING = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}


pytestmark = pytest.mark.usefixtures("slow")


@pytest.fixture
def slow(box: SandboxProcess) -> Iterator[None]:
    box.change(iam_propagation_seconds=SECONDS)
    yield
    box.change(iam_propagation_seconds=0)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role_resource(name: str, *services: str, **properties: Any) -> dict[str, Any]:
    principal = {"AWS": "arn:aws:iam::000000000000:root"} | ({"Service": list(services)} if services else {})
    trust = document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "AssumeRolePolicyDocument": trust, **properties}}


def arn_of(role: str) -> str:
    return f"arn:aws:iam::000000000000:role/{role}"


def works(call: Callable[..., Any], *arguments: Any, **options: Any) -> bool:
    try:
        call(*arguments, **options)
    except ClientError:
        return False
    return True


def test_a_fresh_role_of_a_stack_is_assumed_late(
    as_role: Callable[..., Any], stack: Callable[..., Any], unique: str, until: Callable[..., Any]
) -> None:
    stack({"R": role_resource(unique, Policies=[{"PolicyName": "p", "PolicyDocument": document(LISTING)}])})
    with pytest.raises(ClientError) as raised:
        as_role("s3", arn_of(unique))
    error = raised.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        "User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on resource: "
        f"{arn_of(unique)}"
    )
    until(lambda: works(as_role, "s3", arn_of(unique)))
    as_role("s3", arn_of(unique)).list_buckets()


@pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
def test_a_changed_policy_counts_late_and_the_old_one_until_then(
    as_role: Callable[..., Any], stack: Callable[..., Any], unique: str, kind: str, until: Callable[..., Any]
) -> None:
    def resources(*statements: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = {"Roles": [{"Ref": "R"}], "PolicyDocument": document(*statements)}
        properties |= {"PolicyName": "p"} if kind == "AWS::IAM::Policy" else {}
        return {"R": role_resource(unique), "P": {"Type": kind, "Properties": properties}}

    metrics = {"Effect": "Allow", "Action": "cloudwatch:ListMetrics", "Resource": "*"}
    stack(resources(metrics))
    until(lambda: works(as_role, "s3", arn_of(unique)))
    s3, cloudwatch = as_role("s3", arn_of(unique)), as_role("cloudwatch", arn_of(unique))
    until(lambda: works(cloudwatch.list_metrics))
    stack(resources(LISTING))
    with pytest.raises(ClientError) as raised:
        s3.list_buckets()
    error = raised.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"].endswith("because no identity-based policy allows the s3:ListAllMyBuckets action")
    cloudwatch.list_metrics()
    until(lambda: works(s3.list_buckets))
    with pytest.raises(ClientError, match="AccessDenied"):
        cloudwatch.list_metrics()


def test_a_fresh_job_role_cannot_be_assumed_by_sagemaker_yet(
    client: Callable[..., Any], stack: Callable[..., Any], unique: str, until: Callable[..., Any]
) -> None:
    stack({"R": role_resource(unique, "sagemaker.amazonaws.com")})
    request = {
        "ProcessingJobName": unique,
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
        },
        "AppSpecification": {"ImageUri": "unknown"},
        "RoleArn": arn_of(unique),
    }
    with pytest.raises(ClientError) as raised:
        client("sagemaker").create_processing_job(**request)
    error = raised.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"] == (
        f"Could not assume role {arn_of(unique)}. Please ensure that the role exists and allows principal "
        "'sagemaker.amazonaws.com' to assume the role."
    )

    until(lambda: works(client("sagemaker").create_processing_job, **request))


def test_the_bootstrap_stack_is_spared(
    client: Callable[..., Any], as_role: Callable[..., Any], unique: str, until: Callable[..., Any]
) -> None:
    """It is deployed as the CDK CLI does it: by a change set."""
    listing = {"PolicyName": "p", "PolicyDocument": document(LISTING)}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": f"/{unique}", "Value": "30"}}
    resources = {"R": role_resource(unique, Policies=[listing]), "CdkBootstrapVersion": parameter}
    formation = client("cloudformation")
    made = {"StackName": unique, "ChangeSetName": unique}
    formation.create_change_set(
        **made,
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    until(lambda: formation.describe_change_set(**made)["Status"] == "CREATE_COMPLETE")
    formation.execute_change_set(**made)
    until(lambda: formation.describe_stacks(StackName=unique)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE")
    as_role("s3", arn_of(unique)).list_buckets()


def test_a_framework_calls_its_function_at_once(
    client: Callable[..., Any], stack: Callable[..., Any], function: Callable[..., str], unique: str
) -> None:
    inner = function("def handler(event, context): return 'called'", suffix="inner")
    source = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        f"    return json.load(boto3.client('lambda').invoke(FunctionName='{inner}')['Payload'])\n"
    )
    calling = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": inner}
    stack(
        {
            "R": role_resource(
                unique,
                "lambda.amazonaws.com",
                Policies=[{"PolicyName": "p", "PolicyDocument": document(calling)}],
            ),
            "F": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": unique,
                    "Runtime": "python3.13",
                    "Timeout": 60,  # the default of 3 s is too short on a busy machine
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["R", "Arn"]},
                    "Code": {"ZipFile": source},
                },
            },
        }
    )
    assert json.load(client("lambda").invoke(FunctionName=unique)["Payload"]) == "called"


def test_roles_that_no_stack_made_are_in_force_at_once(role: Callable[..., Any], as_role: Callable[..., Any]) -> None:
    as_role("s3", role(LISTING)["arn"]).list_buckets()


@pytest.mark.parametrize("wrong", [{"iam_propagation_seconds": -1}, {"iam_propagation_seconds": "1"}, {"unknown": 1}])
def test_a_wrong_setting_is_refused_and_changes_nothing(box: SandboxProcess, wrong: dict[str, Any]) -> None:
    before = box.settings()
    with pytest.raises(SandboxError, match=next(iter(wrong))):
        box.change(**wrong)
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SandboxProcess.start(**wrong)
    assert box.settings() == before
