"""Clarify's processor of version 3."""

import json

import pytest
from account import PEOPLE, buys
from sagemaker.core.clarify import (
    BiasConfig,
    DataConfig,
    ModelPredictedLabelConfig,
    SageMakerClarifyProcessor,
    SHAPConfig,
)
from sagemaker.core.s3 import S3Downloader


@pytest.mark.calls("SageMakerClarifyProcessor.run_bias_and_explainability")
def test_bias_and_attributions_in_one_run(account, model_config):
    rows = ["label,age,group", *(f"{buys(age)},{age},{group}" for age, group in PEOPLE)]
    data = DataConfig(
        s3_data_input_path=account.put("data/clarify/training.csv", "\n".join(rows)),
        s3_output_path=account.uri("clarify/both"),
        label="label",
        headers=["label", "age", "group"],
        dataset_type="text/csv",
    )
    processor = SageMakerClarifyProcessor(
        role=account.role, instance_count=1, instance_type="ml.m5.xlarge", sagemaker_session=account.session
    )
    processor.run_bias_and_explainability(
        data,
        model_config,
        SHAPConfig(baseline=[[20, 0]], num_samples=20, agg_method="mean_abs", save_local_shap_values=False),
        BiasConfig(label_values_or_threshold=[1], facet_name="group", facet_values_or_threshold=[1]),
        model_predicted_label_config=ModelPredictedLabelConfig(label=0),
        logs=False,
    )
    document = json.loads(
        S3Downloader.read_file(account.uri("clarify/both/analysis.json"), sagemaker_session=account.session)
    )
    (explained,) = document["explanations"]["kernel_shap"].values()
    assert list(explained["global_shap_values"]) == ["age", "group"]
    assert {"pre_training_bias_metrics", "post_training_bias_metrics"} <= set(document)
