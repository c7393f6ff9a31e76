"""`test-alarms` against an embedded AWS: what is proven, who is told, and that nothing is left behind."""

from __future__ import annotations

import json
import uuid
from functools import partialmethod

import pytest

from model_monitor_cli import alarm_trial
from model_monitor_cli.exits import UsageError

SCHEDULE = "credit-dataquality-1a2b3c4d"
RULE = {"Namespace": "ModelMonitoring", "Period": 3600, "EvaluationPeriods": 1}
DRIFT, SILENCE = f"model credit: drift of age [{SCHEDULE}]", f"model credit: no runs [{SCHEDULE}]"


@pytest.fixture
def dimensions():
    """Dimensions of a metric that has no data points of another test."""
    return [{"Name": "MonitoringSchedule", "Value": SCHEDULE}, {"Name": "Feature", "Value": uuid.uuid4().hex}]


@pytest.fixture
def topic(context, dimensions):
    """A drift alarm and a silence alarm beneath one that notifies a topic, as a deployment makes them."""
    cloudwatch, sns = context.cloudwatch, context.sns
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    policy = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": topic}]}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    cloudwatch.put_metric_alarm(
        AlarmName=DRIFT,
        MetricName="FeatureDrift",
        Statistic="Maximum",
        Threshold=0.2,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        Dimensions=dimensions,
        **RULE,
    )
    cloudwatch.put_metric_alarm(
        AlarmName=SILENCE,
        MetricName="Executions",
        Statistic="SampleCount",
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="notBreaching",
        Dimensions=dimensions,
        **RULE,
    )
    arns = [found["AlarmArn"] for found in cloudwatch.describe_alarms(AlarmNames=[DRIFT, SILENCE])["MetricAlarms"]]
    rule = " OR ".join(f'ALARM("{arn}")' for arn in arns)
    cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule=rule, AlarmActions=[topic])
    yield topic
    cloudwatch.delete_alarms(AlarmNames=["any"])
    cloudwatch.delete_alarms(AlarmNames=[DRIFT, SILENCE])
    sns.delete_topic(TopicArn=topic)


@pytest.fixture
def left_behind(context):
    """Return a function that lists queues and subscriptions of a test."""

    def find():
        queues = context.client("sqs").list_queues().get("QueueUrls", [])
        return [url for url in queues if "model-monitor-test" in url] + context.sns.list_subscriptions()[
            "Subscriptions"
        ]

    return find


def test_alarms_and_their_delivery_are_proven(command, topic, left_behind):
    result = command("test-alarms", "credit", "data-quality", "--json")

    assert result.exit_code == 0, result.output
    verdict = json.loads(result.stdout)
    assert {proof["title"]: (proof["way"], proof["reached"]) for proof in verdict["proofs"]} == {
        "drift of age": ("data", True),
        "no runs": ("state", True),
    }
    (notice,) = verdict["notices"]
    assert (notice["topic"], notice["arrived"], notice["subscribers"]) == (topic, True, {})
    assert left_behind() == []


def test_an_alarm_in_alarm_is_left_alone_and_hides_the_others(command, context, topic, dimensions):
    context.cloudwatch.put_metric_data(
        Namespace="ModelMonitoring",
        MetricData=[{"MetricName": "FeatureDrift", "Dimensions": dimensions, "Value": 0.9}],
    )

    result = command("test-alarms", "credit", "data-quality")

    assert result.exit_code == 3
    assert "drift of age: it is in ALARM already" in result.stdout
    assert "? not known any -> " in result.stdout
    assert "it is in ALARM already, and does not notify again" in result.stdout


def test_a_notification_that_does_not_arrive_is_trouble(command, context, topic, monkeypatch):
    context.sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue='{"Version": "2012-10-17", "Statement": []}'
    )
    moments = iter(range(0, 36000, 300))
    impatient = partialmethod(alarm_trial.Trial.__init__, sleep=lambda _: None, clock=lambda: next(moments))
    monkeypatch.setattr(alarm_trial.Trial, "__init__", impatient)

    result = command("test-alarms", "credit", "data-quality", "--alarm", "drift", "--unannounced")

    assert result.exit_code == 1
    assert "✘ NOT delivered any" in result.stdout
    assert "may CloudWatch publish to the topic" in result.stdout


def test_ctrl_c_puts_everything_back(command, context, topic, left_behind, monkeypatch):
    def interrupted(*_arguments):
        assert left_behind() != []
        raise KeyboardInterrupt

    monkeypatch.setattr(alarm_trial.Trial, "_wait", interrupted)

    result = command("test-alarms", "credit", "data-quality", "--alarm", "no runs")

    assert result.exit_code == 130
    assert left_behind() == []
    (alarm,) = context.cloudwatch.describe_alarms(AlarmNames=[SILENCE])["MetricAlarms"]
    assert alarm["StateValue"] != "ALARM"


def test_an_alarm_that_does_not_exist_is_wrong_use(command, topic):
    result = command("test-alarms", "credit", "data-quality", "--alarm", "drift of income")
    assert isinstance(result.exception, UsageError)
    assert "there are: 'drift of age', 'no runs'" in str(result.exception)
