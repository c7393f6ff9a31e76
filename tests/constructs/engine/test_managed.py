from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration
from aws_cdk.assertions import Template

import model_monitor
from model_monitor import AnalysisScript, MonitorCompute, MonitorSchedule, S3Location
from model_monitor.jobs.limits import require_runtime

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture(scope="module")
def definition(kit: Kit, vpc_template: Template) -> dict[str, Any]:
    return dict(kit.properties(vpc_template, "AWS::SageMaker::DataQualityJobDefinition"))


def test_the_definition_reads_the_endpoint_and_writes_reports(
    kit: Kit, definition: dict[str, Any], vpc_template: Template
) -> None:
    (schedule,) = kit.registered(vpc_template)
    assert definition["DataQualityJobInput"] == {
        "EndpointInput": {
            "EndpointName": "fraud-prod",
            "LocalPath": "/opt/ml/processing/input/endpoint",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        }
    }
    output = definition["DataQualityJobOutputConfig"]
    assert kit.flat(output["KmsKeyId"]) == "<Key961B73FD.Arn>"
    assert output["MonitoringOutputs"] == [
        {
            "S3Output": {
                "S3Uri": f"s3://monitoring-output/monitoring/reports/{schedule}",
                "LocalPath": "/opt/ml/processing/output",
                "S3UploadMode": "EndOfJob",
            }
        }
    ]


def test_the_definition_compares_with_the_effective_files_of_the_baseline(
    kit: Kit, definition: dict[str, Any], vpc_template: Template
) -> None:
    (baseline,) = kit.resources(vpc_template, "Custom::ModelMonitorBaseline")
    assert definition["DataQualityBaselineConfig"] == {
        "ConstraintsResource": {"S3Uri": {"Fn::GetAtt": [baseline, "ConstraintsUri"]}},
        "StatisticsResource": {"S3Uri": {"Fn::GetAtt": [baseline, "StatisticsUri"]}},
    }


def test_the_definition_has_the_chosen_machines(kit: Kit, definition: dict[str, Any]) -> None:
    cluster = definition["JobResources"]["ClusterConfig"]
    assert kit.flat(cluster.pop("VolumeKmsKeyId")) == "<Key961B73FD.Arn>"
    assert cluster == {"InstanceType": "ml.c5.2xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50}
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": 2400}


def test_the_network_is_isolated_and_encrypted_by_default(kit: Kit, default_template: Template) -> None:
    properties = kit.properties(default_template, "AWS::SageMaker::DataQualityJobDefinition")
    assert properties["NetworkConfig"] == {
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
    }


def test_properties_that_only_hold_state_are_left_to_the_service(kit: Kit, default_template: Template) -> None:
    schedule = kit.properties(default_template, "AWS::SageMaker::MonitoringSchedule")
    assert set(schedule) == {"MonitoringScheduleName", "MonitoringScheduleConfig", "Tags"}
    assert "EndpointName" not in kit.properties(default_template, "AWS::SageMaker::DataQualityJobDefinition")


@pytest.fixture(scope="module")
def scripted(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Template:
    path: Path = tmp_path_factory.mktemp("scripts") / "pre.py"
    path.write_text("def preprocess_handler(record):\n    return record\n", encoding="utf-8")
    stack = kit.stack()
    kit.monitor(
        stack,
        "Scripts",
        preprocessor=AnalysisScript.from_asset(path),
        postprocessor=AnalysisScript.from_location(S3Location.from_uri("s3://scripts/post.py")),
        environment={"SCORE": "1"},
        schedule=MonitorSchedule.once(start=Duration.hours(3)),
    )
    kit.monitor(stack, "Categories", categorical=["flag"])
    return Template.from_stack(stack)


def _specification(kit: Kit, template: Template, monitor: str) -> dict[str, Any]:
    definitions = kit.resources(template, "AWS::SageMaker::DataQualityJobDefinition")
    (found,) = [resource for name, resource in definitions.items() if name.startswith(monitor)]
    return dict(found["Properties"]["DataQualityAppSpecification"])


def test_scripts_and_variables_reach_baseline_job_and_runs_alike(kit: Kit, scripted: Template) -> None:
    specification = _specification(kit, scripted, "Scripts")
    baselines = kit.resources(scripted, "Custom::ModelMonitorBaseline")
    (baseline,) = [found["Properties"] for name, found in baselines.items() if name.startswith("Scripts")]
    assert specification["RecordPreprocessorSourceUri"] == baseline["PreprocessorUri"]
    assert specification["PostAnalyticsProcessorSourceUri"] == baseline["PostprocessorUri"] == "s3://scripts/post.py"
    assert specification["Environment"] == kit.json(baseline["Environment"]) == {"SCORE": "1"}
    assert kit.allowed(scripted, "ScriptsRole", "s3:GetObject").count("arn:<AWS::Partition>:s3:::scripts/post.py") == 1


def test_runs_use_the_script_that_the_baseline_generates_for_categories(kit: Kit, scripted: Template) -> None:
    uri = kit.flat(_specification(kit, scripted, "Categories")["RecordPreprocessorSourceUri"])
    assert uri.startswith("<CategoriesBaseline")
    assert uri.endswith(".PreprocessorUri>")


def test_a_single_run_has_its_window_and_no_alarms_that_wait_for_a_next_one(kit: Kit, scripted: Template) -> None:
    schedules = kit.resources(scripted, "AWS::SageMaker::MonitoringSchedule")
    (once,) = [found["Properties"] for name, found in schedules.items() if name.startswith("Scripts")]
    assert once["MonitoringScheduleConfig"]["ScheduleConfig"] == {
        "ScheduleExpression": "NOW",
        "DataAnalysisStartTime": "-PT3H",
        "DataAnalysisEndTime": "-PT0H",
    }
    alarms = [name for name in kit.resources(scripted, "AWS::CloudWatch::Alarm") if name.startswith("Scripts")]
    assert len(alarms) == 2
    assert not any("Silence" in name or "NoData" in name for name in alarms)


@pytest.mark.parametrize(
    ("schedule", "seconds", "limit"),
    [
        (MonitorSchedule.hourly(), 3601, 3600),
        (MonitorSchedule.every(hours=2), 7201, 7200),
        (MonitorSchedule.every(hours=1), 3601, 3600),
    ],
)
def test_refuses_a_run_that_could_outlast_its_period(
    schedule: MonitorSchedule, seconds: int, limit: int, kit: Kit, refused: Refused
) -> None:
    compute = MonitorCompute(max_runtime=Duration.seconds(seconds))
    with refused(f"max_runtime=Duration.seconds({seconds})", f"at most {limit // 60} minutes"):
        kit.monitor(schedule=schedule, compute=compute)


def test_other_kinds_of_monitors_have_less_time_on_an_hourly_schedule(refused: Refused) -> None:
    compute = MonitorCompute(max_runtime=Duration.minutes(31))
    with refused("max_runtime=Duration.minutes(31)", "at most 30 minutes"):
        require_runtime(MonitorSchedule.hourly(), compute, hourly_limit_seconds=1800)
    require_runtime(MonitorSchedule.daily(), compute, hourly_limit_seconds=1800)
    require_runtime(MonitorSchedule.once(start=Duration.hours(1)), compute, hourly_limit_seconds=1800)


def test_nothing_but_the_engine_names_a_type_of_the_service_s_monitors() -> None:
    folder = Path(model_monitor.__file__).parent
    naming = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8")
            for word in ("JobDefinition(", 'JobDefinition"', "CfnMonitoringSchedule")
        )
    }
    assert naming
    assert all(name.startswith("engine/") for name in naming)
