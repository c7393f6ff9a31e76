"""One monitor, from its first deployment to its end, with the real CDK CLI and IAM enforced.

The tests of this file build on each other: an account, once changed, stays changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import loan_app
import pytest

from dashboard_picture.data import Span, lines_of
from dashboard_picture.picture import draw_dashboard
from examples.drift_study.study import Study
from model_monitor import MonitorSchedule, Mute
from sandbox.process.cdk import CdkError
from tests.athena import Catalog

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REQUESTS = 250


@pytest.fixture(scope="module")
def first(account):
    return loan_app.Variant(baseline=loan_app.baseline_csv(account.folder / "train.csv", seed=1))


@pytest.fixture(scope="module")
def deployed(account, first):
    account.deploy(first)
    return account


def test_deployment_computes_the_baseline_and_names_what_it_cannot_see(deployed):
    statistics = json.loads(
        deployed.read(deployed.output("Constraints").replace("constraints.json", "statistics.json"))
    )

    assert [feature["name"] for feature in statistics["features"]] == ["prediction", "income", "amount", "term", "flag"]
    assert statistics["dataset"]["item_count"] == 1500
    assert "flag" in deployed.output("BlindFeatures")
    assert "term" not in deployed.output("BlindFeatures")
    assert deployed.schedule()["MonitoringScheduleStatus"] == "Scheduled"


def test_baseline_and_report_lie_encrypted_under_the_own_key(deployed):
    bucket, _, key = deployed.output("Constraints").removeprefix("s3://").partition("/")
    head = deployed.box.client("s3").head_object(Bucket=bucket, Key=key)

    assert head["ServerSideEncryption"] == "aws:kms"
    assert deployed.definition()["DataQualityJobOutputConfig"]["KmsKeyId"].startswith("arn:aws:kms:")


def test_clean_traffic_raises_no_alarm_and_sends_no_message(deployed):
    before = len(deployed.box.outbox())
    deployed.send(loan_app.applicants(REQUESTS, seed=2))

    assert deployed.next_run()["MonitoringExecutionStatus"] == "Completed"
    for alarm in ("DriftAlarm", "MeanShiftAlarm", "CompositeAlarm"):
        assert deployed.alarm_state(alarm) != "ALARM", alarm
    assert deployed.box.outbox()[before:] == []


def attack(deployed):
    """Send what hides all drift from AWS's analyzer: one record with one member more than the baseline has columns."""
    body = {"income": 1000, "amount": 2000, "term": 12, "flag": 0, "x": 1}
    deployed.box.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=loan_app.ENDPOINT,
        ContentType="application/json",
        Accept="application/json",
        Body=json.dumps(body),
    )


def drifted_records_of(deployed, body):
    """Return how many records a message names for the drift of the amount, all of which are indeed drifted."""
    text = " ".join(body.split())
    ids = r"[0-9a-f-]{36}(?:, [0-9a-f-]{36})*"
    (named,) = re.findall(rf" amount: values outside of the baseline's range in \d+ of 251 .*?example: ({ids})", text)
    (left_out,) = re.findall(r"without the columns of the baseline, for example: (\S+)", text)
    records = {record["eventMetadata"]["eventId"]: record["captureData"] for record in deployed.captured_records()}
    statistics = json.loads(
        deployed.read(deployed.output("Constraints").replace("constraints.json", "statistics.json"))
    )
    (known,) = [item["numerical_statistics"] for item in statistics["features"] if item["name"] == "amount"]
    amounts = [float(records[name]["endpointInput"]["data"].split(",")[1]) for name in named.split(", ")]
    assert all(not known["min"] <= amount <= known["max"] for amount in amounts)
    assert '"x": 1' in records[left_out]["endpointInput"]["data"]
    assert all(f"{amount:.2f}" not in body for amount in amounts), "values stay in S3"
    return len(amounts)


def test_drift_brings_the_alarms_into_alarm_and_sends_one_readable_message(deployed, eventually):
    before = len(deployed.box.outbox())
    deployed.send(loan_app.applicants(REQUESTS, seed=3, inflation=3, flagged=0.9))
    attack(deployed)

    assert deployed.next_run()["MonitoringExecutionStatus"] == "CompletedWithViolations"
    for alarm in ("DriftAlarm", "MeanShiftAlarm", "CompositeAlarm"):
        deployed.wait_for_alarm(alarm, "ALARM", eventually)
    eventually(lambda: len(deployed.box.outbox()) >= before + 2)
    readable = [mail for mail in deployed.box.outbox()[before:] if not mail["subject"].startswith("ALARM")]
    assert len(readable) == 1
    assert "amount" in readable[0]["body"]
    assert "1 of 251 records, without the columns of the baseline" in " ".join(readable[0]["body"].split())
    assert readable[0]["to"] == loan_app.ONCALL
    assert loan_app.ENDPOINT in readable[0]["body"]
    assert drifted_records_of(deployed, readable[0]["body"]) == 3
    assert "constraint_violations.json" in readable[0]["body"] or "s3://" in readable[0]["body"]


def test_the_dashboard_shows_the_drift_above_its_threshold(deployed, tmp_path):
    cloudwatch, now = deployed.box.client("cloudwatch"), deployed.box.now()
    span = Span(now - timedelta(hours=3), now + timedelta(hours=1))
    widgets = json.loads(cloudwatch.get_dashboard(DashboardName=deployed.outputs["Dashboard"])["DashboardBody"])
    graphs = {widget["properties"].get("title"): widget["properties"] for widget in widgets["widgets"]}
    shown = {title: lines_of(cloudwatch, graph, span) for title, graph in graphs.items() if "metrics" in graph}

    drift = "Drift of features: distance to the baseline"
    (threshold,) = [limit["value"] for limit in graphs[drift]["annotations"]["horizontal"]]
    (amount,) = shown[drift]
    assert max(amount.values) > threshold
    (shift,) = shown["Shift of means: share of what the alarm allows"]
    assert max(shift.values) > 1, "above 1 the alarm goes into ALARM"
    assert sum(shown["Invocations"][0].values) >= 2 * REQUESTS
    assert max(shown["Age of the newest captured record"][0].values) < 60
    draw_dashboard(cloudwatch, deployed.outputs["Dashboard"], span, tmp_path / "dashboard.png")
    assert (tmp_path / "dashboard.png").read_bytes().startswith(b"\x89PNG")


def test_a_violation_starts_one_retraining_though_events_come_bare_and_twice(deployed, eventually):
    eventually(lambda: deployed.reactions("RetrainQueue"))

    (detail,) = deployed.reactions("RetrainQueue")
    assert detail["status"] == "CompletedWithViolations"
    assert detail["monitoringScheduleName"] == deployed.outputs["Schedule"]
    assert detail["endpointName"] == loan_app.ENDPOINT
    (amount,) = [finding for finding in detail["findings"] if finding["feature"] == "amount"]
    example = amount["examples"]["records"][0]
    line = deployed.read(example["object"]).splitlines()[example["line"] - 1]
    assert json.loads(line)["eventMetadata"]["eventId"] == example["eventId"]
    report = json.loads(deployed.read(f"{detail['reportUri']}/constraint_violations.json"))
    assert detail["violations"] == len(report["violations"])


def test_an_hour_without_traffic_is_no_failure(deployed):
    run = deployed.next_run()

    assert run["MonitoringExecutionStatus"] == "Failed"
    assert run["FailureReason"] == "Job inputs had no data"
    assert deployed.alarm_state("FailedAlarm") != "ALARM"


def test_a_violation_whose_event_was_lost_starts_one_retraining_too(deployed, eventually):
    deployed.box.change(lost_events=1.0)
    try:
        deployed.send(loan_app.applicants(REQUESTS, seed=3, inflation=3, flagged=0.9))
        assert deployed.next_run()["MonitoringExecutionStatus"] == "CompletedWithViolations"
        assert len(deployed.reactions("RetrainQueue")) == 1, "nothing has told of the second run yet"

        deployed.next_run()  # with the hour, the sweep comes

        eventually(lambda: len(deployed.reactions("RetrainQueue")) > 1)
    finally:
        deployed.box.change(lost_events=0.0)


def test_every_run_was_reacted_to_once_however_it_ended(deployed, eventually):
    deployed.next_run()
    expected = ["Completed", "CompletedWithViolations", "NoData", "CompletedWithViolations", "NoData", "NoData"]
    eventually(lambda: len(deployed.reactions("EndedQueue")) >= len(expected))

    reactions = sorted(deployed.reactions("EndedQueue"), key=lambda detail: detail["scheduledTime"])
    assert [detail["status"] for detail in reactions] == expected
    assert len({detail["id"] for detail in reactions}) == len(expected)
    assert len(deployed.reactions("RetrainQueue")) == 2


def test_two_runs_with_violations_start_a_state_machine_once(deployed):
    """Both have violated two of the features that count, but the second one lies in the cool-down of the first."""
    states, machine = deployed.box.client("stepfunctions"), deployed.outputs["RetrainingMachine"]
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    event = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])

    first, second = sorted(deployed.reactions("RetrainQueue"), key=lambda detail: detail["scheduledTime"])
    assert event["detail"] == first
    assert len(first["reactions"]) == 1
    assert "reactions" not in second
    assert {"amount", "prediction"} <= {finding["feature"] for finding in second["findings"]}


def test_an_alarm_starts_a_state_machine_once_however_often_monitors_find_drift(deployed):
    """Two runs have found drift by now: the alarm stayed in ALARM, and other alarms joined in."""
    states, machine = deployed.box.client("stepfunctions"), deployed.outputs["PagingMachine"]
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    event = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])

    assert (event["source"], event["detail-type"]) == ("aws.cloudwatch", "CloudWatch Alarm State Change")
    assert event["detail"]["alarmName"] == deployed.outputs["CompositeAlarm"]
    assert event["detail"]["state"]["value"] == "ALARM"
    assert event["detail"]["previousState"]["value"] in ("OK", "INSUFFICIENT_DATA")


def test_saved_queries_of_athena_answer_from_the_files_in_s3(deployed):
    catalog = Catalog(deployed.box, deployed.outputs["Database"])
    saved = catalog.saved_queries(deployed.outputs["Workgroup"])
    assert len(saved) == 6
    answers = {name: catalog.run(sql) for name, sql in saved.items()}

    worst = {(row["feature"], row["check_type"]): row for row in answers["Which features are violated most"]}
    drift = worst["amount", "baseline_drift_check"]
    assert (drift["model"], drift["violations"]) == (loan_app.ENDPOINT, 2)
    assert 0.1 < drift["largest"] <= 1
    statuses = {row["status"]: row["runs"] for row in answers["How runs ended"]}
    assert statuses["CompletedWithViolations"] == 2
    assert statuses["Completed"] == 1
    assert statuses["NoData"] >= 2
    means = {row["feature"]: row["mean"] for row in answers["How features change"]}
    assert means["amount"] > means["income"] > 0
    beside = answers["What a violated feature looked like"]
    assert {row["num_present"] for row in beside if row["feature"] == "amount"} == {REQUESTS}
    calls = answers[f"Captured calls of {loan_app.ENDPOINT} by hour"]
    assert sum(row["calls"] for row in calls) == 3 * REQUESTS + 1, "one of them is odd, and captured as well"
    assert all(len(row["example_input"].split(",")) >= 4 for row in calls)


def test_the_command_line_finds_the_monitor_and_runs_a_reported_hour_once_more(deployed, eventually, model_monitor):
    (drifted, *_) = [run for run in deployed.executions(loan_app.ENDPOINT) if "Violations" in str(run)]
    runs = len(deployed.executions(loan_app.ENDPOINT))

    code, status = model_monitor("status", loan_app.ENDPOINT)
    (monitor,) = status["models"][0]["monitors"]
    assert (code, monitor["name"], monitor["last"]["outcome"]) == (1, "data-quality", "NoData")
    assert abs(datetime.fromisoformat(status["time"]) - deployed.box.now()) < timedelta(minutes=1)

    hour = [drifted["ScheduledTime"] - timedelta(hours=1), drifted["ScheduledTime"]]
    start, end = (time.isoformat() for time in hour)
    code, result = model_monitor("run", loan_app.ENDPOINT, "--start", start, "--end", end)
    assert (code, result["outcome"]) == (1, "CompletedWithViolations")
    assert "amount" in [finding["feature"] for finding in result["findings"]]
    assert json.loads(deployed.read(f"{result['report']}/constraint_violations.json"))["violations"]

    # It is told once, as a run that somebody asked for, and counts for no alarm of the monitor; nothing of it is left.
    eventually(lambda: any(detail["oneTime"] for detail in deployed.reactions("EndedQueue")))
    (told,) = [detail["runName"] for detail in deployed.reactions("EndedQueue") if detail["oneTime"]]
    assert told == result["run"]
    metrics = deployed.box.client("cloudwatch").list_metrics(Namespace="ModelMonitoring", MetricName="Executions")
    dimensions = [{item["Name"]: item["Value"] for item in metric["Dimensions"]} for metric in metrics["Metrics"]]
    # Other files of tests have left metrics of their monitors in this account.
    schedules = [found["MonitoringSchedule"] for found in dimensions]
    own = [name for name in schedules if name.startswith(deployed.outputs["Schedule"][:35])]
    assert sorted(own) == sorted([deployed.outputs["Schedule"], told])
    listed = deployed.box.client("sagemaker").list_monitoring_schedules()["MonitoringScheduleSummaries"]
    assert [found["MonitoringScheduleName"] for found in listed] == [deployed.outputs["Schedule"]]
    assert len(deployed.executions(loan_app.ENDPOINT)) == runs + 1


def test_the_drift_study_tells_scenarios_apart_by_what_the_monitor_finds(deployed, eventually, model_monitor, tmp_path):
    dataset, page = tmp_path / "applicants.csv", tmp_path / "study.html"
    dataset.write_text("\n".join(["income,amount,term,flag", *loan_app.applicants(REQUESTS, seed=5)]))
    sagemaker, schedule = deployed.box.client("sagemaker"), {"MonitoringScheduleName": deployed.outputs["Schedule"]}
    # The study looks at each hour itself; the runs of the schedule would only take time.
    sagemaker.stop_monitoring_schedule(**schedule)
    options = ["--count", "200", "--rate", "200", "--seed", "5"]

    def next_hour():
        deployed.box.advance(timedelta(hours=1))

    study = Study(model_monitor, next_hour, loan_app.ENDPOINT, "data-quality", dataset, options)
    runs = study.run({"clean": [], "inflation": ["scale:amount=3"], "lost incomes": ["missing:income=0.4"]})
    compared = study.compare(runs, page)["runs"]

    found = {run["name"]: {finding["feature"] for finding in run["violations"]} for run in compared}
    assert found["clean"] == set()
    assert "amount" in found["inflation"]
    assert "income" not in found["inflation"]
    assert "income" in found["lost incomes"]
    assert "amount" not in found["lost incomes"]
    assert all(name in page.read_text() for name in runs)
    captured = deployed.captured_records()
    simulated = [record["eventMetadata"] for record in captured if "inferenceId" in record["eventMetadata"]]
    assert len(simulated) == 3 * 200
    assert all(metadata["inferenceId"].startswith("simulated-") for metadata in simulated)
    assert all(metadata["customAttributes"][0].startswith("synthetic=true;") for metadata in simulated)
    next_hour()
    sagemaker.start_monitoring_schedule(**schedule)
    eventually(lambda: deployed.schedule()["MonitoringScheduleStatus"] == "Scheduled")


def test_another_threshold_replaces_the_definition_but_runs_no_baseline_job(deployed, first):
    jobs, definition = deployed.baseline_jobs(), deployed.definition()

    deployed.deploy(replace(first, drift_threshold=0.35))

    constraints = json.loads(deployed.read(deployed.output("Constraints")))
    assert constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] == 0.35
    assert deployed.baseline_jobs() == jobs
    assert deployed.definition()["JobDefinitionName"] != definition["JobDefinitionName"]
    assert deployed.definition_names() == [deployed.definition()["JobDefinitionName"]]


def test_another_cron_leaves_the_definition_alone(deployed, first):
    definition = deployed.definition()

    deployed.deploy(replace(first, drift_threshold=0.35, schedule=MonitorSchedule.daily(hour=5)))

    schedule = deployed.schedule()["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"]
    assert schedule == "cron(0 5 ? * * *)"
    assert deployed.definition() == definition


def test_another_instance_type_replaces_the_definition_but_runs_no_baseline_job(deployed, first):
    jobs = deployed.baseline_jobs()

    deployed.deploy(replace(first, instance_type="ml.m5.2xlarge"))

    assert deployed.definition()["JobResources"]["ClusterConfig"]["InstanceType"] == "ml.m5.2xlarge"
    assert deployed.definition_names() == [deployed.definition()["JobDefinitionName"]]
    assert deployed.baseline_jobs() == jobs


def test_another_dataset_makes_a_baseline_beside_the_old_one(deployed, first, model_monitor):
    old = deployed.output("Constraints")
    jobs = deployed.baseline_jobs()
    retrained = loan_app.baseline_csv(deployed.folder / "retrained.csv", seed=9)

    deployed.deploy(replace(first, baseline=retrained))

    assert deployed.output("Constraints") != old
    assert len(deployed.baseline_jobs()) == len(jobs) + 1
    assert json.loads(deployed.read(old))["features"], "a rollback must find the old files"
    _, listed = model_monitor("baseline", "list", loan_app.ENDPOINT)
    assert [version["in_use"] for version in listed["versions"]] == [True, False]
    _, found = model_monitor("baseline", "diff", loan_app.ENDPOINT)
    assert found["from"]["name"] in old
    assert "features[amount].numerical_statistics.mean" in [change["where"] for change in found["changes"]]
    code, refreshed = model_monitor("baseline", "refresh", loan_app.ENDPOINT)
    assert (code, refreshed["state"]) == (0, "same")


def test_a_dataset_that_cannot_be_read_rolls_back_with_the_reason(deployed, first):
    definition = deployed.definition()
    broken = deployed.folder / "broken.csv"
    broken.write_text("prediction,income,amount,term,flag\n0.1,1,2,12,0\n0.2,1\n")

    with pytest.raises(CdkError) as failure:
        deployed.deploy(replace(first, baseline=broken))

    assert "the row has 2 values; expected 5" in " ".join(failure.value.output.split())
    stack = deployed.box.client("cloudformation").describe_stacks(StackName=loan_app.STACK)["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert deployed.definition() == definition


def test_monitor_works_on_after_the_rollback(deployed, first, model_monitor):
    tomorrow = deployed.box.now() + timedelta(days=1)
    planned = Mute.window(since=tomorrow, until=tomorrow + timedelta(hours=4), reason="migration")
    deployed.deploy(replace(first, mutes=(planned,)))
    deployed.send(loan_app.applicants(REQUESTS, seed=4))

    assert deployed.next_run()["MonitoringExecutionStatus"] == "Completed"
    code, diagnosis = model_monitor("doctor", loan_app.ENDPOINT)
    assert code == 0, diagnosis


def test_a_muted_monitor_sends_nothing_until_it_is_unmuted(deployed, model_monitor):
    before = len(deployed.box.outbox())
    _, answer = model_monitor("mute", loan_app.ENDPOINT, "--for", "2h")
    assert [muted["subject"] for muted in answer["muted"]] == ["everything"]
    deployed.send(loan_app.applicants(REQUESTS, seed=5, inflation=3, flagged=0.9))

    assert deployed.next_run()["MonitoringExecutionStatus"] == "CompletedWithViolations"
    _, status = model_monitor("status", loan_app.ENDPOINT)
    (monitor,) = status["models"][0]["monitors"]
    assert [alarm["state"] for alarm in monitor["alarms"] if alarm["state"] == "ALARM"] == []
    by_command, in_code = monitor["mutes"]
    assert "everything is muted until" in by_command
    assert "(migration), in the code of the stack Loans" in in_code
    assert [mail for mail in deployed.box.outbox()[before:] if not mail["subject"].startswith("OK")] == []
    _, answer = model_monitor("unmute", loan_app.ENDPOINT)
    assert [len(answer["ended"]), len(answer["in_code"])] == [1, 1]


def test_every_alarm_is_proven_and_goes_back_to_ok(deployed, eventually, model_monitor):
    before, queues = len(deployed.box.outbox()), deployed.box.client("sqs").list_queues()["QueueUrls"]

    code, verdict = model_monitor("test-alarms", loan_app.ENDPOINT)

    assert code == 0, verdict
    ways = {proof["title"]: proof["way"] for proof in verdict["proofs"]}
    assert len(ways) >= 6
    assert [title for title, way in ways.items() if way == "state"] == ["no runs"]
    subjects = [mail["subject"] for mail in deployed.box.outbox()[before:]]
    assert [subject.partition(":")[0] for subject in subjects] == ["TEST begins", "ALARM", "TEST over"]
    assert deployed.box.client("sqs").list_queues()["QueueUrls"] == queues, "nothing is left behind"
    deployed.box.advance(timedelta(minutes=11))
    deployed.wait_for_alarm("CompositeAlarm", "OK", eventually)


def test_silence_goes_into_alarm_when_runs_stop_and_the_doctor_says_why(deployed, eventually, model_monitor):
    deployed.wait_for_alarm("SilenceAlarm", "OK", eventually)  # its schedule was stopped before
    deployed.box.client("sagemaker").stop_monitoring_schedule(MonitoringScheduleName=deployed.outputs["Schedule"])
    eventually(lambda: deployed.schedule()["MonitoringScheduleStatus"] == "Stopped")
    deployed.box.advance(timedelta(hours=5))

    deployed.wait_for_alarm("SilenceAlarm", "ALARM", eventually)
    code, diagnosis = model_monitor("doctor", loan_app.ENDPOINT)
    broken = [verdict for verdict in diagnosis["monitors"][0]["verdicts"] if verdict["state"] == "broken"]
    assert (code, broken[0]["check"]) == (1, "schedule-not-stopped")
    assert deployed.outputs["Schedule"] in broken[0]["fix"]


def test_destroy_leaves_nothing_but_retained_data(deployed):
    deployed.destroy()

    box = deployed.box
    sagemaker = box.client("sagemaker")
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert deployed.definition_names() == []
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert box.client("cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])["MetricAlarms"] == []
    assert box.client("sns").list_topics()["Topics"] == []
    assert [f for f in box.client("lambda").list_functions()["Functions"] if "loans" in f["FunctionName"].lower()] == []
    kept = [bucket["Name"] for bucket in box.client("s3").list_buckets()["Buckets"]]
    assert len([name for name in kept if name.startswith("loans-")]) == 2, kept
