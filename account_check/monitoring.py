"""Job definitions, schedules and their executions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from account_check.bench import Bench
from account_check.facts import JobFacts
from account_check.ledger import is_gone

NOW = {"ScheduleExpression": "NOW", "DataAnalysisStartTime": "-PT3H", "DataAnalysisEndTime": "-PT0H"}
"""Once, over the last three hours."""
OUTPUT_PATH = "/opt/ml/processing/output"
_INPUT_PATH = "/opt/ml/processing/input/batch"
_OPERATIONS = {
    "DataQuality": "data_quality",
    "ModelBias": "model_bias",
    "ModelExplainability": "model_explainability",
}
_UNFINISHED = ("Pending", "InProgress", "Stopping")
_NOT_YET = ("ValidationException", "ResourceInUse", "ConflictException")
"""What AWS answers to the deletion of a schedule that is Pending, or whose execution has not ended."""
_MAX_RUNTIME = 1800
_VOLUME_GB = 20
_BRIEF = 3
"""Seconds between two looks at something that changes quickly."""
_SLOW = 15


def captured_batches(uri: str, **attributes: object) -> dict[str, Any]:
    """Return the BatchTransformInput that reads captures of batch transform."""
    return {
        "BatchTransformInput": {
            "DataCapturedDestinationS3Uri": uri,
            "DatasetFormat": {"Csv": {"Header": False}},
            "LocalPath": _INPUT_PATH,
            **attributes,
        }
    }


def cluster(bench: Bench) -> dict[str, Any]:
    """Return the ClusterConfig of every job."""
    return {"InstanceCount": 1, "InstanceType": bench.instance_type, "VolumeSizeInGB": _VOLUME_GB}


def make_definition(
    bench: Bench,
    kind: str,
    source: dict[str, Any],
    *,
    thing: str,
    application: dict[str, Any],
    baseline: dict[str, Any] | None = None,
) -> str:
    """Make a job definition and return its name.

    Args:
        bench: The run.
        kind: ``DataQuality``, ``ModelBias`` or ``ModelExplainability``.
        source: Its JobInput.
        thing: What it is called in this run.
        application: Its AppSpecification.
        baseline: Its BaselineConfig.
    """
    sagemaker, name = bench.account.client("sagemaker"), bench.named(thing)
    output = {"S3Uri": f"s3://{bench.bucket}/reports", "LocalPath": OUTPUT_PATH, "S3UploadMode": "EndOfJob"}
    request = {
        "JobDefinitionName": name,
        f"{kind}AppSpecification": application,
        f"{kind}JobInput": source,
        f"{kind}JobOutputConfig": {"MonitoringOutputs": [{"S3Output": output}]},
        "JobResources": {"ClusterConfig": cluster(bench)},
        "StoppingCondition": {"MaxRuntimeInSeconds": _MAX_RUNTIME},
        "RoleArn": bench.job_role,
        "Tags": bench.tags,
    } | ({f"{kind}BaselineConfig": baseline} if baseline else {})
    create = getattr(sagemaker, f"create_{_OPERATIONS[kind]}_job_definition")
    delete = getattr(sagemaker, f"delete_{_OPERATIONS[kind]}_job_definition")
    bench.ledger.add(f"{kind} job definition {name}", lambda: delete(JobDefinitionName=name))
    bench.accepted(lambda: create(**request))
    return name


def schedule_request(bench: Bench, kind: str, definition: str, *, thing: str, when: dict[str, str]) -> dict[str, Any]:
    """Return a CreateMonitoringSchedule request."""
    return {
        "MonitoringScheduleName": bench.named(thing),
        "MonitoringScheduleConfig": {
            "MonitoringJobDefinitionName": definition,
            "MonitoringType": kind,
            "ScheduleConfig": when,
        },
        "Tags": bench.tags,
    }


def make_schedule(bench: Bench, request: dict[str, Any]) -> str:
    """Make a schedule and return its name."""
    name: str = request["MonitoringScheduleName"]
    bench.ledger.add(f"schedule {name}", lambda: remove_schedule(bench, name))
    bench.accepted(lambda: bench.account.client("sagemaker").create_monitoring_schedule(**request))
    return name


def execution_of(bench: Bench, schedule: str) -> dict[str, Any] | None:
    """Return the latest execution of a schedule, if there is one."""
    answer = bench.account.client("sagemaker").list_monitoring_executions(
        MonitoringScheduleName=schedule, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=1
    )
    found = answer["MonitoringExecutionSummaries"]
    return found[0] if found else None


def started(bench: Bench, schedule: str) -> tuple[dict[str, Any], str]:
    """Wait until a schedule's execution has a job; return the execution and the job's name.

    Raises:
        ExecutionError: It failed without one.
    """

    def found() -> tuple[dict[str, Any], str] | None:
        execution = execution_of(bench, schedule)
        if execution is None:
            return None
        if "ProcessingJobArn" in execution:
            return execution, execution["ProcessingJobArn"].rsplit("/", 1)[-1]
        if execution["MonitoringExecutionStatus"] not in _UNFINISHED:
            raise ExecutionError(
                f"the execution ended as {execution['MonitoringExecutionStatus']} without a job: "
                f"{execution.get('FailureReason', 'no reason given')}"
            )
        return None

    bench.say("waiting for the job of the schedule")
    return bench.until(found, every=_BRIEF, minutes=30, what="the job of the schedule")


def ended(bench: Bench, schedule: str, *, minutes: float = 45) -> dict[str, Any]:
    """Wait until a schedule's execution has ended, and return it."""

    def found() -> dict[str, Any] | None:
        execution = execution_of(bench, schedule)
        return None if execution is None or execution["MonitoringExecutionStatus"] in _UNFINISHED else execution

    bench.say("waiting for the end of the execution")
    return bench.until(found, every=_SLOW, minutes=minutes, what="the end of the execution")


def describe_job(bench: Bench, name: str) -> dict[str, Any]:
    """Return the description of a processing job."""
    described: dict[str, Any] = bench.account.client("sagemaker").describe_processing_job(ProcessingJobName=name)
    return described


def job_facts(bench: Bench, job: dict[str, Any]) -> JobFacts:
    """Return what is worth knowing of a processing job that a schedule made."""
    general = bench.account.wording.general
    inputs = [
        f"{item['InputName']}: {item['S3Input']['S3Uri']} ({item['S3Input']['S3DataType']}) to "
        f"{item['S3Input']['LocalPath']}"
        for item in job.get("ProcessingInputs", [])
        if "S3Input" in item
    ]
    # How many there are depends on the minute at which the run began.
    inputs = [re.sub(r"_\d+:", "_<n>:", text) for text in inputs]
    outputs = [item["S3Output"]["S3Uri"] for item in job["ProcessingOutputConfig"]["Outputs"]]
    return JobFacts(
        name=general(job["ProcessingJobName"]),
        has_schedule_arn="MonitoringScheduleArn" in job,
        inputs=sorted({general(text) for text in inputs}),
        outputs=sorted({general(text) for text in outputs}),
        environment={name: general(value) for name, value in sorted(job.get("Environment", {}).items())},
    )


def remove_schedule(bench: Bench, name: str) -> None:
    """Stop what a schedule runs, and delete it with its jobs; returns when it is gone."""
    sagemaker = bench.account.client("sagemaker")

    def deleted() -> bool | None:
        # Each time anew: a schedule that was made a moment ago may start its job only now.
        _with_jobs(bench, name, bench.stop_job)
        try:
            sagemaker.delete_monitoring_schedule(MonitoringScheduleName=name)
        except ClientError as error:
            if is_gone(error):
                return True
            if error.response["Error"]["Code"] not in _NOT_YET:
                raise
        return None  # asked; the next time, it is gone

    bench.until(deleted, every=5, minutes=10, what=f"the deletion of schedule {name}")
    _with_jobs(bench, name, bench.forget_job)


def _with_jobs(bench: Bench, schedule: str, act: Callable[[str], None]) -> None:
    """Do something with the jobs of a schedule, that of a merge before the analysis included; some may be gone."""
    sagemaker = bench.account.client("sagemaker")
    found = sagemaker.list_monitoring_executions(MonitoringScheduleName=schedule)["MonitoringExecutionSummaries"]
    arns = [item["ProcessingJobArn"] for item in found if "ProcessingJobArn" in item]
    for name in (arn.rsplit("/", 1)[-1] for arn in arns):
        for job in same_occasion(bench, name):
            try:
                act(job)
            except ClientError as error:
                if not is_gone(error):
                    raise


def same_occasion(bench: Bench, job: str) -> list[str]:
    """Return the jobs that belong to one execution: their names end alike."""
    suffix = job.rsplit("-", 1)[-1]
    answer = bench.account.client("sagemaker").list_processing_jobs(NameContains=suffix)
    return [summary["ProcessingJobName"] for summary in answer["ProcessingJobSummaries"]]


def scheduled_time(execution: dict[str, Any]) -> str:
    """Return the time for which an execution was scheduled, for the contract."""
    moment: datetime = execution["ScheduledTime"]
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class ExecutionError(Exception):
    """An execution did not do what the step needs; the message holds AWS's reason."""
