"""The links `baseline`, `schedule` and `execution`: does SageMaker check the records?"""

from __future__ import annotations

from datetime import timedelta

from baseline.availability import CLOSED, WHAT_AWS_SAYS
from model_monitor_cli import times
from model_monitor_cli.doctor.facts import Facts
from model_monitor_cli.doctor.finding import Check, Finding, Link
from results.executions import MERGE_JOB, Outcome
from results.report import violations_told
from shared import failures

_PATIENCE = timedelta(hours=1)
"""Beyond a period and the delay of a run: how late the end of a run may be."""
_READ_LOG = "Read the log of the processing job; the next run starts by itself."


def _is_incomplete(facts: Facts) -> Finding | None:
    if not facts.missing_baseline:
        return None
    return Finding(
        f"Files of the baseline are gone: {', '.join(facts.missing_baseline)}.",
        "Deploy the monitor's stack with a change to the baseline, which computes it again; or restore the files from "
        "an earlier version of the objects.",
    )


def _is_deleted(facts: Facts) -> Finding | None:
    if facts.schedule:
        return None
    return Finding(
        f"The schedule {facts.monitor.schedule_name} does not exist: somebody has deleted it by hand.",
        "Deploy the monitor's stack with a change to the schedule, or destroy and deploy it.",
    )


def _is_closed(facts: Facts) -> Finding | None:
    reason = _failure(facts)
    if not CLOSED.search(reason):
        return None
    return Finding(
        f"Model Monitor is closed to this account: {reason}.",
        f"Use an account that used it before 2026-07-30, or ask AWS Support: {WHAT_AWS_SAYS}",
    )


def _has_failed(facts: Facts) -> Finding | None:
    if not facts.schedule or facts.schedule["MonitoringScheduleStatus"] != "Failed":
        return None
    reason = _failure(facts)
    return Finding(f"The schedule has failed: {reason or 'SageMaker gives no reason'}.", _advice(reason))


def _is_stopped(facts: Facts) -> Finding | None:
    if not facts.schedule or facts.schedule["MonitoringScheduleStatus"] != "Stopped":
        return None
    name = facts.monitor.schedule_name
    return Finding(
        "The schedule is stopped: no run starts.",
        f"Start it: aws sagemaker start-monitoring-schedule --monitoring-schedule-name {name}",
    )


def _lacks_its_definition(facts: Facts) -> Finding | None:
    if not facts.schedule or facts.definition or "schedule" in facts.refused:
        return None
    return Finding(
        "The job definition that the schedule names does not exist.",
        "Deploy the monitor's stack with a change to the monitor, which makes a new definition.",
    )


def _has_no_role(facts: Facts) -> Finding | None:
    if facts.role is None or facts.role.exists:
        return None
    return Finding(
        f"The role of the monitor's jobs does not exist: {facts.role.arn}.",
        "Make it again under this name, or deploy the monitor's stack with another role.",
    )


def _has_a_role_that_trusts_others(facts: Facts) -> Finding | None:
    if facts.role is None or facts.role.trusts:
        return None
    return Finding(
        f"SageMaker may not assume the role of the monitor's jobs: {facts.role.arn}.",
        "Let the role's trust policy allow sts:AssumeRole to sagemaker.amazonaws.com.",
    )


def _has_not_run(facts: Facts) -> Finding | None:
    if facts.runs or not facts.schedule:
        return None
    created = facts.schedule["CreationTime"]
    first = times.next_run(facts.expression, created)
    if first is None or facts.now < first + times.RUN_DELAY + _PATIENCE:
        return None  # the chain says when the first run is due
    return Finding(
        f"The schedule has existed since {times.minute(created)} UTC, and has not run: the first run was due at "
        f"{times.minute(first)} UTC.",
        "Stop and start the schedule; if that does not help, run it by hand (model-monitor run), which shows the "
        "reason of a failure.",
    )


def _is_late(facts: Facts) -> Finding | None:
    if not facts.runs:
        return None
    newest = facts.runs[0]
    due = newest.scheduled + facts.period
    if times.next_run(facts.expression, facts.now) is None or not newest.is_over:
        return None
    # A stopped schedule that was started again has missed runs without being late.
    changed = facts.schedule["LastModifiedTime"] if facts.schedule else due
    if facts.now < max(due, changed + facts.period) + times.RUN_DELAY + _PATIENCE:
        return None
    return Finding(
        f"The last run is of {times.minute(newest.scheduled)} UTC, and no other one has started since.",
        "Stop and start the schedule, and look into the AWS Health Dashboard.",
    )


def _lacks_labels(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or last.outcome is not Outcome.NO_DATA or not facts.labels or not facts.newest:
        return None
    layout = f"{facts.labels.rstrip('/')}/yyyy/mm/dd/hh/*.jsonl"
    if facts.newest_labels is None:
        return Finding(
            f"The last run found no labels: there are none at {facts.labels}.",
            f"Upload them: model-monitor ground-truth {facts.monitor.model} FILE brings them to {layout}.",
        )
    if facts.newest_labels + timedelta(hours=1) > last.scheduled - facts.period:
        return None
    return Finding(
        f"The last run found no labels: the newest are from {times.minute(facts.newest_labels)} UTC.",
        f"Find out why no more labels arrive at {layout}. If they come later than the run, give the ground truth "
        "longer offsets.",
    )


def _joins_nothing(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or last.outcome is not Outcome.NO_DATA or not facts.job:
        return None
    if not facts.job["ProcessingJobName"].startswith(MERGE_JOB):
        return None
    return Finding(
        "The last run found labels and records, but no label belongs to a record.",
        "Give labels the event ids of the records: the InferenceId of the request, or the EventId of the captured "
        "record.",
    )


def _has_no_data(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or last.outcome is not Outcome.NO_DATA:
        return None
    newest = f"the newest record is from {times.minute(facts.newest)} UTC" if facts.newest else "there is no record"
    return Finding(
        f"The last run, of {times.minute(last.scheduled)} UTC, found no traffic in its window; {newest}. That is no "
        "failure: nobody has called the model then.",
        "Send traffic and wait for the next run, or look at another window: model-monitor run --last 1d.",
    )


def _failed(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or last.outcome is not Outcome.FAILED:
        return None
    exit_message = (facts.job or {}).get("ExitMessage", "")
    said = last.reason or "SageMaker gives no reason"
    more = f" The job said: {exit_message}" if exit_message and exit_message not in said else ""
    return Finding(
        f"The last run, of {times.minute(last.scheduled)} UTC, failed: {said}.{more}", _advice(said, exit_message)
    )


def _was_stopped(facts: Facts) -> Finding | None:
    last = facts.last
    if last is None or last.outcome is not Outcome.STOPPED:
        return None
    return Finding(
        f"The last run, of {times.minute(last.scheduled)} UTC, was stopped: by a person, by a deployment that changed "
        "the monitor, or because it took longer than it may.",
        "Wait for the next run. If that is stopped, too, choose a bigger instance or a longer time for it "
        "(MonitorCompute).",
    )


def _failure(facts: Facts) -> str:
    return str((facts.schedule or {}).get("FailureReason") or "").rstrip(".")


def _advice(*said: str) -> str:
    hint = failures.hint(*said)
    return f"{hint[0].upper()}{hint[1:]}." if hint else _READ_LOG


def _compared(facts: Facts) -> str:
    return "its files are there" if facts.definition else "nobody knows where its files are"


def _scheduled(facts: Facts) -> str:
    following = times.next_run(facts.expression, facts.now)
    if following is None:
        return "Scheduled"
    return f"Scheduled, next run at {times.clock_time(following, facts.now)} UTC, or up to 20 minutes later"


def _ran(facts: Facts) -> str:
    if not facts.runs:
        return "none yet"
    last = facts.last
    if last is None:
        return "the first one is under way"
    at = f"the last one, of {times.clock_time(last.scheduled, facts.now)} UTC,"
    if last.outcome is Outcome.VIOLATIONS:
        told = violations_told((facts.job or {}).get("ExitMessage"))
        words = f"{told or 'some'} violation{'' if told == 1 else 's'}"
        command = f"model-monitor report {facts.monitor.model} {facts.monitor.name}"
        return f"{at} found {words}: the monitor works ({command} shows more)"
    return f"{at} found no violations"


BASELINE = Link("baseline", (Check("baseline-files", _is_incomplete),), _compared)
SCHEDULE = Link(
    "schedule",
    (
        Check("schedule-exists", _is_deleted),
        Check("account-open", _is_closed),
        Check("schedule-not-failed", _has_failed),
        Check("schedule-not-stopped", _is_stopped),
        Check("definition-exists", _lacks_its_definition),
        Check("role-exists", _has_no_role),
        Check("role-trusts-sagemaker", _has_a_role_that_trusts_others),
    ),
    _scheduled,
)
EXECUTION = Link(
    "execution",
    (
        Check("execution-first", _has_not_run),
        Check("execution-not-failed", _failed),
        Check("execution-not-stopped", _was_stopped),
        Check("labels-arrive", _lacks_labels),
        Check("labels-match", _joins_nothing),
        Check("execution-had-data", _has_no_data),
        Check("execution-on-time", _is_late),
    ),
    _ran,
)
