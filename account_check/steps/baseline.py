"""Step ``baseline``: one baseline job with network isolation, whose script shows what it was given."""

from __future__ import annotations

import json
from typing import Any

from account_check.bench import Bench, seconds_between
from account_check.captured import data_file, training_csv
from account_check.facts import BaselineFacts, Facts
from account_check.monitoring import ExecutionError
from account_check.processing import baseline_request, run_job
from account_check.step import Step


def _take(bench: Bench) -> BaselineFacts:
    start = bench.pace.now()
    job, failure = _run(bench, "isolated", isolated=True), None
    if job["ProcessingJobStatus"] != "Completed":
        failure = bench.account.wording.general(job.get("FailureReason", job["ProcessingJobStatus"]))
        bench.say("again, without network isolation")
        job = _run(bench, "open", isolated=False)
    if job["ProcessingJobStatus"] != "Completed":
        raise ExecutionError(f"the baseline job ended as {job['ProcessingJobStatus']}: {job.get('FailureReason')}")
    prefix = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].removeprefix(f"s3://{bench.bucket}/")
    keys = bench.keys(f"{prefix}/")
    statistics = json.loads(bench.read(next(key for key in keys if key.endswith("/statistics.json"))))
    features = {feature["name"]: feature for feature in statistics["features"]}
    rows = int(statistics["dataset"]["item_count"])
    numbers = features["is_header"]["numerical_statistics"]
    return BaselineFacts(
        network_isolation_works=failure is None,
        network_isolation_failure=failure,
        exit_message=job.get("ExitMessage"),
        files=sorted(key.removeprefix(f"{prefix}/") for key in keys),
        statistics_members=sorted(statistics),
        feature_members=sorted(features["is_header"]),
        numerical_members=sorted({*numbers, *(f"common.{name}" for name in numbers.get("common", {}))}),
        rows=rows,
        header_reaches_script=_sum(features, "is_header") > 0,
        script_gets_text=_sum(features, "is_text") == rows,
        script_gets_line_end=_sum(features, "has_line_end") > 0,
        seconds=seconds_between(start, bench.pace.now()),
    )


def _run(bench: Bench, thing: str, *, isolated: bool) -> dict[str, Any]:
    request = baseline_request(
        bench,
        thing,
        dataset=bench.put("training/training.csv", training_csv()),
        output=f"s3://{bench.bucket}/baseline-{thing}",
        role=bench.job_role,
        script=bench.put("scripts/spy.py", data_file("spy.py")),
        isolated=isolated,
    )
    return run_job(bench, request)


def _sum(features: dict[str, Any], name: str) -> float:
    return float(features[name]["numerical_statistics"]["sum"])


def _summary(facts: Facts) -> str:
    assert isinstance(facts, BaselineFacts)
    isolation = "works" if facts.network_isolation_works else f"fails ({facts.network_isolation_failure})"
    header = "reaches" if facts.header_reaches_script else "does not reach"
    return f"network isolation {isolation}; the header {header} a script; {facts.rows} rows counted"


STEP = Step(
    name="baseline",
    finds_out="whether network isolation works; whether the header reaches a script; names in statistics",
    needs="sagemaker:CreateProcessingJob, iam:PassRole, s3",
    take=_take,
    summary=_summary,
    minutes=8,
    instance_minutes=6,
)
