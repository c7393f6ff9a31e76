"""A monitor with runs, and the events that tell of them."""

import types
from datetime import UTC, datetime, timedelta

import pytest

from results import once
from results.handler import handler

SCHEDULE = "Credit-data-quality"
ACCOUNT = "111122223333"
_EXIT_MESSAGES = {
    "Completed": "Completed: Job completed successfully with no violations.",
    "CompletedWithViolations": "CompletedWithViolations: Job completed successfully with 2 violations.",
}


class Runs:
    """Make runs of the schedule as SageMaker lists, describes and announces them."""

    def __init__(self, aws):
        self.aws = aws
        # The sweep asks the real clock which runs are recent.
        self.latest = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    def handle(self, event, *, seconds_left=300):
        """Call the function; with fewer seconds left, it has a deadline that has passed already."""
        arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:results"
        context = types.SimpleNamespace(
            aws_request_id="11111111-2222-3333-4444-555555555555",
            invoked_function_arn=arn,
            get_remaining_time_in_millis=lambda: int(seconds_left * 1000),
        )
        return handler(event, context)

    def register(self, schedule=SCHEDULE, **changes):
        """Write a document of the registry; a value None leaves a key out."""
        document = {
            "schedule": schedule,
            "type": "DataQuality",
            "title": "endpoint credit-risk",
            "endpoint": "credit-risk",
            "reports": "s3://out/reports",
            "access_role": f"arn:aws:iam::{ACCOUNT}:role/access-{schedule}",
            "topic": f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts",
            "runbook": "https://wiki.example.com/drift",
            "period_hours": 1,
            "registered": "2020-01-01T00:00:00+00:00",
            **changes,
        }
        content = {key: value for key, value in document.items() if value is not None}
        self.aws.put(f"s3://out/registry/{schedule}.json", content)

    def time(self, hours_ago=0):
        return self.latest - timedelta(hours=hours_ago)

    def add(
        self,
        status,
        *,
        hours_ago=0,
        took=20,
        violations=None,
        exit_message=None,
        reason=None,
        has_job=True,
        job="model-monitoring",
        schedule=SCHEDULE,
        files=None,
    ):
        """Add a run; return the name of its job."""
        scheduled = self.time(hours_ago)
        name = f"{job}-{scheduled:%Y%m%d%H%M}-0123456789abcdef01234567"
        arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:processing-job/{name}"
        summary = {
            "MonitoringScheduleName": schedule,
            "ScheduledTime": scheduled,
            "LastModifiedTime": scheduled + timedelta(minutes=took),
            "MonitoringExecutionStatus": status,
            "FailureReason": reason,
            "ProcessingJobArn": arn if has_job else None,
        }
        self.aws.executions.append({key: value for key, value in summary.items() if value is not None})
        folder = f"s3://out/reports/credit-risk/{schedule}/{scheduled:%Y/%m/%d/%H}"
        if has_job:
            self.aws.jobs[name] = self._job(name, folder, scheduled, status, schedule)
            message = exit_message or _EXIT_MESSAGES.get(status)
            said = {"ExitMessage": message, "FailureReason": reason}
            self.aws.jobs[name].update({key: text for key, text in said.items() if text})
        if violations is not None:
            self.aws.put(f"{folder}/constraint_violations.json", {"violations": violations})
        for file, content in (files or {}).items():
            self.aws.put(f"{folder}/{file}", content)
        return name

    def _job(self, name, folder, scheduled, status, schedule):
        window = {"start_time": scheduled - timedelta(hours=1), "end_time": scheduled}
        return {
            "request": {
                "ProcessingJobName": name,
                "Environment": {key: f"{time:%Y-%m-%dT%H:%M:%SZ}" for key, time in window.items()},
                "ProcessingOutputConfig": {"Outputs": [{"OutputName": "result", "S3Output": {"S3Uri": folder}}]},
                "MonitoringScheduleArn": schedule_arn(schedule),
            },
            "status": status if status in ("Failed", "Stopped") else "Completed",
            "polls": 0,
        }

    def event(self, name, **changes):
        """Return the event of a job's end."""
        job = self.aws.jobs[name]
        detail = {
            "ProcessingJobName": name,
            "ProcessingJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:processing-job/{name}",
            "ProcessingJobStatus": job["status"],
            "MonitoringScheduleArn": schedule_arn(),
            **{key: job[key] for key in ("ExitMessage", "FailureReason") if key in job},
            **changes,
        }
        return {
            "source": "aws.sagemaker",
            "detail-type": "SageMaker Processing Job State Change",
            "detail": {key: value for key, value in detail.items() if value is not None},
        }


def schedule_arn(name=SCHEDULE):
    return f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:monitoring-schedule/{name.lower()}"


@pytest.fixture
def runs(aws, monkeypatch) -> Runs:
    """A monitor of the endpoint `credit-risk`, with the function's environment set."""
    monkeypatch.setenv("REGISTRY_URI", "s3://out/registry")
    monkeypatch.setenv("STATE_URI", "s3://out/state")
    monkeypatch.setenv("METRIC_NAMESPACE", "ModelMonitoring")
    monkeypatch.setattr(once, "_PAUSES_SECONDS", (0.0, 0.0))
    monitored = Runs(aws)
    monitored.register()
    return monitored


@pytest.fixture
def watch_as(runs):
    """Return a function that makes the monitor one of another type."""

    def change(kind, **more):
        captured = "s3://data/capture/credit-risk" if kind in ("ModelQuality", "ModelBias") else None
        runs.register(type=kind, captured=captured, **more)

    return change


@pytest.fixture
def two_violations():
    return [
        {
            "feature_name": "age",
            "constraint_check_type": "baseline_drift_check",
            "description": "Baseline drift distance: 0.25 exceeds threshold: 0.1",
        },
        {
            "feature_name": "dti",
            "constraint_check_type": "completeness_check",
            "description": "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 96.875%.",
        },
    ]


@pytest.fixture
def metrics(aws):
    """Return a function that gives the published metrics as name -> sum."""

    def read():
        sums = {}
        for datum in aws.metrics:
            sums[datum["MetricName"]] = sums.get(datum["MetricName"], 0) + datum["Value"]
        return sums

    return read
