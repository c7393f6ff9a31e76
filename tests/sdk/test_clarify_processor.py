"""Clarify's processor: bias and attributions of a data set that has its label, without a monitor."""

import json

import pytest
from account import PEOPLE, buys
from sagemaker.clarify import BiasConfig, DataConfig, ModelPredictedLabelConfig, SageMakerClarifyProcessor, SHAPConfig
from sagemaker.s3 import S3Downloader

BIAS = BiasConfig(label_values_or_threshold=[1], facet_name="group", facet_values_or_threshold=[1])
SHAP = SHAPConfig(baseline=[[20, 0]], num_samples=20, agg_method="mean_abs", save_local_shap_values=True)
PREDICTED = ModelPredictedLabelConfig(label=0)


@pytest.fixture(scope="module")
def processor(account):
    return SageMakerClarifyProcessor(
        role=account.role, instance_count=1, instance_type="ml.m5.xlarge", sagemaker_session=account.session
    )


@pytest.fixture(scope="module")
def data(account):
    """Return what a run analyses, and where it writes: data(name)."""
    rows = ["label,age,group", *(f"{buys(age)},{age},{group}" for age, group in PEOPLE)]
    source = account.put("data/clarify/training.csv", "\n".join(rows))

    def config(name):
        return DataConfig(
            s3_data_input_path=source,
            s3_output_path=account.uri(f"clarify/{name}"),
            label="label",
            headers=["label", "age", "group"],
            dataset_type="text/csv",
        )

    return config


def analysis(account, name):
    return json.loads(
        S3Downloader.read_file(account.uri(f"clarify/{name}/analysis.json"), sagemaker_session=account.session)
    )


def features(document):
    return list(document["explanations"]["kernel_shap"]["label0"]["global_shap_values"])


@pytest.mark.calls("SageMakerClarifyProcessor.run_pre_training_bias")
def test_bias_of_the_labels_needs_no_model(account, processor, data):
    processor.run_pre_training_bias(data("labels"), BIAS, wait=True, logs=False)
    assert list(analysis(account, "labels")) == ["version", "pre_training_bias_metrics"]


@pytest.mark.calls("SageMakerClarifyProcessor.run_post_training_bias")
def test_bias_of_the_predictions_asks_a_shadow_endpoint(account, processor, data, model_config):
    processor.run_post_training_bias(
        data("predictions"), BIAS, model_config=model_config, model_predicted_label_config=PREDICTED, logs=False
    )
    assert list(analysis(account, "predictions")) == ["version", "post_training_bias_metrics"]


@pytest.mark.calls("SageMakerClarifyProcessor.run_bias")
def test_both_kinds_of_bias_in_one_run(account, processor, data, model_config):
    processor.run_bias(data("bias"), BIAS, model_config, PREDICTED, ["CI", "DPL"], ["DPPL", "AD"], logs=True)
    document = analysis(account, "bias")
    for stage, expected in (("pre_training", {"CI", "DPL"}), ("post_training", {"DPPL", "AD"})):
        (entry,) = document[f"{stage}_bias_metrics"]["facets"]["group"]
        assert {metric["name"] for metric in entry["metrics"]} == expected


@pytest.mark.calls("SageMakerClarifyProcessor.run_explainability")
def test_the_label_of_the_data_set_is_not_explained(account, processor, data, model_config):
    processor.run_explainability(data("attributions"), model_config, SHAP, model_scores=1, logs=False)
    assert features(analysis(account, "attributions")) == ["age", "group"]
    header, *rows = S3Downloader.read_file(
        account.uri("clarify/attributions/explanations_shap/out.csv"), sagemaker_session=account.session
    ).splitlines()
    assert (header, len(rows)) == ("age_label0,group_label0", len(PEOPLE))


@pytest.mark.calls("SageMakerClarifyProcessor.run_bias_and_explainability")
def test_bias_and_attributions_in_one_run(account, processor, data, model_config):
    processor.run_bias_and_explainability(
        data("both"), model_config, SHAP, BIAS, model_predicted_label_config=PREDICTED, logs=False
    )
    document = analysis(account, "both")
    assert features(document) == ["age", "group"]
    assert {"pre_training_bias_metrics", "post_training_bias_metrics"} <= set(document)
