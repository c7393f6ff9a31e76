"""The hourly sweep finds what events do not tell."""

import json
import re
import threading
import time

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from results.sweep import SweepError

SWEEP = {"sweep": True}


def test_a_run_without_traffic_counts_as_no_data_and_not_as_failed(runs, aws, metrics):
    runs.add("Failed", reason="Job inputs had no data", has_job=False)
    assert runs.handle(SWEEP) == {"handled": 1}
    assert metrics() == {"Executions": 1, "FailedExecutions": 0, "NoData": 1, "Violations": 0}
    assert aws.messages == []


def test_two_sweeps_handle_a_run_once(runs, aws, metrics, two_violations):
    runs.add("CompletedWithViolations", violations=two_violations)
    assert runs.handle(SWEEP) == {"handled": 1}
    assert runs.handle(SWEEP) == {"handled": 0}
    assert metrics()["Executions"] == 1
    assert len(aws.messages) == 1


def test_a_lost_event_is_made_up_for_and_a_late_one_is_ignored(runs, aws, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    runs.handle(SWEEP)
    assert runs.handle(runs.event(name)) == {"handled": 0}
    assert len(aws.messages) == 1


def test_a_sweep_after_the_event_asks_for_no_job_again(runs, aws):
    runs.handle(runs.event(runs.add("Completed")))
    described = aws.count("DescribeProcessingJob")
    assert runs.handle(SWEEP) == {"handled": 0}
    assert aws.count("DescribeProcessingJob") == described


def test_only_ended_runs_of_the_last_day_are_handled(runs, metrics):
    runs.add("Completed", hours_ago=30)
    runs.add("Completed", hours_ago=20)
    runs.add("InProgress")
    runs.add("Pending", has_job=False)
    assert runs.handle(SWEEP) == {"handled": 1}
    assert metrics()["Executions"] == 1


def test_a_failed_run_without_a_job_gives_a_message(runs, aws, metrics):
    runs.add("Failed", reason="ResourceLimitExceeded: the service limit 'ml.m5' is 0", has_job=False)
    runs.handle(SWEEP)
    assert metrics()["FailedExecutions"] == 1
    assert "higher quota" in aws.messages[0]["Message"]


def test_one_run_with_trouble_does_not_keep_the_others_back(runs, aws, metrics, two_violations):
    runs.add("CompletedWithViolations", hours_ago=1, violations=two_violations)
    runs.add("Completed")
    aws.fail("Publish", "AuthorizationError", "may not publish")
    with pytest.raises(SweepError, match=r"1 could not be handled: Credit-data-quality, .*may not publish"):
        runs.handle(SWEEP)
    assert metrics()["Executions"] == 2
    assert runs.handle(SWEEP) == {"handled": 1}
    assert len(aws.messages) == 1


def test_a_schedule_that_does_not_exist_yet_is_no_trouble(runs, aws):
    aws.fail("ListMonitoringExecutions", "ResourceNotFound", "Monitoring Schedule not found")
    assert runs.handle(SWEEP) == {"handled": 0}


def test_a_monitor_that_cannot_be_listed_does_not_keep_the_others_back(runs, aws, metrics):
    runs.register("denied")
    runs.add("Completed")
    is_denied = {"MonitoringScheduleName": "denied"}.items()
    aws.fail(
        "ListMonitoringExecutions",
        "AccessDeniedException",
        "not authorized",
        when=lambda params: params.items() >= is_denied,
    )
    with pytest.raises(SweepError, match=r"denied: .*not authorized"):
        runs.handle(SWEEP)
    assert metrics()["Executions"] == 1


def test_a_monitor_for_which_sagemaker_does_not_answer_does_not_keep_the_others_back(runs, aws, metrics, monkeypatch):
    def answer(MonitoringScheduleName, **options):  # noqa: N803 - the name of the API
        if MonitoringScheduleName == "silent":
            raise ReadTimeoutError(endpoint_url="https://api.sagemaker.us-east-1.amazonaws.com/")
        return listed(MonitoringScheduleName, **options)

    runs.register("silent")
    runs.add("Completed")
    listed = aws.ListMonitoringExecutions
    monkeypatch.setattr(aws, "ListMonitoringExecutions", answer)
    with pytest.raises(SweepError, match=r"1 could not be handled: silent: Read timeout"):
        runs.handle(SWEEP)
    assert metrics()["Executions"] == 1


def test_the_streak_skips_runs_that_say_nothing_and_ends_at_a_clean_one(runs, aws, two_violations):
    runs.add("CompletedWithViolations", hours_ago=9)
    runs.add("Completed", hours_ago=8)
    runs.add("CompletedWithViolations", hours_ago=7)
    runs.add("Failed", hours_ago=6, reason="Job inputs had no data", has_job=False)
    runs.add("Failed", hours_ago=5, reason="InternalServerError")
    runs.add("CompletedWithViolations", hours_ago=4)
    name = runs.add("CompletedWithViolations", violations=two_violations)
    runs.handle(runs.event(name))
    assert f"{runs.time(7):%Y-%m-%d %H:%M} UTC (3 runs in a row)" in aws.messages[0]["Message"]


def test_a_streak_longer_than_the_look_back_is_said_to_be_longer(runs, aws, two_violations):
    for hours_ago in range(1, 120):
        runs.add("CompletedWithViolations", hours_ago=hours_ago)
    name = runs.add("CompletedWithViolations", violations=two_violations)
    runs.handle(runs.event(name))
    assert "more than 100 runs in a row" in aws.messages[0]["Message"]


def test_runs_that_had_ended_when_the_monitor_was_registered_are_left_alone(runs, metrics):
    """The function that looked after the monitor before has told of them."""
    runs.register(registered=runs.time(5).isoformat(), period_hours=2)
    for hours_ago, took in ((9, 20), (8, 20), (7, 120), (6, 20), (6.5, 91), (1, 20)):
        runs.add("Completed", hours_ago=hours_ago, took=took)
    assert runs.handle(SWEEP) == {"handled": 2}
    assert metrics()["Executions"] == 2


def test_a_document_that_cannot_be_read_is_told_and_the_others_go_on(runs, aws, metrics):
    aws.put("s3://out/registry/broken.json", "{")
    runs.add("Completed")
    with pytest.raises(SweepError, match=r"1 could not be handled: broken: .*broken.json cannot be read"):
        runs.handle(SWEEP)
    assert metrics()["Executions"] == 1


def test_a_registry_that_cannot_be_listed_fails_the_sweep(runs, aws):
    aws.fail("ListObjectsV2", "AccessDenied", status=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        runs.handle(SWEEP)


@pytest.mark.parametrize(
    ("operation", "when"),
    [
        ("AssumeRole", lambda params: params["RoleArn"].endswith("access-broken")),
        ("GetObject", lambda params: params["Key"].startswith("reports/credit-risk/broken")),
        ("ListObjectsV2", lambda params: params["Prefix"].startswith("state/broken")),
    ],
    ids=["its role is gone", "its bucket is denied", "its notes are denied"],
)
def test_trouble_with_one_monitor_keeps_no_other_back(*, runs, aws, two_violations, operation, when):
    runs.register("broken")
    for schedule in ("broken", "Credit-data-quality"):
        runs.add("CompletedWithViolations", violations=two_violations, schedule=schedule, job=f"model-{schedule}")
    aws.fail(operation, "AccessDenied", "no", status=403, times=99, when=when)
    if operation == "GetObject":
        assert runs.handle(SWEEP) == {"handled": 2}, "people hear of violations that cannot be read"
    else:
        with pytest.raises(SweepError, match="1 could not be handled: broken"):
            runs.handle(SWEEP)
    assert "credit-risk: 2 violations; worst: age," in [message["Subject"][:38] for message in aws.messages]
    assert "Credit-data-quality" in [json.loads(event["Detail"])["monitoringScheduleName"] for event in aws.events]


def test_a_sweep_that_runs_out_of_time_says_which_monitors_are_left(runs, aws):
    runs.add("Completed")
    with pytest.raises(SweepError, match="1 could not be handled: Credit-data-quality: no time was left for it"):
        runs.handle(SWEEP, seconds_left=10)
    assert runs.handle(SWEEP) == {"handled": 1}


def fleet(runs, count, violations=None):
    """Register monitors, each with a run that was not handled."""
    aws = runs.aws
    aws.DeleteObject("out", "registry/Credit-data-quality.json")
    for number in range(count):
        name = f"credit-{number:03}"
        runs.register(name)
        status = "CompletedWithViolations" if violations else "Completed"
        runs.add(status, violations=violations, schedule=name, job=f"model-monitoring-{number:03}")


def test_each_monitor_is_handled_under_its_own_role_and_what_all_share_under_the_function_s(runs, aws, two_violations):
    fleet(runs, 12, two_violations)
    aws.latency_seconds = 0.002
    assert runs.handle(SWEEP) == {"handled": 12}
    used = {}
    for operation, params, actor in aws.actors:
        text = json.dumps(params, default=str)
        if operation == "Publish" or params.get("Key", "").startswith("reports/"):
            (schedule,) = set(re.findall(r"credit-\d{3}", text))
            assert actor == f"access-{schedule}"
            used[schedule] = actor
        else:
            assert actor is None, (operation, text)
    assert len(set(used.values())) == 12


def test_two_hundred_monitors_are_swept_in_less_than_five_minutes(runs, aws, two_violations):
    """A call to AWS that takes 200 ms is a slow one. All monitors have a run with violations whose event was lost."""
    fleet(runs, 200, two_violations)
    at_the_same_time, most, lock = 0, 0, threading.Lock()
    answer = aws.answer

    def counting(operation, params):
        nonlocal at_the_same_time, most
        with lock:
            at_the_same_time += 1
            most = max(most, at_the_same_time)
        try:
            time.sleep(0.001)
            return answer(operation, params)
        finally:
            with lock:
                at_the_same_time -= 1

    aws.answer = counting
    assert runs.handle(SWEEP) == {"handled": 200}
    assert (len(aws.messages), len(aws.events)) == (200, 200)
    assert most == 8
    assert len(aws.calls) * 0.2 / most < 300 / 2

    aws.calls.clear()
    assert runs.handle(SWEEP) == {"handled": 0}
    assert len(aws.calls) <= 1 + 3 * 200, "the registry, and of each monitor its document, notes and runs"
