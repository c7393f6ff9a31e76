"""Where monitors that merge predictions with labels put what they write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from model_monitor import BatchMonitoring, CapturedAttributes, QualityColumns

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_KINDS = ["ModelQuality", "ModelBias"]


@pytest.fixture(scope="module")
def labelled_stack(kit: Kit) -> cdk.Stack:
    """Two monitors with labels and one without, of one endpoint and with one output."""
    stack = kit.stack()
    monitoring = kit.monitoring(stack, output=kit.output())
    monitoring.add_data_quality(baseline=kit.baseline())
    labels: dict[str, Any] = {"ground_truth": kit.ground_truth(), "baseline": kit.baseline()}
    columns = QualityColumns(ground_truth="fraud", probability="score")
    monitoring.add_model_quality(problem=kit.problem(), columns=columns, **labels)
    attributes = CapturedAttributes(inference=0)
    monitoring.add_model_bias(config=kit.bias_config(), attributes=attributes, predicted_label="prediction", **labels)
    return stack


@pytest.fixture(scope="module")
def labelled(labelled_stack: cdk.Stack) -> Template:
    return Template.from_stack(labelled_stack)


def _schedule(kit: Kit, template: Template, kind: str) -> str:
    (name,) = [
        schedule["Properties"]["MonitoringScheduleName"]
        for schedule in kit.resources(template, "AWS::SageMaker::MonitoringSchedule").values()
        if schedule["Properties"]["MonitoringScheduleConfig"]["MonitoringType"] == kind
    ]
    return str(name)


def _written(kit: Kit, template: Template, kind: str) -> str:
    definition = kit.properties(template, f"AWS::SageMaker::{kind}JobDefinition")
    (output,) = definition[f"{kind}JobOutputConfig"]["MonitoringOutputs"]
    return kit.flat(output["S3Output"]["S3Uri"])


def test_no_monitor_merges_where_another_one_reads(kit: Kit, labelled: Template) -> None:
    root = "s3://monitoring-output/monitoring/reports"
    for kind in ("DataQuality", *_KINDS):
        assert _written(kit, labelled, kind) == f"{root}/{_schedule(kit, labelled, kind)}"


@pytest.mark.parametrize("kind", _KINDS)
def test_a_role_writes_to_the_place_of_its_monitor_only(kind: str, kit: Kit, labelled: Template) -> None:
    name = _schedule(kit, labelled, kind)
    place = "arn:<AWS::Partition>:s3:::monitoring-output/monitoring"
    assert set(kit.allowed(labelled, f"{kind}Role", "s3:PutObject")) == {
        f"{place}/{folder}/{name}{end}" for folder in ("reports", "baselines") for end in ("", "/*")
    }


@pytest.mark.parametrize("kind", _KINDS)
def test_people_and_functions_look_where_the_runs_write(kind: str, kit: Kit, labelled: Template) -> None:
    place, name = _written(kit, labelled, kind), _schedule(kit, labelled, kind)
    assert kit.registered(labelled)[name]["reports"] == place
    readable = kit.allowed(labelled, "FraudAccess", "s3:GetObject")
    assert f"arn:<AWS::Partition>:s3:::{place.removeprefix('s3://')}/*" in readable
    descriptions = [
        kit.flat(alarm["Properties"]["AlarmDescription"])
        for alarm in kit.resources(labelled, "AWS::CloudWatch::Alarm").values()
    ]
    of_monitor = [text for text in descriptions if f"monitor {name}." in text]
    assert of_monitor
    assert all(text.endswith(f"Reports: {place}.") for text in of_monitor)


def test_the_access_role_may_count_what_labels_are_merged_with(kit: Kit, labelled: Template) -> None:
    told = {monitor["type"]: monitor.get("captured") for monitor in kit.registered(labelled).values()}
    captured = told["ModelQuality"]
    assert told == {"DataQuality": None, "ModelQuality": captured, "ModelBias": captured}
    assert captured.endswith("/fraud-prod")
    readable = kit.allowed(labelled, "FraudAccess", "s3:GetObject")
    assert f"arn:<AWS::Partition>:s3:::{captured.removeprefix('s3://')}/*" in readable


def test_the_access_role_may_count_the_rows_that_manifests_name(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = BatchMonitoring(stack, "Churn", transform=kit.batch())
    monitoring.add_data_quality(baseline=kit.baseline(), example_records=False)
    data_only = kit.allowed(Template.from_stack(stack), "ChurnAccess", "s3:GetObject")
    assert not [arn for arn in data_only if "captured-batch" in arn]

    stack = kit.stack()
    monitoring = BatchMonitoring(stack, "Churn", transform=kit.batch())
    monitoring.add_model_quality(
        problem=kit.problem(),
        columns=QualityColumns(ground_truth="fraud", probability="score"),
        ground_truth=kit.ground_truth(),
        baseline=kit.baseline(),
    )
    template = Template.from_stack(stack)
    (monitor,) = kit.registered(template).values()
    assert monitor["captured"] == "s3://captured-batch/churn/output"
    readable = kit.allowed(template, "ChurnAccess", "s3:GetObject")
    for place in ("captured-batch/churn", "scored/churn"):
        assert f"arn:<AWS::Partition>:s3:::{place}/*" in readable
