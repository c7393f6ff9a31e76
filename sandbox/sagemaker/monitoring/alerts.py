"""The alert that every schedule has on the Model Dashboard: a state derived from its executions, told to nobody.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-dashboard-monitor.html
"""

from collections.abc import Iterator
from typing import Any

from sandbox.process import clock
from sandbox.sagemaker import state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.kinds import MONITORING_SCHEDULE
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.monitoring import executions
from sandbox.sagemaker.state import Document

_DEFAULT = {"DatapointsToAlert": 1, "EvaluationPeriod": 1}
"""One execution with violations alerts; AWS's own default was not seen, nor was its name for the alert."""
_SETTINGS = "Alert"
_OK, _IN_ALERT = "OK", "InAlert"


@operation("ListMonitoringAlerts")
def list_monitoring_alerts(request: Request) -> dict[str, Any]:
    """The one alert of a schedule."""
    schedule = state.get(MONITORING_SCHEDULE, request.body["MonitoringScheduleName"])
    settings = _settings(schedule)
    history = list(_history(schedule))
    alert = {
        "MonitoringAlertName": _name(schedule),
        "CreationTime": schedule["CreationTime"],
        "LastModifiedTime": settings.get("LastModifiedTime", schedule["CreationTime"]),
        "AlertStatus": history[-1]["AlertStatus"] if history else _OK,
        "DatapointsToAlert": settings["DatapointsToAlert"],
        "EvaluationPeriod": settings["EvaluationPeriod"],
        "Actions": {"ModelDashboardIndicator": {"Enabled": True}},
    }
    return page("ListMonitoringAlerts", [alert], request.body)


@operation("UpdateMonitoringAlert")
def update_monitoring_alert(request: Request) -> dict[str, Any]:
    """Change how many of how many executions must have violations."""
    body = request.body
    schedule = state.get(MONITORING_SCHEDULE, body["MonitoringScheduleName"])
    if body["MonitoringAlertName"] != _name(schedule):
        raise refuse(
            f"Monitoring schedule {schedule['MonitoringScheduleArn']} has no alert {body['MonitoringAlertName']}, "
            f"only {_name(schedule)}"
        )
    if body["DatapointsToAlert"] > body["EvaluationPeriod"]:
        raise refuse(
            f"DatapointsToAlert must not exceed EvaluationPeriod, got {body['DatapointsToAlert']} of "
            f"{body['EvaluationPeriod']}"
        )
    with state.LOCK:
        schedule[_SETTINGS] = {name: body[name] for name in _DEFAULT} | {"LastModifiedTime": clock.time()}
    return {"MonitoringScheduleArn": schedule["MonitoringScheduleArn"], "MonitoringAlertName": _name(schedule)}


@operation("ListMonitoringAlertHistory")
def list_monitoring_alert_history(request: Request) -> dict[str, Any]:
    """Every change of the alert's state, as its present settings would have made it."""
    wanted = request.body.get("MonitoringScheduleName")
    schedules = [state.get(MONITORING_SCHEDULE, wanted)] if wanted else state.every(MONITORING_SCHEDULE)
    changes = [change for schedule in schedules for change in _history(schedule)]
    return page("ListMonitoringAlertHistory", changes, request.body)


def _name(schedule: Document) -> str:
    return f"{schedule['MonitoringScheduleName']}-alert"


def _settings(schedule: Document) -> Document:
    settings: Document = schedule.get(_SETTINGS, _DEFAULT)
    return settings


def _history(schedule: Document) -> Iterator[Document]:
    settings = _settings(schedule)
    last: list[bool] = []
    status = _OK
    for execution in executions.ended_of(schedule["MonitoringScheduleName"]):
        last = [*last, execution["MonitoringExecutionStatus"] == executions.WITH_VIOLATIONS][
            -settings["EvaluationPeriod"] :
        ]
        now = _IN_ALERT if sum(last) >= settings["DatapointsToAlert"] else _OK
        if now != status:
            status = now
            yield {
                "MonitoringScheduleName": schedule["MonitoringScheduleName"],
                "MonitoringAlertName": _name(schedule),
                "CreationTime": execution["LastModifiedTime"],
                "AlertStatus": status,
            }
