"""What the file says arrives in the templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from stacks.configuration.base import StrictModel
from stacks.loading import load
from tests.stacks.templates import alarms, baseline, job_definition, of_type, properties, statements

ROOT = Path(__file__).resolve().parents[2]
FLEET = "examples/configurations/fleet.yaml"
DETAILED = "examples/configurations/credit_detailed.yaml"
PLATFORM_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"

MINIMAL = """\
endpoints:
  credit:
    capture: s3://records/capture
    data_quality:
      baseline: {{dataset: s3://training/train{ending}}}
      {setting}
"""


@pytest.fixture(scope="module")
def detailed(assembly_of):
    return assembly_of(DETAILED).templates["CreditRiskMonitoring"]


@pytest.fixture(scope="module")
def churn(assembly_of):
    return assembly_of(FLEET).templates["ModelMonitoring-churn"]


@pytest.fixture(scope="module")
def fraud(assembly_of):
    return assembly_of(FLEET).templates["ModelMonitoring-fraud"]


def test_every_endpoint_becomes_a_stack(assembly_of):
    assert sorted(assembly_of(FLEET).templates) == [
        "ModelMonitoring-Services",
        "ModelMonitoring-churn",
        "ModelMonitoring-fraud",
    ]
    assert sorted(assembly_of("monitoring.yaml").templates) == [
        "ModelMonitoring-Services",
        "ModelMonitoring-credit-risk",
    ]


def test_a_dashboard_is_made_where_the_file_asks_for_it(assembly_of):
    counts = {
        name: len(of_type(template, "AWS::CloudWatch::Dashboard"))
        for file in ("monitoring.yaml", FLEET)
        for name, template in assembly_of(file).templates.items()
    }
    assert counts["ModelMonitoring-credit-risk"] == 1
    # Of all models: the file's defaults ask for it in the first file only.
    assert sum(counts.values()) == 1, counts
    assert (
        len(of_type(assembly_of("monitoring.yaml").templates["ModelMonitoring-Services"], "AWS::CloudWatch::Dashboard"))
        == 1
    )


def test_reactions_of_the_file_become_rules_with_conditions(detailed):
    rules = {
        name: rule["Properties"]
        for name, rule in of_type(detailed, "AWS::Events::Rule").items()
        if name.startswith("OnViolation")
    }
    waiting = ["reactions" in rule["EventPattern"]["detail"] for _, rule in sorted(rules.items())]
    assert waiting == [True, False, True]
    (target,) = next(rule["Targets"] for name, rule in rules.items() if name.startswith("OnViolation0"))
    assert {"Name": "Mode", "Value": "fast"} in target["SageMakerPipelineParameters"]["PipelineParameterList"]
    assert len(of_type(detailed, "AWS::Chatbot::SlackChannelConfiguration")) == 1
    assert len(of_type(detailed, "AWS::Glue::Table")) == 5


def test_mutes_of_the_file_reach_the_monitors_that_they_are_of(detailed):
    guards = [one["Properties"] for one in of_type(detailed, "Custom::MonitoringScheduleGuard").values()]
    texts = [json.dumps(guard["Monitor"]) for guard in guards if "Monitor" in guard]
    assert len(texts) == 3
    assert all("the move to another data centre" in text for text in texts)
    (hourly,) = [text for text in texts if "2099-11-01T00:00:00Z" in text]
    for muted in ("income", "FeatureMean", "FeatureRecords"):
        assert muted in hourly[hourly.index("mutes") :]


def test_models_share_services_unless_one_keeps_its_own(assembly_of):
    templates = assembly_of(FLEET).templates
    functions = {name: len(of_type(template, "AWS::Lambda::Function")) for name, template in templates.items()}
    # CDK's framework has three; the others are for deployments, results and control.
    assert functions == {"ModelMonitoring-Services": 6, "ModelMonitoring-churn": 0, "ModelMonitoring-fraud": 6}


@pytest.mark.parametrize(
    ("defaults", "own", "stacks"),
    [
        ("", "", ["ModelMonitoring-Services", "ModelMonitoring-credit"]),
        ("  services: own", "", ["ModelMonitoring-credit"]),
        ("  services: own", "    services: shared", ["ModelMonitoring-Services", "ModelMonitoring-credit"]),
        ("", "    notify: [{email: credit@example.com}]", ["ModelMonitoring-credit"]),
        ("", "    removal_policy: destroy", ["ModelMonitoring-credit"]),
        ("", "    output: s3://example-credit/monitoring", ["ModelMonitoring-Services", "ModelMonitoring-credit"]),
    ],
)
def test_a_model_shares_what_it_has_no_settings_of_its_own_for(synthesise_text, defaults, own, stacks):
    text = (
        f"defaults:\n  tags: {{a: b}}\n{defaults}\n" + MINIMAL.format(ending=".csv", setting="").rstrip() + f"\n{own}\n"
    )
    assert sorted(synthesise_text(text).templates) == stacks


def test_account_and_region_come_from_the_file(assembly_of):
    assert assembly_of(FLEET).manifest["ModelMonitoring-churn"]["environment"] == "aws://123456789012/eu-west-1"


def test_account_and_region_default_to_those_of_the_cli(synthesise_text, monkeypatch):
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "210987654321")
    monkeypatch.setenv("CDK_DEFAULT_REGION", "us-west-2")
    assembly = synthesise_text(MINIMAL.format(ending=".csv", setting=""))
    assert assembly.manifest["ModelMonitoring-credit"]["environment"] == "aws://210987654321/us-west-2"


def test_a_file_without_environment_fits_every_account(assembly_of):
    manifest = assembly_of("monitoring.yaml").manifest
    assert manifest["ModelMonitoring-credit-risk"]["environment"] == "aws://unknown-account/unknown-region"


def test_schedules_of_all_shapes_arrive(detailed, churn, fraud):
    def expressions(template):
        return {
            schedule["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"]
            for schedule in properties(template, "AWS::SageMaker::MonitoringSchedule")
        }

    assert expressions(detailed) == {"cron(0 * ? * * *)", "cron(0 3 ? * * *)", "NOW"}
    assert expressions(churn) == {"cron(0 2/6 ? * * *)"}
    assert expressions(fraud) == {"cron(0 * ? * * *)"}


@pytest.mark.parametrize(
    ("setting", "expression"),
    [
        ("", "cron(0 * ? * * *)"),
        ("schedule: daily", "cron(0 0 ? * * *)"),
        ("schedule: {every: {hours: 4}}", "cron(0 0/4 ? * * *)"),
    ],
)
def test_schedules_have_short_forms_and_a_default(synthesise_text, setting, expression):
    assembly = synthesise_text(MINIMAL.format(ending=".csv", setting=setting))
    (schedule,) = properties(assembly.templates["ModelMonitoring-credit"], "AWS::SageMaker::MonitoringSchedule")
    assert schedule["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"] == expression


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (".csv", {"csv": {"header": True, "output_columns_position": "START"}}),
        (".csv, format: {csv: {header: false}}", {"csv": {"header": False, "output_columns_position": "START"}}),
        (".jsonl", {"json": {"lines": True}}),
        (".parquet", {"parquet": {}}),
        (".data, format: json_lines", {"json": {"lines": True}}),
    ],
)
def test_the_format_is_told_from_the_ending_unless_it_is_given(synthesise_text, ending, expected):
    assembly = synthesise_text(MINIMAL.format(ending=ending, setting=""))
    source = json.loads(baseline(assembly.templates["ModelMonitoring-credit"], "DataQuality")["Source"])
    assert source["dataset"]["format"] == expected


def test_existing_bucket_key_and_topic_are_used_and_none_is_made(churn):
    for kind in ("AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SNS::Topic"):
        assert of_type(churn, kind) == {}
    assert baseline(churn, "DataQuality")["OutputUri"].startswith("s3://example-ml-platform/model-monitoring/")
    assert baseline(churn, "DataQuality")["OutputKmsKeyId"] == PLATFORM_KEY
    assert properties(churn, "AWS::CloudWatch::CompositeAlarm")[0]["AlarmActions"] == [
        "arn:aws:sns:eu-west-1:123456789012:ml-alarms"
    ]


def test_an_endpoint_replaces_defaults_and_joins_tags(fraud):
    assert properties(fraud, "AWS::CloudWatch::CompositeAlarm")[0]["AlarmActions"] == [
        "arn:aws:sns:eu-west-1:123456789012:fraud-team"
    ]
    (schedule,) = properties(fraud, "AWS::SageMaker::MonitoringSchedule")
    tags = {tag["Key"]: tag["Value"] for tag in schedule["Tags"]}
    assert tags.pop("model-monitor:guard").endswith("@ModelMonitoring-fraud")
    assert tags.pop("model-monitor:registry")
    assert tags == {"cost-center": "4711", "owner": "fraud-team"}


def test_an_existing_role_runs_the_jobs(churn):
    assert job_definition(churn, "DataQuality")["RoleArn"] == "arn:aws:iam::123456789012:role/model-monitor"


def test_machines_and_network_of_the_fleet_reach_baseline_and_runs(churn):
    definition = job_definition(churn, "DataQuality")
    assert definition["JobResources"]["ClusterConfig"] == {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
        "VolumeKmsKeyId": PLATFORM_KEY,
    }
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": 3000}
    assert definition["NetworkConfig"] == {
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "VpcConfig": {
            "Subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"],
            "SecurityGroupIds": ["sg-0a1b2c3d4e5f60718"],
        },
    }
    job = baseline(churn, "DataQuality")
    assert json.loads(job["Network"]) == definition["NetworkConfig"]
    assert json.loads(job["Compute"]) == definition["JobResources"]["ClusterConfig"]


def test_machines_and_network_of_a_monitor_replace_those_of_the_endpoint(detailed):
    definition = job_definition(detailed, "Daily")
    assert definition["JobResources"]["ClusterConfig"]["InstanceCount"] == 2
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": 10800}
    assert definition["NetworkConfig"]["EnableNetworkIsolation"] is False
    assert job_definition(detailed, "Hourly")["NetworkConfig"]["EnableNetworkIsolation"] is True


def test_constraints_reach_the_baseline(detailed):
    assert json.loads(baseline(detailed, "Hourly")["Overrides"]) == {
        "features": [
            {
                "name": "age",
                "monitoringConfigOverrides": {"distribution_constraints": {"perform_comparison": "Disabled"}},
            },
            {"name": "comment", "monitoringConfigOverrides": {"evaluate_constraints": "Disabled"}},
            {
                "name": "home",
                "inferred_type": "String",
                "string_constraints": {"domains": ["owner", "rent", "other"]},
            },
            {
                "name": "income",
                "completeness": 0.85,
                "monitoringConfigOverrides": {
                    "distribution_constraints": {"comparison_threshold": 0.3, "categorical_comparison_threshold": 0.3}
                },
            },
        ],
        "monitoring_config": {
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 0.99,
            "domain_content_threshold": 0.98,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.2,
                "comparison_method": "Simple",
                "categorical_comparison_threshold": 0.15,
                "categorical_drift_method": "LInfinity",
            },
        },
    }


def test_categories_reach_the_baseline(detailed, assembly_of):
    assert json.loads(baseline(detailed, "Hourly")["Categorical"]) == ["default", "home"]
    default = assembly_of("monitoring.yaml").templates["ModelMonitoring-credit-risk"]
    assert json.loads(baseline(default, "DataQuality")["Categorical"]) == "auto"


def test_guarded_records_reach_the_baseline_and_their_alarm_has_the_limit_of_the_file(fraud, detailed):
    assert baseline(fraud, "DataQuality")["GuardRecords"] == "true"
    assert alarms(fraud, "DataQuality")["LeftOut"]["Threshold"] == 0.05
    assert alarms(detailed, "Hourly")["LeftOut"]["Threshold"] == 0.1


def test_existing_baseline_files_need_no_job(fraud):
    job = baseline(fraud, "DataQuality")
    assert json.loads(job["Source"]) == {
        "files": {
            "statistics": "s3://example-fraud-models/v7/statistics.json",
            "constraints": "s3://example-fraud-models/v7/constraints.json",
        }
    }
    assert job["SourceVersion"] == "7.1", "a number, in the file"
    assert "Compute" not in job


def test_scripts_and_their_variables_reach_the_runs(detailed):
    application = job_definition(detailed, "Daily")["DataQualityAppSpecification"]
    assert application["Environment"] == {"TEST_MARKER": "synthetic"}
    assert application["PostAnalyticsProcessorSourceUri"] == "s3://example-credit-data/scripts/publish.py"
    assert ".py" in json.dumps(application["RecordPreprocessorSourceUri"])


def test_alarms_are_those_of_the_file(detailed, churn):
    hourly = alarms(detailed, "Hourly")
    assert sorted(hourly) == [
        "AnyViolation",
        "Driftincome",
        "ExecutionFailed",
        "LeftOut",
        "MeanShiftage",
        "NoData",
        "Silence",
    ]
    assert hourly["Driftincome"]["Threshold"] == 0.3
    assert hourly["NoData"]["EvaluationPeriods"] == 6
    assert "IF(records >= 100, " in json.dumps(hourly["MeanShiftage"]["Metrics"])
    assert sorted(alarms(detailed, "Daily")) == ["ExecutionFailed", "NoData", "Silence"]
    assert sorted(alarms(churn, "DataQuality")) == ["AnyViolation", "ExecutionFailed", "Silence"]
    assert alarms(churn, "DataQuality")["Silence"]["EvaluationPeriods"] == 2


def test_people_and_programs_are_subscribed(detailed):
    subscribed = {(one["Protocol"], one["Endpoint"]) for one in properties(detailed, "AWS::SNS::Subscription")}
    assert subscribed == {
        ("email", "ml-oncall@example.com"),
        ("https", "https://hooks.example.com/model-monitoring"),
        ("sqs", "arn:aws:sqs:eu-west-1:123456789012:drift-messages"),
    }


def test_the_runbook_is_named_in_alarms_and_messages(churn):
    (alarm,) = properties(churn, "AWS::CloudWatch::CompositeAlarm")
    assert "Runbook: https://wiki.example.com/model-monitoring." in alarm["AlarmDescription"]
    registered = [
        guard["Monitor"] for guard in properties(churn, "Custom::MonitoringScheduleGuard") if "Monitor" in guard
    ]
    assert "https://wiki.example.com/model-monitoring" in json.dumps(registered)


def test_stored_data_go_with_the_stack_only_when_told(detailed, assembly_of):
    def policies(template):
        kept = {**of_type(template, "AWS::KMS::Key"), **of_type(template, "AWS::S3::Bucket")}
        return {resource["DeletionPolicy"] for resource in kept.values()}

    assert policies(detailed) == {"Delete"}
    assert policies(assembly_of("monitoring.yaml").templates["ModelMonitoring-Services"]) == {"RetainExceptOnCreate"}


def test_role_and_key_of_an_endpoint_reach_what_turns_its_capture_on(churn):
    role, allowed = "arn:aws:iam::123456789012:role/churn-endpoint", statements(churn)
    assert any(one["Action"] == "iam:PassRole" and one["Resource"] == role for one in allowed)
    assert any("kms:CreateGrant" in one["Action"] and one["Resource"] == PLATFORM_KEY for one in allowed)


def test_keys_of_captured_records_are_granted(fraud):
    key = "arn:aws:kms:eu-west-1:123456789012:key/66666666-7777-8888-9999-000000000000"
    granted = [statement for statement in statements(fraud) if statement["Resource"] == key]
    assert granted
    assert all(statement["Action"] == "kms:Decrypt" for statement in granted)


def declared(model, name):
    """The key, by the model that declares it: settings that models share are one key."""
    owner = next(parent for parent in model.__mro__ if name in parent.__annotations__)
    return f"{owner.__name__}.{name}"


def keys_used(value):
    if isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield declared(type(value), name)
            yield from keys_used(getattr(value, name))
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from keys_used(item)


def models(model=StrictModel):
    return [found for subclass in model.__subclasses__() for found in (subclass, *models(subclass))]


def test_the_examples_show_every_key_at_least_once():
    files = [ROOT / "monitoring.yaml", *(ROOT / "examples/configurations").glob("*.yaml")]
    shown = {key for file in files for key in keys_used(load(file).config)}
    exist = {declared(model, name) for model in models() for name in model.model_fields}
    assert exist - shown == set()
