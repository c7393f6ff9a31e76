"""Step ``stop``: how a run ends that is stopped, and what AWS says to changes while it runs."""

from __future__ import annotations

from account_check import monitoring
from account_check.bench import Bench, seconds_between
from account_check.captured import data_file, put_baseline, write_drifted_captures
from account_check.facts import Facts, StopFacts
from account_check.step import Step

_KIND = "DataQuality"


def _take(bench: Bench) -> StopFacts:
    sagemaker = bench.account.client("sagemaker")
    bench.say("writing captures")
    source = monitoring.captured_batches(write_drifted_captures(bench, "stop"))
    application = {
        "ImageUri": bench.account.image_uri("analyzer"),
        "RecordPreprocessorSourceUri": bench.put("scripts/slow.py", data_file("slow.py")),
    }
    definition = monitoring.make_definition(
        bench, _KIND, source, thing="stop", application=application, baseline=put_baseline(bench)
    )
    request = monitoring.schedule_request(bench, _KIND, definition, thing="stop", when=monitoring.NOW)
    schedule = monitoring.make_schedule(bench, request)
    _, job = monitoring.started(bench, schedule)
    deleted = bench.error_of(lambda: sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule))
    start = bench.pace.now()
    stopped = bench.error_of(lambda: sagemaker.stop_processing_job(ProcessingJobName=job))
    execution = monitoring.ended(bench, schedule)
    described = monitoring.describe_job(bench, job)
    general = bench.account.wording.general
    reason, message = execution.get("FailureReason"), described.get("ExitMessage")
    return StopFacts(
        stop_error=stopped,
        second_stop_error=bench.error_of(lambda: sagemaker.stop_processing_job(ProcessingJobName=job)),
        delete_while_running_error=deleted,
        job_status=described["ProcessingJobStatus"],
        execution_status=execution["MonitoringExecutionStatus"],
        failure_reason=general(reason) if reason else None,
        exit_message=general(message) if message else None,
        seconds=seconds_between(start, bench.pace.now()),
    )


def _summary(facts: Facts) -> str:
    assert isinstance(facts, StopFacts)
    answer = f"refused ({facts.stop_error.code})" if facts.stop_error else "accepted"
    return (
        f"StopProcessingJob is {answer}; the job ends as {facts.job_status}, the execution as {facts.execution_status}"
    )


STEP = Step(
    name="stop",
    finds_out="what StopProcessingJob answers for a monitoring job, and how its execution ends",
    needs="as schedule, and sagemaker:StopProcessingJob",
    take=_take,
    summary=_summary,
    minutes=12,
    instance_minutes=4,
    needs_schedules=True,
)
