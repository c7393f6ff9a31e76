"""The apps that are measured. ``python -m bench.apps monitored 50 1`` synthesises fifty endpoints with a monitor each.

What an app does not need, it does not import: imports are a large part of what is measured.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import App

    from model_monitor import EndpointMonitoring

TEMPLATE = "BENCH_TEMPLATE"
"""Variable with the template whose resources `raw` and `l1` make."""


def empty(models: int, _: int) -> None:
    """Make stacks with nothing in them: what every app pays."""
    import aws_cdk as cdk

    app = cdk.App()
    for number in range(models):
        cdk.Stack(app, f"Monitoring{number}")
    app.synth()


def raw(models: int, _: int) -> None:
    """Make the resources of a template, with nothing but `CfnResource`: what the CDK itself costs."""
    import aws_cdk as cdk

    template = json.loads(Path(os.environ[TEMPLATE]).read_text(encoding="utf-8"))
    app = cdk.App()
    for number in range(models):
        stack = cdk.Stack(app, f"Monitoring{number}")
        for logical_id, mapping in template.get("Mappings", {}).items():
            cdk.CfnMapping(stack, logical_id, mapping=mapping)
        for logical_id, resource in template["Resources"].items():
            cdk.CfnResource(stack, logical_id, type=resource["Type"], properties=resource.get("Properties", {}))
    app.synth()


def l1(models: int, _: int) -> None:
    """Make the resources of a template with L1 classes: what the least of the CDK costs that people write."""
    import aws_cdk as cdk

    from bench.l1 import add_resources

    template = json.loads(Path(os.environ[TEMPLATE]).read_text(encoding="utf-8"))
    app = cdk.App()
    for number in range(models):
        add_resources(cdk.Stack(app, f"Monitoring{number}"), template)
    app.synth()


def monitored(models: int, monitors: int) -> None:
    """Make a stack for every endpoint, each with the first monitors of the four kinds."""
    import aws_cdk as cdk

    app = cdk.App()
    for number in range(models):
        add_endpoint(app, number, monitors)
    app.synth()


def add_endpoint(app: App, number: int, monitors: int) -> None:
    """Make the stack of one endpoint.

    Args:
        app: Where.
        number: What tells it from others.
        monitors: How many monitors it has.
    """
    import aws_cdk as cdk

    from model_monitor import EndpointMonitoring, MonitoredEndpoint, S3Location

    captured = S3Location.from_uri("s3://captured-traffic/capture")
    endpoint = MonitoredEndpoint.from_endpoint_name(f"endpoint-{number}", capture_location=captured)
    stack = cdk.Stack(app, f"Monitoring{number}")
    monitoring = EndpointMonitoring(stack, "Monitoring", endpoint=endpoint)
    for add in KINDS[:monitors]:
        add(monitoring)


def _data_quality(monitoring: EndpointMonitoring) -> None:
    from model_monitor import Baseline, DatasetFormat, S3Location

    dataset = S3Location.from_uri("s3://lake/train.csv")
    monitoring.add_data_quality(baseline=Baseline.from_dataset(dataset, DatasetFormat.csv()))


def _model_quality(monitoring: EndpointMonitoring) -> None:
    from model_monitor import Baseline, DatasetFormat, GroundTruth, ProblemType, QualityColumns, S3Location

    monitoring.add_model_quality(
        problem=ProblemType.binary_classification(probability_attribute=0, probability_threshold=0.5),
        ground_truth=GroundTruth(location=S3Location.from_uri("s3://labels/loans")),
        baseline=Baseline.from_dataset(S3Location.from_uri("s3://lake/validated.csv"), DatasetFormat.csv()),
        columns=QualityColumns(ground_truth="defaulted", probability="score"),
    )


def _bias(monitoring: EndpointMonitoring) -> None:
    from model_monitor import Baseline, BiasConfig, CapturedAttributes, DatasetFormat, Facet, GroundTruth, S3Location

    monitoring.add_model_bias(
        config=BiasConfig(
            label="approved", label_values=[1], facets=[Facet.of("age", 40)], headers=["age", "income", "approved"]
        ),
        attributes=CapturedAttributes(inference=0),
        ground_truth=GroundTruth(location=S3Location.from_uri("s3://labels/loans")),
        baseline=Baseline.from_dataset(S3Location.from_uri("s3://lake/validated.csv"), DatasetFormat.csv()),
        predicted_label="prediction",
    )


def _explainability(monitoring: EndpointMonitoring) -> None:
    from model_monitor import Baseline, CapturedAttributes, DatasetFormat, ModelReference, S3Location, ShapConfig

    monitoring.add_model_explainability(
        model=ModelReference.from_model_name("loans-model"),
        shap=ShapConfig(baseline=[[39, 5000]], num_samples=50, features=["age", "income"]),
        attributes=CapturedAttributes(inference=0),
        baseline=Baseline.from_dataset(S3Location.from_uri("s3://lake/train.csv"), DatasetFormat.csv()),
    )


KINDS: tuple[Callable[[EndpointMonitoring], None], ...] = (_data_quality, _model_quality, _bias, _explainability)
APPS: dict[str, Callable[[int, int], None]] = {"empty": empty, "raw": raw, "l1": l1, "monitored": monitored}


if __name__ == "__main__":
    APPS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
