"""From a baseline to the message: a monitor runs on traffic that has moved."""

import json
from datetime import timedelta
from types import SimpleNamespace

from results.handler import handler as results_handler

CONTEXT = SimpleNamespace(
    aws_request_id="1",
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:results",
    get_remaining_time_in_millis=lambda: 300_000,
)


def queue_of_events(world):
    """Return the queue of a rule that matches the events about ended runs."""
    queues, events = world.box.client("sqs"), world.box.client("events")
    queue = queues.create_queue(QueueName="ended")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    pattern = {"source": ["model-monitoring"], "detail-type": ["Monitoring Run Ended"]}
    events.put_rule(Name="ended", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="ended", Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def received(world, queue):
    """Return the details of the events that a queue has got."""
    details = []
    while messages := world.box.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        details += [json.loads(message["Body"])["detail"] for message in messages]
        for message in messages:
            world.box.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return details


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
    metrics = {"drift": ["member", "amount"], "completeness": ["amount"], "mean": ["amount"]}
    world.register(
        world.schedule, "reports", registry="registry/of-this-test", endpoint="credit", topic=topic, metrics=metrics
    )
    for name, value in {
        # The monitors of other tests are not looked after here.
        "REGISTRY_URI": "s3://out/registry/of-this-test",
        "STATE_URI": "s3://out/state",
        "METRIC_NAMESPACE": "ModelMonitoring",
    }.items():
        monkeypatch.setenv(name, value)
    act_as("results")
    executions = world.executions()
    (found,) = [item for item in executions if item["MonitoringExecutionStatus"] == "CompletedWithViolations"]
    job = world.sagemaker.describe_processing_job(ProcessingJobName=found["ProcessingJobArn"].rpartition("/")[2])
    event = {"detail": {key: job[key] for key in ("ProcessingJobName", "ProcessingJobStatus")}}
    queue = queue_of_events(world)

    assert results_handler(event, CONTEXT) == {"handled": 1}
    assert results_handler(event, CONTEXT) == {"handled": 0}
    assert results_handler({"sweep": True}, CONTEXT) == {"handled": len(executions) - 1}
    assert results_handler({"sweep": True}, CONTEXT) == {"handled": 0}

    # Half of the training data against all of the traffic, less what chance explains: 0.5 - 1.8 * sqrt(400 / 30000).
    (mail,) = [mail for mail in world.box.outbox() if "member" in mail["body"]]
    assert mail["subject"] == "credit: 1 violation; worst: member, drift 0.2922 (limit 0.1)"
    assert {item["MonitoringExecutionStatus"] for item in executions} == {"CompletedWithViolations", "Failed"}

    details = received(world, queue)
    assert len(details) == len(executions), "one event for each run, also for those without traffic"
    (detail,) = [detail for detail in details if detail["status"] == "CompletedWithViolations"]
    assert [finding["feature"] for finding in detail["findings"]] == ["member"]
    assert {detail["status"] for detail in details} == {"CompletedWithViolations", "NoData"}

    listed = world.box.client("cloudwatch").list_metrics(Namespace="ModelMonitoring")["Metrics"]
    features = {
        (metric["MetricName"], dimension["Value"])
        for metric in listed
        for dimension in metric["Dimensions"]
        if dimension["Name"] == "Feature"
    }
    assert features == {
        ("FeatureDrift", "member"),
        ("FeatureDrift", "amount"),
        ("FeatureCompleteness", "amount"),
        ("FeatureMean", "amount"),
        ("FeatureRecords", "amount"),
    }
