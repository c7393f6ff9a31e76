"""Step ``role``: how long SageMaker refuses a fresh role."""

from __future__ import annotations

from account_check.bench import Bench, seconds_between
from account_check.facts import ErrorFact, Facts, RoleFacts
from account_check.processing import baseline_request
from account_check.step import Step


def _take(bench: Bench) -> RoleFacts:
    sagemaker = bench.account.client("sagemaker")
    data = bench.put("role/rows.csv", "a,b\n1,2\n")
    refusals: list[ErrorFact] = []
    role = bench.make_role("fresh", bench.ledger)
    start = bench.pace.now()
    request = baseline_request(bench, "fresh", dataset=data, output=f"s3://{bench.bucket}/role/out", role=role)
    name = request["ProcessingJobName"]
    bench.ledger.add(f"processing job {name}", lambda: bench.forget_job(name))
    bench.accepted(lambda: sagemaker.create_processing_job(**request), on_refusal=refusals.append)
    seconds = seconds_between(start, bench.pace.now())
    bench.error_of(lambda: sagemaker.stop_processing_job(ProcessingJobName=name))
    statuses: list[str] = []

    def ended() -> bool | None:
        status = sagemaker.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"]
        if status not in statuses:
            statuses.append(status)
        bench.say(f"the job is {status}")
        return None if status in ("InProgress", "Stopping") else True

    bench.until(ended, every=5, minutes=10, what="the end of the stopped job")
    distinct = [fact for number, fact in enumerate(refusals) if fact not in refusals[:number]]
    return RoleFacts(attempts=len(refusals) + 1, seconds=seconds, refusals=distinct, stop_statuses=statuses)


def _summary(facts: Facts) -> str:
    assert isinstance(facts, RoleFacts)
    refused = f"; refused with {facts.refusals[0].code}: {facts.refusals[0].message}" if facts.refusals else ""
    return f"accepted at attempt {facts.attempts}, {facts.seconds:.0f} s after it was made{refused}"


STEP = Step(
    name="role",
    finds_out="how long CreateProcessingJob refuses a role that was just made",
    needs="iam:CreateRole, iam:PassRole, sagemaker:CreateProcessingJob, sagemaker:StopProcessingJob",
    take=_take,
    summary=_summary,
    minutes=4,
    instance_minutes=2,
)
