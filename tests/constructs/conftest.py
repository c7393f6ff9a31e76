"""One jsii kernel and few syntheses for the whole folder: templates that several tests read are made once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

# Before the first jsii import: the kernel is started with the Node.js of the virtual environment.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sagemaker as sagemaker
from aws_cdk.assertions import Template
from constructs import Construct

from model_monitor import (
    Baseline,
    BatchMonitoring,
    BatchTransform,
    BiasConfig,
    BiasLimit,
    CapturedAttributes,
    ConfigurationError,
    DataCapture,
    DataQualityAlarms,
    DataQualityMonitor,
    DatasetFormat,
    EndpointDataCapture,
    EndpointMonitoring,
    Facet,
    GroundTruth,
    MetricLimit,
    ModelBiasAlarms,
    ModelBiasMonitor,
    ModelExplainabilityMonitor,
    ModelQualityAlarms,
    ModelQualityMonitor,
    ModelReference,
    MonitorCompute,
    MonitoredEndpoint,
    MonitoringServices,
    MonitorNetwork,
    ProblemType,
    QualityColumns,
    S3Location,
    ShapConfig,
)

ENVIRONMENT = cdk.Environment(account="123456789012", region="eu-west-1")


class Kit:
    """Shortest ways to the things that most tests need."""

    def stack(self, name: str = "Fraud", *, app: cdk.App | None = None, **options: Any) -> cdk.Stack:
        options.setdefault("env", ENVIRONMENT)
        return cdk.Stack(app or self.app(), name, **options)

    def app(self) -> cdk.App:
        # The CDK's own validation takes longer than the synthesis; it is on in test_cfn_lint.py and in tests/stacks.
        # So do the copies of the functions' sources, which change no template.
        return cdk.App(
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
            context={"aws:cdk:disable-asset-staging": True},
        )

    def endpoint(self, name: str = "fraud-prod") -> MonitoredEndpoint:
        return MonitoredEndpoint.from_endpoint_name(
            name, capture_location=S3Location.from_uri("s3://captured-traffic/capture")
        )

    def baseline(self, uri: str = "s3://lake/fraud/train.csv") -> Baseline:
        return Baseline.from_dataset(S3Location.from_uri(uri), DatasetFormat.csv())

    def output(self) -> S3Location:
        return S3Location.from_uri("s3://monitoring-output/monitoring")

    def services(self, scope: Construct) -> MonitoringServices:
        """The services of the stack: one for all monitors that a test makes in it."""
        stack = cdk.Stack.of(scope)
        existing = stack.node.try_find_child("Services")
        if isinstance(existing, MonitoringServices):
            return existing
        return MonitoringServices(stack, "Services", output=self.output())

    def monitor(self, scope: cdk.Stack | None = None, name: str = "DataQuality", **options: Any) -> DataQualityMonitor:
        scope = scope if scope is not None else self.stack()
        options = {
            "input": self.endpoint(),
            "baseline": self.baseline(),
            "services": self.services(scope),
            **options,
        }
        return DataQualityMonitor(scope, name, **options)

    def problem(self) -> ProblemType:
        return ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.5)

    def ground_truth(self, **offsets: cdk.Duration) -> GroundTruth:
        return GroundTruth(location=S3Location.from_uri("s3://labels/fraud"), **offsets)

    def model_quality(
        self, scope: cdk.Stack | None = None, name: str = "ModelQuality", **options: Any
    ) -> ModelQualityMonitor:
        scope = scope if scope is not None else self.stack()
        options = {
            "input": self.endpoint(),
            "problem": self.problem(),
            "ground_truth": self.ground_truth(),
            "baseline": self.baseline("s3://lake/fraud/validated.csv"),
            "columns": QualityColumns(ground_truth="fraud", probability="score"),
            "services": self.services(scope),
            **options,
        }
        return ModelQualityMonitor(scope, name, **options)

    def bias_config(self, **options: Any) -> BiasConfig:
        facets = [Facet.of("sex", "female"), Facet.of("age", 40)]
        headers = ["sex", "age", "region", "approved"]
        return BiasConfig(**{"label": "approved", "label_values": [1], "facets": facets, "headers": headers, **options})

    def model_bias(self, scope: cdk.Stack | None = None, name: str = "ModelBias", **options: Any) -> ModelBiasMonitor:
        scope = scope if scope is not None else self.stack()
        options = {
            "input": self.endpoint(),
            "config": self.bias_config(),
            "attributes": CapturedAttributes(inference=0),
            "ground_truth": self.ground_truth(),
            "baseline": self.baseline("s3://lake/fraud/validated.csv"),
            "predicted_label": "prediction",
            "services": self.services(scope),
            **options,
        }
        return ModelBiasMonitor(scope, name, **options)

    def model_explainability(
        self, scope: cdk.Stack | None = None, name: str = "ModelExplainability", **options: Any
    ) -> ModelExplainabilityMonitor:
        scope = scope if scope is not None else self.stack()
        options = {
            "input": self.endpoint(),
            "model": ModelReference.from_model_name("fraud-model"),
            "shap": ShapConfig(baseline=[[39, 5000]], num_samples=50, features=["age", "income"]),
            "attributes": CapturedAttributes(inference=0),
            "baseline": self.baseline(),
            "services": self.services(scope),
            **options,
        }
        return ModelExplainabilityMonitor(scope, name, **options)

    def batch(self, dataset_format: DatasetFormat | None = None) -> BatchTransform:
        return BatchTransform.of(
            captured=S3Location.from_uri("s3://captured-batch/churn"),
            files=[S3Location.from_uri("s3://scored/churn")],
            format=dataset_format,
        )

    def monitoring(self, scope: cdk.Stack | None = None, name: str = "Fraud", **options: Any) -> EndpointMonitoring:
        options = {"endpoint": self.endpoint(), **options}
        return EndpointMonitoring(scope if scope is not None else self.stack(), name, **options)

    def endpoint_config(self, scope: cdk.Stack, name: str = "Config", **options: Any) -> sagemaker.CfnEndpointConfig:
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name="AllTraffic",
            model_name="fraud-model",
            initial_instance_count=1,
            instance_type="ml.m5.large",
            initial_variant_weight=1,
        )
        return sagemaker.CfnEndpointConfig(scope, name, **{"production_variants": [variant], **options})

    def flat(self, value: Any) -> str:
        """Text of a template's value: references become `<LogicalId>` and `<LogicalId.Attribute>`."""
        if isinstance(value, str):
            return value
        ((function, argument),) = value.items()
        if function == "Fn::Join":
            return str(argument[0]).join(self.flat(item) for item in argument[1])
        if function in ("Ref", "Fn::ImportValue"):
            return f"<{argument}>"
        assert function == "Fn::GetAtt", function
        return f"<{'.'.join(argument)}>"

    def json(self, value: Any) -> Any:
        """Document in a property that is a JSON text, perhaps with references in it."""
        return json.loads(self.flat(value))

    def resources(self, template: Template, type_name: str) -> dict[str, dict[str, Any]]:
        return {name: dict(resource) for name, resource in template.find_resources(type_name).items()}

    def properties(self, template: Template, type_name: str) -> dict[str, Any]:
        """Properties of the only resource of a type."""
        (resource,) = self.resources(template, type_name).values()
        return dict(resource["Properties"])

    def function(self, template: Template, handler: str) -> dict[str, Any]:
        """Properties of the only function with a handler."""
        (function,) = [
            found["Properties"]
            for found in self.resources(template, "AWS::Lambda::Function").values()
            if found["Properties"]["Handler"] == handler
        ]
        return dict(function)

    def registered(self, template: Template) -> dict[str, dict[str, Any]]:
        """What the results function is told of every monitor, by the name of its schedule."""
        documents = [
            self.json(guard["Properties"]["Monitor"])
            for guard in self.resources(template, "Custom::MonitoringScheduleGuard").values()
            if "Monitor" in guard["Properties"]
        ]
        return {document["schedule"]: document for document in documents}

    def alarm(self, template: Template, name: str) -> dict[str, Any]:
        """Properties of the only alarm whose logical id contains a text."""
        alarms = self.resources(template, "AWS::CloudWatch::Alarm")
        (alarm,) = [found["Properties"] for logical_id, found in alarms.items() if name in logical_id]
        return dict(alarm)

    def watched(self, alarm: dict[str, Any]) -> list[dict[str, Any]]:
        """What an alarm looks at: namespace, name, statistic and dimensions of each metric."""
        stats = [found["MetricStat"] for found in alarm.get("Metrics", []) if "MetricStat" in found]
        metrics = [(stat["Metric"], stat["Stat"]) for stat in stats] or [(alarm, alarm["Statistic"])]
        return [
            {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "statistic": statistic,
                "dimensions": {item["Name"]: item["Value"] for item in metric["Dimensions"]},
            }
            for metric, statistic in metrics
        ]

    def statements(self, template: Template) -> list[tuple[str, dict[str, Any]]]:
        """Every statement of every policy of a role, with the policy's logical id."""
        policies = {
            **self.resources(template, "AWS::IAM::Policy"),
            **self.resources(template, "AWS::IAM::ManagedPolicy"),
        }
        return [
            (name, statement)
            for name, policy in policies.items()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    def allowed(self, template: Template, policy: str, action: str) -> list[str]:
        """Resources on which the policies whose logical ids contain a text allow an action."""
        found = []
        for name, statement in self.statements(template):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if policy in name and action in actions:
                resources = statement["Resource"]
                found += [self.flat(item) for item in (resources if isinstance(resources, list) else [resources])]
        return found


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()


@pytest.fixture
def stack(kit: Kit) -> cdk.Stack:
    return kit.stack()


@pytest.fixture(scope="session")
def refused() -> Callable[..., AbstractContextManager[None]]:
    """Expect a ConfigurationError that says what was got, what is expected and how to fix it, with certain texts."""

    @contextmanager
    def expect(*texts: str) -> Iterator[None]:
        with pytest.raises(ConfigurationError) as caught:
            yield
        error = caught.value
        assert error.got
        assert error.expected
        assert error.fix
        assert str(error) == f"got {error.got}; expected {error.expected}; {error.fix}"
        for text in texts:
            assert text in str(error)

    return expect


@pytest.fixture(scope="session")
def default_stack(kit: Kit) -> cdk.Stack:
    """A monitoring with everything that it makes by default, and alarms on features."""
    stack = kit.stack()
    monitoring = kit.monitoring(stack)
    monitoring.add_data_quality(
        baseline=kit.baseline(), alarms=DataQualityAlarms(drift={"age": 0.1}, mean_shift={"income": 0.5})
    )
    return stack


@pytest.fixture(scope="session")
def default_template(default_stack: cdk.Stack) -> Template:
    return Template.from_stack(default_stack)


@pytest.fixture(scope="session")
def vpc_stack(kit: Kit) -> cdk.Stack:
    """A monitor with a VPC, a key and machines of its own."""
    stack = kit.stack("Private")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    )
    kit.monitor(
        stack,
        compute=MonitorCompute(
            instance_type="ml.c5.2xlarge",
            instance_count=2,
            volume_size=cdk.Size.gibibytes(50),
            max_runtime=cdk.Duration.minutes(40),
        ),
        network=MonitorNetwork(vpc=vpc),
        encryption_key=kms.Key(stack, "Key", enable_key_rotation=True),
    )
    return stack


@pytest.fixture(scope="session")
def vpc_template(vpc_stack: cdk.Stack) -> Template:
    return Template.from_stack(vpc_stack)


@pytest.fixture(scope="session")
def imported_template(kit: Kit) -> Template:
    """A monitoring around a role, a key and a topic that exist."""
    stack = kit.stack("Imported")
    monitoring = kit.monitoring(
        stack,
        output=kit.output(),
        encryption_key=kms.Key.from_key_arn(
            stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
        ),
        topic=cdk.aws_sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:eu-west-1:123456789012:on-call"),
    )
    monitoring.add_data_quality(
        baseline=kit.baseline(),
        role=iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/ml/monitor"),
    )
    return Template.from_stack(stack)


@pytest.fixture(scope="session")
def quality_stack(kit: Kit) -> cdk.Stack:
    """A model-quality monitor whose labels take six hours, with alarms on metrics."""
    stack = kit.stack("Quality")
    kit.monitoring(stack).add_model_quality(
        problem=kit.problem(),
        ground_truth=kit.ground_truth(start_offset=cdk.Duration.hours(6), end_offset=cdk.Duration.hours(6)),
        baseline=kit.baseline("s3://lake/fraud/validated.csv"),
        columns=QualityColumns(ground_truth="fraud", probability="score"),
        thresholds={"precision": 0.7, "auc": MetricLimit.baseline(tolerance=0.02), "recall": MetricLimit.at(0.5)},
        alarms=ModelQualityAlarms(
            metrics={
                "recall": MetricLimit.baseline(tolerance=0.05),
                "false_positive_rate": MetricLimit.baseline(tolerance=0.02),
                "auc": MetricLimit.at(0.8),
            }
        ),
    )
    return stack


@pytest.fixture(scope="session")
def quality_template(quality_stack: cdk.Stack) -> Template:
    return Template.from_stack(quality_stack)


@pytest.fixture(scope="session")
def clarify_stack(kit: Kit) -> cdk.Stack:
    """The monitors that Clarify runs, with alarms on groups."""
    stack = kit.stack("Clarify")
    monitoring = kit.monitoring(stack)
    monitoring.add_model_bias(
        config=kit.bias_config(group_variable="region"),
        attributes=CapturedAttributes(probability=0, probability_threshold=0.6, features="features"),
        ground_truth=kit.ground_truth(),
        baseline=kit.baseline("s3://lake/fraud/validated.csv"),
        predicted_label="prediction",
        alarms=ModelBiasAlarms(
            limits=[
                BiasLimit(metric="DPPL", facet="sex", maximum=0.1),
                BiasLimit(metric="DI", facet="age", facet_value="(40, 75]", maximum=0.2),
                BiasLimit(metric="CI", facet="sex", maximum=0.5),
            ]
        ),
    )
    monitoring.add_model_explainability(
        model=ModelReference.from_model_name("fraud-model"),
        shap=ShapConfig(baseline=[[39, 5000]], num_samples=50, features=["age", "income"], seed=1),
        attributes=CapturedAttributes(inference=0, features="features"),
        baseline=kit.baseline(),
        dataset_label="fraud",
        dataset_headers=["fraud", "age", "income"],
    )
    return stack


@pytest.fixture(scope="session")
def clarify_template(clarify_stack: cdk.Stack) -> Template:
    return Template.from_stack(clarify_stack)


@pytest.fixture(scope="session")
def batch_stack(kit: Kit) -> cdk.Stack:
    """All four monitors of batch transform, in all formats."""
    stack = kit.stack("Batch")
    inputs = {
        "csv": kit.batch(),
        "json": kit.batch(DatasetFormat.json_lines()),
        "parquet": kit.batch(DatasetFormat.parquet()),
    }
    kit.model_quality(stack, input=inputs["json"])
    kit.model_bias(stack, input=inputs["csv"])
    kit.model_explainability(stack, input=inputs["csv"])
    BatchMonitoring(stack, "Churn", transform=inputs["parquet"]).add_data_quality(
        baseline=kit.baseline(), alarms=DataQualityAlarms(drift={"age": 0.2})
    )
    return stack


@pytest.fixture(scope="session")
def batch_template(batch_stack: cdk.Stack) -> Template:
    return Template.from_stack(batch_stack)


@pytest.fixture(scope="session")
def fleet_stacks(kit: Kit) -> dict[str, cdk.Stack]:
    """Two models in stacks of their own, with the services of a third stack, which also has a control function."""
    app = kit.app()
    shared = kit.stack("Shared", app=app)
    services = MonitoringServices(shared, "Services")
    models = {name: kit.stack(name, app=app) for name in ("Credit", "Churn")}
    for name, stack in models.items():
        data = S3Location.from_uri(f"s3://lake-{name.lower()}")
        bucket = s3.Bucket.from_bucket_name(stack, "Captured", f"captured-{name.lower()}")
        capture = EndpointDataCapture(
            stack,
            "Capture",
            endpoint_name=f"{name.lower()}-prod",
            capture=DataCapture.to(bucket),
            services=services,
        )
        monitoring = EndpointMonitoring(stack, "Monitoring", endpoint=capture.endpoint, services=services)
        dataset = Baseline.from_dataset(data.join("train.csv"), DatasetFormat.csv())
        monitoring.add_data_quality(baseline=dataset)
        files = Baseline.from_files(constraints=data.join("constraints.json"), statistics=data.join("statistics.json"))
        monitoring.add_model_quality(problem=kit.problem(), ground_truth=kit.ground_truth(), baseline=files)
    # After the monitors: they still let the function take their roles.
    services.add_schedule_control()
    app.synth()
    return {"Shared": shared, **models}
