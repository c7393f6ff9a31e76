"""The app that the end-to-end tests deploy again and again, each time a little different."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import (
    aws_events_targets as targets,
    aws_iam as iam,
    aws_s3 as s3,
    aws_s3_assets as s3_assets,
    aws_sagemaker as sagemaker,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
    aws_stepfunctions as sfn,
)

from examples.loan_model import make
from model_monitor import (
    AnalysisScript,
    Baseline,
    ConstraintOverrides,
    DataCapture,
    DataQualityAlarms,
    DatasetFormat,
    EndpointMonitoring,
    MonitorCompute,
    MonitoredEndpoint,
    MonitorSchedule,
    Mute,
)

ENDPOINT = "loans"
STACK = "Loans"
ONCALL = "oncall@example.com"


@dataclass(frozen=True)
class Variant:
    """What differs between two deployments."""

    baseline: Path | Baseline
    drift_threshold: float = 0.1
    schedule: MonitorSchedule = field(default_factory=MonitorSchedule.hourly)
    instance_type: str = "ml.m5.xlarge"
    stack: str = STACK
    endpoint: str = ENDPOINT
    preprocessor: Path | None = None
    mutes: tuple[Mute, ...] = ()


class LoanStack(cdk.Stack):
    def __init__(self, scope: cdk.App, variant: Variant, archive: Path, env: cdk.Environment) -> None:
        super().__init__(scope, variant.stack, env=env)
        # As the library's own: it stays, unless its very first deployment fails.
        captured = s3.Bucket(
            self, "Captured", enforce_ssl=True, removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        )
        capture = DataCapture.to(captured)
        endpoint = self._endpoint(variant, archive, capture)
        monitoring = EndpointMonitoring(
            self, "Monitoring", endpoint=MonitoredEndpoint.from_endpoint(endpoint, capture=capture)
        )
        baseline = variant.baseline
        monitor = monitoring.add_data_quality(
            baseline=Baseline.from_asset(baseline, DatasetFormat.csv()) if isinstance(baseline, Path) else baseline,
            schedule=variant.schedule,
            categorical=None if variant.preprocessor else ["term"],
            preprocessor=AnalysisScript.from_asset(variant.preprocessor) if variant.preprocessor else None,
            constraints=ConstraintOverrides(drift_threshold=variant.drift_threshold),
            compute=MonitorCompute(instance_type=variant.instance_type),
            alarms=DataQualityAlarms(drift={"amount": 0.2}, mean_shift={"flag": 0.5}),
        )
        monitoring.mute(*variant.mutes)
        tables = monitoring.add_query_tables()
        dashboard = monitoring.add_dashboard(features=["amount"])
        monitoring.notify(subscriptions.EmailSubscription(ONCALL))
        monitoring.add_schedule_control()
        retrain, ended = sqs.Queue(self, "Retrain", enforce_ssl=True), sqs.Queue(self, "Ended", enforce_ssl=True)
        monitoring.on_violation("RetrainOnViolation", target=targets.SqsQueue(retrain))
        machine = sfn.StateMachine(
            self, "Retraining", definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(self, "Train"))
        )
        monitoring.on_violation(
            "RetrainOncePerDay",
            target=targets.SfnStateMachine(machine),
            cool_down=cdk.Duration.days(1),
            features=["amount", "income", "prediction"],
            at_least=2,
        )
        paging = sfn.StateMachine(
            self, "Paging", definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(self, "Page"))
        )
        monitoring.on_alarm("PageOnAlarm", target=targets.SfnStateMachine(paging))
        monitoring.on_ended("TellOfEnd", target=targets.SqsQueue(ended))
        for name, value in {
            "Schedule": monitor.monitoring_schedule_name,
            "Reports": monitor.reports.uri,
            "RetrainQueue": retrain.queue_url,
            "EndedQueue": ended.queue_url,
            "DriftAlarm": monitor.alarms[0].alarm_name,
            "MeanShiftAlarm": monitor.alarms[1].alarm_name,
            "FailedAlarm": monitor.alarms[3].alarm_name,
            "SilenceAlarm": monitor.alarms[4].alarm_name,
            "RetrainingMachine": machine.state_machine_arn,
            "PagingMachine": paging.state_machine_arn,
            "Database": tables.database_name,
            "Workgroup": tables.workgroup_name,
            "Dashboard": dashboard.dashboard_name,
            "CompositeAlarm": monitoring.composite_alarm.alarm_name,
        }.items():
            cdk.CfnOutput(self, name, value=value)

    def _endpoint(self, variant: Variant, archive: Path, capture: DataCapture) -> sagemaker.CfnEndpoint:
        asset = s3_assets.Asset(self, "Archive", path=str(archive))
        role = iam.Role(self, "ModelRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        asset.grant_read(role)
        capture.grant_write(role)
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=make.IMAGE, model_data_url=asset.s3_object_url, environment=make.ENVIRONMENT
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
        capture.apply_to(config)
        return sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=variant.endpoint, endpoint_config_name=config.attr_endpoint_config_name
        )


def model_archive(folder: Path) -> Path:
    """`model.tar.gz` of the model; made once."""
    archive = folder / "model.tar.gz"
    if not archive.exists():
        archive.write_bytes(make.archive())
    return archive


def applicants(count: int, *, seed: int, inflation: float = 1.0, flagged: float = 0.2) -> list[str]:
    """CSV rows as a client sends them: income, amount, term (a small integer), flag (0 or 1)."""
    source = random.Random(seed)
    return [
        f"{source.lognormvariate(7, 0.4):.2f},{source.lognormvariate(8, 0.5) * inflation:.2f},"
        f"{source.choice([12, 24, 36, 48])},{int(source.random() < flagged)}"
        for _ in range(count)
    ]


def baseline_csv(path: Path, *, seed: int, count: int = 1500) -> Path:
    """A training set: the prediction first, as the analyzer expects it."""
    rows = []
    for row in applicants(count, seed=seed):
        income, amount, _, _ = row.split(",")
        rows.append(f"{min(0.999, float(amount) / (12 * float(income))):.6f},{row}")
    path.write_text("\n".join(["prediction,income,amount,term,flag", *rows]) + "\n")
    return path
