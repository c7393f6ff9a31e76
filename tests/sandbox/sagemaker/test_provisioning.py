"""Stacks with SageMaker resources: references, changes in place, replacements, refusals, drift."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

Stack = Callable[..., dict[str, Any]]


@pytest.fixture
def deploy(
    world: Any, stack: Stack, client: Callable[..., Any], unique: str, until: Callable[..., Any]
) -> Iterator[Stack]:
    """Deploy resources as one stack, which is removed after the test."""
    yield stack
    formation = client("cloudformation")
    world.box.wait_until_idle()
    formation.delete_stack(StackName=unique)

    def gone() -> bool:
        stacks = [item for item in formation.list_stacks()["StackSummaries"] if item["StackName"] == unique]
        return all(item["StackStatus"] == "DELETE_COMPLETE" for item in stacks)

    until(gone)


def resources(world: Any, archive: str, **changes: Any) -> dict[str, Any]:
    """A model, its endpoint with capture, a definition and a schedule, with scalars as strings here and there."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": "1",
        "InitialVariantWeight": 1,
    }
    source = world.definition("unused")
    endpoint_name = {"Fn::GetAtt": ["Endpoint", "EndpointName"]}
    local_path = "/opt/ml/processing/input/endpoint"
    properties: dict[str, dict[str, Any]] = {
        "Model": {
            "ExecutionRoleArn": world.role,
            "PrimaryContainer": {"Image": "sklearn:1", "ModelDataUrl": archive},
        },
        "Config": {
            "ProductionVariants": [variant],
            "DataCaptureConfig": {**world.capture(), "InitialSamplingPercentage": "100", "EnableCapture": "true"},
        },
        "Endpoint": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
        "Definition": {
            "DataQualityAppSpecification": source["DataQualityAppSpecification"],
            "DataQualityJobInput": {"EndpointInput": {"EndpointName": endpoint_name, "LocalPath": local_path}},
            "DataQualityJobOutputConfig": source["DataQualityJobOutputConfig"],
            "JobResources": {
                "ClusterConfig": {"InstanceCount": "1", "InstanceType": "ml.m5.large", "VolumeSizeInGB": "20"}
            },
            "RoleArn": world.role,
        },
        "Schedule": {
            "MonitoringScheduleName": "from-a-stack",
            "MonitoringScheduleConfig": {
                "MonitoringType": "DataQuality",
                "MonitoringJobDefinitionName": {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "Definition"}]}]},
                "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
            },
        },
    }
    types = {
        "Model": "Model",
        "Config": "EndpointConfig",
        "Endpoint": "Endpoint",
        "Definition": "DataQualityJobDefinition",
        "Schedule": "MonitoringSchedule",
    }
    template = {
        name: {"Type": f"AWS::SageMaker::{types[name]}", "Properties": {**value, **changes.get(name, {})}}
        for name, value in properties.items()
    }
    # The definition's name is explicit, because its ARN holds a generated name in lower case only.
    template["Definition"]["Properties"].setdefault("JobDefinitionName", "from-a-stack-1")
    return template


def reasons(outcome: dict[str, Any]) -> str:
    return "\n".join(
        event.get("ResourceStatusReason", "")
        for event in outcome["Events"]
        if event["ResourceStatus"].endswith("_FAILED")
    )


def physical_ids(client: Callable[..., Any], stack_name: str) -> dict[str, str]:
    found = client("cloudformation").describe_stack_resources(StackName=stack_name)["StackResources"]
    return {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in found}


@pytest.fixture(scope="module")
def archive(session_world: Any) -> str:
    name = session_world.make_model()
    uri: str = session_world.sagemaker.describe_model(ModelName=name)["PrimaryContainer"]["ModelDataUrl"]
    return uri


def test_a_whole_monitored_endpoint_deploys_and_works(
    world: Any, deploy: Stack, client: Callable[..., Any], unique: str, archive: str
) -> None:
    outcome = deploy(resources(world, archive))
    assert outcome["StackStatus"] == "CREATE_COMPLETE", reasons(outcome)
    ids = physical_ids(client, unique)
    endpoint = ids["Endpoint"].rsplit("/", 1)[-1]
    assert ids["Schedule"].endswith(":monitoring-schedule/from-a-stack")
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName="from-a-stack")
    assert described["MonitoringScheduleStatus"] == "Scheduled"
    name = described["EndpointName"]
    assert name.lower() == endpoint
    assert world.invoke(name, "1,2\n") == "6.0"


def test_a_new_cron_changes_the_schedule_in_place(
    world: Any, deploy: Stack, client: Callable[..., Any], unique: str, archive: str
) -> None:
    before = resources(world, archive)
    deploy(before)
    ids = physical_ids(client, unique)
    config = {
        **before["Schedule"]["Properties"]["MonitoringScheduleConfig"],
        "ScheduleConfig": {"ScheduleExpression": "cron(0 0/2 ? * * *)"},
    }
    outcome = deploy(resources(world, archive, Schedule={"MonitoringScheduleConfig": config}))
    assert outcome["StackStatus"] == "UPDATE_COMPLETE", reasons(outcome)
    assert physical_ids(client, unique) == ids
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName="from-a-stack")
    assert described["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"] == "cron(0 0/2 ? * * *)"


def test_a_renamed_definition_is_replaced_and_the_schedule_follows(
    world: Any, deploy: Stack, client: Callable[..., Any], unique: str, archive: str
) -> None:
    deploy(resources(world, archive))
    before = physical_ids(client, unique)
    changed = {"JobDefinitionName": "from-a-stack-2", "StoppingCondition": {"MaxRuntimeInSeconds": "1800"}}
    outcome = deploy(resources(world, archive, Definition=changed))
    assert outcome["StackStatus"] == "UPDATE_COMPLETE", reasons(outcome)
    after = physical_ids(client, unique)
    assert after["Definition"].endswith("/from-a-stack-2")
    assert after["Schedule"] == before["Schedule"]
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName="from-a-stack")
    assert described["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"] == "from-a-stack-2"
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_data_quality_job_definition(JobDefinitionName="from-a-stack-1")


def test_a_new_capture_replaces_the_configuration_and_updates_the_endpoint(
    world: Any, deploy: Stack, client: Callable[..., Any], unique: str, archive: str
) -> None:
    deploy(resources(world, archive))
    before = physical_ids(client, unique)
    outcome = deploy(
        resources(world, archive, Config={"DataCaptureConfig": world.capture(InitialSamplingPercentage=7)})
    )
    assert outcome["StackStatus"] == "UPDATE_COMPLETE", reasons(outcome)
    after = physical_ids(client, unique)
    assert after["Config"] != before["Config"]
    assert after["Endpoint"] == before["Endpoint"]
    name = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName="from-a-stack")["EndpointName"]
    endpoint = world.sagemaker.describe_endpoint(EndpointName=name)
    assert endpoint["DataCaptureConfig"]["CurrentSamplingPercentage"] == 7


def test_a_stack_can_retain_the_deployment_configuration(world: Any, deploy: Stack, archive: str) -> None:
    deployment = {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 60}}
    }
    deploy(resources(world, archive, Endpoint={"DeploymentConfig": deployment}))
    name = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName="from-a-stack")["EndpointName"]
    for percentage, retain in ((7, True), (8, False)):
        capture = {"DataCaptureConfig": world.capture(InitialSamplingPercentage=percentage)}
        changes = {"Config": capture, "Endpoint": {"RetainDeploymentConfig": retain}}
        outcome = deploy(resources(world, archive, **changes))
        assert outcome["StackStatus"] == "UPDATE_COMPLETE", reasons(outcome)
        shown = world.sagemaker.describe_endpoint(EndpointName=name).get("LastDeploymentConfig")
        assert shown == (deployment if retain else None)


def test_an_endpoint_that_fails_fails_the_stack_with_the_reason(world: Any, deploy: Stack) -> None:
    outcome = deploy(resources(world, f"s3://{world.bucket}/no-such-model.tar.gz"))
    assert outcome["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Could not access model data at s3://" in reasons(outcome)
    assert "HandlerErrorCode: NotStabilized" in reasons(outcome)
    assert not world.sagemaker.list_endpoints(StatusEquals="Failed")["Endpoints"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Model": {"Color": "red"}}, "Properties validation failed for resource Model"),
        ({"Definition": {"RoleArn": "not-an-arn"}}, "validation error"),
    ],
    ids=["schema", "service"],
)
def test_bad_properties_fail_the_stack_with_the_reason(
    world: Any, deploy: Stack, archive: str, change: dict[str, Any], reason: str
) -> None:
    outcome = deploy(resources(world, archive, **change))
    assert outcome["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in reasons(outcome)


def test_a_taken_name_fails_the_stack(world: Any, deploy: Stack, archive: str, capturing_endpoint: str) -> None:
    taken = world.make_definition(capturing_endpoint)
    outcome = deploy(resources(world, archive, Definition={"JobDefinitionName": taken}))
    assert outcome["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "HandlerErrorCode: AlreadyExists" in reasons(outcome)
    world.sagemaker.delete_data_quality_job_definition(JobDefinitionName=taken)


def test_a_definition_without_a_name_is_replaced_under_a_new_one(
    world: Any, deploy: Stack, client: Callable[..., Any], unique: str, capturing_endpoint: str
) -> None:
    properties = world.definition(capturing_endpoint)
    del properties["JobDefinitionName"]
    resource = {"Type": "AWS::SageMaker::DataQualityJobDefinition", "Properties": properties}
    deploy({"Definition": resource})
    before = physical_ids(client, unique)["Definition"]
    changed = {**properties, "StoppingCondition": {"MaxRuntimeInSeconds": "1800"}}
    outcome = deploy({"Definition": {**resource, "Properties": changed}})
    assert outcome["StackStatus"] == "UPDATE_COMPLETE", reasons(outcome)
    after = physical_ids(client, unique)["Definition"]
    assert after != before
    names = [
        summary["MonitoringJobDefinitionArn"]
        for summary in world.sagemaker.list_data_quality_job_definitions(MaxResults=100)["JobDefinitionSummaries"]
    ]
    assert after in names
    assert before not in names


def test_a_changed_definition_that_keeps_its_name_is_refused(world: Any, deploy: Stack, archive: str) -> None:
    deploy(resources(world, archive))
    outcome = deploy(resources(world, archive, Definition={"StoppingCondition": {"MaxRuntimeInSeconds": "1800"}}))
    assert outcome["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "custom-named resource requires replacing" in reasons(outcome)


def test_tags_change_in_place_where_they_can(
    world: Any, deploy: Stack, client: Callable[..., Any], unique: str, archive: str
) -> None:
    deploy(resources(world, archive, Model={"Tags": [{"Key": "team", "Value": "risk"}]}))
    before = physical_ids(client, unique)
    deploy(resources(world, archive, Model={"Tags": [{"Key": "team", "Value": "fraud"}]}))
    assert physical_ids(client, unique) == before
    tags = world.sagemaker.list_tags(ResourceArn=before["Model"])["Tags"]
    assert {"Key": "team", "Value": "fraud"} in tags


@pytest.fixture
def drift(client: Callable[..., Any], unique: str, until: Callable[..., Any]) -> Callable[[], dict[str, str]]:
    """Detect the drift of the test's stack: logical id to status."""

    def detect() -> dict[str, str]:
        formation = client("cloudformation")
        detection = formation.detect_stack_drift(StackName=unique)["StackDriftDetectionId"]

        def detected() -> bool:
            status = formation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
            return bool(status["DetectionStatus"] != "DETECTION_IN_PROGRESS")

        until(detected)
        drifts = formation.describe_stack_resource_drifts(StackName=unique)["StackResourceDrifts"]
        return {item["LogicalResourceId"]: item["StackResourceDriftStatus"] for item in drifts}

    return detect


def test_drift_tells_what_was_changed_outside_the_stack(
    world: Any, deploy: Stack, drift: Callable[[], dict[str, str]], archive: str
) -> None:
    deploy(resources(world, archive))
    assert set(drift().values()) == {"IN_SYNC"}
    world.sagemaker.update_monitoring_schedule(
        MonitoringScheduleName="from-a-stack",
        MonitoringScheduleConfig={
            "MonitoringType": "DataQuality",
            "MonitoringJobDefinitionName": "from-a-stack-1",
            "ScheduleConfig": {"ScheduleExpression": "cron(0 5 ? * * *)"},
        },
    )
    world.schedule_in("from-a-stack", "Scheduled")
    assert drift() == {
        "Model": "IN_SYNC",
        "Config": "IN_SYNC",
        "Endpoint": "IN_SYNC",
        "Definition": "IN_SYNC",
        "Schedule": "MODIFIED",
    }
