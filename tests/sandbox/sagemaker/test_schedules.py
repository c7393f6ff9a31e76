"""Monitoring schedules: their states, and what is refused when."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError


def config(definition: str, expression: str = "cron(0 * ? * * *)", **schedule: str) -> dict[str, Any]:
    return {
        "MonitoringJobDefinitionName": definition,
        "MonitoringType": "DataQuality",
        "ScheduleConfig": {"ScheduleExpression": expression, **schedule},
    }


def inline(world: Any, endpoint: str, **changes: Any) -> dict[str, Any]:
    source = world.definition(endpoint)
    return {
        "MonitoringInputs": [source["DataQualityJobInput"]],
        "MonitoringOutputConfig": source["DataQualityJobOutputConfig"],
        "MonitoringResources": source["JobResources"],
        "MonitoringAppSpecification": source["DataQualityAppSpecification"],
        "RoleArn": source["RoleArn"],
        **changes,
    }


def create(world: Any, configuration: dict[str, Any], name: str | None = None) -> str:
    name = name or str(world.unique("Schedule"))
    world.sagemaker.create_monitoring_schedule(MonitoringScheduleName=name, MonitoringScheduleConfig=configuration)
    return name


@pytest.fixture(scope="module")
def definition(session_world: Any, capturing_endpoint: str) -> str:
    name: str = session_world.make_definition(capturing_endpoint)
    return name


def test_a_schedule_is_pending_then_scheduled(world: Any, definition: str, capturing_endpoint: str) -> None:
    name = create(world, config(definition))
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    assert described["MonitoringScheduleStatus"] == "Pending"
    world.schedule_in(name, "Scheduled")
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    assert described["MonitoringScheduleArn"].endswith(f":monitoring-schedule/{name.lower()}")
    assert described["MonitoringType"] == "DataQuality"
    assert described["EndpointName"] == capturing_endpoint
    assert described["MonitoringScheduleConfig"] == config(definition)
    assert "LastMonitoringExecutionSummary" not in described


def test_nothing_changes_while_pending(world: Any, definition: str) -> None:
    name = create(world, config(definition))
    sagemaker = world.sagemaker
    for refused in (
        lambda: sagemaker.delete_monitoring_schedule(MonitoringScheduleName=name),
        lambda: sagemaker.stop_monitoring_schedule(MonitoringScheduleName=name),
        lambda: sagemaker.start_monitoring_schedule(MonitoringScheduleName=name),
        lambda: sagemaker.update_monitoring_schedule(
            MonitoringScheduleName=name, MonitoringScheduleConfig=config(definition)
        ),
    ):
        with pytest.raises(ClientError, match="Monitoring schedule in status Pending"):
            refused()


def test_a_schedule_stops_and_starts(world: Any, definition: str) -> None:
    name = world.make_schedule(definition)
    world.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=name)
    world.schedule_in(name, "Stopped")
    world.sagemaker.start_monitoring_schedule(MonitoringScheduleName=name)
    world.schedule_in(name, "Scheduled")


def test_an_update_replaces_the_configuration(world: Any, definition: str) -> None:
    name = world.make_schedule(definition)
    new = config(definition, "cron(0 6 ? * * *)")
    world.sagemaker.update_monitoring_schedule(MonitoringScheduleName=name, MonitoringScheduleConfig=new)
    world.schedule_in(name, "Scheduled")
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    assert described["MonitoringScheduleConfig"] == new


def test_an_inline_definition_reads_back_with_the_services_defaults(world: Any, capturing_endpoint: str) -> None:
    name = create(world, {"MonitoringJobDefinition": inline(world, capturing_endpoint)})
    described = world.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    assert described["MonitoringType"] == "DataQuality"
    got = described["MonitoringScheduleConfig"]
    assert got["MonitoringJobDefinition"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    assert got["ScheduleConfig"] == {"ScheduleExpression": "cron(0 0 ? * * *)"}


def test_a_name_can_be_used_once(world: Any, definition: str) -> None:
    name = world.make_schedule(definition)
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse):
        world.sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name, MonitoringScheduleConfig=config(definition)
        )


def test_the_endpoint_stays_while_a_schedule_refers_to_it(world: Any) -> None:
    endpoint = world.make_endpoint()
    schedule = world.make_schedule(world.make_definition(endpoint))
    with pytest.raises(ClientError, match="is in use by monitoring schedule"):
        world.sagemaker.delete_endpoint(EndpointName=endpoint)
    world.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MonitoringJobDefinitionName": "gone"}, "Data Quality Job Definition .*/gone not found"),
        ({"ScheduleConfig": {"ScheduleExpression": "rate(1 hour)"}}, "Invalid ScheduleExpression 'rate"),
        ({"ScheduleConfig": {"ScheduleExpression": "NOW"}}, "required with the schedule expression NOW"),
    ],
    ids=["definition", "expression", "window"],
)
def test_what_cannot_run_is_refused(world: Any, definition: str, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        create(world, {**config(definition), **change})


def test_a_definition_and_an_inline_one_exclude_each_other(
    world: Any, definition: str, capturing_endpoint: str
) -> None:
    both = {**config(definition), "MonitoringJobDefinition": inline(world, capturing_endpoint)}
    with pytest.raises(ClientError, match="Exactly one of MonitoringJobDefinition"):
        create(world, both)


def test_an_hourly_job_may_take_an_hour_at_most(world: Any, capturing_endpoint: str) -> None:
    definition = world.make_definition(capturing_endpoint, StoppingCondition={"MaxRuntimeInSeconds": 3601})
    with pytest.raises(ClientError, match="must not exceed 3600 under the schedule"):
        create(world, config(definition))
    create(world, config(definition, "cron(0 0 ? * * *)"))


def test_schedules_are_listed_by_what_they_watch(world: Any, definition: str, capturing_endpoint: str) -> None:
    name = world.make_schedule(definition)
    for criterion in (
        {"EndpointName": capturing_endpoint},
        {"MonitoringJobDefinitionName": definition},
        {"MonitoringTypeEquals": "DataQuality"},
        {"StatusEquals": "Scheduled"},
        {"NameContains": name.lower()},
    ):
        summaries = world.sagemaker.list_monitoring_schedules(**criterion)["MonitoringScheduleSummaries"]
        assert [summary["MonitoringScheduleName"] for summary in summaries] == [name]
    assert not world.sagemaker.list_monitoring_schedules(EndpointName="other")["MonitoringScheduleSummaries"]


class TestWhoMayMakeSchedules:
    """An open account and one that Model Monitor is closed to answer the same probe differently."""

    @pytest.fixture
    def closed(self, world: Any) -> Iterator[None]:
        world.box.change(model_monitor_closed=True)
        yield
        world.box.change(model_monitor_closed=False)

    @pytest.mark.parametrize("kind", ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"])
    def test_an_open_account_misses_the_definition_and_makes_nothing(self, world: Any, kind: str) -> None:
        name = world.unique("probe")
        with pytest.raises(ClientError) as raised:
            create(world, {**config("no-such-definition"), "MonitoringType": kind}, name)
        error = raised.value.response["Error"]
        assert error["Code"] in ("ValidationException", "ResourceNotFound")
        assert "no-such-definition" in error["Message"]
        assert not world.sagemaker.list_monitoring_schedules(NameContains=name)["MonitoringScheduleSummaries"]

    @pytest.mark.usefixtures("closed")
    def test_a_closed_account_refuses_before_it_looks_for_the_definition(self, world: Any, definition: str) -> None:
        for named in (definition, "no-such-definition"):
            with pytest.raises(ClientError) as raised:
                create(world, config(named))
            error = raised.value.response["Error"]
            assert error["Code"] == "AccessDeniedException"
            assert "no longer available to new customers" in error["Message"]
            assert "is not authorized to perform" not in error["Message"]

    @pytest.mark.usefixtures("closed")
    def test_a_closed_account_fails_a_stack(
        self, world: Any, definition: str, stack: Callable[..., dict[str, Any]]
    ) -> None:
        properties = {"MonitoringScheduleName": world.unique("s"), "MonitoringScheduleConfig": config(definition)}
        deployed = stack({"S": {"Type": "AWS::SageMaker::MonitoringSchedule", "Properties": properties}})
        assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
        reasons = " ".join(event.get("ResourceStatusReason", "") for event in deployed["Events"])
        assert "no longer available to new customers" in reasons
        assert "HandlerErrorCode: AccessDenied)" in reasons

    @pytest.mark.usefixtures("closed")
    def test_what_exists_goes_on_in_a_closed_account(self, world: Any, definition: str) -> None:
        world.box.change(model_monitor_closed=False)
        name = world.make_schedule(definition)
        world.box.change(model_monitor_closed=True)
        world.sagemaker.update_monitoring_schedule(
            MonitoringScheduleName=name, MonitoringScheduleConfig=config(definition, "cron(0 6 ? * * *)")
        )
        world.schedule_in(name, "Scheduled")
