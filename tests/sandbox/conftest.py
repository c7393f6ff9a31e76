"""One sandbox for all tests of this folder, with IAM enforced; tests keep apart by names of their own."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.process.client import SandboxProcess
from tests.sandbox.alarms import Alarms

ASSUMABLE_BY = "arn:aws:iam::000000000000:root"


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sandbox keeps downloads, so that a test finds nothing that others have left there."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def box(cache_home: Path) -> Iterator[SandboxProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_home))
        box = SandboxProcess.start()
    with box as started:
        started.advance_into_next_hour()
        yield started


@pytest.fixture(scope="session")
def client(box: SandboxProcess) -> Callable[..., Any]:
    """boto3 clients of the administrator, made once for each service."""
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = box.client(service)
        return made[service]

    return get


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return "t" + uuid.uuid4().hex[:10]


@pytest.fixture
def alarms(box: SandboxProcess, client: Callable[..., Any], unique: str) -> Alarms:
    return Alarms(box, client, unique)


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait until a condition gives something true, and return it."""

    def wait(condition: Callable[[], Any], timeout: float = 15) -> Any:
        end = time.monotonic() + timeout
        while not (result := condition()):
            assert time.monotonic() < end, "the condition did not come true in time"
            time.sleep(0.05)
        return result

    return wait


@pytest.fixture
def role(client: Callable[..., Any], unique: str) -> Callable[..., dict[str, str]]:
    """Make a role that services (and the account) may assume, with one inline policy; gives arn and name."""

    def make(*statements: dict[str, Any], services: tuple[str, ...] = (), suffix: str = "role") -> dict[str, str]:
        name = f"{unique}-{suffix}"
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": ASSUMABLE_BY, "Service": list(services)},
            "Action": "sts:AssumeRole",
        }
        arn = client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        if statements:
            client("iam").put_role_policy(
                RoleName=name,
                PolicyName="inline",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
            )
        return {"arn": arn, "name": name}

    return make


@pytest.fixture
def as_role(box: SandboxProcess, client: Callable[..., Any]) -> Callable[..., Any]:
    """A boto3 client with a session of a role."""

    def assume(service: str, arn: str) -> Any:
        credentials = client("sts").assume_role(RoleArn=arn, RoleSessionName="tester")["Credentials"]
        return box.client(
            service,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    return assume


@pytest.fixture
def function(client: Callable[..., Any], role: Callable[..., Any], unique: str) -> Callable[..., str]:
    """Make a Python function from source with a handler ``handler``; gives its ARN."""

    def make(source: str, *statements: dict[str, Any], suffix: str = "fn") -> str:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.py", source)
        made = role(*statements, services=("lambda.amazonaws.com",), suffix=suffix + "-role")
        return client("lambda").create_function(
            FunctionName=f"{unique}-{suffix}",
            Runtime="python3.13",
            Role=made["arn"],
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
            Timeout=30,
        )["FunctionArn"]

    return make


@pytest.fixture
def printed(client: Callable[..., Any]) -> Callable[..., list[str]]:
    """Lines of a function's log that hold a word."""

    def read(function_arn: str, word: str) -> list[str]:
        logs, group = client("logs"), f"/aws/lambda/{function_arn.rsplit(':', 1)[-1]}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        found = logs.filter_log_events(logGroupName=group)["events"]
        return [event["message"].strip() for event in found if word in event["message"]]

    return read


@pytest.fixture
def queue(client: Callable[..., Any], unique: str) -> Callable[..., Any]:
    """Make a queue that the given services may send to; gives its ARN and a way to read its messages."""

    def make(*services: str, suffix: str = "queue") -> tuple[str, Callable[[], list[str]]]:
        url = client("sqs").create_queue(QueueName=f"{unique}-{suffix}")["QueueUrl"]
        arn = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        if services:
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": list(services)},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

        def read() -> list[str]:
            messages = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:
                client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return [message["Body"] for message in messages]

        return arn, read

    return make


@pytest.fixture
def stack(client: Callable[..., Any], unique: str, until: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Create, or with the same name update, a stack from resources; gives its final description and its events."""

    def deploy(resources: dict[str, Any], **options: Any) -> dict[str, Any]:
        formation = client("cloudformation")
        template = json.dumps({"Resources": resources})
        existing = [found for found in formation.list_stacks()["StackSummaries"] if found["StackName"] == unique]
        call = formation.update_stack if existing else formation.create_stack
        call(StackName=unique, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"], **options)

        def finished() -> dict[str, Any] | None:
            found = formation.describe_stacks(StackName=unique)["Stacks"][0]
            return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

        found = until(finished, 30)
        events = formation.describe_stack_events(StackName=unique)["StackEvents"]
        return {**found, "Events": list(reversed(events))}

    return deploy
