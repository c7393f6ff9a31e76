"""Capture of a live endpoint, and schedules with runs in flight."""

import json
import time
from datetime import timedelta

from deployment.handler import handler
from schedule_control.handler import handler as control_handler


def request(resource_type, kind, properties, **more):
    return {
        "ResourceType": resource_type,
        "RequestType": kind,
        "RequestId": f"{kind}-{properties}",
        "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/Credit/1",
        "LogicalResourceId": "Resource",
        "ResourceProperties": properties,
        **more,
    }


def finish(event):
    """Do what the provider framework does; return the attributes."""
    event = event | handler(event, None)
    end = time.monotonic() + 30
    while not (result := handler(event, None))["IsComplete"]:
        assert time.monotonic() < end, "still not complete after half a minute"
        time.sleep(0.2)
    return event["PhysicalResourceId"], result.get("Data")


def test_capture_of_an_endpoint_is_turned_on_and_off(world, act_as):
    world.make_endpoint("plain", captured=False)
    world.box.wait_until_idle()
    act_as("deployment")
    properties = {
        "AccessRoleArn": world.access["data capture"],
        "EndpointName": "plain",
        "NamePrefix": "prod-capture",
        "DataCaptureConfig": json.dumps({**world.capture, "DestinationS3Uri": "s3://out/plain-capture"}),
    }
    physical_id, data = finish(request("Custom::EndpointDataCapture", "Create", properties))
    assert data == {"CaptureUri": "s3://out/plain-capture/plain", "EndpointName": "plain"}
    world.send([(1, 0)], "plain")
    captures = world.sagemaker.describe_endpoint(EndpointName="plain")["DataCaptureConfig"]
    assert captures["CaptureStatus"] == "Started"
    world.box.wait_until_idle()
    world.box.advance(timedelta(minutes=6))
    world.box.wait_until_idle()
    written = world.s3.list_objects_v2(Bucket="out", Prefix="plain-capture/plain/AllTraffic/")
    assert written["KeyCount"] == 1

    finish(request("Custom::EndpointDataCapture", "Delete", properties, PhysicalResourceId=physical_id))
    endpoint = world.sagemaker.describe_endpoint(EndpointName="plain")
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", "plain")
    assert "DataCaptureConfig" not in endpoint
    assert world.sagemaker.list_endpoint_configs(NameContains="prod-capture")["EndpointConfigs"] == []
    world.send([(1, 0)], "plain")


def test_a_running_execution_is_ended_before_its_schedule_changes(world, act_as, monkeypatch):
    """A one-time run hangs in its script; the control function has started it, the guard ends it."""
    schedule = world.slow_schedule
    world.make_endpoint("slow")
    world.box.wait_until_idle()
    world.box.advance_into_next_hour()
    world.send([(1, 0)] * 3, "slow")
    world.box.advance(timedelta(minutes=6))
    world.box.wait_until_idle()
    hang = b"import time\n\ndef preprocess_handler(record):\n    time.sleep(120)\n"
    world.s3.put_object(Bucket="data", Key="hang.py", Body=hang)
    for name in ("constraints.json", "statistics.json"):
        world.s3.put_object(Bucket="data", Key=name, Body=b'{"features": []}')
    baseline = {
        "ConstraintsUri": "s3://data/constraints.json",
        "StatisticsUri": "s3://data/statistics.json",
        "PreprocessorUri": "s3://data/hang.py",
    }
    world.make_schedule(baseline, schedule, endpoint="slow")
    world.box.wait_until_idle()

    world.register(schedule, "control")
    monkeypatch.setenv("REGISTRY_URI", "s3://out/registry")
    act_as("control")
    run = control_handler({"action": "run", "schedule": schedule, "start": "-PT2H", "end": "-PT0H"}, None)["schedule"]
    end = time.monotonic() + 30
    while not any(item["MonitoringExecutionStatus"] == "InProgress" for item in world.executions(run)):
        assert time.monotonic() < end, world.executions(run)
        time.sleep(0.2)
    act_as("deployment")
    properties = {
        "AccessRoleArn": world.access["guard"],
        "ScheduleName": schedule,
        "Revision": "2",
        "Owner": "the stack",
    }
    finish(request("Custom::MonitoringScheduleGuard", "Update", properties, PhysicalResourceId="guard"))
    assert [item["MonitoringExecutionStatus"] for item in world.executions(run)] == ["Stopped"]
    listed = world.sagemaker.list_monitoring_schedules(NameContains=schedule)["MonitoringScheduleSummaries"]
    assert [item["MonitoringScheduleName"] for item in listed] == [schedule]
    status = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)["MonitoringScheduleStatus"]
    assert status == "Scheduled"

    arn = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)["MonitoringScheduleArn"]
    entry = {"RegistryUri": f"s3://out/registry/{schedule}.json", "Monitor": json.dumps({"schedule": schedule})}
    for kind in ("Create", "Update"):
        finish(request("Custom::MonitoringScheduleGuard", kind, {**properties, **entry}, PhysicalResourceId="guard"))
        assert set(world.json(entry["RegistryUri"])) == {"schedule", "registered"}
    world.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "model-monitor:guard", "Value": "the stack"}])
    other = {**properties, "Owner": "another stack"}
    finish(request("Custom::MonitoringScheduleGuard", "Delete", other, PhysicalResourceId="guard"))
    status = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)["MonitoringScheduleStatus"]
    assert status == "Scheduled"

    finish(request("Custom::MonitoringScheduleGuard", "Delete", {**properties, **entry}, PhysicalResourceId="guard"))
    status = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)["MonitoringScheduleStatus"]
    assert status == "Stopped"
    assert world.s3.list_objects_v2(Bucket="out", Prefix=f"registry/{schedule}")["KeyCount"] == 0
    world.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    world.sagemaker.delete_data_quality_job_definition(JobDefinitionName=schedule)


def test_a_schedule_is_stopped_and_started(world, act_as, monkeypatch):
    schedule = world.slow_schedule
    world.make_endpoint("switched")
    world.box.wait_until_idle()
    world.make_schedule(
        {
            "ConstraintsUri": "s3://data/constraints.json",
            "StatisticsUri": "s3://data/statistics.json",
            "PreprocessorUri": "s3://data/hang.py",
        },
        schedule,
        endpoint="switched",
    )
    world.box.wait_until_idle()
    world.register(schedule, "control")
    monkeypatch.setenv("REGISTRY_URI", "s3://out/registry")
    act_as("control")
    for action, status in (("stop", "Stopped"), ("start", "Scheduled")):
        control_handler({"action": action, "schedule": schedule}, None)
        world.box.wait_until_idle()
        time.sleep(1)
        assert control_handler({"action": action, "schedule": schedule}, None) == {
            "schedule": schedule,
            "status": status,
        }
