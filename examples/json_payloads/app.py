"""The app: one stack. `python -m examples.json_payloads.app` synthesises it; `model/` is what it serves and monitors.

A request is nested JSON, a line for each row, and so is the answer:

    {"applicant": {"home": "rent", "income": {"monthly": 2310.5, "partner": 1720.0}}, "loan": {...}}  ->  {"score": 0.4}

The analyzer takes flat rows, so a script makes columns of them, of the training data too: `applicant_income_monthly`.
Where it says DECIDE, your values go.
"""

from __future__ import annotations

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import (
    aws_iam as iam,
    aws_s3 as s3,
    aws_s3_assets as s3_assets,
    aws_sagemaker as sagemaker,
    aws_sns_subscriptions as subscriptions,
)
from constructs import Construct

from examples.json_payloads.prepare import flattening_script, model_archive
from model_monitor import (
    AnalysisScript,
    Baseline,
    DataCapture,
    DataQualityAlarms,
    DatasetFormat,
    EndpointMonitoring,
    MonitoredEndpoint,
)

# https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html
_SERVING_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"

# DECIDE: the name of the endpoint.
ENDPOINT = "json-loans"
# DECIDE: what the model was trained on, a JSON object a line: a request with its answer beside it.
TRAINING_DATA = Path(__file__).parent / "training.jsonl"
# DECIDE: the members to monitor, by their flat names. A member that a request lacks is a missing value.
COLUMNS = [
    "score",
    "applicant_home",
    "applicant_income_monthly",
    "applicant_income_partner",
    "loan_amount",
    "loan_purpose",
]
# DECIDE: who is told.
ONCALL = "ml-oncall@example.com"


class JsonMonitoring(cdk.Stack):
    """An endpoint that is sent nested JSON, and a monitor that says which member of it drifts."""

    def __init__(self, scope: Construct, id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, id, env=env, description="Data-quality monitoring of an endpoint for nested JSON")
        bucket = s3.Bucket(
            self,
            "Captured",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        # JSON and JSON lines are kept as text by default. A content type of your own has to be named in
        # DataCapture(json_content_types=[...]), or its payloads are kept as base64.
        capture = DataCapture.to(bucket)
        endpoint = self._endpoint(capture)
        monitoring = EndpointMonitoring(
            self, "Loans", endpoint=MonitoredEndpoint.from_endpoint(endpoint, capture=capture)
        )
        monitor = monitoring.add_data_quality(
            baseline=Baseline.from_asset(TRAINING_DATA, DatasetFormat.json_lines()),
            preprocessor=AnalysisScript.from_asset(flattening_script(COLUMNS)),
            # DECIDE: members that deserve an alarm of their own, and how far they may drift.
            alarms=DataQualityAlarms(drift={"applicant_income_partner": 0.1}),
        )
        monitoring.notify(subscriptions.EmailSubscription(ONCALL))
        cdk.CfnOutput(self, "Schedule", value=monitor.monitoring_schedule_name)
        cdk.CfnOutput(self, "Reports", value=monitor.reports.uri)
        cdk.CfnOutput(self, "DriftAlarm", value=monitor.alarms[0].alarm_name)
        cdk.CfnOutput(self, "CompositeAlarm", value=monitoring.composite_alarm.alarm_name)

    def _endpoint(self, capture: DataCapture) -> sagemaker.CfnEndpoint:
        archive = s3_assets.Asset(self, "Archive", path=str(model_archive()))
        role = iam.Role(self, "ModelRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        archive.grant_read(role)
        capture.grant_write(role)
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=_SERVING_IMAGE,
                model_data_url=archive.s3_object_url,
                # Where the container finds its script; without these it does not start.
                environment={"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
            ),
        )
        model.node.add_dependency(role)
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            model_name=model.attr_model_name,
            variant_name="AllTraffic",
            initial_variant_weight=1,
            initial_instance_count=1,
            instance_type="ml.m5.large",
        )
        config = sagemaker.CfnEndpointConfig(self, "EndpointConfig", production_variants=[variant])
        capture.apply_to(config)
        return sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=ENDPOINT, endpoint_config_name=config.attr_endpoint_config_name
        )


def main() -> None:
    """Make the stack."""
    app = cdk.App()
    env = cdk.Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
    )
    JsonMonitoring(app, "JsonMonitoring", env=env)
    app.synth()


if __name__ == "__main__":
    main()
