"""The app: one stack. `python -m examples.existing_endpoint.app` synthesises it.

Where it says DECIDE, your values go.
"""

from __future__ import annotations

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam, aws_s3 as s3, aws_sns_subscriptions as subscriptions
from constructs import Construct

from model_monitor import (
    Baseline,
    DataCapture,
    DataQualityAlarms,
    DatasetFormat,
    EndpointDataCapture,
    EndpointMonitoring,
)

# DECIDE: the endpoint, as `aws sagemaker describe-endpoint` spells it. It needs instances and one model per variant.
ENDPOINT = "loan-approval"
# DECIDE: the execution role of its model (`aws sagemaker describe-model`), without the path.
MODEL_ROLE = "loan-approval-model"
# DECIDE: what the model was trained on; the prediction comes first, then the features in the order of a request.
TRAINING_DATA = Path(__file__).parent / "training.csv"
# DECIDE: who is told.
ONCALL = "ml-oncall@example.com"


class LoanMonitoring(cdk.Stack):
    """Turn capture on for an endpoint of others, and compare what it is sent with the training data."""

    def __init__(
        self, scope: Construct, id: str, *, endpoint_name: str, model_role_name: str, env: cdk.Environment
    ) -> None:
        super().__init__(scope, id, env=env, description=f"Data-quality monitoring of the endpoint {endpoint_name}")
        bucket = s3.Bucket(
            self,
            "Captured",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            # DECIDE: captured requests may hold personal data. How long may they be kept?
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(90))],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        # DECIDE: a busy endpoint needs fewer calls than all; some hundreds an hour are enough to compare.
        capture = DataCapture.to(bucket, sampling=100)
        # The endpoint writes its records with the role of its model. Whoever owns the role may add the permission
        # instead; then leave these two lines out, and the dependency below.
        model_role = iam.Role.from_role_name(self, "ModelRole", model_role_name)
        capture.grant_write(model_role)
        captured = EndpointDataCapture(self, "Capture", endpoint_name=endpoint_name, capture=capture)
        captured.node.add_dependency(model_role)

        monitoring = EndpointMonitoring(self, "Loans", endpoint=captured.endpoint)
        monitor = monitoring.add_data_quality(
            baseline=Baseline.from_asset(TRAINING_DATA, DatasetFormat.csv()),
            # DECIDE: columns with few values, whose drift could not be seen if they were taken for numbers.
            categorical=["term", "flag"],
            # DECIDE: columns that deserve an alarm of their own, and how far they may drift.
            alarms=DataQualityAlarms(drift={"amount": 0.1}),
        )
        monitoring.notify(subscriptions.EmailSubscription(ONCALL))
        cdk.CfnOutput(self, "Schedule", value=monitor.monitoring_schedule_name)
        cdk.CfnOutput(self, "CompositeAlarm", value=monitoring.composite_alarm.alarm_name)


def main() -> None:
    """Make the stack."""
    app = cdk.App()
    env = cdk.Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
    )
    LoanMonitoring(app, "LoanMonitoring", endpoint_name=ENDPOINT, model_role_name=MODEL_ROLE, env=env)
    app.synth()


if __name__ == "__main__":
    main()
