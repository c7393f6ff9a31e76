"""The app: an endpoint in one stack, its monitoring in another. `python -m examples.credit_risk.app` synthesises it."""

from __future__ import annotations

import json
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

from examples.credit_risk import data
from examples.credit_risk.prepare import Prepared, prepare
from model_monitor import (
    Baseline,
    BiasConfig,
    BiasLimit,
    CapturedAttributes,
    ConstraintOverrides,
    DataCapture,
    DataQualityAlarms,
    DatasetFormat,
    EndpointMonitoring,
    Facet,
    FeatureConstraints,
    GroundTruth,
    MetricLimit,
    ModelBiasAlarms,
    ModelQualityAlarms,
    ModelReference,
    MonitoredEndpoint,
    ProblemType,
    QualityColumns,
    S3Location,
    ShapConfig,
)

# https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html
_SERVING_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"


class Serving(cdk.Stack):
    """A credit-scoring model on a real-time endpoint whose calls are captured.

    Attributes:
        model: The model.
        endpoint: What serves it.
        capture: Where its calls are recorded.
        labels: Where it is recorded how loans ended.
    """

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
        self.model = sagemaker.CfnModel(
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
        self.model.node.add_dependency(role)
        config = sagemaker.CfnEndpointConfig(
            self,
            "EndpointConfig",
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    model_name=self.model.attr_model_name,
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
        self.labels = S3Location.of(captured, "labels")
        cdk.CfnOutput(self, "LabelLocation", value=self.labels.uri, description="Where it is written how loans ended")
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name="credit-risk",
            endpoint_config_name=config.attr_endpoint_config_name,
        )


class Monitoring(cdk.Stack):
    """Four monitors of the endpoint, every hour: its inputs, its quality, its fairness, its reasons."""

    def __init__(
        self, scope: Construct, id: str, *, serving: Serving, prepared: Prepared, env: cdk.Environment
    ) -> None:
        super().__init__(scope, id, env=env, description="Credit scoring: monitoring")
        self._serving, self._prepared = serving, prepared
        monitoring = EndpointMonitoring(
            self,
            "Credit",
            endpoint=MonitoredEndpoint.from_endpoint(serving.endpoint, capture=serving.capture),
            runbook_url="https://wiki.example.com/credit-risk/drift",
        )
        self._add_data_quality(monitoring)
        self._add_model_quality(monitoring)
        self._add_bias(monitoring)
        self._add_explainability(monitoring)
        monitoring.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
        dashboard = monitoring.add_dashboard(features=["age", "income", "price", "expenses", "amount"])
        cdk.CfnOutput(self, "DashboardName", value=dashboard.dashboard_name)
        for name, monitor in monitoring.monitors.items():
            cdk.CfnOutput(self, f"{name}Schedule", value=monitor.monitoring_schedule_name)

    def _add_data_quality(self, monitoring: EndpointMonitoring) -> None:
        monitoring.add_data_quality(
            baseline=Baseline.from_asset(self._prepared.captured, DatasetFormat.csv()),
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
            alarms=DataQualityAlarms(drift={"price": 0.1}, mean_shift={"age": 0.5}),
        )

    def _add_model_quality(self, monitoring: EndpointMonitoring) -> None:
        monitoring.add_model_quality(
            problem=ProblemType.binary_classification(probability_attribute=0, probability_threshold=data.THRESHOLD),
            ground_truth=GroundTruth(location=self._serving.labels),
            baseline=Baseline.from_asset(self._prepared.validated, DatasetFormat.csv()),
            columns=QualityColumns(ground_truth=data.LABEL, probability=data.PROBABILITY),
            # With a few hundred loans an hour, a recall of 0.50 is measured as anything from 0.42 to 0.58.
            tolerance=0.15,
            alarms=ModelQualityAlarms(metrics={"recall": MetricLimit.baseline(tolerance=0.15)}),
        )

    def _add_bias(self, monitoring: EndpointMonitoring) -> None:
        monitoring.add_model_bias(
            config=BiasConfig(
                label=data.LABEL,
                label_values=[0],  # paying back is the good outcome
                facets=[Facet.of("marital", "single")],
                headers=[*data.FEATURES, data.LABEL],
                # Are singles refused more often than others; and those of them who would have paid back?
                metrics=["DPPL", "RD"],
            ),
            attributes=CapturedAttributes(probability=0, probability_threshold=data.THRESHOLD),
            ground_truth=GroundTruth(location=self._serving.labels),
            baseline=Baseline.from_asset(self._prepared.validated, DatasetFormat.csv()),
            predicted_label=data.PREDICTION,
            dataset_headers=[data.PROBABILITY, *data.FEATURES, data.PREDICTION, data.LABEL],
            alarms=ModelBiasAlarms(limits=[BiasLimit(metric="DPPL", facet="marital", maximum=0.25)]),
        )

    def _add_explainability(self, monitoring: EndpointMonitoring) -> None:
        monitoring.add_model_explainability(
            model=ModelReference.from_model(self._serving.model),
            baseline=Baseline.from_asset(self._prepared.features, DatasetFormat.csv()),
            shap=ShapConfig(
                baseline=[json.loads(self._prepared.typical.read_text(encoding="utf-8"))],
                features=data.FEATURES,
                num_samples=60,
                seed=1,
            ),
            attributes=CapturedAttributes(probability=0),
        )


def main() -> None:
    """Make both stacks."""
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
