"""IAM: who may call what on which resource, and pass which role."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def caller(session_world: Any) -> Any:
    """Make clients of a user with given statements."""

    def client(service: str, *statements: dict[str, Any]) -> Any:
        iam = session_world.iam
        name = session_world.unique("user")
        iam.create_user(UserName=name)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **item} for item in statements]}
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return session_world.box.client(
            service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
        )

    return client


def denied(error: pytest.ExceptionInfo[ClientError]) -> str:
    details = error.value.response["Error"]
    assert details["Code"] == "AccessDeniedException"
    return str(details["Message"])


def test_creating_needs_permission_to_pass_the_role(world: Any, caller: Any) -> None:
    client = caller("sagemaker", {"Action": "sagemaker:*", "Resource": "*"})
    with pytest.raises(ClientError) as error:
        client.create_processing_job(**world.job())
    assert f"is not authorized to perform: iam:PassRole on resource: {world.role}" in denied(error)


def test_with_that_permission_for_sagemaker_it_goes_through(world: Any, caller: Any) -> None:
    passing = {
        "Action": "iam:PassRole",
        "Resource": world.role,
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }
    client = caller("sagemaker", {"Action": "sagemaker:*", "Resource": "*"}, passing)
    request = world.job(AppSpecification={"ImageUri": "unknown"})
    client.create_processing_job(**request)
    assert world.finished(request["ProcessingJobName"])["ProcessingJobStatus"] == "Failed"


def test_a_role_that_sagemaker_may_not_assume_is_refused(world: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = world.make_role("s3:*", trust={"Version": "2012-10-17", "Statement": [statement]})
    with pytest.raises(ClientError, match=r"allows principal 'sagemaker\.amazonaws\.com' to assume the role"):
        world.sagemaker.create_processing_job(**world.job(RoleArn=role))


def test_permissions_name_resources_by_their_lower_cased_arn(world: Any, caller: Any, capturing_endpoint: str) -> None:
    arn = world.sagemaker.describe_endpoint(EndpointName=capturing_endpoint)["EndpointArn"]
    client = caller("sagemaker", {"Action": "sagemaker:DescribeEndpoint", "Resource": arn})
    assert client.describe_endpoint(EndpointName=capturing_endpoint)["EndpointStatus"] == "InService"
    with pytest.raises(ClientError) as error:
        client.describe_endpoint(EndpointName="other")
    assert "sagemaker:DescribeEndpoint" in denied(error)


def test_invoking_is_permitted_per_endpoint(world: Any, caller: Any, capturing_endpoint: str) -> None:
    arn = world.sagemaker.describe_endpoint(EndpointName=capturing_endpoint)["EndpointArn"]
    request = {"EndpointName": capturing_endpoint, "Body": b"1\n", "ContentType": "text/csv", "Accept": "text/csv"}
    permitted = caller("sagemaker-runtime", {"Action": "sagemaker:InvokeEndpoint", "Resource": arn})
    assert permitted.invoke_endpoint(**request)["Body"].read() == b"2.0"
    other = caller("sagemaker-runtime", {"Action": "sagemaker:InvokeEndpoint", "Resource": f"{arn}-other"})
    with pytest.raises(ClientError, match="AccessDenied"):
        other.invoke_endpoint(**request)


def test_lists_are_permitted_on_everything_or_not_at_all(world: Any, caller: Any) -> None:
    narrow = "arn:aws:sagemaker:us-east-1:000000000000:model/*"
    client = caller("sagemaker", {"Action": "sagemaker:ListModels", "Resource": narrow})
    with pytest.raises(ClientError) as error:
        client.list_models()
    denied(error)
    assert caller("sagemaker", {"Action": "sagemaker:ListModels", "Resource": "*"}).list_models()["Models"]


def test_stopping_a_job_is_permitted_per_job(world: Any, caller: Any) -> None:
    job = world.run_job(AppSpecification={"ImageUri": "unknown"})
    name, arn = job["ProcessingJobName"], job["ProcessingJobArn"]
    describing = {"Action": "sagemaker:DescribeProcessingJob", "Resource": "*"}
    for stopping in ([], [{"Action": "sagemaker:StopProcessingJob", "Resource": f"{arn}-other"}]):
        client = caller("sagemaker", describing, *stopping)
        assert client.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"] == "Failed"
        with pytest.raises(ClientError) as error:
            client.stop_processing_job(ProcessingJobName=name)
        assert f"is not authorized to perform: sagemaker:StopProcessingJob on resource: {arn} because" in denied(error)
    permitted = caller("sagemaker", {"Action": "sagemaker:StopProcessingJob", "Resource": arn})
    with pytest.raises(ClientError, match="only an InProgress job can be stopped"):
        permitted.stop_processing_job(ProcessingJobName=name)
