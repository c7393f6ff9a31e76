"""Reads templates."""

from __future__ import annotations

from typing import Any

Template = dict[str, Any]


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """Resources of a type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def properties(template: Template, kind: str) -> list[dict[str, Any]]:
    """Properties of all resources of a type."""
    return [resource["Properties"] for resource in of_type(template, kind).values()]


def baseline(template: Template, monitor: str) -> dict[str, Any]:
    """The baseline of a monitor."""
    return _only(template, "Custom::ModelMonitorBaseline", monitor)


def job_definition(template: Template, monitor: str, kind: str = "DataQuality") -> dict[str, Any]:
    """The job definition of a monitor."""
    return _only(template, f"AWS::SageMaker::{kind}JobDefinition", monitor)


def schedule_expression(template: Template, monitor: str) -> str:
    """When a monitor runs."""
    schedule = _only(template, "AWS::SageMaker::MonitoringSchedule", monitor)
    return str(schedule["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"])


def alarms(template: Template, monitor: str) -> dict[str, Any]:
    """Alarms of a monitor, by the name that its construct has."""
    return {
        logical_id.removeprefix(monitor)[:-8]: alarm["Properties"]
        for logical_id, alarm in of_type(template, "AWS::CloudWatch::Alarm").items()
        if logical_id.startswith(monitor)
    }


def statements(template: Template) -> list[dict[str, Any]]:
    """What all policies of roles allow."""
    return [
        statement
        for policy in properties(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def _only(template: Template, kind: str, monitor: str) -> dict[str, Any]:
    (resource,) = (
        resource["Properties"]
        for logical_id, resource in of_type(template, kind).items()
        if logical_id.startswith(monitor)
    )
    return dict(resource)
