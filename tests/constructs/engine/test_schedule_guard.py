from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

from model_monitor import MonitorSchedule
from model_monitor.engine.schedule_control import one_time_prefix

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_GUARD = "Custom::MonitoringScheduleGuard"
_SCHEDULE = "AWS::SageMaker::MonitoringSchedule"


def _named(kit: Kit, template: Template, type_name: str, text: str) -> tuple[str, dict[str, Any]]:
    (found,) = [item for item in kit.resources(template, type_name).items() if text in item[0]]
    return found


def test_cloudformation_updates_one_guard_before_the_schedule_and_deletes_the_other_before_it(
    kit: Kit, default_template: Template
) -> None:
    ((schedule_id, schedule),) = kit.resources(default_template, _SCHEDULE).items()
    before_change, _ = _named(kit, default_template, _GUARD, "BeforeChange")
    _, before_deletion = _named(kit, default_template, _GUARD, "BeforeDeletion")
    assert before_change in schedule["DependsOn"]
    assert schedule_id in before_deletion["DependsOn"]
    name = schedule["Properties"]["MonitoringScheduleName"]
    assert before_deletion["Properties"]["ScheduleName"] == name


def test_a_run_goes_on_until_the_new_definition_exists(kit: Kit, default_template: Template) -> None:
    _, guard = _named(kit, default_template, _GUARD, "BeforeChange")
    (definition,) = kit.resources(default_template, "AWS::SageMaker::DataQualityJobDefinition")
    assert definition in guard["DependsOn"]


def test_a_guard_s_permissions_outlive_it(kit: Kit, default_template: Template) -> None:
    for guard in kit.resources(default_template, _GUARD).values():
        policies = [name for name in guard["DependsOn"] if "DefaultPolicy" in name]
        assert len(policies) == 2


def test_the_guard_is_asked_whenever_the_schedule_changes_and_only_then(kit: Kit) -> None:
    revisions = []
    for schedule in (MonitorSchedule.hourly(), MonitorSchedule.every(hours=6), MonitorSchedule.hourly()):
        stack = kit.stack()
        kit.monitor(stack, schedule=schedule)
        template = Template.from_stack(stack)
        _, guard = _named(kit, template, _GUARD, "BeforeChange")
        _, unchanging = _named(kit, template, _GUARD, "BeforeDeletion")
        revisions.append(kit.flat(guard["Properties"]["Revision"]))
        assert unchanging["Properties"]["Revision"] == "never changes"
        definition = kit.properties(template, "AWS::SageMaker::DataQualityJobDefinition")["JobDefinitionName"]
        assert revisions[-1].startswith(kit.flat(definition))
    assert revisions[0] == revisions[2] != revisions[1]


@pytest.mark.parametrize("role", ["GuardProviderOnEventRole", "GuardProviderIsCompleteRole"])
def test_the_guard_touches_its_schedules_and_jobs_of_runs_only(role: str, kit: Kit, default_template: Template) -> None:
    name = kit.properties(default_template, _SCHEDULE)["MonitoringScheduleName"]
    prefix = "arn:<AWS::Partition>:sagemaker:eu-west-1:123456789012:"
    assert kit.allowed(default_template, role, "sagemaker:StopMonitoringSchedule") == [
        f"{prefix}monitoring-schedule/{name}"
    ]
    assert kit.allowed(default_template, role, "sagemaker:StopProcessingJob") == [
        f"{prefix}processing-job/groundtruth-merge-*",
        f"{prefix}processing-job/model-monitoring-*",
        f"{prefix}processing-job/model-quality-monitoring-*",
        f"{prefix}processing-job/model-bias-*",
        f"{prefix}processing-job/model-explainability-*",
    ]
    assert kit.allowed(default_template, role, "sagemaker:DeleteMonitoringSchedule") == [
        f"{prefix}monitoring-schedule/{one_time_prefix(name)}*"
    ]
    assert kit.allowed(default_template, role, "sagemaker:ListMonitoringSchedules") == ["*"]


def test_one_control_function_starts_stops_and_runs_all_monitors_of_a_stack(
    kit: Kit, clarify_template: Template
) -> None:
    outputs = clarify_template.to_json()["Outputs"].values()
    (control,) = [output["Value"] for output in outputs if output["Description"].startswith("Control function")]
    assert control["Ref"].startswith("ModelMonitorScheduleControlFunction")
    names = {
        found["Properties"]["MonitoringScheduleName"] for found in kit.resources(clarify_template, _SCHEDULE).values()
    }
    role = "ScheduleControlFunctionRole"
    stopped = kit.allowed(clarify_template, role, "sagemaker:StopMonitoringSchedule")
    assert {arn.rpartition("/")[2] for arn in stopped} == names
    made = kit.allowed(clarify_template, role, "sagemaker:CreateMonitoringSchedule")
    assert {arn.rpartition("/")[2] for arn in made} == {f"{one_time_prefix(name)}*" for name in names}


def test_no_two_monitors_of_a_stack_share_single_runs(kit: Kit) -> None:
    # Both names begin with the same 44 characters; behind them are the rest of the id and a hash.
    stack = kit.stack("ProductionCreditRiskOfPrivateCustomersInFrankfurt")
    monitoring = kit.monitoring(stack)
    for name in ("DataQualityEurope", "DataQualityAfrica"):
        monitoring.add_data_quality(name, baseline=kit.baseline())
    template = Template.from_stack(stack)
    names = [found["Properties"]["MonitoringScheduleName"] for found in kit.resources(template, _SCHEDULE).values()]
    assert len({name[:44] for name in names}) == 1
    prefixes = {one_time_prefix(name) for name in names}
    assert len(prefixes) == 2
    for role in ("GuardProviderOnEventRole", "ScheduleControlFunctionRole"):
        deleted = kit.allowed(template, role, "sagemaker:DeleteMonitoringSchedule")
        assert {arn.rpartition("/")[2] for arn in deleted} == {f"{prefix}*" for prefix in prefixes}
    patterns = [
        found["Properties"]["EventPattern"]["detail"]["MonitoringScheduleArn"][1]["prefix"]
        for found in kit.resources(template, "AWS::Events::Rule").values()
        if "EventPattern" in found["Properties"]
    ]
    assert {kit.flat(pattern).rpartition("/")[2] for pattern in patterns} == prefixes
