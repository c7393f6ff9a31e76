import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.alarms import Alarms


@pytest.fixture
def topic(alarms: Alarms, client: Callable[..., Any]) -> Callable[..., str]:
    def make(**attributes: str) -> str:
        arn = client("sns").create_topic(Name=alarms.name, Attributes=attributes)["TopicArn"]
        client("sns").subscribe(TopicArn=arn, Protocol="email-json", Endpoint=f"{alarms.name}@example.com")
        return arn

    return make


def key(client: Callable[..., Any], *statements: dict[str, Any]) -> str:
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [owner, *statements]})
    return client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]


def grant(**condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": condition,
    }


def logs(client: Callable[..., Any], function_arn: str) -> str:
    group = f"/aws/lambda/{function_arn.rsplit(':', 1)[-1]}"
    try:
        events = client("logs").filter_log_events(logGroupName=group)["events"]
    except client("logs").exceptions.ResourceNotFoundException:
        return ""
    return "\n".join(event["message"] for event in events)


def test_the_message_is_the_one_that_aws_sends(alarms: Alarms, topic: Callable[..., str]) -> None:
    arn = topic()
    alarms.put(AlarmActions=[arn], OKActions=[arn], Dimensions=[{"Name": "E", "Value": "x"}], AlarmDescription="why")
    alarms.data(5, Dimensions=[{"Name": "E", "Value": "x"}])
    mail = alarms.mails()[0]
    assert mail["subject"] == f'ALARM: "{alarms.name}" in US East (N. Virginia)'
    body = json.loads(mail["body"])
    assert (body["NewStateValue"], body["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
    assert body["AlarmDescription"] == "why"
    assert body["Trigger"]["Dimensions"] == [{"value": "x", "name": "E"}]
    assert body["Trigger"]["Statistic"] == "MAXIMUM"


def test_disabled_actions_do_not_run(alarms: Alarms, topic: Callable[..., str]) -> None:
    alarms.put(AlarmActions=[topic()], ActionsEnabled=False)
    alarms.data(5)
    assert alarms.state() == "ALARM"
    assert alarms.mails() == []


def test_the_aws_managed_key_shuts_cloudwatch_out(alarms: Alarms, topic: Callable[..., str]) -> None:
    alarms.put(AlarmActions=[topic(KmsMasterKeyId="alias/aws/sns")])
    alarms.data(5)
    assert alarms.mails() == []
    assert "managed key alias/aws/sns" in json.loads(alarms.history()[0]["HistoryData"])["error"]


@pytest.mark.parametrize(
    ("condition", "delivered"),
    [
        ({}, 1),
        ({"StringEquals": {"aws:SourceAccount": "000000000000"}}, 1),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:000000000000:alarm:*"}}, 1),
        ({"StringEquals": {"aws:SourceAccount": "111122223333"}}, 0),
        (None, 0),
    ],
)
def test_an_encrypted_topic_is_reached_when_the_key_lets_cloudwatch_in(
    alarms: Alarms, topic: Callable[..., str], client: Callable[..., Any], condition: Any, delivered: int
) -> None:
    statements = [] if condition is None else [grant(**condition)]
    alarms.put(AlarmActions=[topic(KmsMasterKeyId=key(client, *statements))])
    alarms.data(5)
    assert len(alarms.mails()) == delivered
    outcome = json.loads(alarms.history()[0]["HistoryData"])
    assert outcome["actionState"] == ("Succeeded" if delivered else "Failed")


def test_a_topic_policy_of_ones_own_must_name_cloudwatch(
    alarms: Alarms, topic: Callable[..., str], client: Callable[..., Any]
) -> None:
    arn = topic()
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    alarms.put(AlarmActions=[arn])
    alarms.data(5)
    assert alarms.mails() == []
    assert "does not allow cloudwatch.amazonaws.com to perform sns:Publish" in alarms.history()[0]["HistoryData"]


def test_a_function_is_invoked_when_its_policy_lets_alarms_in(
    alarms: Alarms, function: Callable[..., str], client: Callable[..., Any], until: Callable[..., Any]
) -> None:
    arn = function("def handler(event, context): print('MARK', event['alarmData']['state']['value'])")
    alarms.put("refused", AlarmActions=[arn])
    alarms.data(5)
    assert "lambda:InvokeFunction" in alarms.history("refused")[0]["HistoryData"]
    client("lambda").add_permission(
        FunctionName=arn,
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
    )
    alarms.put("allowed", AlarmActions=[arn])
    until(lambda: "MARK ALARM" in logs(client, arn))


def test_a_change_of_state_is_an_event_of_the_documented_shape(
    alarms: Alarms, queue: Callable[..., Any], client: Callable[..., Any], until: Callable[..., Any]
) -> None:
    arn, read = queue("events.amazonaws.com")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [alarms.name], "state": {"value": ["ALARM"]}}}
    client("events").put_rule(Name=alarms.name, EventPattern=json.dumps(pattern))
    client("events").put_targets(Rule=alarms.name, Targets=[{"Id": "1", "Arn": arn}])
    alarms.put(AlarmDescription="why")
    alarms.data(5)
    event = json.loads(until(read)[0])
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"] == [alarms.describe()["AlarmArn"]]
    detail = event["detail"]
    assert detail["state"]["value"] == "ALARM"
    assert math.isclose(json.loads(detail["state"]["reasonData"])["threshold"], 1)
    assert detail["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert detail["configuration"]["description"] == "why"
    stat = detail["configuration"]["metrics"][0]["metricStat"]
    assert stat == {
        "metric": {"namespace": alarms.name, "name": "M", "dimensions": {}},
        "period": 60,
        "stat": "Maximum",
    }
