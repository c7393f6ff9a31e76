import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.platform import outbox
from sandbox.process.client import SandboxProcess


def test_an_email_subscription_confirms_itself_and_its_mail_is_recorded(
    box: SandboxProcess, client: Callable[..., Any], unique: str
) -> None:
    topic = client("sns").create_topic(Name=unique)["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    before = box.now()
    client("sns").publish(TopicArn=topic, Subject="drift", Message="age has drifted")
    mail = [found for found in box.outbox() if found["topic_arn"] == topic]
    assert [(found["to"], found["subject"], found["body"]) for found in mail] == [
        ("on-call@example.com", "drift", "age has drifted")
    ]
    assert mail[0]["time"] >= before.isoformat()


def test_a_filter_policy_keeps_mail_away(box: SandboxProcess, client: Callable[..., Any], unique: str) -> None:
    sns = client("sns")
    topic = sns.create_topic(Name=unique)["TopicArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint="on-call@example.com",
        Attributes={"FilterPolicy": '{"severity": ["high"]}'},
    )
    for severity in ("low", "high"):
        attributes = {"severity": {"DataType": "String", "StringValue": severity}}
        sns.publish(TopicArn=topic, Message=severity, MessageAttributes=attributes)
    mail = [found for found in box.outbox() if found["topic_arn"] == topic]
    assert [found["body"] for found in mail] == ["high"]
    assert mail[0]["subject"] == "AWS Notification Message"


def test_a_message_of_eventbridge_has_no_subject_of_its_own(
    box: SandboxProcess, client: Callable[..., Any], unique: str
) -> None:
    topic = client("sns").create_topic(Name=unique)["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    client("events").put_rule(Name=unique, EventPattern=json.dumps({"detail-type": [unique]}))
    client("events").put_targets(Rule=unique, Targets=[{"Id": "1", "Arn": topic}])
    client("events").put_events(Entries=[{"Source": "my.shop", "DetailType": unique, "Detail": "{}"}])
    mail = [found for found in box.outbox() if found["topic_arn"] == topic]
    assert [(found["subject"], json.loads(found["body"])["detail-type"]) for found in mail] == [
        ("AWS Notification Message", unique)
    ]


class TestSubscribers:
    @pytest.fixture
    def topic(self, client: Callable[..., Any], unique: str) -> str:
        return client("sns").create_topic(Name=unique)["TopicArn"]

    def test_a_queue_needs_a_policy_for_sns(
        self, client: Callable[..., Any], queue: Callable[..., Any], topic: str, until: Callable[..., Any]
    ) -> None:
        open_queue, read_open = queue("sns.amazonaws.com", suffix="open")
        closed_queue, read_closed = queue(suffix="closed")
        for arn in (open_queue, closed_queue):
            client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        client("sns").publish(TopicArn=topic, Message="hello")
        assert json.loads(until(read_open)[0])["Message"] == "hello"
        assert read_closed() == []

    def test_an_encrypted_queue_needs_a_key_policy_for_sns_as_well(
        self, client: Callable[..., Any], queue: Callable[..., Any], topic: str, until: Callable[..., Any]
    ) -> None:
        arn, read = queue("sns.amazonaws.com")
        url = client("sqs").get_queue_url(QueueName=arn.rsplit(":", 1)[-1])["QueueUrl"]
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key})
        client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        client("sns").publish(TopicArn=topic, Message="lost")
        root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*"}
        sns = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": ["kms:Decrypt", "kms:Gen*"]}
        statements = [{**statement, "Resource": "*"} for statement in (root, sns)]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
        client("sns").publish(TopicArn=topic, Message="delivered")
        assert [json.loads(body)["Message"] for body in until(read)] == ["delivered"]

    def test_a_function_needs_a_permission_for_sns(
        self,
        client: Callable[..., Any],
        function: Callable[..., str],
        printed: Callable[..., list[str]],
        topic: str,
        until: Callable[..., Any],
    ) -> None:
        arn = function("def handler(event, context): print('GOT', event['Records'][0]['Sns']['Message'])")
        client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
        client("sns").publish(TopicArn=topic, Message="refused")
        client("lambda").add_permission(
            FunctionName=arn,
            StatementId="sns",
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
            SourceArn=topic,
        )
        client("sns").publish(TopicArn=topic, Message="allowed")
        assert until(lambda: printed(arn, "GOT")) == ["GOT allowed"]


@pytest.fixture
def empty_outbox() -> None:
    outbox.clear()


@pytest.mark.usefixtures("empty_outbox")
def test_the_last_thousand_mails_are_kept() -> None:
    for number in range(1001):
        outbox.deliver(to="a@b.c", subject=str(number), body="", topic_arn="arn")
    kept = outbox.messages()
    assert (len(kept), kept[0]["subject"], kept[-1]["subject"]) == (1000, "1", "1000")
