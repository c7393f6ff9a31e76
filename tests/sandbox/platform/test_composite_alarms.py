import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.alarms import LONG, MINUTE, Alarms


@pytest.mark.parametrize(
    ("rule", "breached", "state"),
    [
        ("ALARM({a}) OR ALARM({b})", ["a"], "ALARM"),
        ("ALARM({a}) AND ALARM({b})", ["a"], "OK"),
        ("ALARM({a}) AND ALARM({b})", ["a", "b"], "ALARM"),
        ("ALARM({a}) AND NOT ALARM({b})", ["a"], "ALARM"),
        ("ALARM({a}) AND NOT ALARM({b})", ["a", "b"], "OK"),
        ("OK({a})", ["a"], "OK"),
        ('(ALARM("{a}") OR ALARM("{b}")) AND TRUE', ["b"], "ALARM"),
    ],
)
def test_a_rule_combines_states(alarms: Alarms, rule: str, breached: list[str], state: str) -> None:
    for child in "ab":
        alarms.put(child, MetricName=child, TreatMissingData="notBreaching")
    named = rule.format(a=f"{alarms.name}a", b=f"{alarms.name}b")
    alarms.cloudwatch.put_composite_alarm(AlarmName=f"{alarms.name}c", AlarmRule=named)
    for child in breached:
        alarms.data(5, metric=child)
    assert alarms.state("c") == state


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (f'ALARM("{"a" * 10_233}")', "length less than or equal to 10240"),
        (" OR ".join(f"ALARM(a{number})" for number in range(101)), "more than 100 alarms"),
    ],
)
def test_a_rule_that_is_too_large_is_refused(alarms: Alarms, rule: str, words: str) -> None:
    with pytest.raises(alarms.cloudwatch.exceptions.ClientError, match=words):
        alarms.cloudwatch.put_composite_alarm(AlarmName=f"{alarms.name}c", AlarmRule=rule)


def test_it_follows_its_children_back(alarms: Alarms) -> None:
    alarms.put("a", TreatMissingData="notBreaching")
    alarms.cloudwatch.put_composite_alarm(AlarmName=f"{alarms.name}c", AlarmRule=f"ALARM({alarms.name}a)")
    alarms.data(5)
    assert alarms.state("c") == "ALARM"
    alarms.box.advance(LONG)
    assert alarms.state("c") == "OK"


def test_its_message_names_the_children_that_triggered_it(alarms: Alarms, client: Callable[..., Any]) -> None:
    topic = client("sns").create_topic(Name=alarms.name)["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email-json", Endpoint=f"{alarms.name}@example.com")
    alarms.put("a", TreatMissingData="notBreaching")
    alarms.cloudwatch.put_composite_alarm(
        AlarmName=f"{alarms.name}c", AlarmRule=f"ALARM({alarms.name}a)", AlarmActions=[topic]
    )
    alarms.data(5)
    mail = alarms.mails()[0]
    assert mail["subject"] == f'ALARM: "{alarms.name}c" in US East (N. Virginia)'
    body = json.loads(mail["body"])
    assert body["AlarmRule"] == f"ALARM({alarms.name}a)"
    assert [child["Arn"].rsplit(":", 1)[-1] for child in body["TriggeringChildren"]] == [f"{alarms.name}a"]


def test_a_suppressor_holds_the_actions_back_until_it_is_over(
    alarms: Alarms, client: Callable[..., Any], until: Callable[..., Any]
) -> None:
    topic = client("sns").create_topic(Name=alarms.name)["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email-json", Endpoint=f"{alarms.name}@example.com")
    alarms.put("a", MetricName="A", TreatMissingData="ignore")
    alarms.put("maintenance", MetricName="S", TreatMissingData="notBreaching")
    alarms.cloudwatch.put_composite_alarm(
        AlarmName=f"{alarms.name}c",
        AlarmRule=f"ALARM({alarms.name}a)",
        AlarmActions=[topic],
        ActionsSuppressor=f"{alarms.name}maintenance",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60,
    )
    alarms.data(5, metric="S")
    alarms.data(5, metric="A")
    assert alarms.state("c") == "ALARM"
    alarms.box.advance(MINUTE)
    assert alarms.mails() == []
    alarms.box.advance(LONG)
    assert alarms.state("maintenance") == "OK"
    alarms.box.advance(2 * MINUTE)
    until(alarms.mails)
