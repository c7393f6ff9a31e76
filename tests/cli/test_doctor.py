"""Every cause that `doctor` knows: the facts that show it, the link that it breaks, and the words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from model_monitor_cli.alarms import Alarm
from model_monitor_cli.doctor.chain import CHAIN, diagnose
from model_monitor_cli.doctor.facts import Facts, Role, Topic
from model_monitor_cli.inventory import Monitor
from model_monitor_cli.runs import Run
from results.monitor import parse_monitor

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCHEDULE = "credit-modelquality-1a2b3c4d"
TOPIC = "arn:aws:sns:us-east-1:111122223333:monitoring"


def monitor(kind="ModelQuality", **changes):
    document = {
        "schedule": SCHEDULE,
        "type": kind,
        "title": "endpoint credit",
        "endpoint": "credit",
        "reports": "s3://out/reports",
        "registered": "2026-01-01T00:00:00Z",
        "topic": TOPIC,
        **changes,
    }
    entry = parse_monitor({key: value for key, value in document.items() if value})
    return Monitor(name="model-quality", kind=entry.kind, schedule_name=SCHEDULE, entry=entry, model="credit")


def run(status="Completed", *, hours_ago=0.5, reason="", ended=None, job="model-quality-monitoring-x"):
    scheduled = NOW - hours_ago * HOUR
    summary = {
        "MonitoringScheduleName": SCHEDULE,
        "ScheduledTime": scheduled,
        "CreationTime": scheduled,
        "LastModifiedTime": ended or scheduled + timedelta(minutes=5),
        "MonitoringExecutionStatus": status,
        "ProcessingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:processing-job/{job}",
        "FailureReason": reason,
    }
    return Run.of(summary)


def alarm(title="run failed", **changes):
    alarm = Alarm(
        name=f"endpoint credit, model-quality: {title} [{SCHEDULE}]",
        state="OK",
        since=NOW - HOUR,
        reason="",
        actions_enabled=True,
        actions=(),
        schedules=frozenset([SCHEDULE]),
        metrics=("FailedExecutions",),
    )
    return replace(alarm, **changes)


def composite(**changes):
    whole = {"name": "endpoint credit: any alarm", "is_composite": True, "actions": (TOPIC,), **changes}
    return alarm(**whole)


CAPTURE = {
    "EnableCapture": True,
    "CaptureStatus": "Started",
    "CurrentSamplingPercentage": 100,
    "DestinationS3Uri": "s3://captured/capture",
}
ENDPOINT = {
    "EndpointName": "credit",
    "EndpointStatus": "InService",
    "EndpointConfigName": "credit-2",
    "DataCaptureConfig": CAPTURE,
}
BOTH = [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
CONFIG = {
    "ProductionVariants": [{"VariantName": "AllTraffic", "ModelName": "credit"}],
    "DataCaptureConfig": {"EnableCapture": True, "CaptureOptions": BOTH},
}
SCHEDULED = {
    "MonitoringScheduleName": SCHEDULE,
    "MonitoringScheduleStatus": "Scheduled",
    "CreationTime": NOW - 72 * HOUR,
    "LastModifiedTime": NOW - 72 * HOUR,
    "MonitoringScheduleConfig": {"ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"}},
}
NO_DATA = run("Failed", reason="Job inputs had no data")
WELL = Facts(
    now=NOW,
    monitor=monitor(),
    endpoint=ENDPOINT,
    endpoint_config=CONFIG,
    captured="s3://captured/capture/credit",
    newest=NOW - timedelta(minutes=10),
    invocations=300.0,
    definition={"RoleArn": "arn:aws:iam::111122223333:role/jobs"},
    role=Role("arn:aws:iam::111122223333:role/jobs"),
    schedule=SCHEDULED,
    runs=(run(),),
    labels="s3://captured/labels",
    newest_labels=NOW - timedelta(minutes=30),
    last_execution_metric=NOW - timedelta(minutes=20),
    label_coverage=0.97,
    alarms=(alarm(),),
    composites=(composite(),),
    topics=(Topic(TOPIC, confirmed=("email",)),),
)


def of_schedule(**changes):
    return {"schedule": {**SCHEDULED, **changes}}


def of_endpoint(**changes):
    return {"endpoint": {**ENDPOINT, **changes}}


def failed(reason, exit_message=""):
    job = {"ProcessingJobName": "model-quality-monitoring-x", "ExitMessage": exit_message}
    return {"runs": (run("Failed", reason=reason),), "job": job}


OLD = run(hours_ago=5)
CASES = {
    "endpoint-exists": ({"endpoint": None}, "does not exist", "cdk destroy"),
    "endpoint-in-service": (
        of_endpoint(EndpointStatus="Failed", FailureReason="the container does not answer"),
        "Failed: the container does not answer",
        "deploy the endpoint again",
    ),
    "endpoint-not-serverless": (
        {"endpoint_config": {"ProductionVariants": [{"ServerlessConfig": {"MemorySizeInMB": 2048}}]}},
        "serverless",
        "docs/capture-writer.md",
    ),
    "endpoint-one-model": ({"is_multi_model": True}, "several models", "endpoint of its own"),
    "capture-in-force": (
        {**of_endpoint(DataCaptureConfig=None), "capturing_configs": ("credit-1",)},
        "set up in credit-1, but the endpoint uses another configuration, credit-2",
        "Update the endpoint to credit-1",
    ),
    "capture-on": (of_endpoint(DataCaptureConfig=None), "capture of the endpoint is off", "EndpointDataCapture"),
    "capture-started": (
        of_endpoint(DataCaptureConfig={**CAPTURE, "CaptureStatus": "Stopped"}),
        "configured, but Stopped",
        "Update the endpoint",
    ),
    "capture-both-sides": (
        {"endpoint_config": {**CONFIG, "DataCaptureConfig": {"CaptureOptions": [{"CaptureMode": "Input"}]}}},
        "captures Input only, and a model quality monitor needs Output, too",
        "Capture both",
    ),
    "capture-place": (
        {"captured_problem": "got 's3://captured//x' with an empty part ('//')"},
        "empty part ('//')",
        "no doubled slash",
    ),
    "capture-disk": ({"disk": 81.0}, "81 % full", "bigger volumes"),
    "capture-records": ({"newest": None}, "is called, but there are no records below s3://captured", "s3:PutObject"),
    "capture-recent": ({"newest": NOW - 30 * HOUR, "invocations": 0.0}, "30 h ago: nobody uses the model", "clients"),
    "baseline-files": ({"missing_baseline": ("s3://out/constraints.json",)}, "s3://out/constraints.json", "again"),
    "schedule-exists": ({"schedule": None}, f"{SCHEDULE} does not exist", "Deploy"),
    "account-open": (
        of_schedule(MonitoringScheduleStatus="Failed", FailureReason="It is no longer available to new customers."),
        "closed to this account",
        "model-monitor-availability-change.html",
    ),
    "schedule-not-failed": (
        of_schedule(MonitoringScheduleStatus="Failed", FailureReason="The role cannot be assumed"),
        "The role cannot be assumed",
        "The role must trust sagemaker.amazonaws.com",
    ),
    "schedule-not-stopped": (
        of_schedule(MonitoringScheduleStatus="Stopped"),
        "is stopped",
        f"start-monitoring-schedule --monitoring-schedule-name {SCHEDULE}",
    ),
    "definition-exists": ({"definition": None, "role": None}, "job definition", "makes a new definition"),
    "role-exists": ({"role": Role("arn:r", exists=False)}, "does not exist: arn:r", "another role"),
    "role-trusts-sagemaker": ({"role": Role("arn:r", trusts=False)}, "may not assume", "sts:AssumeRole"),
    "execution-first": ({"runs": ()}, "has not run: the first run was due at", "model-monitor run"),
    "execution-not-failed": (failed("boom"), "failed: boom", "log of the processing job"),
    "execution-not-stopped": ({"runs": (run("Stopped"),)}, "was stopped", "bigger instance"),
    "labels-arrive": (
        {"runs": (NO_DATA,), "newest_labels": None},
        "there are none at s3://captured/labels",
        "s3://captured/labels/yyyy/mm/dd/hh/*.jsonl",
    ),
    "labels-match": (
        {"runs": (NO_DATA,), "job": {"ProcessingJobName": "groundtruth-merge-1"}},
        "no label belongs to a record",
        "InferenceId",
    ),
    "execution-had-data": ({"runs": (NO_DATA,), "labels": None}, "found no traffic in its window", "--last 1d"),
    "execution-on-time": (
        {"runs": (OLD,), "last_execution_metric": OLD.ended},
        "and no other one has started since",
        "Stop and start the schedule",
    ),
    "metrics-published": (
        {"runs": (run(hours_ago=2),), "last_execution_metric": None},
        "the results function does not handle runs",
        "EventBridge rules",
    ),
    "labels-cover": ({"label_coverage": 0.004}, "Only 0.4% of the records", "longer offsets"),
    "alarms-exist": ({"alarms": (), "composites": ()}, "has no alarms", "deploy"),
    "alarms-act": ({"composites": (composite(actions=()),)}, "nobody is told", "add_alarm_action"),
    "alarms-enabled": (
        {"composites": (composite(actions_enabled=False),)},
        "Actions are disabled for: endpoint credit: any alarm",
        "enable-alarm-actions --alarm-names 'endpoint credit: any alarm'",
    ),
    "alarms-not-suppressed": ({"composites": (composite(is_suppressed=True),)}, "holds back", "suppresses"),
    "alarms-have-data": (
        {
            "runs": (run(hours_ago=1.5),),
            "alarms": (alarm("recall too low", state="INSUFFICIENT_DATA", metrics=("ModelQuality",)),),
        },
        "no data: recall too low (ModelQuality)",
        "metric_* method",
    ),
    "topic-exists": ({"topics": (Topic(TOPIC, exists=False),)}, TOPIC, "Deploy the stack"),
    "subscriptions-exist": ({"topics": (Topic(TOPIC),)}, f"Nobody subscribes to {TOPIC}", "monitoring.notify"),
    "subscriptions-confirmed": (
        {"topics": (Topic(TOPIC, pending=("email",)),)},
        "email: PendingConfirmation",
        "Subscription Confirmation",
    ),
    "subscriptions-all-confirmed": (
        {"topics": (Topic(TOPIC, confirmed=("sqs",), pending=("email",)),)},
        "Some subscriptions wait for their confirmation: email",
        "Ask the people",
    ),
}


def test_every_check_has_a_case():
    assert sorted(CASES) == sorted(check.name for link in CHAIN for check in link.checks)


def test_a_monitor_that_works_has_a_whole_chain():
    diagnosis = diagnose(WELL)
    assert [verdict.state for verdict in diagnosis.verdicts] == ["whole"] * len(CHAIN)
    says = {verdict.link: verdict.says for verdict in diagnosis.verdicts}
    assert says["schedule"] == "Scheduled, next run at 07:00 UTC, or up to 20 minutes later"
    assert says["execution"] == "the last one, of 06:00 UTC, found no violations"
    assert says["subscriptions"] == "confirmed: email"


@pytest.mark.parametrize("check", CASES)
def test_a_cause_breaks_its_link_and_no_earlier_one(check):
    changes, says, fix = CASES[check]

    broken = diagnose(replace(WELL, **changes)).broken

    assert broken is not None
    assert broken.check == check
    assert says in broken.says
    assert fix in broken.fix


@pytest.mark.parametrize(
    ("reason", "exit_message", "fix"),
    [
        ("ResourceLimitExceeded: The account-level service limit 'ml.m5.large' is 0", "", "ask for a higher quota"),
        ("AlgorithmError: See job logs", "AccessDenied: s3://captured", "the job role lacks a permission"),
        ("ClientError: No space left on device", "", "bigger volume"),
        ("InternalServerError", "", "try again"),
        ("AlgorithmError", "Error: Exception while invoking preprocessor script", "the processing script failed"),
    ],
)
def test_the_reason_of_a_failure_is_explained(reason, exit_message, fix):
    broken = diagnose(replace(WELL, **failed(reason, exit_message))).broken
    assert broken is not None
    assert fix.lower() in broken.fix.lower()
    assert exit_message in broken.says


@pytest.mark.parametrize(
    "changes",
    [
        {"runs": (), **of_schedule(CreationTime=NOW - timedelta(minutes=40)), "last_execution_metric": None},
        {"runs": (run("InProgress"),), "last_execution_metric": None},
        {"runs": (run("CompletedWithViolations"),)},
        {"runs": (OLD,), **of_schedule(LastModifiedTime=NOW - HOUR), "last_execution_metric": OLD.ended},
        {"alarms": (alarm(state="INSUFFICIENT_DATA"),)},
        {"monitor": monitor("DataQuality", endpoint=None, model="credit"), "endpoint": None, "endpoint_config": None},
        {
            "monitor": monitor("DataQuality"),
            "endpoint_config": {**CONFIG, "DataCaptureConfig": {"CaptureOptions": [{"CaptureMode": "Input"}]}},
        },
    ],
    ids=["new", "running", "violations", "started again", "no data yet", "served elsewhere", "inputs are enough"],
)
def test_what_is_no_trouble_breaks_nothing(changes):
    assert diagnose(replace(WELL, **changes)).broken is None


def test_the_first_of_several_broken_links_is_named():
    changes = {**of_endpoint(DataCaptureConfig=None), "runs": (NO_DATA,), "topics": (Topic(TOPIC),)}
    diagnosis = diagnose(replace(WELL, **changes))
    assert [verdict.link for verdict in diagnosis.verdicts if verdict.state == "broken"] == [
        "capture",
        "execution",
        "subscriptions",
    ]
    assert diagnosis.broken is diagnosis.verdicts[1]


def test_what_the_caller_may_not_see_is_neither_whole_nor_broken():
    diagnosis = diagnose(replace(WELL, topics=(), refused={"subscriptions": "ListSubscriptionsByTopic was refused"}))
    assert diagnosis.broken is None
    assert [verdict.says for verdict in diagnosis.unknown] == ["ListSubscriptionsByTopic was refused"]


def test_the_guide_lists_every_check():
    guide = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`([a-z-]+)`", guide.partition("| link |")[2].partition("## ")[0]))
    assert listed == set(CASES)
