"""From a baseline to the message: a monitor runs on traffic that has moved."""

import json
from datetime import timedelta

from results.handler import handler as results_handler


def test_categories_from_baseline_to_message(world, deploy, act_as, monkeypatch):
    """`auto` converts the flag, the monitor sees its shares move, and people are told once."""
    baseline = deploy("Create", world.properties("auto", Categorical="auto"))
    member = world.json(baseline["ConstraintsUri"])["features"][2]
    assert member["name"] == "member"
    assert sorted(member["string_constraints"]["domains"]) == ["category 0", "category 1"]
    assert baseline["BlindFeatures"] == "none"

    world.make_endpoint()
    world.box.wait_until_idle()
    # The traffic must lie within one hour.
    world.box.advance_into_next_hour()
    world.make_schedule(baseline)
    world.box.wait_until_idle()
    world.send([(amount, 1) for amount in range(1, 301, 3)])
    world.box.advance(timedelta(minutes=90))
    world.box.wait_until_idle()
    world.box.advance(timedelta(hours=2))
    world.box.wait_until_idle()

    topic = world.box.client("sns").create_topic(Name="alerts")["TopicArn"]
    world.box.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
    monitors = {world.schedule: {"endpoint": "credit", "type": "DataQuality", "reports": "s3://out/reports"}}
    for name, value in {
        "MONITORS": json.dumps(monitors),
        "TOPIC_ARN": topic,
        "STATE_URI": "s3://out/state",
        "METRIC_NAMESPACE": "ModelMonitoring",
    }.items():
        monkeypatch.setenv(name, value)
    act_as("results")
    executions = world.executions()
    (found,) = [item for item in executions if item["MonitoringExecutionStatus"] == "CompletedWithViolations"]
    job = world.sagemaker.describe_processing_job(ProcessingJobName=found["ProcessingJobArn"].rpartition("/")[2])
    keys = ("ProcessingJobName", "ProcessingJobArn", "ProcessingJobStatus", "MonitoringScheduleArn", "ExitMessage")
    event = {"detail": {key: job[key] for key in keys}}

    assert results_handler(event, None) == {"handled": 1}
    assert results_handler(event, None) == {"handled": 0}
    assert results_handler({"sweep": True}, None) == {"handled": len(executions) - 1}
    assert results_handler({"sweep": True}, None) == {"handled": 0}

    # Half of the training data against all of the traffic, less what chance explains: 0.5 - 1.8 * sqrt(400 / 30000).
    (mail,) = [mail for mail in world.box.outbox() if "member" in mail["body"]]
    assert mail["subject"] == "credit: 1 violation; worst: member, drift 0.2922 (limit 0.1)"
    assert {item["MonitoringExecutionStatus"] for item in executions} == {"CompletedWithViolations", "Failed"}
