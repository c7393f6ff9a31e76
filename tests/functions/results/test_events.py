"""A job of a monitor ends: metrics and message, once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

REPORTS = "s3://out/reports"


def test_a_run_with_violations_gives_metrics_and_one_message(runs, aws, metrics, two_violations):
    runs.add("Completed", hours_ago=2)
    runs.add("CompletedWithViolations", hours_ago=1)
    name = runs.add("CompletedWithViolations", violations=two_violations)

    assert runs.handle(runs.event(name)) == {"handled": 1}

    assert metrics() == {"Executions": 1, "FailedExecutions": 0, "NoData": 0, "Violations": 2}
    assert aws.metrics[0]["Dimensions"] == [
        {"Name": "Endpoint", "Value": "credit-risk"},
        {"Name": "MonitoringSchedule", "Value": "Credit-data-quality"},
    ]
    for datum in aws.metrics:
        assert datum["Namespace"] == "ModelMonitoring"
        assert "Timestamp" not in datum, "it counts when it is written, not when it was traffic"
    (message,) = aws.messages
    assert message["TopicArn"] == "arn:aws:sns:us-east-1:111122223333:alerts"
    assert message["Subject"] == "credit-risk: 2 violations; worst: age, drift 0.25 (limit 0.1)"
    body = message["Message"]
    assert body.index("age ") < body.index("dti ")
    assert f"{runs.time(1):%Y-%m-%d %H:%M} UTC (2 runs in a row)" in body
    assert f"{REPORTS}/credit-risk/Credit-data-quality/{runs.time():%Y/%m/%d/%H}" in body
    assert f"#/processing-jobs/{name}" in body
    assert "https://wiki.example.com/drift" in body


def test_the_same_event_again_does_nothing(runs, aws, metrics, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    runs.handle(runs.event(name))
    assert runs.handle(runs.event(name)) == {"handled": 0}
    assert len(aws.messages) == 1
    assert metrics()["Executions"] == 1


def test_a_clean_run_gives_metrics_and_no_message(runs, aws, metrics):
    runs.handle(runs.event(runs.add("Completed")))
    assert metrics() == {"Executions": 1, "FailedExecutions": 0, "NoData": 0, "Violations": 0}
    assert aws.messages == []


def test_a_failed_run_gives_a_message_with_reason_hint_and_log(runs, aws, metrics):
    name = runs.add("Failed", reason="ClientError: No space left on device", exit_message="Exception while writing")
    runs.handle(runs.event(name))
    assert metrics() == {"Executions": 1, "FailedExecutions": 1, "NoData": 0, "Violations": 0}
    (message,) = aws.messages
    assert message["Subject"] == "credit-risk: the data quality monitor failed"
    log = f"logStreamNameFilter$3D{name}"
    for part in ("No space left on device", "Exception while writing", "bigger volume", log):
        assert part in message["Message"]


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(5, (0, "was stopped, by a person or by a deployment")), (60, (1, "ran longer than its limit"))],
)
def test_a_stopped_run_counts_as_failed_only_when_its_time_was_over(runs, aws, metrics, minutes, told):
    failed, reason = told
    name = runs.add("Stopped")
    started = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
    aws.jobs[name]["request"] |= {
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "ProcessingStartTime": started,
        "ProcessingEndTime": started + timedelta(minutes=minutes),
    }
    runs.handle(runs.event(name))
    assert metrics()["FailedExecutions"] == failed
    assert reason in " ".join(aws.messages[0]["Message"].split())


def test_a_run_that_was_stopped_before_it_started_was_stopped_on_purpose(runs, aws, metrics):
    runs.handle(runs.event(runs.add("Stopped")))
    assert metrics()["FailedExecutions"] == 0
    assert "by a deployment that changed the monitor" in " ".join(aws.messages[0]["Message"].split())


def test_an_event_without_the_schedule_is_looked_up(runs, aws, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    assert runs.handle(runs.event(name, MonitoringScheduleArn=None, ExitMessage=None)) == {"handled": 1}
    assert len(aws.messages) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"MonitoringScheduleArn": "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/another"},
        {"ProcessingJobStatus": "InProgress"},
        {"ProcessingJobName": "groundtruth-merge-202611210300-0123456789abcdef01234567"},
    ],
    ids=["unknown schedule", "job still runs", "job that merges ground truth"],
)
def test_other_events_are_left_alone(runs, aws, change):
    name = runs.add("Completed")
    assert runs.handle(runs.event(name, **change)) == {"handled": 0}
    assert aws.metrics == []
    assert aws.keys("state") == []


def test_a_job_that_no_schedule_has_started_is_left_alone(runs, aws):
    name = runs.add("Completed")
    del aws.jobs[name]["request"]["MonitoringScheduleArn"]
    aws.executions.clear()
    assert runs.handle(runs.event(name, MonitoringScheduleArn=None)) == {"handled": 0}


def test_a_job_name_without_a_time_is_found_in_the_list_of_runs(runs, aws):
    name = runs.add("Completed")
    arn = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/custom"
    aws.jobs["custom"] = aws.jobs.pop(name)
    aws.jobs["custom"]["request"]["ProcessingJobName"] = "custom"
    aws.executions[0]["ProcessingJobArn"] = arn
    assert runs.handle(runs.event("custom")) == {"handled": 1}
    assert aws.keys("state") == [f"state/Credit-data-quality/{runs.time():%Y-%m-%dT%H-%MZ}.run"]

    aws.executions.clear()
    with pytest.raises(LookupError, match="run of job custom is not among the latest"):
        runs.handle(runs.event("custom"))


def test_a_publish_that_fails_releases_only_the_message(runs, aws, metrics, two_violations):
    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    aws.fail("Publish", "KMSAccessDenied", "no grant")
    with pytest.raises(ClientError, match="KMSAccessDenied"):
        runs.handle(event)
    assert metrics()["Executions"] == 1
    assert aws.messages == []

    assert runs.handle(event) == {"handled": 1}
    assert metrics()["Executions"] == 1
    assert len(aws.messages) == 1


def test_metrics_that_fail_do_not_keep_the_message_back(runs, aws, metrics, two_violations):
    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    aws.fail("PutMetricData", "Throttling", "slow down")
    with pytest.raises(ClientError, match="Throttling"):
        runs.handle(event)
    assert len(aws.messages) == 1

    runs.handle(event)
    assert metrics()["Violations"] == 2
    assert len(aws.messages) == 1


def test_two_functions_at_the_same_time_send_one_message(runs, aws, two_violations):
    """The second is called while the first is publishing."""
    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    publish = aws.Publish

    def publish_while_another_comes(**message):
        aws.Publish = publish
        assert runs.handle(event) == {"handled": 0}
        return publish(**message)

    aws.Publish = publish_while_another_comes
    runs.handle(event)
    assert len(aws.messages) == 1


def is_report(params):
    return params["Key"].startswith("reports")


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (lambda aws: None, "does not exist"),
        (lambda aws: aws.fail("GetObject", "AccessDenied", "no", status=403, times=9, when=is_report), "grant s3:Get"),
        (lambda aws: aws.fail("AssumeRole", "AccessDenied", "gone", status=403), "which cannot be assumed (gone)"),
    ],
    ids=["missing", "denied", "without its role"],
)
def test_violations_are_told_even_when_the_report_cannot_be_read(runs, aws, metrics, arrange, words):
    name = runs.add("CompletedWithViolations")
    arrange(aws)
    runs.handle(runs.event(name))
    assert metrics()["Violations"] == 2
    (message,) = aws.messages
    assert message["Subject"] == "credit-risk: a run with violations whose report could not be read"
    text = " ".join(message["Message"].split())
    assert words in text
    assert 'Message "CompletedWithViolations: Job completed successfully with 2 violations."' in text
    detail = json.loads(aws.events[0]["Detail"])
    assert (detail["violations"], detail["findings"]) == (2, [])
    assert detail["reportProblem"].startswith("a run with violations whose report could not be read: ")
    assert words in detail["reportProblem"]


@pytest.mark.parametrize("content", [{}, {"violations": []}, {"violations": None}, {"violations": "many"}, []])
@pytest.mark.parametrize(("said", "count"), [("CompletedWithViolations: 0", 1), ("CompletedWithViolations", 1)])
def test_a_run_with_violations_never_counts_as_none(*, runs, aws, metrics, content, said, count):
    name = runs.add("CompletedWithViolations", exit_message=said, files={"constraint_violations.json": content})
    runs.handle(runs.event(name))
    assert metrics()["Violations"] == count
    assert json.loads(aws.events[0]["Detail"])["violations"] == count
    assert "could not be read" in aws.messages[0]["Subject"]


def test_a_report_that_is_no_json_is_told(runs, aws):
    name = runs.add("CompletedWithViolations", violations=[])
    (report,) = aws.keys("reports")
    aws.put(f"s3://out/{report}", "<html>")
    runs.handle(runs.event(name))
    assert "is not valid JSON" in aws.messages[0]["Message"]


def test_a_report_that_is_throttled_is_tried_again_by_the_next_call(runs, aws, two_violations):
    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    aws.fail("GetObject", "SlowDown", status=503, times=9, when=is_report)
    with pytest.raises(ClientError, match="SlowDown"):
        runs.handle(event)
    assert (aws.messages, aws.events, aws.metrics) == ([], [], [])
    aws.failures.clear()
    runs.handle(event)
    assert len(aws.messages) == 1


@pytest.mark.parametrize("operation", ["DescribeProcessingJob", "PutObject"])
def test_a_call_that_is_denied_fails_the_function_and_leaves_the_run_to_the_next(runs, aws, operation, two_violations):
    event = runs.event(runs.add("CompletedWithViolations", violations=two_violations))
    aws.fail(operation, "AccessDenied", "no", times=9)
    with pytest.raises(ClientError, match="AccessDenied"):
        runs.handle(event)
    assert aws.messages == []
    aws.failures.clear()
    runs.handle(event)
    assert len(aws.messages) == 1


def test_the_report_is_found_in_the_dated_folder_too(runs, aws, two_violations):
    name = runs.add("CompletedWithViolations", violations=two_violations)
    aws.jobs[name]["request"]["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] = REPORTS
    runs.handle(runs.event(name))
    assert "age" in aws.messages[0]["Subject"]


def test_without_a_topic_there_is_no_message_but_all_the_rest(runs, aws, metrics, two_violations):
    runs.register(topic=None)
    runs.handle(runs.event(runs.add("CompletedWithViolations", violations=two_violations)))
    assert metrics()["Violations"] == 2
    assert aws.count("Publish") == 0
    assert len(aws.events) == 1


def test_the_log_is_json_without_data(runs, capsys, two_violations):
    runs.handle(runs.event(runs.add("CompletedWithViolations", violations=two_violations)))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["message"] == "run handled"
    assert lines[-1]["outcome"] == "CompletedWithViolations"
    assert "0.25" not in json.dumps(lines)
