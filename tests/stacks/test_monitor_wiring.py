"""What the file says of model quality, bias and explainability arrives in the templates."""

from __future__ import annotations

import json

import pytest

from stacks.configuration.alarms import LabelledAlarmsConfig
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.shared import SharedSettings
from tests.stacks.templates import (
    alarms,
    baseline,
    job_definition,
    of_type,
    schedule_expression,
    statements,
)

CAPTURE_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def test_one_endpoint_has_all_four_monitors_and_one_alarm_that_notifies(credit):
    kinds = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")
    assert [len(of_type(credit, f"AWS::SageMaker::{kind}JobDefinition")) for kind in kinds] == [1, 1, 1, 1]
    assert len(of_type(credit, "AWS::SageMaker::MonitoringSchedule")) == 4
    assert len(of_type(credit, "AWS::CloudWatch::CompositeAlarm")) == 1


def test_every_kind_has_defaults_of_its_own(credit):
    assert schedule_expression(credit, "DataQuality") == "cron(0 * ? * * *)"
    assert schedule_expression(credit, "ModelQuality") == "cron(0 6 ? * * *)"
    assert schedule_expression(credit, "ModelBias") == "cron(0 7 ? * * *)"
    assert schedule_expression(credit, "ModelExplainability") == "cron(0 8 ? * * *)"
    isolated = {
        kind: job_definition(credit, kind, kind)["NetworkConfig"]["EnableNetworkIsolation"]
        for kind in ("ModelQuality", "ModelBias", "ModelExplainability")
    }
    assert isolated == {"ModelQuality": True, "ModelBias": True, "ModelExplainability": False}


def test_machines_of_one_monitor_are_its_own(credit):
    clusters = {
        kind: job_definition(credit, kind, kind)["JobResources"]["ClusterConfig"]["InstanceType"]
        for kind in ("ModelQuality", "ModelExplainability")
    }
    assert clusters == {"ModelQuality": "ml.m5.xlarge", "ModelExplainability": "ml.c5.xlarge"}


def test_predictions_of_two_classes_are_where_the_file_says(credit):
    definition = job_definition(credit, "ModelQuality", "ModelQuality")
    assert definition["ModelQualityAppSpecification"]["ProblemType"] == "BinaryClassification"
    endpoint = definition["ModelQualityJobInput"]["EndpointInput"]
    assert endpoint["EndpointName"] == "credit-risk"
    assert endpoint["InferenceAttribute"] == "0"
    assert endpoint["ProbabilityAttribute"] == "1"
    assert endpoint["ProbabilityThresholdAttribute"] == 0.6
    assert json.loads(baseline(credit, "ModelQuality")["Problem"]) == {
        "type": "BinaryClassification",
        "inference_attribute": "prediction",
        "probability_attribute": "score",
        "probability_threshold": 0.6,
        "ground_truth_attribute": "default",
    }


@pytest.mark.parametrize("kind", ["ModelQuality", "ModelBias"])
def test_labels_are_looked_for_where_and_when_the_file_says(credit, kind):
    job_input = job_definition(credit, kind, kind)[f"{kind}JobInput"]
    assert job_input["GroundTruthS3Input"] == {"S3Uri": "s3://example-credit-data/labels"}
    endpoint = job_input["EndpointInput"]
    assert (endpoint["StartTimeOffset"], endpoint["EndTimeOffset"]) == ("-P2D", "-P2D")


def test_limits_of_quality_are_numbers_or_relative_to_the_baseline(credit):
    assert json.loads(baseline(credit, "ModelQuality")["Overrides"]) == {
        "tolerance": 0.05,
        "margins": {"auc": 0.03},
        "constraints": {"recall": {"threshold": 0.7}},
    }
    made = alarms(credit, "ModelQuality")
    assert made["Qualityrecall"]["Threshold"] == 0.6
    assert made["Qualityprecision"]["Threshold"] == -0.1
    assert "Metric.precision" in json.dumps(made["Qualityprecision"]["Metrics"])
    assert made["LabelCoverage"]["Threshold"] == 0.5


def test_groups_reach_the_configuration_of_runs(credit):
    assert json.loads(baseline(credit, "ModelBias")["AnalysisConfig"]) == {
        "version": "1.0",
        "headers": ["default", "age", "sex", "home", "income"],
        "label": "default",
        "label_values_or_threshold": [0],
        "facet": [
            {"name_or_index": "sex", "value_or_threshold": ["female"]},
            {"name_or_index": "age", "value_or_threshold": [40]},
        ],
        "group_variable": "home",
    }
    endpoint = job_definition(credit, "ModelBias", "ModelBias")["ModelBiasJobInput"]["EndpointInput"]
    assert (endpoint["InferenceAttribute"], endpoint["ProbabilityAttribute"]) == ("0", "1")


def test_columns_and_metrics_reach_the_baseline_of_bias(credit):
    config = json.loads(baseline(credit, "ModelBias")["BaselineConfig"])
    assert config["predicted_label"] == "prediction"
    assert config["headers"] == ["default", "prediction", "score", "age", "sex", "home", "income"]
    assert config["methods"]["post_training_bias"] == {"methods": ["AD", "CDDPL", "DI", "DPPL"]}
    assert "pre_training_bias" not in config["methods"]


def test_limits_of_groups_become_alarms(credit):
    made = alarms(credit, "ModelBias")
    assert {name for name in made if name.startswith("Bias")} == {"BiasDPPLsexfemale", "BiasDIage4075"}
    assert made["BiasDPPLsexfemale"]["Threshold"] == 0.1
    assert '"(40, 75]"' in json.dumps(made["BiasDIage4075"]["Metrics"])


def test_model_and_shap_reach_the_configuration_of_runs(credit):
    resource = baseline(credit, "ModelExplainability")
    config = json.loads(resource["AnalysisConfig"])
    assert config["headers"] == ["age", "sex", "home", "income"]
    assert config["methods"]["shap"] == {
        "agg_method": "mean_abs",
        "use_logit": False,
        "save_local_shap_values": False,
        "baseline": [[35, "female", "rent", 2100]],
        "num_samples": 100,
        "seed": 7,
    }
    predictor = config["predictor"]
    assert predictor.pop("endpoint_name_prefix")
    assert predictor == {
        "model_name": "credit-risk-2024-11",
        "instance_type": "ml.m5.large",
        "initial_instance_count": 1,
        "content_type": "text/csv",
        "accept_type": "text/csv",
        "probability": 1,
        "label_headers": ["default"],
    }
    assert json.loads(resource["BaselineConfig"]) == {
        "label": "default",
        "headers": ["default", "age", "sex", "home", "income"],
    }
    assert alarms(credit, "ModelExplainability")["Silence"]["EvaluationPeriods"] == 2


@pytest.mark.parametrize(
    ("rows", "address"),
    [
        ("s3://records/rows.csv", "s3://records/rows.csv"),
        (f"{{location: s3://records/rows.csv, encryption_key: '{CAPTURE_KEY}'}}", "s3://records/rows.csv"),
    ],
)
def test_rows_that_stand_for_nothing_known_can_be_a_file(synthesise_text, rows, address):
    text = f"""\
endpoints:
  credit:
    capture: s3://records/capture
    model_explainability:
      model: credit-model
      shap: {{baseline: {rows}}}
      baseline: {{dataset: s3://training/train.csv}}
"""
    template = synthesise_text(text).templates["ModelMonitoring-credit"]
    config = json.loads(baseline(template, "ModelExplainability")["AnalysisConfig"])
    assert config["methods"]["shap"]["baseline"] == address
    assert config["predictor"]["model_name"] == "credit-model"
    assert any(statement["Resource"] == CAPTURE_KEY for statement in statements(template)) == (CAPTURE_KEY in rows)


def test_metrics_that_all_bias_monitors_share_are_those_of_computed_baselines(synthesise_text):
    text = """\
defaults: {model_bias: {metrics: [DPPL]}}
endpoints:
  credit:
    capture: s3://records/capture
    model_bias:
      - name: Files
        <<: &bias
          label: defaulted
          label_values: [0]
          facets: [{name: sex, values: [female]}]
          headers: [defaulted, sex]
          attributes: {inference: 0}
          ground_truth: s3://records/labels
        baseline: {constraints: s3://records/analysis.json}
      - name: Computed
        <<: *bias
        baseline: {dataset: s3://training/train.csv}
        predicted_label: prediction
"""
    template = synthesise_text(text).templates["ModelMonitoring-credit"]
    methods = json.loads(baseline(template, "Computed")["BaselineConfig"])["methods"]
    assert {tuple(methods[name]["methods"]) for name in methods if name.endswith("bias")} == {("DPPL",)}
    assert "BaselineConfig" not in baseline(template, "Files")


def test_defaults_that_depend_on_the_kind_of_monitor_are_said(synthesise_text):
    text = """\
endpoints:
  credit:
    capture: s3://records/capture
    model_quality:
      problem: {regression: {inference: 0}}
      ground_truth: s3://records/labels
      baseline: {statistics: s3://records/statistics.json, constraints: s3://records/constraints.json}
    model_explainability:
      model: credit-model
      baseline: {constraints: s3://records/analysis.json}
"""
    template = synthesise_text(text).templates["ModelMonitoring-credit"]
    quality = job_definition(template, "ModelQuality", "ModelQuality")
    attribution = job_definition(template, "ModelExplainability", "ModelExplainability")
    limits = [one["StoppingCondition"]["MaxRuntimeInSeconds"] for one in (quality, attribution)]
    isolated = [one["NetworkConfig"]["EnableNetworkIsolation"] for one in (quality, attribution)]
    assert (limits, isolated) == ([1800, 3600], [True, False])
    assert "half an hour for model quality and bias" in said(ComputeConfig, "max_runtime_minutes")
    assert "except for explainability monitors" in said(NetworkConfig, "isolation")
    assert "except for explainability monitors" in said(SharedSettings, "network")
    assert "labels" in said(LabelledAlarmsConfig, "no_data_after")


def said(model, key):
    return " ".join(model.model_fields[key].description.split())


def test_several_classes_and_numbers_are_problems_of_their_own(churn_scoring, price_scoring):
    kinds = {
        job_definition(template, "ModelQuality", "ModelQuality")["ModelQualityAppSpecification"]["ProblemType"]
        for template in (churn_scoring, price_scoring)
    }
    assert kinds == {"MulticlassClassification", "Regression"}


def test_a_model_package_gives_the_baseline(churn_scoring):
    package = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/7"
    assert json.loads(baseline(churn_scoring, "ModelQuality")["Source"]) == {"model_package": package}
    assert any(
        statement["Action"] == "sagemaker:DescribeModelPackage" and statement["Resource"] == package
        for statement in statements(churn_scoring)
    )


def test_findings_of_an_earlier_clarify_job_are_enough(price_scoring):
    resource = baseline(price_scoring, "ModelExplainability")
    assert json.loads(resource["Source"]) == {
        "files": {"constraints": "s3://example-price-data/explainability/analysis.json"}
    }
    assert "BaselineConfig" not in resource
    read = job_definition(price_scoring, "ModelExplainability", "ModelExplainability")["ModelExplainabilityJobInput"]
    assert read["BatchTransformInput"]["FeaturesAttribute"] == "features"


@pytest.mark.parametrize(
    ("setting", "count"),
    [("minimum_label_coverage: never", 0), ("minimum_label_coverage: 0.2", 1)],
)
def test_missing_labels_ring_unless_told_otherwise(synthesise_text, setting, count):
    text = f"""\
endpoints:
  credit:
    capture: s3://records/capture
    model_quality:
      - name: Quality
        problem: {{regression: {{inference: 0}}}}
        ground_truth: s3://records/labels
        baseline: {{statistics: s3://records/statistics.json, constraints: s3://records/constraints.json}}
        alarms: {{{setting}}}
"""
    template = synthesise_text(text).templates["ModelMonitoring-credit"]
    assert len([name for name in alarms(template, "Quality") if name == "LabelCoverage"]) == count
