"""The app: one stack. `python -m examples.served_elsewhere.app` synthesises it; `serve.py` is what it monitors.

Where it says DECIDE, your values go.
"""

from __future__ import annotations

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3, aws_sns_subscriptions as subscriptions
from constructs import Construct

from examples.served_elsewhere.serve import MODEL
from model_monitor import (
    Baseline,
    CapturedModelMonitoring,
    DataQualityAlarms,
    DatasetFormat,
    GroundTruth,
    ModelQualityAlarms,
    ProblemType,
    QualityColumns,
    S3Location,
    ServedElsewhere,
)

_HERE = Path(__file__).parent
# DECIDE: what the model was trained on; the features in the order in which the service captures them, and no
# prediction: the data-quality monitor looks at the inputs.
TRAINING_DATA = _HERE / "training.csv"
# DECIDE: predictions of the model on data that it was not trained on, and what came true.
VALIDATION_DATA = _HERE / "validation.csv"
# DECIDE: who is told.
ONCALL = "ml-oncall@example.com"


class ServiceMonitoring(cdk.Stack):
    """The bucket into which the service writes, and the monitors that read it every hour."""

    def __init__(self, scope: Construct, id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, id, env=env, description="Monitoring of a loan model that SageMaker does not serve")
        # DECIDE: with a bucket that exists already, s3.Bucket.from_bucket_name(self, "Traffic", "...").
        bucket = s3.Bucket(
            self,
            "Traffic",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        captured, labels = S3Location.of(bucket, "capture"), S3Location.of(bucket, "labels")
        monitoring = CapturedModelMonitoring(self, "Loans", model=ServedElsewhere.of(name=MODEL, captured=captured))
        inputs = monitoring.add_data_quality(
            baseline=Baseline.from_asset(TRAINING_DATA, DatasetFormat.csv()),
            # DECIDE: columns with few values, whose drift could not be seen if they were taken for numbers.
            categorical=["term", "flag"],
            alarms=DataQualityAlarms(drift={"amount": 0.1}),
        )
        predictions = monitoring.add_model_quality(
            # Of a captured prediction, the first and only column is the probability.
            problem=ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.5),
            # DECIDE: how long labels take to arrive. Here: within the hour.
            ground_truth=GroundTruth(location=labels),
            baseline=Baseline.from_asset(VALIDATION_DATA, DatasetFormat.csv()),
            columns=QualityColumns(ground_truth="defaulted", probability="score"),
            # DECIDE: how much worse the model may be, as a share of what it reached in the validation.
            tolerance=0.1,
            # DECIDE: the share of predictions that must find their label.
            alarms=ModelQualityAlarms(minimum_label_coverage=0.01),
        )
        monitoring.notify(subscriptions.EmailSubscription(ONCALL))
        for name, value in {
            "Capture": captured.uri,
            "Labels": labels.uri,
            "InputsSchedule": inputs.monitoring_schedule_name,
            "PredictionsSchedule": predictions.monitoring_schedule_name,
            "DriftAlarm": inputs.alarms[0].alarm_name,
            "CompositeAlarm": monitoring.composite_alarm.alarm_name,
        }.items():
            cdk.CfnOutput(self, name, value=value)


def main() -> None:
    """Make the stack."""
    app = cdk.App()
    env = cdk.Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
    )
    ServiceMonitoring(app, "ServiceMonitoring", env=env)
    app.synth()


if __name__ == "__main__":
    main()
