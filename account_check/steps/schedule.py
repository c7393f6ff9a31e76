"""Step ``schedule``: makes and deletes one schedule, which is due at a time that it does not live to see."""

from __future__ import annotations

from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from account_check import monitoring
from account_check.bench import Bench, seconds_between
from account_check.facts import Facts, ScheduleFacts
from account_check.ledger import is_gone
from account_check.step import Step

_FAR = timedelta(hours=12)
_KIND = "DataQuality"


def _take(bench: Bench) -> ScheduleFacts:
    sagemaker = bench.account.client("sagemaker")
    source = monitoring.captured_batches(f"s3://{bench.bucket}/empty")
    application = {"ImageUri": bench.account.image_uri("analyzer")}
    definition = monitoring.make_definition(bench, _KIND, source, thing="schedule", application=application)
    start = bench.pace.now()
    when = {"ScheduleExpression": f"cron(0 {(start + _FAR).hour} ? * * *)"}
    request = monitoring.schedule_request(bench, _KIND, definition, thing="schedule", when=when)
    name = monitoring.make_schedule(bench, request)
    statuses, described = _settle(bench, name)
    settled = seconds_between(start, bench.pace.now())
    duplicate = bench.error_of(lambda: sagemaker.create_monitoring_schedule(**request))
    in_use = bench.error_of(lambda: sagemaker.delete_data_quality_job_definition(JobDefinitionName=definition))
    start = bench.pace.now()
    bench.say("deleting the schedule")
    gone = _delete(bench, name)
    return ScheduleFacts(
        statuses=statuses,
        seconds_until_scheduled=settled,
        described_fields=described,
        duplicate_error=duplicate,
        definition_in_use_error=in_use,
        missing_error=bench.error_of(lambda: sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)),
        seconds_until_deleted=seconds_between(start, gone),
    )


def _settle(bench: Bench, name: str) -> tuple[list[str], list[str]]:
    """Wait until a schedule is Scheduled or Failed; return the statuses on the way, and the fields of its description.

    Raises:
        ExecutionError: It failed.
    """
    statuses: list[str] = []

    def settled() -> list[str] | None:
        described = bench.account.client("sagemaker").describe_monitoring_schedule(MonitoringScheduleName=name)
        status = described["MonitoringScheduleStatus"]
        if status not in statuses:
            statuses.append(status)
        bench.say(f"the schedule is {status}")
        if status == "Failed":
            raise monitoring.ExecutionError(described.get("FailureReason", "the schedule failed without a reason"))
        return None if status == "Pending" else sorted(set(described) - {"ResponseMetadata"})

    return statuses, bench.until(settled, every=5, minutes=10, what="the schedule's becoming Scheduled")


def _delete(bench: Bench, name: str) -> datetime:
    sagemaker = bench.account.client("sagemaker")
    sagemaker.delete_monitoring_schedule(MonitoringScheduleName=name)

    def gone() -> datetime | None:
        try:
            sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
        except ClientError as error:
            if not is_gone(error):
                raise
            return bench.pace.now()
        return None

    return bench.until(gone, every=3, minutes=10, what="the deletion of the schedule")


def _summary(facts: Facts) -> str:
    assert isinstance(facts, ScheduleFacts)
    return (
        f"{' → '.join(facts.statuses)} after {facts.seconds_until_scheduled:.0f} s, "
        f"gone {facts.seconds_until_deleted:.0f} s after its deletion"
    )


STEP = Step(
    name="schedule",
    finds_out="whether a schedule can really be made; its statuses; what AWS says to wrong calls",
    needs="sagemaker job definitions and schedules, iam:CreateRole, iam:PassRole, s3:CreateBucket",
    take=_take,
    summary=_summary,
    minutes=3,
    needs_schedules=True,
)
