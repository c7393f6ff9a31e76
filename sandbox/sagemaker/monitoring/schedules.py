"""Monitoring schedules: their states, and the rules for changing them.

Create and Update: Pending -> Scheduled. Stop: Pending -> Stopped. Start: Pending -> Scheduled.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-scheduling.html
"""

import time
from collections.abc import Callable
from typing import Any

from sandbox.errors import AwsError
from sandbox.process import clock, settings
from sandbox.sagemaker import background, events, state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.kinds import JOB_DEFINITIONS, MONITORING_SCHEDULE
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.monitoring import cron, executions, scheduler, window
from sandbox.sagemaker.monitoring.job_definitions import check_job
from sandbox.sagemaker.monitoring.monitoring_job import DEFAULT_MAX_RUNTIME, MonitoringJob, with_defaults
from sandbox.sagemaker.state import Document
from sandbox.sagemaker.validation import render

_SETTLE_SECONDS = 0.2
"""How long a schedule is Pending (real time); on AWS seconds to a few minutes."""
_HOURLY_LIMITS = {"DataQuality": 3600, "ModelExplainability": 3600, "ModelQuality": 1800, "ModelBias": 1800}
"""Longest MaxRuntimeInSeconds under an hourly schedule."""
_CLOSED_ACCOUNT = "Amazon SageMaker Model Monitor is no longer available to new customers."
"""What an account is told that Model Monitor is closed to. AWS has not published the text. This one is worded like
those of other services that closed: AccessDeniedException `AmazonML is no longer available to new customers`,
AccessDeniedException `AWS OpsWorks Stacks is no longer accepting new customers`."""


@operation("CreateMonitoringSchedule")
def create_monitoring_schedule(request: Request) -> dict[str, Any]:
    """Create a schedule; it runs from the next full hour that its expression names."""
    if settings.current().model_monitor_closed:
        raise AwsError("AccessDeniedException", _CLOSED_ACCOUNT)
    config, job = _resolve(request)
    schedule = state.add(
        MONITORING_SCHEDULE,
        {**request.body, "MonitoringScheduleConfig": config},
        MonitoringScheduleStatus="Pending",
        LastModifiedTime=clock.time(),
        MonitoringType=job.monitoring_type,
        EndpointName=job.endpoint_name,
    )
    _settle(schedule, "Scheduled", rearm=True)
    return {"MonitoringScheduleArn": schedule["MonitoringScheduleArn"]}


@operation("UpdateMonitoringSchedule")
def update_monitoring_schedule(request: Request) -> dict[str, Any]:
    """Replace the whole configuration of a schedule."""
    with state.LOCK:
        schedule = _changeable(request, "updated")
        config, job = _resolve(request)
        state.touch(
            schedule,
            MonitoringScheduleConfig=config,
            MonitoringType=job.monitoring_type,
            EndpointName=job.endpoint_name,
        )
        # A stopped schedule is stopped no longer: AWS reports Scheduled after an update.
        _settle(schedule, "Scheduled", rearm=True)
    return {"MonitoringScheduleArn": schedule["MonitoringScheduleArn"]}


@operation("DescribeMonitoringSchedule")
def describe_monitoring_schedule(request: Request) -> dict[str, Any]:
    """The schedule as it is now, with its last execution."""
    schedule = state.get(MONITORING_SCHEDULE, request.body["MonitoringScheduleName"])
    last = executions.last_of(schedule["MonitoringScheduleName"])
    return render("DescribeMonitoringSchedule", {**schedule, "LastMonitoringExecutionSummary": last})


@operation("DeleteMonitoringSchedule")
def delete_monitoring_schedule(request: Request) -> dict[str, Any]:
    """Forget a schedule; its past executions stay listed."""
    with state.LOCK:
        schedule = _changeable(request, "deleted")
        scheduler.disarm(schedule)
        state.remove(MONITORING_SCHEDULE, schedule["MonitoringScheduleName"])
    return {}


@operation("StopMonitoringSchedule")
def stop_monitoring_schedule(request: Request) -> dict[str, Any]:
    """Run no more executions until the schedule is started again."""
    with state.LOCK:
        schedule = _settled(request, "stopped")
        scheduler.disarm(schedule)
        _settle(schedule, "Stopped", rearm=False)
    return {}


@operation("StartMonitoringSchedule")
def start_monitoring_schedule(request: Request) -> dict[str, Any]:
    """Go on with a stopped schedule; one that runs stays as it is."""
    with state.LOCK:
        schedule = _settled(request, "started")
        if schedule["MonitoringScheduleStatus"] != "Scheduled":
            _settle(schedule, "Scheduled", rearm=True)
    return {}


@operation("ListMonitoringSchedules")
def list_monitoring_schedules(request: Request) -> dict[str, Any]:
    """Summaries of schedules."""
    # What the schedule runs stands in its configuration.
    summaries = [{**schedule["MonitoringScheduleConfig"], **schedule} for schedule in state.every(MONITORING_SCHEDULE)]
    return page("ListMonitoringSchedules", summaries, request.body)


def job_of(config: Document) -> MonitoringJob:
    """The job that a schedule's configuration describes or names.

    Raises:
        AwsError: The named definition does not exist.
    """
    if "MonitoringJobDefinition" in config:
        return MonitoringJob.inline(config["MonitoringJobDefinition"])
    kind = JOB_DEFINITIONS[config["MonitoringType"]]
    return MonitoringJob.of_definition(config["MonitoringType"], state.get(kind, config["MonitoringJobDefinitionName"]))


def _resolve(request: Request) -> tuple[Document, MonitoringJob]:
    """The configuration with the service's defaults, checked, and its job."""
    config = dict(request.body["MonitoringScheduleConfig"])
    if ("MonitoringJobDefinition" in config) == ("MonitoringJobDefinitionName" in config):
        raise refuse("Exactly one of MonitoringJobDefinition and MonitoringJobDefinitionName must be specified")
    if "MonitoringJobDefinition" in config:
        if config.get("MonitoringType", "DataQuality") != "DataQuality":
            raise refuse("An inline MonitoringJobDefinition is for MonitoringType DataQuality only")
        filled = with_defaults(config["MonitoringJobDefinition"])
        filled.setdefault("StoppingCondition", {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME})
        config |= {"MonitoringJobDefinition": filled, "MonitoringType": "DataQuality"}
    elif "MonitoringType" not in config:
        raise refuse("MonitoringType is required with MonitoringJobDefinitionName")
    config.setdefault("ScheduleConfig", {"ScheduleExpression": cron.DEFAULT_EXPRESSION})
    job = job_of(config)
    if "MonitoringJobDefinition" in config:
        check_job(job)
        request.require_pass_role(job.role_arn)
    _check_times(config["ScheduleConfig"], job)
    return config, job


def _check_times(schedule_config: Document, job: MonitoringJob) -> None:
    window.check(schedule_config)
    expression = schedule_config["ScheduleExpression"]
    schedule = cron.parse(expression)
    if schedule is None:
        return
    period = int(schedule.period.total_seconds())
    limit = min(_HOURLY_LIMITS[job.monitoring_type], period) if period == 3600 else period  # noqa: PLR2004 - an hour
    if job.max_runtime > limit:
        raise refuse(
            f"MaxRuntimeInSeconds of a {job.monitoring_type} job must not exceed {limit} under the schedule "
            f"{expression}, got {job.max_runtime}"
        )


def _changeable(request: Request, verb: str) -> Document:
    schedule = _settled(request, verb)
    running = executions.running_of(schedule["MonitoringScheduleName"])
    if running:
        raise refuse(
            f"Monitoring schedule {schedule['MonitoringScheduleArn']} cannot be {verb} while it has an execution in "
            f"status {running[0]['MonitoringExecutionStatus']}: wait for it, or stop its processing job"
        )
    return schedule


def _settled(request: Request, verb: str) -> Document:
    schedule = state.get(MONITORING_SCHEDULE, request.body["MonitoringScheduleName"])
    if schedule["MonitoringScheduleStatus"] == "Pending":
        raise refuse(f"Monitoring schedule in status Pending cannot be {verb}: {schedule['MonitoringScheduleArn']}")
    return schedule


def _settle(schedule: Document, status: str, *, rearm: bool) -> None:
    state.touch(schedule, MonitoringScheduleStatus="Pending")
    _announce(schedule)

    def arrive() -> None:
        time.sleep(_SETTLE_SECONDS)
        state.touch(schedule, MonitoringScheduleStatus=status)
        _announce(schedule)
        if rearm:
            scheduler.arm(schedule, _runner(schedule))

    background.run(arrive, f"monitoring schedule {schedule['MonitoringScheduleName']}")


def _runner(schedule: Document) -> Callable[[float], None]:
    """Run the schedule's execution for a time (epoch seconds), unless it was stopped or deleted meanwhile."""

    def run(scheduled: float) -> None:
        known = state.find(MONITORING_SCHEDULE, schedule["MonitoringScheduleName"])
        if known is schedule and schedule["MonitoringScheduleStatus"] != "Stopped":
            executions.run(schedule, job_of(schedule["MonitoringScheduleConfig"]), scheduled)

    return run


def _announce(schedule: Document) -> None:
    """AWS lists this event without publishing its detail; ours is what a listener would expect."""
    members = ("MonitoringScheduleName", "MonitoringScheduleArn", "MonitoringScheduleStatus", "LastModifiedTime")
    detail = {name: schedule[name] for name in members}
    events.state_change("Monitoring Schedule", detail, schedule["MonitoringScheduleArn"])
