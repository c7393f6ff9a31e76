"""Alarms are found by what they watch, whoever made them and whatever they are called."""

from __future__ import annotations

import json

import pytest

from model_monitor_cli import alarms as alarms_module
from model_monitor_cli.doctor.chain import diagnose
from model_monitor_cli.doctor.facts import gather
from model_monitor_cli.inventory import find_models

SCHEDULE = "credit-dataquality-1a2b3c4d"
RULES = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1, "EvaluationPeriods": 1}
METRIC = {"Namespace": "ModelMonitoring", "Dimensions": [{"Name": "MonitoringSchedule", "Value": SCHEDULE}]}


@pytest.fixture
def alarms(context):
    """One on a metric, one on mathematics, a composite of a composite of both, and one of somebody else."""
    put, cloudwatch = context.cloudwatch.put_metric_alarm, context.cloudwatch
    put(
        AlarmName=f"model credit: violations [{SCHEDULE}]",
        MetricName="Violations",
        Period=3600,
        Statistic="Sum",
        **METRIC,
        **RULES,
    )
    query = {
        "Id": "m",
        "ReturnData": False,
        "MetricStat": {"Metric": {**METRIC, "MetricName": "FeatureMean"}, "Period": 3600, "Stat": "Average"},
    }
    put(AlarmName="moved", Metrics=[query, {"Id": "shift", "Expression": "ABS(m)", "ReturnData": True}], **RULES)
    put(AlarmName="of somebody else", MetricName="CPU", Namespace="AWS/EC2", Period=60, Statistic="Sum", **RULES)
    arn = cloudwatch.describe_alarms(AlarmNames=["moved"])["MetricAlarms"][0]["AlarmArn"]
    cloudwatch.put_composite_alarm(AlarmName="some", AlarmRule=f'ALARM("{arn}")')
    arn = cloudwatch.describe_alarms(AlarmNames=["some"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]
    cloudwatch.put_composite_alarm(
        AlarmName="any",
        AlarmRule=f'ALARM("{arn["AlarmArn"]}")',
        ActionsEnabled=False,
        AlarmActions=["arn:aws:sns:us-east-1:000000000000:nobody"],
    )
    yield alarms_module.find_alarms(context)
    cloudwatch.delete_alarms(AlarmNames=["any"])
    cloudwatch.delete_alarms(AlarmNames=["some"])
    cloudwatch.delete_alarms(AlarmNames=[f"model credit: violations [{SCHEDULE}]", "moved", "of somebody else"])


def test_alarms_of_a_monitor_are_found(alarms):
    assert {alarm.name for alarm in alarms} == {f"model credit: violations [{SCHEDULE}]", "moved", "some", "any"}
    own = alarms_module.of_schedule(alarms, SCHEDULE.upper())
    assert sorted((alarm.title, alarm.metrics) for alarm in own) == [
        ("moved", ("FeatureMean",)),
        ("violations", ("Violations",)),
    ]
    (told, _) = alarms_module.composites_of(alarms, SCHEDULE)
    assert (told.name, told.actions_enabled, len(told.actions)) == ("any", False, 1)


def test_what_a_role_may_not_see_is_reported_as_that(context, world, alarms, monkeypatch):
    iam, trust = world.box.client("iam"), {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    role = iam.create_role(RoleName="viewer", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]
    seen = {"Effect": "Allow", "Action": ["sagemaker:*", "s3:*"], "Resource": "*"}
    iam.put_role_policy(RoleName="viewer", PolicyName="some", PolicyDocument=json.dumps({"Statement": [seen]}))
    session = world.box.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="viewer")["Credentials"]
    for name, key in {
        "AWS_ACCESS_KEY_ID": "AccessKeyId",
        "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
        "AWS_SESSION_TOKEN": "SessionToken",
    }.items():
        monkeypatch.setenv(name, session[key])
    viewing = type(context)()
    (model,) = find_models(viewing)

    facts = gather(viewing, model.monitors[0], alarms_module.alarms_or_none(viewing))

    assert set(facts.refused) == {"alarms", "metrics", "schedule"}
    assert "GetRole was refused" in facts.refused["schedule"]
    states = {verdict.link: verdict.state for verdict in diagnose(facts).verdicts}
    assert (states["schedule"], states["alarms"], states["metrics"]) == ("unknown", "unknown", "unknown")
