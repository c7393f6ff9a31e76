"""The app: one stack. `python -m examples.batch_transform.app` synthesises it; `job.py` is what it monitors.

Where it says DECIDE, your values go.
"""

from __future__ import annotations

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3, aws_sns_subscriptions as subscriptions
from constructs import Construct

from model_monitor import (
    Baseline,
    BatchMonitoring,
    BatchTransform,
    DataQualityAlarms,
    DatasetFormat,
    MonitorSchedule,
    S3Location,
)

# DECIDE: what the model was trained on; the features in the order of the input files, and no prediction: the monitor
# of batch transform looks at the inputs.
TRAINING_DATA = Path(__file__).parent / "training.csv"
# DECIDE: who is told.
ONCALL = "ml-oncall@example.com"


class ScoringMonitoring(cdk.Stack):
    """The bucket of nightly batch transform jobs, and a monitor that looks at it every morning."""

    def __init__(self, scope: Construct, id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, id, env=env, description="Data-quality monitoring of nightly loan scoring")
        # DECIDE: with a bucket that exists already, s3.Bucket.from_bucket_name(self, "Scoring", "...").
        bucket = s3.Bucket(
            self,
            "Scoring",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        transform = BatchTransform.of(
            # DECIDE: what people call the jobs, in messages and on the command line.
            name="nightly-loans",
            captured=S3Location.of(bucket, "capture"),
            # What is captured of a job are lists of its files; the monitor reads the files themselves.
            files=[S3Location.of(bucket, "input")],
        )
        monitoring = BatchMonitoring(self, "Loans", transform=transform)
        monitor = monitoring.add_data_quality(
            baseline=Baseline.from_asset(TRAINING_DATA, DatasetFormat.csv()),
            # DECIDE: an hour (UTC) by which the jobs of the night have ended. It looks at the 24 hours before.
            schedule=MonitorSchedule.daily(hour=6),
            # DECIDE: columns with few values, whose drift could not be seen if they were taken for numbers.
            categorical=["term", "flag"],
            # DECIDE: days without any job, here two in a row, that are worth a call.
            alarms=DataQualityAlarms(drift={"amount": 0.1}, no_data_after=2),
        )
        monitoring.notify(subscriptions.EmailSubscription(ONCALL))
        cdk.CfnOutput(self, "Schedule", value=monitor.monitoring_schedule_name)
        cdk.CfnOutput(self, "CompositeAlarm", value=monitoring.composite_alarm.alarm_name)
        cdk.CfnOutput(self, "ScoringBucket", value=bucket.bucket_name, description="Inputs, predictions and capture")


def main() -> None:
    """Make the stack."""
    app = cdk.App()
    env = cdk.Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
    )
    ScoringMonitoring(app, "ScoringMonitoring", env=env)
    app.synth()


if __name__ == "__main__":
    main()
