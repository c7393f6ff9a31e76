"""The example `batch_transform`, with jobs of a model that was made without CloudFormation.

The tests of this file build on each other.
"""

from __future__ import annotations

from datetime import timedelta

import loan_app
import pytest

from examples.batch_transform import app
from examples.loan_model import make

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

JOBS = "nightly-loans"  # what the stack calls them
RUNS_AT = 6


@pytest.fixture(scope="module")
def deployed(account):
    account.deploy_stack(lambda scope, env: app.ScoringMonitoring(scope, "ScoringMonitoring", env=env))
    return account


def score_rows(account, file, rows):
    """Run a batch transform job over rows, and return the predictions."""
    box, bucket, path = account.box, account.outputs["ScoringBucket"], account.folder / file
    path.write_text("\n".join(["income,amount,term,flag", *rows]))
    job = make.score(box.client, bucket, path, box.now())
    assert job["TransformJobStatus"] == "Completed", job
    return account.read(f"s3://{bucket}/predictions/{file}.out").decode().splitlines()


def next_run(account):
    """Let the time pass until the next run, and wait for it."""
    box = account.box
    before = executions(account)
    now = box.now()
    due = now.replace(hour=RUNS_AT, minute=0, second=0, microsecond=0)
    box.advance(due + timedelta(days=due <= now, minutes=1) - now)
    box.wait_until_idle()
    new = [run for run in executions(account) if run not in before]
    assert len(new) == 1, new
    return new[0]


def executions(account):
    listed = account.box.client("sagemaker").list_monitoring_executions(
        MonitoringScheduleName=account.outputs["Schedule"]
    )
    return listed["MonitoringExecutionSummaries"]


def test_a_clean_file_raises_no_alarm_and_sends_no_message(deployed):
    before = len(deployed.box.outbox())
    predictions = score_rows(deployed, "monday.csv", loan_app.applicants(400, seed=41))
    assert len(predictions) == 400
    assert 0 < float(predictions[0].split(",")[0]) < 1

    run = next_run(deployed)

    assert run["MonitoringExecutionStatus"] == "Completed", run
    assert "EndpointName" not in run
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"
    assert deployed.box.outbox()[before:] == []


def test_a_drifted_file_goes_into_alarm_and_sends_a_message(deployed, eventually):
    before = len(deployed.box.outbox())
    score_rows(deployed, "tuesday.csv", loan_app.applicants(400, seed=42, inflation=3, flagged=0.9))

    assert next_run(deployed)["MonitoringExecutionStatus"] == "CompletedWithViolations"
    deployed.wait_for_alarm("CompositeAlarm", "ALARM", eventually)
    message = deployed.message_about_violations(before, eventually)
    assert message["to"] == app.ONCALL
    assert deployed.outputs["Schedule"] in message["body"]
    assert "amount" in message["body"]
    assert f"model-monitor report {JOBS} data-quality" in message["body"]


def test_the_command_line_knows_the_jobs_by_their_name(deployed, model_monitor, tmp_path):
    code, status = model_monitor("status", JOBS)
    (model,) = status["models"]
    assert (code, model["title"], model["endpoint_status"]) == (1, f"batch transform {JOBS}", None)

    code, result = model_monitor("run", JOBS)  # what a daily monitor looks at, without saying so
    assert (code, {finding["feature"] for finding in result["findings"]}) == (1, {"amount", "flag"})

    file = tmp_path / "wednesday.csv"
    options = ("--drift", "scale:amount=3", "--count", "5", "--output", str(file))
    assert model_monitor("simulate", JOBS, str(app.TRAINING_DATA), *options)[1]["changed"] == {"amount": 5}
    assert len(file.read_text().splitlines()) == 5


def test_deletion_leaves_the_scored_files(deployed):
    cloudformation = deployed.box.client("cloudformation")
    cloudformation.delete_stack(StackName="ScoringMonitoring")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="ScoringMonitoring", WaiterConfig={"Delay": 1})

    s3, sagemaker = deployed.box.client("s3"), deployed.box.client("sagemaker")
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert s3.list_objects_v2(Bucket=deployed.outputs["ScoringBucket"], Prefix="predictions/")["KeyCount"] == 2
