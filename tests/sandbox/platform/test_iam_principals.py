"""Who may assume a role, and by which ARN."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROOT = "arn:aws:iam::000000000000:root"
LISTING = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
ASSUMING = (
    "import boto3\n"
    "def handler(event, context):\n"
    "    try:\n"
    "        given = boto3.client('sts').assume_role(RoleArn=event['role'], RoleSessionName='tester')['Credentials']\n"
    "    except Exception as error:\n"
    "        return str(error)\n"
    "    session = boto3.session.Session(given['AccessKeyId'], given['SecretAccessKey'], given['SessionToken'])\n"
    "    answers = []\n"
    "    for call in (session.client('s3').list_buckets, session.client('sns').list_topics):\n"
    "        try:\n"
    "            call()\n"
    "            answers.append('allowed')\n"
    "        except Exception as error:\n"
    "            answers.append(str(error))\n"
    "    return answers\n"
)


@pytest.fixture
def access_role(client: Callable[..., Any], unique: str) -> Callable[..., str]:
    """Make a role below a path that one principal may assume, and that may list buckets; gives its ARN."""

    def make(principal: Any, condition: dict[str, Any] | None = None, suffix: str = "access") -> str:
        statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
        statement |= {"Condition": condition} if condition else {}
        name = f"{unique}-{suffix}"
        arn = client("iam").create_role(
            Path=f"/model-monitoring/{unique}/",
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )["Role"]["Arn"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": [LISTING]})
        client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
        return str(arn)

    return make


@pytest.fixture
def ask(client: Callable[..., Any], function: Callable[..., str], unique: str) -> Callable[[str], Any]:
    """Let a function that may assume roles below the path assume one; gives what came of it."""
    below = f"arn:aws:iam::000000000000:role/model-monitoring/{unique}/*"
    name = function(ASSUMING, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": below})

    def assume(role: str) -> Any:
        payload = json.dumps({"role": role})
        return json.load(client("lambda").invoke(FunctionName=name, Payload=payload)["Payload"])

    return assume


def test_a_function_assumes_the_role_that_names_its_role_and_has_that_roles_permissions(
    access_role: Callable[..., str], ask: Callable[[str], Any], unique: str
) -> None:
    allowed, refused = ask(access_role(f"arn:aws:iam::000000000000:role/{unique}-fn-role"))
    assert allowed == "allowed"
    assert f"assumed-role/{unique}-access/tester is not authorized to perform: SNS:ListTopics" in refused.replace(
        "sns:", "SNS:"
    )


@pytest.mark.parametrize("operator", ["ArnEquals", "StringEquals"])
def test_the_principals_arn_is_that_of_the_role_and_not_of_the_session(
    access_role: Callable[..., str], ask: Callable[[str], Any], unique: str, operator: str
) -> None:
    mine = {operator: {"aws:PrincipalArn": [f"arn:aws:iam::000000000000:role/{unique}-fn-role"]}}
    other = {operator: {"aws:PrincipalArn": [f"arn:aws:iam::000000000000:role/{unique}-other"]}}
    assert ask(access_role(ROOT, mine))[0] == "allowed"
    assert "is not authorized to perform: sts:AssumeRole" in ask(access_role(ROOT, other, suffix="closed"))


def test_another_principal_and_an_arn_without_its_path_are_refused(
    access_role: Callable[..., str], role: Callable[..., Any], ask: Callable[[str], Any], unique: str
) -> None:
    other = role(suffix="other")["arn"]
    closed = access_role(other)
    assert f"is not authorized to perform: sts:AssumeRole on resource: {closed}" in ask(closed)
    open_ = access_role(ROOT, suffix="open")
    assert ask(open_)[0] == "allowed"
    assert "is not authorized to perform: sts:AssumeRole" in ask(open_.replace(f"/{unique}-open", f"/x/{unique}-open"))


def test_a_trust_policy_with_an_unknown_role_is_refused(
    access_role: Callable[..., str], role: Callable[..., Any], stack: Callable[..., Any], unique: str
) -> None:
    known = role(suffix="known")["arn"]
    unknown = known.replace(":role/", ":role/path/")
    access_role(known)
    with pytest.raises(ClientError) as raised:
        access_role([known, unknown], suffix="second")
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "MalformedPolicyDocument",
        f'Invalid principal in policy: "AWS":"{unknown}"',
    )
    statement = {"Effect": "Allow", "Principal": {"AWS": unknown}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    deployed = stack({"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}})
    assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_role_with_a_path_is_passed_by_its_whole_arn(
    client: Callable[..., Any], role: Callable[..., Any], as_role: Callable[..., Any], unique: str
) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = client("iam").create_role(
        Path="/model-monitoring/jobs/",
        RoleName=f"{unique}-job",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )["Role"]["Arn"]
    assert arn == f"arn:aws:iam::000000000000:role/model-monitoring/jobs/{unique}-job"
    everything = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}

    def create(name: str, role_arn: str, resource: str) -> None:
        passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource}
        as_role("sagemaker", role(everything, passing, suffix=name)["arn"]).create_processing_job(
            ProcessingJobName=f"{unique}-{name}",
            ProcessingResources={
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
            },
            AppSpecification={"ImageUri": "unknown"},
            RoleArn=role_arn,
        )

    create("whole", arn, "arn:aws:iam::000000000000:role/model-monitoring/*")
    with pytest.raises(ClientError, match=f"iam:PassRole on resource: {arn}"):
        create("other", arn, "arn:aws:iam::000000000000:role/other/*")
    with pytest.raises(ClientError, match="Could not assume role"):
        create("short", f"arn:aws:iam::000000000000:role/{unique}-job", "*")
