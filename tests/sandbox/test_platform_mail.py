from collections.abc import Callable
from typing import Any

import pytest

from sandbox import outbox
from sandbox.client import SandboxProcess


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


@pytest.fixture
def empty_outbox() -> None:
    outbox.clear()


@pytest.mark.usefixtures("empty_outbox")
def test_the_last_thousand_mails_are_kept() -> None:
    for number in range(1001):
        outbox.deliver(to="a@b.c", subject=str(number), body="", topic_arn="arn")
    kept = outbox.messages()
    assert (len(kept), kept[0]["subject"], kept[-1]["subject"]) == (1000, "1", "1000")
