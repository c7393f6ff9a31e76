"""Bias and explainability of batch transform jobs, which join their predictions with the inputs.

The tests of this file build on each other.
"""

from __future__ import annotations

import math
import random
from datetime import timedelta

import aws_cdk as cdk
import loan_app
import pytest
from aws_cdk import aws_s3 as s3, aws_sns_subscriptions as subscriptions

from capture_writer import GroundTruthWriter
from examples.batch_transform.job import transform_job
from examples.loan_model import make
from model_monitor import (
    Baseline,
    BatchMonitoring,
    BatchTransform,
    BiasConfig,
    CapturedAttributes,
    DatasetFormat,
    Facet,
    GroundTruth,
    ModelReference,
    S3Location,
    ShapConfig,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MODEL = "fair-loans"
FEATURES = ["income", "amount", "term", "flag"]
REFUSED_FROM = 0.25


class FairScoring(cdk.Stack):
    def __init__(self, scope, folder, env):
        super().__init__(scope, "FairScoring", env=env)
        bucket = s3.Bucket(self, "Scoring", removal_policy=cdk.RemovalPolicy.DESTROY, auto_delete_objects=True)
        places = {name: S3Location.of(bucket, name) for name in ("capture", "input", "predictions", "labels")}
        transform = BatchTransform.of(captured=places["capture"], files=[places["input"], places["predictions"]])
        monitoring = BatchMonitoring(self, "Loans", transform=transform)
        bias = monitoring.add_model_bias(
            config=BiasConfig(
                label="refused",
                label_values=[0],
                facets=[Facet.of("flag", 1)],
                headers=[*FEATURES, "refused"],
                metrics=["DPPL"],
            ),
            attributes=CapturedAttributes(probability=0, probability_threshold=REFUSED_FROM),
            ground_truth=GroundTruth(location=places["labels"]),
            baseline=Baseline.from_asset(validated_csv(folder / "validated.csv"), DatasetFormat.csv()),
            predicted_label="prediction",
        )
        explainability = monitoring.add_model_explainability(
            model=ModelReference.from_model_name(MODEL),
            shap=ShapConfig(baseline=[[1097, 2981, 24, 0]], num_samples=30, features=FEATURES),
            baseline=Baseline.from_asset(features_csv(folder / "features.csv"), DatasetFormat.csv()),
        )
        monitoring.notify(subscriptions.EmailSubscription(loan_app.ONCALL))
        for name, value in {
            "BiasSchedule": bias.monitoring_schedule_name,
            "ExplainabilitySchedule": explainability.monitoring_schedule_name,
            "CompositeAlarm": monitoring.composite_alarm.alarm_name,
            "ScoringBucket": bucket.bucket_name,
        }.items():
            cdk.CfnOutput(self, name, value=value)


def applicants(count, *, seed, income_spread=0.1, amount_spread=0.5, favoured=False):
    """Applicants whose amounts decide; the favoured ones with flag 0 ask for less."""
    source = random.Random(seed)
    rows = []
    for _ in range(count):
        flag = int(source.random() < 0.5)
        amount = math.exp(source.gauss(8, amount_spread)) * (0.5 if favoured and not flag else 1)
        income = math.exp(source.gauss(7, income_spread))
        rows.append(f"{income:.2f},{amount:.2f},{source.choice([12, 24])},{flag}")
    return rows


def score_of(row):
    income, amount, _, _ = map(float, row.split(","))
    return min(0.999, amount / (12 * income))


def validated_csv(path):
    rows = [f"{row},{refused},{refused}" for row, refused in judged(applicants(1500, seed=61))]
    path.write_text("\n".join([",".join([*FEATURES, "refused", "prediction"]), *rows]) + "\n")
    return path


def features_csv(path):
    path.write_text("\n".join([",".join(FEATURES), *applicants(150, seed=62)]) + "\n")
    return path


def judged(rows):
    return [(row, int(score_of(row) > REFUSED_FROM)) for row in rows]


@pytest.fixture(scope="module")
def deployed(account):
    make.make_model(account.box.client, MODEL)
    account.deploy_stack(lambda scope, env: FairScoring(scope, account.folder, env))
    make.allow_scoring(account.box.client, MODEL, account.outputs["ScoringBucket"])
    yield account
    account.destroy()


def score(account, file, rows):
    """Run a job that joins predictions with inputs, and hand in the labels of all predictions."""
    box, bucket = account.box, account.outputs["ScoringBucket"]
    box.client("s3").put_object(Bucket=bucket, Key=f"input/{file}", Body="\n".join(rows))
    request = transform_job(MODEL, bucket, file, box.now()) | {"DataProcessing": {"JoinSource": "Input"}}
    box.client("sagemaker").create_transform_job(**request)
    box.wait_until_idle()
    scored = account.read(f"s3://{bucket}/predictions/{file}.out").decode().splitlines()
    with GroundTruthWriter(f"s3://{bucket}/labels", create_client=lambda: box.client("s3")) as labels:
        for line, (_, refused) in zip(scored, judged(rows), strict=True):
            labels.write(line.split(",")[-2], refused, collected=box.now())


def next_runs(account):
    """Let an hour pass and wait for the runs of both monitors; return their states."""
    box, sagemaker = account.box, account.box.client("sagemaker")
    box.advance(timedelta(hours=1))
    box.wait_until_idle(120)
    runs = {}
    for name in ("BiasSchedule", "ExplainabilitySchedule"):
        listed = sagemaker.list_monitoring_executions(
            MonitoringScheduleName=account.outputs[name], SortBy="ScheduledTime", MaxResults=1
        )
        (run,) = listed["MonitoringExecutionSummaries"]
        runs[name] = run["MonitoringExecutionStatus"], run.get("FailureReason")
    return runs


def test_the_people_of_the_baseline_raise_no_alarm(deployed):
    """Others like them would: the service reports every metric that is a little farther from 0."""
    before = len(deployed.box.outbox())
    score(deployed, "fair.csv", applicants(1500, seed=61))

    assert next_runs(deployed) == {
        "BiasSchedule": ("Completed", None),
        "ExplainabilitySchedule": ("Completed", None),
    }
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"
    assert deployed.box.outbox()[before:] == []


def test_a_favoured_group_and_a_decision_by_other_features_go_into_alarm(deployed, eventually):
    before = len(deployed.box.outbox())
    rows = applicants(150, seed=64, income_spread=0.5, amount_spread=0.02, favoured=True)
    score(deployed, "unfair.csv", rows)

    states = next_runs(deployed)

    assert set(states.values()) == {("CompletedWithViolations", None)}, states
    deployed.wait_for_alarm("CompositeAlarm", "ALARM", eventually)

    def told():
        return [mail["body"] for mail in deployed.box.outbox()[before:] if "violation" in mail["subject"]]

    eventually(lambda: len(told()) >= 2)
    bias, attributions = sorted(told(), key=lambda body: "DPPL" not in body)
    assert "DPPL" in bias
    assert "attribution" in attributions
