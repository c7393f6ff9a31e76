import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


@pytest.fixture
def listen(queue: Callable[..., Any], rule: Callable[..., str]) -> Callable[[dict[str, Any]], Callable[[], list[Any]]]:
    """Put a rule for a pattern in place; gives a way to read the details that matched."""

    def start(pattern: dict[str, Any]) -> Callable[[], list[Any]]:
        arn, read = queue("events.amazonaws.com")
        rule(arn, pattern)
        return lambda: [json.loads(body)["detail"] for body in read()]

    return start


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


@pytest.mark.parametrize(
    ("service", "condition", "mails"),
    [
        ("events.amazonaws.com", {}, 1),
        ("cloudwatch.amazonaws.com", {}, 0),
        # EventBridge tells KMS neither account nor rule.
        ("events.amazonaws.com", {"Condition": {"StringEquals": {"aws:SourceAccount": "000000000000"}}}, 0),
        ("events.amazonaws.com", {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*"}}}, 0),
    ],
)
def test_an_encrypted_topic_is_reached_when_the_key_lets_eventbridge_in(
    box: SandboxProcess,
    client: Callable[..., Any],
    rule: Callable[..., str],
    unique: str,
    service: str,
    condition: dict[str, Any],
    mails: int,
) -> None:
    root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*"}
    use = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"]}
    use |= condition
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"} for statement in (root, use)]}
    key = client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    topic = client("sns").create_topic(Name=unique, Attributes={"KmsMasterKeyId": key})["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    rule(topic, {"detail-type": [unique]})
    put(client, unique)
    assert len([mail for mail in box.outbox() if mail["topic_arn"] == topic]) == mails


def test_a_function_runs_only_with_permission_for_the_rule(
    client: Callable[..., Any],
    function: Callable[..., str],
    printed: Callable[..., list[str]],
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
    assert until(lambda: printed(arn, "RUN")) == ["RUN {'number': 2}"]


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


class TestFunctionsThatPutEvents:
    SOURCE = "model-monitoring"
    PUTTING = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        return boto3.client('events').put_events(Entries=event)['FailedEntryCount']\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
    )

    def statement(self, **conditions: Any) -> dict[str, Any]:
        bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
        allowed = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
        return allowed | ({"Condition": {"StringEquals": conditions}} if conditions else {})

    def entry(self, unique: str, source: str = SOURCE, **detail: Any) -> dict[str, Any]:
        return {"Source": source, "DetailType": unique, "Detail": json.dumps(detail)}

    def invoke(self, client: Callable[..., Any], function: str, *entries: dict[str, Any]) -> Any:
        answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(entries))
        return json.load(answer["Payload"])

    def test_rules_choose_among_their_events(
        self,
        client: Callable[..., Any],
        function: Callable[..., str],
        listen: Callable[..., Any],
        unique: str,
        until: Callable[..., Any],
    ) -> None:
        detail = {
            "monitoringScheduleName": [{"prefix": "credit-"}],
            "processingJobName": [{"exists": True}],
            "status": [{"anything-but": ["Completed", "NoData"]}],
            "$or": [{"violations": [{"numeric": [">", 0]}]}, {"failureReason": [{"exists": True}]}],
        }
        read = listen({"source": [self.SOURCE], "detail-type": [unique], "detail": detail})
        matching = {
            "monitoringScheduleName": "credit-1",
            "processingJobName": "j",
            "status": "CompletedWithViolations",
            "violations": 2,
        }
        others = [
            {**matching, "monitoringScheduleName": "churn"},
            {**matching, "status": "NoData"},
            {**matching, "violations": 0},
            {key: value for key, value in matching.items() if key != "processingJobName"},
        ]
        putting = function(self.PUTTING, self.statement(**{"events:source": self.SOURCE}))
        entries = [self.entry(unique, **detail) for detail in (*others, matching)]
        assert self.invoke(client, putting, *entries) == 0
        assert until(read) == [matching]

    def test_they_need_the_permission_for_their_source(
        self, client: Callable[..., Any], function: Callable[..., str], unique: str
    ) -> None:
        without = function(self.PUTTING, suffix="without")
        answer = self.invoke(client, without, self.entry(unique))
        assert "(AccessDeniedException)" in answer
        assert "is not authorized to perform: events:PutEvents on resource: arn:aws:events:us-east-1:" in answer
        narrow = function(self.PUTTING, self.statement(**{"events:source": self.SOURCE}), suffix="narrow")
        assert self.invoke(client, narrow, self.entry(unique)) == 0
        assert "AccessDenied" in self.invoke(client, narrow, self.entry(unique, source="other"))
        assert "AccessDenied" in self.invoke(client, narrow, self.entry(unique), self.entry(unique, source="other"))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"Detail": "[]"}, "MalformedDetail"),
    ],
)
def test_a_wrong_entry_is_refused_and_the_others_are_delivered(
    client: Callable[..., Any],
    listen: Callable[..., Any],
    unique: str,
    wrong: dict[str, str],
    code: str,
) -> None:
    read = listen({"detail-type": [unique]})
    sound = {"Source": SOURCE, "DetailType": unique, "Detail": "{}"}
    answer = client("events").put_events(Entries=[{**sound, **wrong}, sound])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == code
    assert "EventId" in answer["Entries"][1]
    assert len(read()) == 1


def test_entries_of_256_kilobytes_are_refused(client: Callable[..., Any], unique: str) -> None:
    detail = json.dumps({"text": "x" * 130_000})
    entry = {"Source": SOURCE, "DetailType": unique, "Detail": detail}
    client("events").put_events(Entries=[entry])
    with pytest.raises(ClientError, match="Total size of the entries in the request is over the limit"):
        client("events").put_events(Entries=[entry, {**entry, "Detail": json.dumps({"text": "x" * 140_000})}])
