"""AWS-managed policies: they can be attached, and grant what they grant on AWS."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

SAGEMAKER = "sagemaker.amazonaws.com"


@pytest.fixture
def managed(client: Callable[..., Any], role: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """Make a role with AWS-managed policies, by name; gives its arn and name."""

    def make(*policies: str, suffix: str = "managed", services: tuple[str, ...] = ()) -> dict[str, str]:
        made: dict[str, str] = role(suffix=suffix, services=services)
        for policy in policies:
            client("iam").attach_role_policy(RoleName=made["name"], PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        return made

    return make


@pytest.mark.parametrize(
    "name",
    [
        "AmazonSageMakerFullAccess",
        "AmazonSageMakerReadOnly",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonEventBridgeFullAccess",
        "AmazonSNSFullAccess",
        "AWSLambda_FullAccess",
        "CloudWatchFullAccess",
        "CloudWatchFullAccessV2",
        "CloudWatchLogsFullAccess",
        "CloudWatchReadOnlyAccess",
        "service-role/AWSLambdaBasicExecutionRole",
    ],
)
def test_policies_that_notebooks_attach_exist(client: Callable[..., Any], name: str) -> None:
    policy = client("iam").get_policy(PolicyArn=f"arn:aws:iam::aws:policy/{name}")["Policy"]
    assert policy["PolicyName"] == name.rsplit("/", 1)[-1]
    version = client("iam").get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"]["Statement"]


def test_a_policy_that_aws_does_not_have_cannot_be_attached(managed: Callable[..., Any]) -> None:
    with pytest.raises(ClientError, match="policy/AmazonSageMakerFulAccess does not exist or is not attachable"):
        managed("AmazonSageMakerFulAccess")


def test_full_access_to_sagemaker_makes_models_and_passes_roles_to_sagemaker_only(
    managed: Callable[..., Any], role: Callable[..., Any], as_role: Callable[..., Any], unique: str
) -> None:
    made = managed("AmazonSageMakerFullAccess")
    execution = role(services=(SAGEMAKER, "lambda.amazonaws.com"), suffix="execution")["arn"]
    as_role("sagemaker", made["arn"]).create_model(
        ModelName=unique, ExecutionRoleArn=execution, PrimaryContainer={"Image": "sklearn:1"}
    )
    with pytest.raises(ClientError, match="lambda:CreateFunction"):
        as_role("lambda", made["arn"]).create_function(
            FunctionName=unique, Runtime="python3.13", Role=execution, Handler="i.h", Code={"ZipFile": b"PK"}
        )


def test_full_access_to_sagemaker_reaches_objects_of_buckets_that_are_called_so(
    client: Callable[..., Any], managed: Callable[..., Any], as_role: Callable[..., Any], unique: str
) -> None:
    s3 = as_role("s3", managed("AmazonSageMakerFullAccess")["arn"])
    for bucket in (f"sagemaker-{unique}", f"other-{unique}"):
        s3.create_bucket(Bucket=bucket)
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    s3.put_object(Bucket=f"sagemaker-{unique}", Key="k", Body=b"1")
    assert s3.get_object(Bucket=f"sagemaker-{unique}", Key="k")["Body"].read() == b"1"
    with pytest.raises(ClientError, match="s3:PutObject"):
        s3.put_object(Bucket=f"other-{unique}", Key="k", Body=b"1")


def test_reading_sagemaker_is_not_changing_it(
    managed: Callable[..., Any], as_role: Callable[..., Any], unique: str
) -> None:
    sagemaker = as_role("sagemaker", managed("AmazonSageMakerReadOnly")["arn"])
    assert "Models" in sagemaker.list_models()
    with pytest.raises(ClientError, match="sagemaker:DeleteModel"):
        sagemaker.delete_model(ModelName=unique)


def test_cloudwatchs_policies_differ_in_topics(
    managed: Callable[..., Any], as_role: Callable[..., Any], client: Callable[..., Any], unique: str
) -> None:
    topic = client("sns").create_topic(Name=unique)["TopicArn"]
    older, newer = managed("CloudWatchFullAccess", suffix="v1"), managed("CloudWatchFullAccessV2", suffix="v2")
    data = [{"MetricName": "M", "Value": 1}]
    for made in (older, newer):
        as_role("cloudwatch", made["arn"]).put_metric_data(Namespace="Mine", MetricData=data)
    as_role("sns", older["arn"]).publish(TopicArn=topic, Message="m")
    with pytest.raises(ClientError, match=r"(?i)sns:Publish"):
        as_role("sns", newer["arn"]).publish(TopicArn=topic, Message="m")


def test_a_stacks_role_has_them_too(stack: Callable[..., Any], as_role: Callable[..., Any], unique: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    properties = {
        "RoleName": f"{unique}-stack",
        "AssumeRolePolicyDocument": trust,
        "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonSageMakerReadOnly"}],
    }
    deployed = stack({"Role": {"Type": "AWS::IAM::Role", "Properties": properties}})
    assert deployed["StackStatus"] == "CREATE_COMPLETE"
    sagemaker = as_role("sagemaker", f"arn:aws:iam::000000000000:role/{unique}-stack")
    assert "Endpoints" in sagemaker.list_endpoints()


def test_a_stacks_role_with_an_unknown_policy_fails(stack: Callable[..., Any]) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSagemakerFullAccess"
    properties = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}, "ManagedPolicyArns": [arn]}
    deployed = stack({"Role": {"Type": "AWS::IAM::Role", "Properties": properties}})
    reasons = [event.get("ResourceStatusReason", "") for event in deployed["Events"]]
    assert any(f"Policy {arn} does not exist or is not attachable." in reason for reason in reasons)
