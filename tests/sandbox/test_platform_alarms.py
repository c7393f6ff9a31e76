import html
import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sandbox.client import SandboxProcess

MINUTE = timedelta(minutes=1)
LONG = timedelta(minutes=30)


class Alarms:
    """Alarms on the metric of one test."""

    def __init__(self, box: SandboxProcess, client: Callable[..., Any], name: str) -> None:
        self.box = box
        self.cloudwatch = client("cloudwatch")
        self.name = name

    def put(self, suffix: str = "", **options: Any) -> str:
        name = f"{self.name}{suffix}"
        defaults: dict[str, Any] = {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "TreatMissingData": "missing",
        }
        if "Metrics" not in options:
            defaults |= {"Namespace": self.name, "MetricName": "M", "Period": 60, "Statistic": "Maximum"}
        self.cloudwatch.put_metric_alarm(AlarmName=name, **(defaults | options))
        return name

    def data(self, value: float | None = None, ago: timedelta | None = None, metric: str = "M", **options: Any) -> None:
        point = {"MetricName": metric, **options}
        if value is not None:
            point["Value"] = value
        if ago is not None:
            point["Timestamp"] = self.box.now() - ago
        self.cloudwatch.put_metric_data(Namespace=self.name, MetricData=[point])

    def describe(self, suffix: str = "") -> dict[str, Any]:
        answer = self.cloudwatch.describe_alarms(
            AlarmNames=[f"{self.name}{suffix}"], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return (answer["MetricAlarms"] + answer["CompositeAlarms"])[0]

    def state(self, suffix: str = "") -> str:
        return self.describe(suffix)["StateValue"]

    def history(self, suffix: str = "", kind: str = "Action") -> list[dict[str, Any]]:
        answer = self.cloudwatch.describe_alarm_history(
            AlarmName=f"{self.name}{suffix}", HistoryItemType=kind, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return answer["AlarmHistoryItems"]

    def metric(self, name: str, identity: str, stat: str = "Sum") -> dict[str, Any]:
        metric = {"Namespace": self.name, "MetricName": name}
        return {"Id": identity, "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}


@pytest.fixture
def alarms(box: SandboxProcess, client: Callable[..., Any], unique: str) -> Alarms:
    return Alarms(box, client, unique)


def test_only_data_with_the_alarms_own_dimensions_count(alarms: Alarms) -> None:
    mine, other = [{"Name": "E", "Value": "mine"}], [{"Name": "E", "Value": "other"}]
    alarms.put(Dimensions=mine)
    alarms.data(5, Dimensions=other)
    alarms.data(5)
    assert alarms.state() == "INSUFFICIENT_DATA"
    alarms.data(5, Dimensions=mine)
    assert alarms.state() == "ALARM"


def test_a_reason_names_values_threshold_and_minimum(alarms: Alarms) -> None:
    alarms.put()
    alarms.data(5)
    found = alarms.describe()
    assert found["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [5.0 (")
    assert found["StateReason"].endswith(
        "was greater than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert json.loads(found["StateReasonData"])["recentDatapoints"] == [5.0]


def test_every_period_is_judged_by_itself(alarms: Alarms) -> None:
    alarms.put(EvaluationPeriods=3, Threshold=5, Statistic="Average")
    for value, ago in ((1, 2 * MINUTE), (1, MINUTE), (100, timedelta(0))):
        alarms.data(value, ago)
    assert alarms.state() == "OK"


def test_m_out_of_n_needs_m_breaches(alarms: Alarms) -> None:
    alarms.put(EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching")
    alarms.data(9, 2 * MINUTE)
    assert alarms.state() == "OK"
    alarms.data(9)
    assert alarms.state() == "ALARM"


@pytest.mark.parametrize(
    ("treatment", "state"),
    [("missing", "INSUFFICIENT_DATA"), ("ignore", "ALARM"), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
def test_when_the_data_stop_the_treatment_of_missing_data_decides(alarms: Alarms, treatment: str, state: str) -> None:
    alarms.put(TreatMissingData=treatment)
    alarms.data(5)
    assert alarms.state() == "ALARM"
    alarms.box.advance(LONG)
    assert alarms.state() == state


def test_an_alarm_recovers_when_good_data_follow(alarms: Alarms) -> None:
    alarms.put()
    alarms.data(5)
    alarms.box.advance(LONG)
    alarms.data(0)
    assert alarms.state() == "OK"


def test_data_of_the_last_hour_reach_an_hourly_alarm(alarms: Alarms) -> None:
    alarms.put(Period=3600, TreatMissingData="notBreaching")
    alarms.data(5, timedelta(hours=1, minutes=5))
    assert alarms.state() == "ALARM"


def test_silence_is_noticed_by_the_clock_alone(alarms: Alarms) -> None:
    alarms.put(
        Period=3600,
        EvaluationPeriods=2,
        Statistic="Sum",
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    alarms.data(1)
    assert alarms.state() == "OK"
    alarms.box.advance(timedelta(hours=5))
    assert alarms.state() == "ALARM"


@pytest.mark.parametrize(
    ("statistic", "value"), [("SampleCount", 4), ("Sum", 20), ("Minimum", 2), ("Maximum", 9), ("Average", 5)]
)
def test_a_statistic_set_gives_every_statistic(alarms: Alarms, statistic: str, value: float) -> None:
    alarms.put(Statistic=statistic, ComparisonOperator="GreaterThanOrEqualToThreshold", Threshold=value)
    alarms.data(StatisticValues={"SampleCount": 4, "Sum": 20, "Minimum": 2, "Maximum": 9})
    assert alarms.describe()["StateReason"].startswith(
        f"Threshold Crossed: 1 out of the last 1 datapoints [{value:.1f}"
    )


def test_a_percentile_is_taken_over_the_values(alarms: Alarms) -> None:
    alarms.cloudwatch.put_metric_alarm(
        AlarmName=alarms.name,
        Namespace=alarms.name,
        MetricName="M",
        ExtendedStatistic="p50",
        Period=60,
        EvaluationPeriods=1,
        Threshold=2.5,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarms.data(Values=[1, 2, 4, 9], Counts=[1, 1, 1, 1])
    assert "[3.0 (" in alarms.describe()["StateReason"]


def test_a_metric_math_alarm_evaluates_its_expression(alarms: Alarms) -> None:
    queries = [{"Id": "e", "Expression": "IF(FILL(bad, 0) > 0, bad / all, 0)"}]
    alarms.put(Metrics=[*queries, alarms.metric("Bad", "bad"), alarms.metric("All", "all")], Threshold=0.5)
    assert alarms.state() == "OK"
    alarms.data(9, metric="All")
    alarms.data(5, metric="Bad")
    assert alarms.state() == "ALARM"
    assert [query["Id"] for query in alarms.describe()["Metrics"]] == ["e", "bad", "all"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("bad +", "is not metric math"),
        ("bad / missing", "names 'missing'|'missing' is not defined"),
        ("SEARCH('x')", "SEARCH is not emulated"),
    ],
)
def test_an_expression_that_cannot_be_evaluated_is_refused_at_once(
    alarms: Alarms, expression: str, message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        alarms.put(Metrics=[{"Id": "e", "Expression": expression}, alarms.metric("Bad", "bad")])


def test_metric_math_of_an_outdated_client_is_refused_instead_of_ignored(alarms: Alarms) -> None:
    form = {
        "Action": "PutMetricAlarm",
        "AlarmName": alarms.name,
        "EvaluationPeriods": "1",
        "Threshold": "1",
        "ComparisonOperator": "GreaterThanThreshold",
        "Metrics.member.1.Id": "e",
        "Metrics.member.1.Expression": "1",
    }
    answer = signed_form(alarms.box, form)
    assert answer[0] == 400
    assert "CloudWatch's JSON protocol" in answer[1]


def signed_form(box: SandboxProcess, form: dict[str, str]) -> tuple[int, str]:
    """Send a request of the query protocol, which this boto3 no longer speaks with CloudWatch."""
    body = urllib.parse.urlencode(form)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", box.endpoint_url + "/", headers=headers, data=body)
    SigV4Auth(Credentials(box.access_key_id, box.secret_access_key), "monitoring", box.region).add_auth(request)
    try:
        sent = urllib.request.Request(box.endpoint_url + "/", data=body.encode(), headers=dict(request.headers))
        with urllib.request.urlopen(sent) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, html.unescape(error.read().decode())


def test_get_metric_data_evaluates_expressions(alarms: Alarms) -> None:
    now = alarms.box.now()
    alarms.data(1, 3 * MINUTE, metric="A")
    alarms.data(2, MINUTE, metric="A")
    alarms.data(10, MINUTE, metric="B")
    answer = alarms.cloudwatch.get_metric_data(
        StartTime=now - timedelta(minutes=10),
        EndTime=alarms.box.now(),
        MetricDataQueries=[
            {"Id": "total", "Expression": "SUM(METRICS())", "Label": "both"},
            {"Id": "scaled", "Expression": "total * 2"},
            alarms.metric("A", "a"),
            alarms.metric("B", "b") | {"ReturnData": True},
        ],
    )
    results = {found["Id"]: found["Values"] for found in answer["MetricDataResults"]}
    assert results == {"total": [12.0, 1.0], "scaled": [24.0, 2.0], "b": [10.0]}
    assert answer["MetricDataResults"][0]["Label"] == "both"


def test_data_without_a_timestamp_are_of_the_sandboxs_now(alarms: Alarms) -> None:
    alarms.data(7)
    answer = alarms.cloudwatch.get_metric_statistics(
        Namespace=alarms.name,
        MetricName="M",
        StartTime=alarms.box.now() - 5 * MINUTE,
        EndTime=alarms.box.now() + MINUTE,
        Period=60,
        Statistics=["Sum"],
    )
    assert [point["Sum"] for point in answer["Datapoints"]] == [7]


def test_a_state_set_by_hand_lasts_until_the_next_evaluation(alarms: Alarms) -> None:
    alarms.put(TreatMissingData="notBreaching")
    alarms.cloudwatch.set_alarm_state(AlarmName=alarms.name, StateValue="ALARM", StateReason="by hand")
    assert alarms.state() == "ALARM"
    alarms.box.advance(2 * MINUTE)
    assert alarms.state() == "OK"


def test_every_change_of_state_is_in_the_history(alarms: Alarms) -> None:
    alarms.put()
    alarms.data(5)
    alarms.box.advance(LONG)
    summaries = [item["HistorySummary"] for item in alarms.history(kind="StateUpdate")]
    assert summaries == [
        "Alarm updated from ALARM to INSUFFICIENT_DATA",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]
    created = [item["HistorySummary"] for item in alarms.history(kind="ConfigurationUpdate")]
    assert created == [f'Alarm "{alarms.name}" created']


class TestComposite:
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
    def test_a_rule_combines_states(self, alarms: Alarms, rule: str, breached: list[str], state: str) -> None:
        for child in "ab":
            alarms.put(child, MetricName=child, TreatMissingData="notBreaching")
        named = rule.format(a=f"{alarms.name}a", b=f"{alarms.name}b")
        alarms.cloudwatch.put_composite_alarm(AlarmName=f"{alarms.name}c", AlarmRule=named)
        for child in breached:
            alarms.data(5, metric=child)
        assert alarms.state("c") == state

    def test_it_follows_its_children_back(self, alarms: Alarms) -> None:
        alarms.put("a", TreatMissingData="notBreaching")
        alarms.cloudwatch.put_composite_alarm(AlarmName=f"{alarms.name}c", AlarmRule=f"ALARM({alarms.name}a)")
        alarms.data(5)
        assert alarms.state("c") == "ALARM"
        alarms.box.advance(LONG)
        assert alarms.state("c") == "OK"

    def test_its_message_names_the_children_that_triggered_it(self, alarms: Alarms, client: Callable[..., Any]) -> None:
        topic = client("sns").create_topic(Name=alarms.name)["TopicArn"]
        client("sns").subscribe(TopicArn=topic, Protocol="email-json", Endpoint=f"{alarms.name}@example.com")
        alarms.put("a", TreatMissingData="notBreaching")
        alarms.cloudwatch.put_composite_alarm(
            AlarmName=f"{alarms.name}c", AlarmRule=f"ALARM({alarms.name}a)", AlarmActions=[topic]
        )
        alarms.data(5)
        mail = mails(alarms)[0]
        assert mail["subject"] == f'ALARM: "{alarms.name}c" in US East (N. Virginia)'
        body = json.loads(mail["body"])
        assert body["AlarmRule"] == f"ALARM({alarms.name}a)"
        assert [child["Arn"].rsplit(":", 1)[-1] for child in body["TriggeringChildren"]] == [f"{alarms.name}a"]

    def test_a_suppressor_holds_the_actions_back_until_it_is_over(
        self, alarms: Alarms, client: Callable[..., Any], until: Callable[..., Any]
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
        assert mails(alarms) == []
        alarms.box.advance(LONG)
        assert alarms.state("maintenance") == "OK"
        alarms.box.advance(2 * MINUTE)
        until(lambda: mails(alarms))


def mails(alarms: Alarms) -> list[dict[str, Any]]:
    return [mail for mail in alarms.box.outbox() if mail["to"] == f"{alarms.name}@example.com"]


class TestActions:
    @pytest.fixture
    def topic(self, alarms: Alarms, client: Callable[..., Any]) -> Callable[..., str]:
        def make(**attributes: str) -> str:
            arn = client("sns").create_topic(Name=alarms.name, Attributes=attributes)["TopicArn"]
            client("sns").subscribe(TopicArn=arn, Protocol="email-json", Endpoint=f"{alarms.name}@example.com")
            return arn

        return make

    def key(self, client: Callable[..., Any], *statements: dict[str, Any]) -> str:
        owner = {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [owner, *statements]})
        return client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]

    def grant(self, **condition: Any) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": condition,
        }

    def test_the_message_is_the_one_that_aws_sends(self, alarms: Alarms, topic: Callable[..., str]) -> None:
        arn = topic()
        alarms.put(
            AlarmActions=[arn], OKActions=[arn], Dimensions=[{"Name": "E", "Value": "x"}], AlarmDescription="why"
        )
        alarms.data(5, Dimensions=[{"Name": "E", "Value": "x"}])
        mail = mails(alarms)[0]
        assert mail["subject"] == f'ALARM: "{alarms.name}" in US East (N. Virginia)'
        body = json.loads(mail["body"])
        assert (body["NewStateValue"], body["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
        assert body["AlarmDescription"] == "why"
        assert body["Trigger"]["Dimensions"] == [{"value": "x", "name": "E"}]
        assert body["Trigger"]["Statistic"] == "MAXIMUM"

    def test_disabled_actions_do_not_run(self, alarms: Alarms, topic: Callable[..., str]) -> None:
        alarms.put(AlarmActions=[topic()], ActionsEnabled=False)
        alarms.data(5)
        assert alarms.state() == "ALARM"
        assert mails(alarms) == []

    def test_the_aws_managed_key_shuts_cloudwatch_out(self, alarms: Alarms, topic: Callable[..., str]) -> None:
        alarms.put(AlarmActions=[topic(KmsMasterKeyId="alias/aws/sns")])
        alarms.data(5)
        assert mails(alarms) == []
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
        self, alarms: Alarms, topic: Callable[..., str], client: Callable[..., Any], condition: Any, delivered: int
    ) -> None:
        statements = [] if condition is None else [self.grant(**condition)]
        alarms.put(AlarmActions=[topic(KmsMasterKeyId=self.key(client, *statements))])
        alarms.data(5)
        assert len(mails(alarms)) == delivered
        outcome = json.loads(alarms.history()[0]["HistoryData"])
        assert outcome["actionState"] == ("Succeeded" if delivered else "Failed")

    def test_a_topic_policy_of_ones_own_must_name_cloudwatch(
        self, alarms: Alarms, topic: Callable[..., str], client: Callable[..., Any]
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
        assert mails(alarms) == []
        assert "does not allow cloudwatch.amazonaws.com to perform sns:Publish" in alarms.history()[0]["HistoryData"]

    def test_a_function_is_invoked_when_its_policy_lets_alarms_in(
        self, alarms: Alarms, function: Callable[..., str], client: Callable[..., Any], until: Callable[..., Any]
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


def logs(client: Callable[..., Any], function_arn: str) -> str:
    group = f"/aws/lambda/{function_arn.rsplit(':', 1)[-1]}"
    try:
        events = client("logs").filter_log_events(logGroupName=group)["events"]
    except client("logs").exceptions.ResourceNotFoundException:
        return ""
    return "\n".join(event["message"] for event in events)


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
