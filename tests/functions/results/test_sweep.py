"""The hourly sweep finds what events did not tell."""

import pytest
from botocore.exceptions import ReadTimeoutError

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
