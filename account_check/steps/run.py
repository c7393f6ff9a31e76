"""Step ``run``: one run of data quality, from the schedule to its events, metrics and reports.

It reads captures of batch transform, which need neither a job nor an endpoint.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from account_check import monitoring
from account_check.bench import Bench, seconds_between
from account_check.captured import COLUMNS, put_baseline, write_drifted_captures
from account_check.events import PATTERN, event_facts, own
from account_check.facts import Facts, RunFacts
from account_check.metrics import Metric, metric_facts
from account_check.queues import Queue, make_queue, make_rule
from account_check.step import Step

_KIND = "DataQuality"
_LAST_EVENTS = timedelta(minutes=1)
"""How long after the end of a run its events are waited for."""
_NAMESPACE = "aws/sagemaker/ModelMonitoring/data-metrics"


def _take(bench: Bench) -> RunFacts:
    queue = make_queue(bench, "run")
    queue.admit({"events.amazonaws.com": [make_rule(bench, "run", PATTERN, queue.arn)]})
    bench.say("writing captures")
    source = monitoring.captured_batches(write_drifted_captures(bench, "run"))
    application = {"ImageUri": bench.account.image_uri("analyzer")}
    definition = monitoring.make_definition(
        bench, _KIND, source, thing="run", application=application, baseline=put_baseline(bench)
    )
    request = monitoring.schedule_request(bench, _KIND, definition, thing="run", when=monitoring.NOW)
    start = bench.pace.now()
    schedule = monitoring.make_schedule(bench, request)
    _, job_name = monitoring.started(bench, schedule)
    until_job = seconds_between(start, bench.pace.now())
    execution = monitoring.ended(bench, schedule)
    until_end = seconds_between(start, bench.pace.now())
    end = bench.pace.now()
    job = monitoring.describe_job(bench, job_name)
    status = execution["MonitoringExecutionStatus"]
    if not status.startswith("Completed"):
        raise monitoring.ExecutionError(f"the execution ended as {status}: {execution.get('FailureReason')}")
    metrics = metric_facts(bench, schedule, job.get("Environment", {}), _expected(schedule), ended=end)
    messages = _messages(bench, queue, until=end + _LAST_EVENTS)
    prefix = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].removeprefix(f"s3://{bench.bucket}/")
    reports = {key.rsplit("/", 1)[-1]: key for key in bench.keys(f"{prefix}/")}
    general = bench.account.wording.general
    return RunFacts(
        job=monitoring.job_facts(bench, job),
        execution_fields=sorted(execution),
        execution_status=status,
        exit_message=job.get("ExitMessage"),
        scheduled_time=monitoring.scheduled_time(execution),
        seconds_until_job=until_job,
        seconds_until_end=until_end,
        reports=sorted(general(key) for key in reports.values()),
        feature_names=[item["name"] for item in _report(bench, reports, "statistics.json").get("features", [])],
        violations=[
            f"{item['feature_name']}: {item['constraint_check_type']}"
            for item in _report(bench, reports, "constraint_violations.json").get("violations", [])
        ],
        events=event_facts(own(messages, bench.name, job_name)),
        metrics=metrics,
    )


def _report(bench: Bench, reports: dict[str, str], name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.read(reports[name])) if name in reports else {}
    return found


def _messages(bench: Bench, queue: Queue, *, until: datetime) -> list[dict[str, Any]]:
    """Return all events that have come by a time."""
    bench.say("waiting for the last events")
    while bench.pace.now() < until:
        bench.pace.sleep(10)
    return queue.take()


def _expected(schedule: str) -> list[Metric]:
    """Return the drift metric of a feature with both sets of dimensions that AWS's examples have."""
    of_schedule = {"Name": "MonitoringSchedule", "Value": schedule}
    feature = COLUMNS[0]
    return [
        {"Namespace": _NAMESPACE, "MetricName": f"feature_baseline_drift_{feature}", "Dimensions": dimensions}
        for dimensions in ([of_schedule], [{"Name": "Feature", "Value": feature}, of_schedule])
    ]


def _summary(facts: Facts) -> str:
    assert isinstance(facts, RunFacts)
    count = sum(event.count for event in facts.events)
    dimensions = " | ".join(", ".join(names) for names in facts.metrics.dimensions) or "none"
    delay = facts.metrics.readable_after_seconds
    readable = "not readable" if delay is None else f"readable after {delay:.0f} s"
    return (
        f"{facts.execution_status} as {facts.job.name}; {count} events; metrics {readable} with dimensions {dimensions}"
    )


STEP = Step(
    name="run",
    finds_out="a run of data quality: names, events, metrics and their delays, reports",
    needs="as schedule, and rules, queues, cloudwatch:ListMetrics, cloudwatch:GetMetricData",
    take=_take,
    summary=_summary,
    minutes=30,
    instance_minutes=8,
    needs_schedules=True,
)
