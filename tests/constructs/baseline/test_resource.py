from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from model_monitor import (
    AnalysisScript,
    Baseline,
    CategoricalFeatures,
    ConstraintOverrides,
    DataQualityAlarms,
    DatasetFormat,
    FeatureConstraints,
    MonitorCompute,
    MonitorSchedule,
    S3Location,
)

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_TYPE = "Custom::ModelMonitorBaseline"


@pytest.fixture(scope="module")
def from_files(kit: Kit) -> Template:
    stack = kit.stack()
    kit.monitor(
        stack,
        baseline=Baseline.from_files(
            statistics=S3Location.from_uri("s3://lake/statistics.json"),
            constraints=S3Location.from_uri("s3://lake/constraints.json"),
            version="2026-11-21",
        ),
        encryption_key=kms.Key(stack, "Key"),
        constraints=ConstraintOverrides(drift_threshold=0.2, features={"age": FeatureConstraints(completeness=0.9)}),
        alarms=DataQualityAlarms(drift={"job": 0.2}, mean_shift={"income": 0.5}),
        tags={"team": "fraud"},
    )
    return Template.from_stack(stack)


def test_a_dataset_in_s3_is_described_to_the_function(kit: Kit, default_template: Template) -> None:
    properties = kit.properties(default_template, _TYPE)
    assert kit.json(properties["Source"]) == {
        "dataset": {
            "uri": "s3://lake/fraud/train.csv",
            "format": {"csv": {"header": True, "output_columns_position": "START"}},
        }
    }
    assert "SourceVersion" not in properties
    assert properties["MonitorType"] == "DataQuality"
    assert properties["Endpoint"] == "fraud-prod"
    assert kit.json(properties["Features"]) == ["age", "income"]
    assert kit.json(properties["MeanShift"]) == {"income": 0.5}
    assert kit.json(properties["DeploymentMetric"]) == {
        "Namespace": "ModelMonitoring",
        "Dimensions": {"Endpoint": "fraud-prod", "MonitoringSchedule": properties["Name"]},
    }


def test_files_need_no_job_and_so_no_machines_and_no_right_to_start_one(kit: Kit, from_files: Template) -> None:
    properties = kit.properties(from_files, _TYPE)
    assert kit.json(properties["Source"]) == {
        "files": {"statistics": "s3://lake/statistics.json", "constraints": "s3://lake/constraints.json"}
    }
    assert not {"RoleArn", "ImageUri", "Compute", "Network", "MaxRuntimeInSeconds"} & set(properties)
    assert kit.allowed(from_files, "Access", "sagemaker:CreateProcessingJob") == []


def test_overrides_and_every_feature_that_is_named_reach_the_function(kit: Kit, from_files: Template) -> None:
    properties = kit.properties(from_files, _TYPE)
    assert kit.json(properties["Overrides"]) == {
        "features": [{"name": "age", "completeness": 0.9}],
        "monitoring_config": {"distribution_constraints": {"comparison_threshold": 0.2}},
    }
    assert kit.json(properties["Features"]) == ["age", "income", "job"]
    assert kit.json(properties["Tags"]) == [{"Key": "team", "Value": "fraud"}]


def test_names_of_jobs_fit_what_the_function_appends(kit: Kit) -> None:
    stack = kit.stack("a-stack-with-a-name-that-is-much-longer-than-the-names-that-the-service-takes")
    kit.monitor(stack)
    name = kit.properties(Template.from_stack(stack), _TYPE)["Name"]
    assert len(name) <= 40
    assert name == name.lower().strip("-")


def test_the_access_role_may_start_describe_and_stop_only_the_monitor_s_jobs(
    kit: Kit, default_template: Template
) -> None:
    name = kit.properties(default_template, _TYPE)["Name"]
    jobs = f"arn:<AWS::Partition>:sagemaker:eu-west-1:123456789012:processing-job/{name}-*"
    for action in ("CreateProcessingJob", "DescribeProcessingJob", "AddTags"):
        assert kit.allowed(default_template, "FraudAccess", f"sagemaker:{action}") == [jobs]
    assert jobs in kit.allowed(default_template, "FraudAccess", "sagemaker:StopProcessingJob")


def test_the_function_is_told_the_role_and_the_schedule(kit: Kit, default_template: Template) -> None:
    properties = kit.properties(default_template, _TYPE)
    assert kit.flat(properties["AccessRoleArn"]).startswith("<FraudAccess")
    assert properties["ScheduleName"] in kit.registered(default_template)


def test_thresholds_of_alarms_are_held_against_limits_that_only_the_deployment_can_read(
    kit: Kit, default_template: Template, from_files: Template
) -> None:
    assert kit.json(kit.properties(from_files, _TYPE)["DriftAlarms"]) == {"job": 0.2}
    # Limits that a job suggests are known at synthesis, and checked there.
    assert "DriftAlarms" not in kit.properties(default_template, _TYPE)


def test_a_baseline_comes_after_the_permissions_of_the_function_and_of_its_job(
    kit: Kit, default_template: Template
) -> None:
    (baseline,) = kit.resources(default_template, _TYPE).values()
    policies = [name.partition("DefaultPolicy")[0] for name in baseline["DependsOn"] if "DefaultPolicy" in name]
    assert sorted(policies) == ["FraudAccess", "FraudDataQualityRole"]


def test_the_monitor_s_role_may_be_passed_to_sagemaker_only(kit: Kit, default_template: Template) -> None:
    (role,) = kit.allowed(default_template, "FraudAccess", "iam:PassRole")
    assert role.startswith("<FraudDataQualityRole")
    conditions = [
        statement["Condition"]
        for _, statement in kit.statements(default_template)
        if statement["Action"] == "iam:PassRole"
    ]
    assert conditions == [{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}]


def test_the_access_role_may_use_the_key_of_the_files_whatever_key_the_bucket_has(
    kit: Kit, from_files: Template
) -> None:
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert "<Key961B73FD.Arn>" in kit.allowed(from_files, "DataQualityAccess", action)


def test_a_local_file_becomes_an_asset(kit: Kit, tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("score,age\n1,2\n", encoding="utf-8")
    stack = kit.stack()
    kit.monitor(stack, baseline=Baseline.from_asset(path, DatasetFormat.csv()))
    source = kit.json(kit.properties(Template.from_stack(stack), _TYPE)["Source"])
    assert source["dataset"]["uri"].startswith("s3://cdk-hnb659fds-assets-123456789012-eu-west-1/")
    assert source["dataset"]["uri"].endswith(".csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "with no records"),
        ("\n\n", "with no records"),
        ("age,income\n", "with a header and no records"),
        ("age,age\n1,2\n", "with the column 'age' twice"),
    ],
)
def test_refuses_a_local_file_that_makes_no_baseline(
    text: str, said: str, kit: Kit, tmp_path: Path, refused: Refused
) -> None:
    path = tmp_path / "train.csv"
    path.write_text(text, encoding="utf-8")
    with refused(said):
        kit.monitor(baseline=Baseline.from_asset(path, DatasetFormat.csv()))


def test_refuses_an_output_inside_of_the_dataset(kit: Kit, refused: Refused) -> None:
    with refused("the dataset 's3://lake/fraud' with the output 's3://lake/fraud/monitoring/baselines"):
        kit.monitor(baseline=kit.baseline("s3://lake/fraud"), output=S3Location.from_uri("s3://lake/fraud/monitoring"))


def test_refuses_a_local_file_that_does_not_exist(kit: Kit, tmp_path: Path, refused: Refused) -> None:
    with refused("missing.csv", "an existing file", "may also lie in S3"):
        kit.monitor(baseline=Baseline.from_asset(tmp_path / "missing.csv", DatasetFormat.csv()))


def test_refuses_more_mean_shifts_than_an_answer_of_a_custom_resource_holds(kit: Kit, refused: Refused) -> None:
    with refused("21 features", "at most 20", "categorical=[...]"):
        kit.monitor(alarms=DataQualityAlarms(mean_shift={f"f{n}": 1.0 for n in range(21)}))


def _runtimes(kit: Kit, *variants: dict[str, Any]) -> list[int]:
    app, seconds = kit.app(), []
    stacks = [kit.stack(f"V{number}", app=app) for number in range(len(variants))]
    for stack, options in zip(stacks, variants, strict=True):
        kit.monitor(stack, schedule=MonitorSchedule.daily(), **options)
    for stack in stacks:
        seconds.append(int(kit.properties(Template.from_stack(stack), _TYPE)["MaxRuntimeInSeconds"]))
    return seconds


def test_a_baseline_job_ends_before_the_function_stops_waiting(kit: Kit) -> None:
    long = MonitorCompute(max_runtime=cdk.Duration.hours(5))
    assert _runtimes(
        kit,
        {"compute": long},
        {"compute": MonitorCompute(max_runtime=cdk.Duration.minutes(10))},
        {"compute": long, "categorical": ["flag"]},
        {"compute": long, "categorical": CategoricalFeatures.auto()},
    ) == [2700, 600, 2700, 1200]


def test_refuses_scripts_on_parquet_which_the_container_refuses(kit: Kit, refused: Refused) -> None:
    parquet = Baseline.from_dataset(S3Location.from_uri("s3://lake/train"), DatasetFormat.parquet())
    script = AnalysisScript.from_location(S3Location.from_uri("s3://scripts/pre.py"))
    with refused("categorical with a dataset in Parquet", "no script on Parquet"):
        kit.monitor(baseline=parquet, categorical=["flag"])
    with refused("preprocessor with a dataset in Parquet", "no script on Parquet"):
        kit.monitor(baseline=parquet, preprocessor=script)


def test_refuses_features_that_a_local_file_does_not_have(kit: Kit, refused: Refused, tmp_path: Path) -> None:
    file = tmp_path / "train.csv"
    file.write_text("\ufeffage,income\n1,2\n", encoding="utf-8")
    baseline = Baseline.from_asset(file, DatasetFormat.csv())
    with refused("the column 'colour'", "one of 'age', 'income'"):
        kit.monitor(baseline=baseline, alarms=DataQualityAlarms(drift={"age": 0.2, "colour": 0.2}))
    with refused("the column 'colour'", "one of 'age', 'income'"):
        kit.monitor(baseline=baseline, categorical=["colour"])
    kit.monitor(baseline=baseline, alarms=DataQualityAlarms(drift={"age": 0.2}))


def test_a_model_package_names_the_files_and_no_job_runs(kit: Kit) -> None:
    stack = kit.stack()
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/fraud/7"
    files = S3Location.from_uri("s3://registry/fraud")
    kit.monitor(stack, "Version", baseline=Baseline.from_model_package(arn, files=files))
    kit.monitor(stack, "Unversioned", baseline=Baseline.from_model_package("fraud", files=files))
    template = Template.from_stack(stack)
    sources = [kit.json(found["Properties"]["Source"]) for found in kit.resources(template, _TYPE).values()]
    assert sources == [{"model_package": arn}, {"model_package": "fraud"}]
    unversioned = "arn:<AWS::Partition>:sagemaker:eu-west-1:123456789012:model-package/fraud"
    for role, package in (("VersionAccess", arn), ("UnversionedAccess", unversioned)):
        assert kit.allowed(template, role, "sagemaker:DescribeModelPackage") == [package]
        assert "arn:<AWS::Partition>:s3:::registry/fraud/*" in kit.allowed(template, role, "s3:GetObject")


def test_refuses_what_names_no_model_package(refused: Refused) -> None:
    with refused("'fraud/7'", "model-package/<group>/<version>"):
        Baseline.from_model_package("fraud/7", files=S3Location.from_uri("s3://registry"))


def test_a_version_of_the_data_reaches_the_function_as_it_is(kit: Kit, from_files: Template, refused: Refused) -> None:
    assert kit.properties(from_files, _TYPE)["SourceVersion"] == "2026-11-21"
    with refused("a text that changes when the data change"):
        Baseline.from_dataset(S3Location.from_uri("s3://lake/train.csv"), DatasetFormat.csv(), version=" ")
