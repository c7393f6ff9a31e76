"""Step ``topic``: whether messages reach a topic under a customer managed key.

Two topics, each under a key of its own: one whose policy lets CloudWatch and EventBridge use the key, and one whose
policy does so only for this account (aws:SourceAccount). AWS documents that the second loses what EventBridge sends:
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from account_check.bench import Bench, seconds_between
from account_check.facts import Delivery, Facts, TopicFacts
from account_check.queues import Queue, make_queue, make_rule
from account_check.step import Step

_PUBLISHERS = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
_PATIENCE = timedelta(seconds=60)
_SETTLING = 30
"""Seconds that new keys, policies and rules are given."""
_WAITING_DAYS = 7
"""The fewest days after which KMS deletes a key; it costs nothing in that time."""


@dataclass(frozen=True)
class _Path:
    alarm: str
    source: str
    queue: Queue


def _take(bench: Bench) -> TopicFacts:
    paths = {
        "open": _make_path(bench, "open", {}),
        "conditional": _make_path(bench, "conditional", {"StringEquals": {"aws:SourceAccount": bench.account.id}}),
    }
    bench.say("letting keys, policies and rules settle")
    bench.pace.sleep(_SETTLING)
    start = bench.pace.now()
    for path in paths.values():
        bench.account.client("cloudwatch").set_alarm_state(
            AlarmName=path.alarm, StateValue="ALARM", StateReason="set by verify-account"
        )
        detail = json.dumps({"run": bench.name})
        entry = {"Source": path.source, "DetailType": "Verify account", "Detail": detail}
        bench.account.client("events").put_events(Entries=[entry])
    arrived = _collect(bench, paths, start)
    found = {name: _delivery(bench, path, arrived[name]) for name, path in paths.items()}
    return TopicFacts(without_condition=found["open"], with_source_account=found["conditional"])


def _make_path(bench: Bench, thing: str, condition: dict[str, Any]) -> _Path:
    """Make key, topic, queue, alarm and rule."""
    bench.say(f"making the {thing} topic")
    key = _make_key(bench, thing, condition)
    sns, name = bench.account.client("sns"), bench.named(thing)
    topic = f"arn:{bench.account.partition}:sns:{bench.account.region}:{bench.account.id}:{name}"
    bench.ledger.add(f"topic {name}", lambda: sns.delete_topic(TopicArn=topic))
    sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": key}, Tags=bench.tags)
    # A condition here would blur what the condition of the key does.
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": _PUBLISHERS},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    queue = make_queue(bench, thing)
    queue.admit({"sns.amazonaws.com": [topic]})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": "true"})
    cloudwatch = bench.account.client("cloudwatch")
    bench.ledger.add(f"alarm {name}", lambda: cloudwatch.delete_alarms(AlarmNames=[name]))
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="verify-account",
        MetricName="nothing",
        Statistic="Sum",
        Period=86400,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
        Tags=bench.tags,
    )
    source = f"{bench.name}.{thing}"
    make_rule(bench, thing, {"source": [source]}, topic)
    return _Path(name, source, queue)


def _make_key(bench: Bench, thing: str, condition: dict[str, Any]) -> str:
    kms = bench.account.client("kms")
    root = f"arn:{bench.account.partition}:iam::{bench.account.id}:root"
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"Service": _PUBLISHERS},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            **({"Condition": condition} if condition else {}),
        },
    ]
    made = kms.create_key(
        Description=f"{bench.named(thing)}: may be deleted",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in bench.tags],
    )["KeyMetadata"]
    bench.ledger.add(
        f"key {made['KeyId']} (deleted by KMS after {_WAITING_DAYS} days)",
        lambda: kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=_WAITING_DAYS),
    )
    return str(made["Arn"])


def _collect(bench: Bench, paths: dict[str, _Path], start: datetime) -> dict[str, dict[str, float]]:
    """Return, for every path, who has delivered and after how many seconds."""
    arrived: dict[str, dict[str, float]] = {name: {} for name in paths}
    bench.say("waiting for messages")
    while bench.pace.now() - start < _PATIENCE and any(len(found) < len(_PUBLISHERS) for found in arrived.values()):
        for name, path in paths.items():
            for message in path.queue.take():
                sender = "alarm" if "AlarmName" in message else "rule"
                arrived[name].setdefault(sender, seconds_between(start, bench.pace.now()))
        bench.pace.sleep(3)
    return arrived


def _delivery(bench: Bench, path: _Path, arrived: dict[str, float]) -> Delivery:
    items = bench.account.client("cloudwatch").describe_alarm_history(AlarmName=path.alarm, HistoryItemType="Action")
    history = [item["HistorySummary"] for item in items["AlarmHistoryItems"]]
    return Delivery(
        from_alarm="alarm" in arrived,
        alarm_seconds=arrived.get("alarm"),
        alarm_history=bench.account.wording.general(history[0]) if history else None,
        from_rule="rule" in arrived,
        rule_seconds=arrived.get("rule"),
    )


def _summary(facts: Facts) -> str:
    assert isinstance(facts, TopicFacts)

    def words(delivery: Delivery) -> str:
        found = {"alarm": delivery.from_alarm, "rule": delivery.from_rule}
        return ", ".join(f"{sender} {'arrives' if yes else 'is lost'}" for sender, yes in found.items())

    return (
        f"without a condition: {words(facts.without_condition)}; "
        f"with aws:SourceAccount: {words(facts.with_source_account)}"
    )


STEP = Step(
    name="topic",
    finds_out="whether messages of alarms and rules reach an encrypted topic, by the key's policy",
    needs="kms:CreateKey, sns, sqs, events and cloudwatch alarms",
    take=_take,
    summary=_summary,
    minutes=3,
    dollars=0.01,
)
