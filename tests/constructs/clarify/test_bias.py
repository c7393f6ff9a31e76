from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

from model_monitor import (
    Baseline,
    BiasConfig,
    BiasLimit,
    CapturedAttributes,
    DatasetFormat,
    Facet,
    ModelBiasAlarms,
    S3Location,
)

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_DEFINITION = "AWS::SageMaker::ModelBiasJobDefinition"


def _baseline(kit: Kit, template: Template) -> dict[str, Any]:
    found = kit.resources(template, "Custom::ModelMonitorBaseline").values()
    (baseline,) = [item["Properties"] for item in found if item["Properties"]["MonitorType"] == "ModelBias"]
    return dict(baseline)


def test_runs_read_predictions_labels_and_the_configuration_of_the_baseline(
    kit: Kit, clarify_template: Template
) -> None:
    definition = kit.properties(clarify_template, _DEFINITION)
    assert definition["ModelBiasJobInput"] == {
        "EndpointInput": {
            "EndpointName": "fraud-prod",
            "LocalPath": "/opt/ml/processing/input/endpoint",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "FeaturesAttribute": "features",
            "ProbabilityAttribute": "0",
            "ProbabilityThresholdAttribute": 0.6,
        },
        "GroundTruthS3Input": {"S3Uri": "s3://labels/fraud"},
    }
    specification = definition["ModelBiasAppSpecification"]
    assert kit.flat(specification["ConfigUri"]).endswith(".ConfigUri>")
    assert kit.flat(specification["ImageUri"]) == (
        "131013547314.dkr.ecr.eu-west-1.<AWS::URLSuffix>/sagemaker-clarify-processing:1.0"
    )
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": 1800}


def test_the_baseline_job_is_told_what_runs_are_told_and_where_predictions_are(
    kit: Kit, clarify_template: Template
) -> None:
    baseline = _baseline(kit, clarify_template)
    assert kit.json(baseline["AnalysisConfig"]) == {
        "version": "1.0",
        "headers": ["sex", "age", "region", "approved"],
        "label": "approved",
        "label_values_or_threshold": [1],
        "facet": [
            {"name_or_index": "sex", "value_or_threshold": ["female"]},
            {"name_or_index": "age", "value_or_threshold": [40]},
        ],
        "group_variable": "region",
    }
    config = kit.json(baseline["BaselineConfig"])
    assert config["predicted_label"] == "prediction"
    assert config["methods"]["post_training_bias"] == {"methods": "all"}
    assert "Overrides" not in baseline


@pytest.mark.parametrize(
    ("metrics", "methods"),
    [
        (["RD", "DPPL"], {"post_training_bias": {"methods": ["DPPL", "RD"]}}),
        (["DPL", "DI"], {"pre_training_bias": {"methods": ["DPL"]}, "post_training_bias": {"methods": ["DI"]}}),
    ],
)
def test_a_baseline_of_some_metrics_holds_no_others(metrics: list[str], methods: dict[str, Any], kit: Kit) -> None:
    stack = kit.stack()
    config = kit.bias_config(metrics=metrics)
    kit.model_bias(stack, config=config, alarms=ModelBiasAlarms())
    baseline = _baseline(kit, Template.from_stack(stack))
    named = kit.json(baseline["BaselineConfig"])["methods"]
    assert {stage: named[stage] for stage in named if stage != "report"} == methods


@pytest.mark.parametrize(("metrics", "said"), [([], "an empty list"), (["XY"], "'XY'"), (["CDDL"], "group variable")])
def test_refuses_metrics_that_nothing_computes(metrics: list[str], said: str, refused: Refused) -> None:
    with refused(said):
        BiasConfig(label="approved", label_values=[1], facets=[Facet.of("sex", "female")], metrics=metrics)


_GROUPS = {
    "DPPL": ("sex", "female", "ABS(live)", 0.1),
    "DI": ("age", "(40, 75]", "ABS(live - 1)", 0.2),
    "CI": ("sex", "female", "ABS(live)", 0.5),
}


@pytest.mark.parametrize("metric", _GROUPS)
def test_an_alarm_watches_one_metric_of_one_group(metric: str, kit: Kit, clarify_template: Template) -> None:
    facet, value, distance, limit = _GROUPS[metric]
    alarm = kit.alarm(clarify_template, f"Bias{metric}{facet}")
    (expression,) = [found for found in alarm["Metrics"] if "Expression" in found]
    assert (expression["Expression"], alarm["Threshold"]) == (distance, limit)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    (live,) = kit.watched(alarm)
    del live["dimensions"]["MonitoringSchedule"]
    assert live == {
        "namespace": "ModelMonitoring",
        "name": "Bias",
        "statistic": "Average",
        "dimensions": {"Endpoint": "fraud-prod", "Metric": metric, "Facet": facet, "FacetValue": value},
    }
    document = next(found for found in kit.registered(clarify_template).values() if found["type"] == "ModelBias")
    assert {"metric": metric, "facet": facet, "facet_value": value} in document["metrics"]["bias"]


def test_files_need_no_column_of_predictions(kit: Kit) -> None:
    stack = kit.stack()
    kit.model_bias(stack, baseline=_ANALYSIS, predicted_label=None)
    baseline = _baseline(kit, Template.from_stack(stack))
    assert kit.json(baseline["Source"]) == {"files": {"constraints": "s3://lake/analysis.json"}}
    assert "BaselineConfig" not in baseline


_ANALYSIS = Baseline.from_files(constraints=S3Location.from_uri("s3://lake/analysis.json"))
_PACKAGE = Baseline.from_model_package("fraud", files=S3Location.from_uri("s3://registry/fraud"))


@pytest.mark.parametrize("baseline", [_ANALYSIS, _PACKAGE], ids=["files", "package"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("predicted_label", "prediction"),
        ("dataset_headers", ["sex", "age", "region", "approved"]),
        ("metrics", ["DPPL"]),
    ],
)
def test_refuses_options_of_a_dataset_without_one(
    name: str, value: Any, baseline: Baseline, kit: Kit, refused: Refused
) -> None:
    options: dict[str, Any] = {"predicted_label": None, "metrics": None, name: value}
    config = kit.bias_config(metrics=options.pop("metrics"))
    with refused(f"got {name} with a baseline that needs no dataset", f"leave {name} out"):
        kit.model_bias(baseline=baseline, config=config, **options)


def test_refuses_a_dataset_without_predictions(kit: Kit, refused: Refused) -> None:
    with refused("without a column of predictions", "predicted_label=..."):
        kit.model_bias(predicted_label=None)


def test_refuses_predictions_that_cannot_be_found(kit: Kit, refused: Refused) -> None:
    with refused("neither an inference nor a probability attribute"):
        kit.model_bias(attributes=CapturedAttributes(features="features"))


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"facets": []}, ("1 label values and 0 facets", "Facet.of")),
        ({"label_values": []}, ("0 label values", "at least one of each")),
        ({"facets": [Facet.of("sex", 1), Facet.of("sex", 2)]}, ("'sex' as more than one facet", "each column once")),
        ({"label": "sex"}, ("'sex' as more than one facet, or as facet and label",)),
        ({"metrics": ["CI", "DPL"]}, ("'CI', 'DPL' alone", "DPPL")),
        ({"headers": ["approved", "age"]}, ("the columns 'sex' with", "every column that is named")),
        ({"headers": ["approved", "age", "sex", "sex"]}, ("'sex'", "each header once")),
        ({"headers": ["sex", "age"], "label": 2}, ("the columns 2 with", "in the order of the data")),
    ],
)
def test_refuses_configurations_that_clarify_would_refuse(
    options: dict[str, Any], texts: tuple[str, ...], kit: Kit, refused: Refused
) -> None:
    with refused(*texts):
        kit.bias_config(**options)


@pytest.mark.parametrize(
    ("limit", "texts"),
    [
        ({"metric": "XYZ", "facet": "sex"}, ("the bias metric 'XYZ'", "the short name")),
        ({"metric": "CDDPL", "facet": "sex"}, ("without a group variable", "group_variable=...")),
        ({"metric": "DPPL", "facet": "colour"}, ("the facet 'colour'", "'sex', 'age'")),
    ],
)
def test_refuses_limits_on_what_is_not_computed(
    limit: dict[str, Any], texts: tuple[str, ...], kit: Kit, refused: Refused
) -> None:
    with refused(*texts):
        kit.model_bias(alarms=ModelBiasAlarms(limits=[BiasLimit(maximum=0.1, **limit)]))


def test_refuses_a_limit_of_a_group_that_is_not_named(kit: Kit, refused: Refused) -> None:
    config = kit.bias_config(facets=[Facet.of("sex")])
    with refused("every value a group", "facet_value=..."):
        kit.model_bias(config=config, alarms=ModelBiasAlarms(limits=[BiasLimit(metric="AD", facet="sex", maximum=0.1)]))


@pytest.mark.parametrize(
    ("metric", "maximum", "texts"),
    [
        ("DPPL", 0, ("maximum=0 for DPPL", "positive distance")),
        ("DPPL", 50, ("maximum=50 for DPPL", "less than 1", "between -1 and 1")),
        ("RD", 1, ("maximum=1 for RD", "less than 1")),
    ],
)
def test_refuses_a_limit_that_no_model_or_every_model_keeps(
    metric: str, maximum: float, texts: tuple[str, ...], refused: Refused
) -> None:
    with refused(*texts):
        BiasLimit(metric=metric, facet="sex", maximum=maximum)


@pytest.mark.parametrize("metric", ["DI", "TE", "KL"])
def test_a_metric_without_a_bound_takes_any_limit(metric: str) -> None:
    assert BiasLimit(metric=metric, facet="sex", maximum=2).maximum == 2


@pytest.mark.parametrize("options", [{"facets": [Facet.of("sex", "female")]}, {"group_variable": "region"}])
def test_refuses_columns_that_are_named_where_records_have_no_names(
    options: dict[str, Any], kit: Kit, refused: Refused
) -> None:
    config = kit.bias_config(**{"facets": [Facet.of(0, "female")], "headers": None, **options})
    with refused("without headers", "captured records have no header", "headers=[...]", "positions"):
        kit.model_bias(config=config)


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        ("sex,age,region,prediction", {}, ("got the column 'approved'", "one of 'sex', 'age'")),
        ("sex,region,prediction,approved", {}, ("got the column 'age'",)),
        ("sex,age,prediction,approved", {"group": "region"}, ("got the column 'region'",)),
        ("sex,age,region,approved", {}, ("got the column 'prediction'",)),
        (
            "a,b,c,d,e,f",
            {"dataset_headers": ["sex", "age", "region", "prediction", "approved"]},
            ("got 5 names", "6, as many as the baseline's file has columns"),
        ),
    ],
)
def test_columns_that_a_local_dataset_lacks_are_refused(
    header: str, options: dict[str, Any], said: tuple[str, ...], kit: Kit, refused: Refused, tmp_path: Path
) -> None:
    file = tmp_path / "validated.csv"
    file.write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n")
    config = kit.bias_config(group_variable=options.pop("group", None))
    with refused(*said):
        kit.model_bias(config=config, baseline=Baseline.from_asset(file, DatasetFormat.csv()), **options)
