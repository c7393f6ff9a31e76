import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.process.client import SandboxProcess

SOURCE = "my.shop"


@pytest.fixture
def rule(client: Callable[..., Any], unique: str) -> Callable[..., str]:
    """Make a rule with one target; gives the rule's ARN."""

    def make(target: str, pattern: dict[str, Any] | None = None, schedule: str | None = None) -> str:
        when = {"ScheduleExpression": schedule} if schedule else {"EventPattern": json.dumps(pattern)}
        arn = client("events").put_rule(Name=unique, **when)["RuleArn"]
        client("events").put_targets(Rule=unique, Targets=[{"Id": "1", "Arn": target}])
        return arn

    return make


def put(client: Callable[..., Any], unique: str, **detail: Any) -> None:
    entry = {"Source": SOURCE, "DetailType": unique, "Detail": json.dumps(detail)}
    client("events").put_events(Entries=[entry])


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ({"message": [{"prefix": "CompletedWith"}]}, {"message": "CompletedWithViolations"}, {"message": "Completed"}),
        ({"status": [{"anything-but": ["Failed"]}]}, {"status": "Completed"}, {"status": "Failed"}),
        (
            {"$or": [{"status": ["Failed"]}, {"message": [{"prefix": "CompletedWith"}]}]},
            {"status": "Failed"},
            {"status": "Completed", "message": "Completed"},
        ),
        ({"arn": [{"exists": True}]}, {"arn": "x"}, {"status": "Failed"}),
        ({"count": [{"numeric": [">", 3]}]}, {"count": 4}, {"count": 3}),
    ],
)
def test_content_filters_choose_the_events(
    client: Callable[..., Any], pattern: dict[str, Any], matching: dict[str, Any], other: dict[str, Any]
) -> None:
    def matches(detail: dict[str, Any]) -> bool:
        event = {"id": "1", "account": "0", "source": SOURCE, "time": "2026-01-01T00:00:00Z", "region": "us-east-1"}
        event |= {"detail-type": "x", "resources": [], "detail": detail}
        answer = client("events").test_event_pattern(
            EventPattern=json.dumps({"detail": pattern}), Event=json.dumps(event)
        )
        return bool(answer["Result"])

    assert matches(matching)
    assert not matches(other)


def test_a_rule_delivers_exactly_what_matches(
    client: Callable[..., Any],
    queue: Callable[..., Any],
    rule: Callable[..., str],
    unique: str,
    until: Callable[..., Any],
) -> None:
    arn, read = queue("events.amazonaws.com")
    rule(arn, {"detail-type": [unique], "detail": {"$or": [{"status": ["Failed"]}, {"message": [{"prefix": "With"}]}]}})
    for detail in ({"status": "Completed"}, {"status": "Failed"}, {"message": "Without"}):
        put(client, unique, **detail)
    assert [json.loads(body)["detail"] for body in until(read)] == [{"status": "Failed"}, {"message": "Without"}]


def test_a_queue_whose_policy_does_not_name_eventbridge_gets_nothing(
    client: Callable[..., Any], queue: Callable[..., Any], rule: Callable[..., str], unique: str
) -> None:
    closed, read_closed = queue(suffix="closed")
    rule(closed, {"detail-type": [unique]})
    put(client, unique)
    assert read_closed() == []


@pytest.mark.parametrize("service", ["events.amazonaws.com", "cloudwatch.amazonaws.com"])
def test_an_encrypted_topic_is_reached_when_the_key_lets_eventbridge_in(
    box: SandboxProcess,
    client: Callable[..., Any],
    rule: Callable[..., str],
    unique: str,
    service: str,
) -> None:
    root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*"}
    use = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"]}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"} for statement in (root, use)]}
    key = client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    topic = client("sns").create_topic(Name=unique, Attributes={"KmsMasterKeyId": key})["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    rule(topic, {"detail-type": [unique]})
    put(client, unique)
    assert len([mail for mail in box.outbox() if mail["topic_arn"] == topic]) == service.count("events")


def test_a_function_runs_only_with_permission_for_the_rule(
    client: Callable[..., Any],
    function: Callable[..., str],
    rule: Callable[..., str],
    unique: str,
    until: Callable[..., Any],
) -> None:
    arn = function("def handler(event, context): print('RUN', event['detail'])")
    rule_arn = rule(arn, {"detail-type": [unique]})
    put(client, unique, number=1)
    client("lambda").add_permission(
        FunctionName=arn,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule_arn,
    )
    put(client, unique, number=2)
    group = f"/aws/lambda/{arn.rsplit(':', 1)[-1]}"
    logs = client("logs")

    def printed() -> list[str]:
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        return [found["message"].strip() for found in logs.filter_log_events(logGroupName=group)["events"]]

    until(lambda: any("RUN" in line for line in printed()))
    assert [line for line in printed() if "RUN" in line] == ["RUN {'number': 2}"]


@pytest.mark.parametrize("schedule", ["rate(1 hour)", "cron(0 * * * ? *)"])
def test_a_scheduled_rule_fires_by_the_sandboxs_clock(
    box: SandboxProcess,
    queue: Callable[..., Any],
    rule: Callable[..., str],
    until: Callable[..., Any],
    schedule: str,
) -> None:
    arn, read = queue("events.amazonaws.com")
    rule(arn, schedule=schedule)
    box.advance(timedelta(seconds=1))
    assert read() == []
    before = box.now()
    box.advance(timedelta(hours=1))
    event = json.loads(until(read)[0])
    assert event["detail-type"] == "Scheduled Event"
    assert event["time"] >= before.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_only_aws_itself_publishes_events_of_aws(client: Callable[..., Any]) -> None:
    entry = {"Source": "aws.sagemaker", "DetailType": "x", "Detail": "{}"}
    assert client("events").put_events(Entries=[entry])["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
