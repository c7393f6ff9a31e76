from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.assertions import Template

from model_monitor import (
    Baseline,
    CapturedAttributes,
    DatasetFormat,
    ModelReference,
    MonitorNetwork,
    S3Location,
    ShapConfig,
)

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]
_DEFINITION = "AWS::SageMaker::ModelExplainabilityJobDefinition"


def _baseline(kit: Kit, template: Template) -> dict[str, Any]:
    found = kit.resources(template, "Custom::ModelMonitorBaseline").values()
    (baseline,) = [item["Properties"] for item in found if item["Properties"]["MonitorType"] == "ModelExplainability"]
    return dict(baseline)


def test_jobs_call_the_model_and_so_are_not_isolated(kit: Kit, clarify_template: Template) -> None:
    definition = kit.properties(clarify_template, _DEFINITION)
    assert definition["NetworkConfig"]["EnableNetworkIsolation"] is False
    assert kit.json(_baseline(kit, clarify_template)["Network"])["EnableNetworkIsolation"] is False
    bias = kit.properties(clarify_template, "AWS::SageMaker::ModelBiasJobDefinition")
    assert bias["NetworkConfig"]["EnableNetworkIsolation"] is True


def test_refuses_an_isolated_network(kit: Kit, refused: Refused) -> None:
    with refused("an isolated network for jobs that call the model", "isolation=False"):
        kit.model_explainability(network=MonitorNetwork(isolation=True))


def test_runs_explain_captured_inputs(kit: Kit, clarify_template: Template) -> None:
    definition = kit.properties(clarify_template, _DEFINITION)
    endpoint = definition["ModelExplainabilityJobInput"]["EndpointInput"]
    assert (endpoint["FeaturesAttribute"], endpoint["InferenceAttribute"]) == ("features", "0")
    assert "GroundTruthS3Input" not in definition["ModelExplainabilityJobInput"]
    assert definition["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}


def test_the_configuration_names_model_method_and_features(kit: Kit, clarify_template: Template) -> None:
    baseline = _baseline(kit, clarify_template)
    config = kit.json(baseline["AnalysisConfig"])
    prefix = config["predictor"].pop("endpoint_name_prefix")
    assert len(prefix) <= 30
    assert config == {
        "version": "1.0",
        "headers": ["age", "income"],
        "methods": {
            "shap": {
                "agg_method": "mean_abs",
                "use_logit": False,
                "save_local_shap_values": False,
                "baseline": [[39, 5000]],
                "num_samples": 50,
                "seed": 1,
            },
            "report": {"name": "report", "title": "Feature attributions"},
        },
        "predictor": {
            "model_name": "fraud-model",
            "instance_type": "ml.m5.large",
            "initial_instance_count": 1,
            "content_type": "text/csv",
            "accept_type": "text/csv",
            "label": 0,
        },
    }
    assert kit.json(baseline["BaselineConfig"]) == {"label": "fraud", "headers": ["fraud", "age", "income"]}
    for action in ("CreateEndpoint", "DeleteEndpointConfig", "InvokeEndpoint"):
        resources = kit.allowed(clarify_template, "ExplainabilityRole", f"sagemaker:{action}")
        assert {arn.rpartition(":")[2] for arn in resources} == {
            f"{kind}/{beginning}*" for kind in ("endpoint", "endpoint-config") for beginning in (prefix, "sm-clarify-")
        }
    (model,) = kit.allowed(clarify_template, "ExplainabilityRole", "sagemaker:DescribeModel")
    assert model.endswith(":model/fraud-model")


def test_a_model_of_the_app_exists_before_the_baseline_job_asks_it(kit: Kit) -> None:
    stack = kit.stack()
    model = sagemaker.CfnModel(stack, "Model", execution_role_arn="arn:aws:iam::123456789012:role/model")
    shap = ShapConfig(baseline=S3Location.from_uri("s3://lake/nothing-known.csv"))
    kit.model_explainability(stack, model=ModelReference.from_model(model), shap=shap, attributes=None)
    template = Template.from_stack(stack)
    (baseline,) = kit.resources(template, "Custom::ModelMonitorBaseline").values()
    (definition,) = kit.resources(template, _DEFINITION).values()
    assert "Model" in baseline["DependsOn"]
    assert "Model" in definition["DependsOn"]
    config = kit.json(baseline["Properties"]["AnalysisConfig"])
    assert config["predictor"]["model_name"] == "<Model.ModelName>"
    assert config["methods"]["shap"]["baseline"] == "s3://lake/nothing-known.csv"
    assert "arn:<AWS::Partition>:s3:::lake/nothing-known.csv" in kit.allowed(
        template, "ExplainabilityRole", "s3:GetObject"
    )


def test_refuses_features_that_the_configuration_does_not_have(kit: Kit, refused: Refused) -> None:
    monitor = kit.model_explainability(shap=ShapConfig(features=["age"]))
    with refused("the feature 'colour'", "one of 'age'"):
        monitor.metric_attribution("colour")


def test_any_feature_can_be_watched_where_the_configuration_names_none(kit: Kit) -> None:
    monitor = kit.model_explainability(shap=ShapConfig())
    assert (monitor.metric_attribution("colour").dimensions or {})["Feature"] == "colour"


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"baseline": [[1, 2], [3]]}, ("1, 2 values", "one for every feature")),
        ({"baseline": []}, ("no values",)),
        ({"baseline": [[1, 2]], "features": ["age"]}, ("2 values", "1 in each row", "without the label")),
        ({"num_samples": 0}, ("num_samples=0",)),
        ({"features": ["age", "age"]}, ("the columns 'age' with",)),
    ],
)
def test_refuses_analyses_that_clarify_would_refuse(
    options: dict[str, Any], texts: tuple[str, ...], refused: Refused
) -> None:
    with refused(*texts):
        ShapConfig(**options)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"model_name": "arn:aws:sagemaker:eu-west-1:1:model/m"}, "not its ARN"),
        ({"model_name": "m", "instance_type": "m5.large"}, "ml.m5.large"),
        ({"model_name": "m", "content_type": "image/png"}, "text/csv"),
    ],
)
def test_refuses_models_that_clarify_cannot_ask(options: dict[str, Any], text: str, refused: Refused) -> None:
    with refused(text):
        ModelReference.from_model_name(**options)


@pytest.mark.parametrize("options", [{"dataset_label": "fraud"}, {"dataset_headers": ["age", "income"]}])
def test_refuses_options_of_a_dataset_without_one(options: dict[str, Any], kit: Kit, refused: Refused) -> None:
    (name,) = options
    files = Baseline.from_files(constraints=S3Location.from_uri("s3://lake/analysis.json"))
    with refused(f"got {name} with a baseline that needs no dataset", f"leave {name} out"):
        kit.model_explainability(baseline=files, **options)


def test_refuses_a_threshold_where_scores_are_explained(kit: Kit, refused: Refused) -> None:
    with refused("probability_threshold=0.5", "scores are explained"):
        kit.model_explainability(attributes=CapturedAttributes(probability=0, probability_threshold=0.5))


@pytest.mark.parametrize(
    ("header", "said"),
    [("fraud,age", "got the column 'income'"), ("age,income", "got the column 'fraud'")],
)
def test_columns_that_a_local_dataset_lacks_are_refused(
    header: str, said: str, kit: Kit, refused: Refused, tmp_path: Path
) -> None:
    file = tmp_path / "train.csv"
    file.write_text(f"{header}\n1,1\n")
    with refused(said, "as it is in the first line of the baseline's file"):
        kit.model_explainability(
            baseline=Baseline.from_asset(file, DatasetFormat.csv()),
            shap=ShapConfig(features=["age", "income"]),
            dataset_label="fraud",
            dataset_headers=None,
        )
