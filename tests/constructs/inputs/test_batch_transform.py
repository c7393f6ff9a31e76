from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Aws
from aws_cdk.assertions import Template

from model_monitor import BatchMonitoring, BatchTransform, CapturedAttributes, DatasetFormat, Facet, ModelReference

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("kind", "dataset_format"),
    [
        ("DataQuality", {"Parquet": True}),
        ("ModelQuality", {"Json": {"Line": True}}),
        ("ModelBias", {"Csv": {"Header": False}}),
        ("ModelExplainability", {"Csv": {"Header": False}}),
    ],
)
def test_every_kind_of_monitor_reads_batch_transform(
    kind: str, dataset_format: dict[str, Any], kit: Kit, batch_template: Template
) -> None:
    definition = kit.properties(batch_template, f"AWS::SageMaker::{kind}JobDefinition")
    source = definition[f"{kind}JobInput"]["BatchTransformInput"]
    assert "EndpointInput" not in definition[f"{kind}JobInput"]
    assert source["DataCapturedDestinationS3Uri"] == "s3://captured-batch/churn"
    assert source["DatasetFormat"] == dataset_format
    assert source["LocalPath"] == "/opt/ml/processing/input/batch"


def test_bias_and_explainability_are_added_to_jobs(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = BatchMonitoring(stack, "Churn", transform=kit.batch())
    monitoring.add_model_bias(
        config=kit.bias_config(headers=["age", "sex", "approved"]),
        attributes=CapturedAttributes(inference=0),
        ground_truth=kit.ground_truth(),
        baseline=kit.baseline(),
        predicted_label="prediction",
        dataset_headers=["age", "sex", "approved", "prediction"],
    )
    monitoring.add_model_explainability(model=ModelReference.from_model_name("churn"), baseline=kit.baseline())
    template = Template.from_stack(stack)
    for kind in ("ModelBias", "ModelExplainability"):
        source = kit.properties(template, f"AWS::SageMaker::{kind}JobDefinition")[f"{kind}JobInput"]
        assert source["BatchTransformInput"]["DataCapturedDestinationS3Uri"] == "s3://captured-batch/churn"


def test_refuses_bias_of_csv_that_cannot_tell_inputs_from_predictions(kit: Kit, refused: Refused) -> None:
    with refused("no headers for a bias monitor of CSV", "where the predictions begin", "headers=[...]"):
        kit.model_bias(input=kit.batch(), config=kit.bias_config(label=2, facets=[Facet.of(0, 1)], headers=None))


@pytest.mark.parametrize("monitor", ["model_quality", "model_bias"])
def test_refuses_labels_for_records_that_cannot_have_ids(monitor: str, kit: Kit, refused: Refused) -> None:
    with refused("Parquet predictions", "CSV or JSON lines", "DatasetFormat.json_lines()"):
        getattr(kit, monitor)(input=kit.batch(DatasetFormat.parquet()))


@pytest.mark.parametrize("kind", ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"])
def test_runs_may_read_the_files_that_captures_only_list(kind: str, kit: Kit, batch_template: Template) -> None:
    (role,) = {name for name, _ in kit.statements(batch_template) if f"{kind}Role" in name}
    readable = kit.allowed(batch_template, role, "s3:GetObject")
    for place in ("captured-batch/churn", "scored/churn"):
        assert f"arn:<AWS::Partition>:s3:::{place}/*" in readable


def test_metrics_of_batch_transform_have_no_endpoint(kit: Kit, batch_template: Template) -> None:
    alarms = kit.resources(batch_template, "AWS::CloudWatch::Alarm").values()
    watched = [metric for alarm in alarms for metric in kit.watched(alarm["Properties"])]
    for metric in watched:
        further = {"Feature"} if metric["name"] == "FeatureDrift" else set()
        assert set(metric["dimensions"]) == {"MonitoringSchedule"} | further
    assert "FeatureDrift" in {metric["name"] for metric in watched}


def test_the_service_s_metrics_of_batch_transform_have_a_namespace_of_their_own(kit: Kit) -> None:
    metric = kit.monitor(input=kit.batch()).metric("feature_null_age")
    assert metric.namespace == "aws/sagemaker/ModelMonitoring/data-metrics"


def test_functions_are_told_that_there_is_no_endpoint(kit: Kit, batch_template: Template) -> None:
    for baseline in kit.resources(batch_template, "Custom::ModelMonitorBaseline").values():
        assert "Endpoint" not in baseline["Properties"]
    documents = kit.registered(batch_template).values()
    assert len(documents) == 4
    for document in documents:
        assert not {"endpoint", "model"} & set(document)
        assert document["title"] == "batch transform captured in s3://captured-batch/churn"


def test_people_are_told_which_jobs_are_meant(kit: Kit, batch_template: Template) -> None:
    (composite,) = kit.resources(batch_template, "AWS::CloudWatch::CompositeAlarm").values()
    text = kit.flat(composite["Properties"]["AlarmDescription"])
    assert "batch transform captured in s3://captured-batch/churn" in text


def test_jobs_with_a_name_are_called_by_it(kit: Kit) -> None:
    stack = kit.stack()
    transform = BatchTransform.of(captured=kit.batch().capture_location, files=[], name="nightly-churn")
    monitor = BatchMonitoring(stack, "Churn", transform=transform).add_data_quality(baseline=kit.baseline())
    assert monitor.commands.report == "model-monitor report nightly-churn data-quality"
    guards = kit.resources(Template.from_stack(stack), "Custom::MonitoringScheduleGuard").values()
    (registered,) = (
        json.loads(kit.flat(guard["Properties"]["Monitor"])) for guard in guards if "Monitor" in guard["Properties"]
    )
    assert (registered["jobs"], registered["title"]) == ("nightly-churn", "batch transform nightly-churn")
    assert "model" not in registered


@pytest.mark.parametrize("name", ["", "churn/nightly", Aws.REGION], ids=["empty", "slash", "token"])
def test_refuses_names_that_nobody_can_type(name: str, kit: Kit, refused: Refused) -> None:
    with refused("name", "a name without a slash", "nightly-scoring"):
        BatchTransform.of(captured=kit.batch().capture_location, files=[], name=name)
