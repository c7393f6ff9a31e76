"""The example `served_elsewhere`: a model outside of SageMaker, whose service captures for itself.

The tests of this file build on each other, up to the end of the stack.
"""

from __future__ import annotations

from datetime import timedelta

import loan_app
import pytest

from capture_writer import CaptureLayout, CaptureWriter, GroundTruthWriter, Payload
from examples.served_elsewhere import app
from examples.served_elsewhere.serve import MODEL

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REQUESTS = 800
NEVER_LABELLED = 4  # the label of every fourth request never comes


@pytest.fixture(scope="module")
def deployed(account):
    account.deploy_stack(lambda scope, env: app.ServiceMonitoring(scope, "ServiceMonitoring", env=env))
    return account


def serve(account, rows, *, right):
    """Answers and captures requests of this hour, and hands in labels of most; `right`: share of right predictions."""
    box, now = account.box, account.box.now()
    with (
        CaptureWriter(
            account.outputs["Capture"],
            endpoint_name=MODEL,
            layout=CaptureLayout.BATCH_CSV,
            create_client=lambda: box.client("s3"),
        ) as writer,
        GroundTruthWriter(account.outputs["Labels"], create_client=lambda: box.client("s3")) as labels,
    ):
        for number, row in enumerate(rows):
            income, amount, _, _ = map(float, row.split(","))
            score = min(0.999, amount / (12 * income))
            request_id = f"{now:%d%H}-{number}"
            writer.write(
                Payload.raw(row, "text/csv"), Payload.csv([score]), inference_id=request_id, inference_time=now
            )
            if number % NEVER_LABELLED:
                is_right = number % 100 < 100 * right
                labels.write(request_id, int((score > 0.5) == is_right), collected=now)
    assert writer.metrics.written == len(rows)


def next_runs(account):
    """Let an hour pass and wait for the runs of both monitors; return their states."""
    box, sagemaker = account.box, account.box.client("sagemaker")
    box.advance(timedelta(hours=1))
    box.wait_until_idle(120)
    runs = {}
    for name in ("InputsSchedule", "PredictionsSchedule"):
        listed = sagemaker.list_monitoring_executions(
            MonitoringScheduleName=account.outputs[name], SortBy="ScheduledTime", MaxResults=1
        )
        (runs[name],) = listed["MonitoringExecutionSummaries"]
        assert "EndpointName" not in runs[name]
    return {name: (run["MonitoringExecutionStatus"], run.get("FailureReason")) for name, run in runs.items()}


def shares_with_label(account):
    """What was published of each run: the share of its requests that found a label."""
    now = account.box.now()
    points = account.box.client("cloudwatch").get_metric_statistics(
        Namespace="ModelMonitoring",
        MetricName="LabelCoverage",
        Dimensions=[{"Name": "MonitoringSchedule", "Value": account.outputs["PredictionsSchedule"]}],
        StartTime=now - timedelta(hours=6),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["Average"],
    )["Datapoints"]
    return [point["Average"] for point in points]


def test_clean_traffic_raises_no_alarm_and_sends_no_message(deployed, eventually):
    before = len(deployed.box.outbox())
    serve(deployed, loan_app.applicants(REQUESTS, seed=51), right=0.98)

    assert next_runs(deployed) == {"InputsSchedule": ("Completed", None), "PredictionsSchedule": ("Completed", None)}
    # Only what was told of this hour can show that nothing was wrong with it; and the next hour must not begin before.
    eventually(lambda: len(shares_with_label(deployed)) == 1)
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"
    assert deployed.box.outbox()[before:] == []


def test_drift_goes_into_alarm_and_sends_a_message_of_each_monitor(deployed, eventually):
    before = len(deployed.box.outbox())
    serve(deployed, loan_app.applicants(REQUESTS, seed=52, inflation=3, flagged=0.9), right=0.5)

    states = next_runs(deployed)

    assert set(states.values()) == {("CompletedWithViolations", None)}, states
    for alarm in ("DriftAlarm", "CompositeAlarm"):
        deployed.wait_for_alarm(alarm, "ALARM", eventually)
    eventually(lambda: len([mail for mail in deployed.box.outbox()[before:] if "violation" in mail["subject"]]) >= 2)
    inputs, predictions = sorted(
        (mail for mail in deployed.box.outbox()[before:] if "violation" in mail["subject"]),
        key=lambda mail: "model quality" in mail["body"],
    )
    for message in (inputs, predictions):
        assert message["to"] == app.ONCALL
        assert message["subject"].startswith(f"{MODEL}: ")
        assert f"traffic of model {MODEL} between" in " ".join(message["body"].split())
    assert "amount" in inputs["body"]
    assert "recall" in predictions["body"]


def test_the_share_of_requests_that_found_their_label_is_published(deployed, eventually):
    eventually(lambda: len(shares_with_label(deployed)) == 2)
    assert shares_with_label(deployed) == [0.75, 0.75]


def test_labels_that_come_later_find_the_records_of_their_hour(deployed, model_monitor, tmp_path):
    hour = deployed.box.now() - timedelta(hours=1)
    late, file = [f"{hour:%d%H}-{number}" for number in (0, NEVER_LABELLED)], tmp_path / "late.csv"
    file.write_text("".join(f"{name},1\n" for name in [*late, "nobody"]))

    code, told = model_monitor("ground-truth", MODEL, str(file), "--no-header", "--last", "1h")

    assert (code, told["uploaded"], told["unknown"]) == (0, 2, ["nobody"])
    assert (told["captured_records"], told["captured_without_label"]) == (REQUESTS, REQUESTS // NEVER_LABELLED - 2)
    assert model_monitor("ground-truth", MODEL, str(file), "--last", "1h")[1]["already_labelled"] == 2


def test_an_hour_without_traffic_is_no_failure(deployed):
    assert set(next_runs(deployed).values()) == {("Failed", "Job inputs had no data")}


def test_simulated_records_are_judged_like_those_of_the_service(deployed, model_monitor, tmp_path):
    rows, file = loan_app.applicants(300, seed=53), tmp_path / "scored.csv"
    file.write_text("".join(f"{row},0.9,0\n" for row in rows))
    columns = ("--no-header", "--prediction", "_c4", "--label", "_c5", "--ground-truth", "monitors")

    code, told = model_monitor("simulate", MODEL, str(file), *columns, "--drift", "scale:_c1=4", "--count", "300")

    assert (code, told["sent"], told["ground_truth"]["labels"]) == (0, 300, 300)
    hour = f"{deployed.box.now():%H}:00"
    for monitor, found in (("data-quality", "amount"), ("model-quality", "accuracy")):
        code, result = model_monitor("run", MODEL, monitor, "--start", hour)
        assert (code, found in {finding["feature"] for finding in result["findings"]}) == (1, True)


def test_destroy_leaves_what_was_captured(deployed):
    bucket = deployed.outputs["Capture"].removeprefix("s3://").partition("/")[0]
    deployed.destroy()

    s3, sagemaker = deployed.box.client("s3"), deployed.box.client("sagemaker")
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert s3.list_objects_v2(Bucket=bucket, Prefix=f"capture/{MODEL}/output/")["KeyCount"] == 3
