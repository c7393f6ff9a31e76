"""The app: an endpoint in one stack, its monitoring in another. `python -m examples.credit_risk.app` synthesises it."""

from __future__ import annotations

import os

import aws_cdk as cdk
from aws_cdk import (
    aws_iam as iam,
    aws_kms as kms,
    aws_s3 as s3,
    aws_s3_assets as s3_assets,
    aws_sagemaker as sagemaker,
    aws_sns_subscriptions as subscriptions,
)
from constructs import Construct

from examples.credit_risk.prepare import Prepared, prepare
from model_monitor import (
    Baseline,
    ConstraintOverrides,
    DataCapture,
    DataQualityAlarms,
    DatasetFormat,
    EndpointMonitoring,
    FeatureConstraints,
    MonitoredEndpoint,
)

# https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html
_SERVING_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"


class Serving(cdk.Stack):
    """A credit-scoring model on a real-time endpoint whose calls are captured."""

    def __init__(self, scope: Construct, id: str, *, prepared: Prepared, env: cdk.Environment) -> None:
        super().__init__(scope, id, env=env, description="Credit scoring: model and endpoint")
        key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        captured = s3.Bucket(
            self,
            "Captured",
            encryption_key=key,
            encryption=s3.BucketEncryption.KMS,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        archive = s3_assets.Asset(self, "Archive", path=str(prepared.model))
        role = iam.Role(self, "ModelRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        archive.grant_read(role)
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=_SERVING_IMAGE, model_data_url=archive.s3_object_url
            ),
        )
        model.node.add_dependency(role)
        config = sagemaker.CfnEndpointConfig(
            self,
            "EndpointConfig",
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    model_name=model.attr_model_name,
                    variant_name="AllTraffic",
                    initial_variant_weight=1,
                    initial_instance_count=1,
                    instance_type="ml.m5.large",
                )
            ],
        )
        self.capture = DataCapture.to(captured, "capture")
        self.capture.apply_to(config)
        self.capture.grant_write(role)
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name="credit-risk",
            endpoint_config_name=config.attr_endpoint_config_name,
        )


class Monitoring(cdk.Stack):
    """Compares what the endpoint is sent with the training data, every hour."""

    def __init__(
        self, scope: Construct, id: str, *, serving: Serving, prepared: Prepared, env: cdk.Environment
    ) -> None:
        super().__init__(scope, id, env=env, description="Credit scoring: data-quality monitoring")
        monitoring = EndpointMonitoring(
            self,
            "Credit",
            endpoint=MonitoredEndpoint.from_endpoint(serving.endpoint, capture=serving.capture),
            runbook_url="https://wiki.example.com/credit-risk/drift",
        )
        self.monitor = monitoring.add_data_quality(
            baseline=Baseline.from_asset(prepared.baseline, DatasetFormat.csv()),
            # The loan's term takes eleven values: as a number, its drift could not be seen.
            categorical="auto",
            constraints=ConstraintOverrides(
                features={
                    # A tenth of all applicants do not say what they earn; the share varies a little every hour.
                    "income": FeatureConstraints(completeness=0.85),
                    **{
                        name: FeatureConstraints(completeness=0.97)
                        for name in ("home", "marital", "job", "assets", "debt")
                    },
                }
            ),
            alarms=DataQualityAlarms(drift={"price": 0.2}, mean_shift={"age": 0.5}),
        )
        monitoring.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
        cdk.CfnOutput(self, "Schedule", value=self.monitor.monitoring_schedule_name)
        cdk.CfnOutput(self, "CompositeAlarm", value=monitoring.composite_alarm.alarm_name)


def main() -> None:
    """Makes both stacks."""
    app = cdk.App()
    prepared = prepare()
    env = cdk.Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
    )
    serving = Serving(app, "CreditRiskServing", prepared=prepared, env=env)
    Monitoring(app, "CreditRiskMonitoring", serving=serving, prepared=prepared, env=env)
    app.synth()


if __name__ == "__main__":
    main()
