"""The two analysis configs of SageMaker Clarify.

The monitor's config is the user's. The baseline job needs more than that: what kind of data it reads and what it shall
compute, and for bias where the predictions are, which a monitor takes from the captured traffic.
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.errors import BaselineError
from baseline.monitor_type import MonitorType
from baseline.reader import Reader
from baseline.source.forms import Dataset

_REPORT = {"name": "report", "title": "Baseline"}
_PRE_TRAINING, _POST_TRAINING = "pre_training_bias", "post_training_bias"
_ALL_BIAS = {_PRE_TRAINING: {"methods": "all"}, _POST_TRAINING: {"methods": "all"}}
_PREDICTIONS = ("predictor", "predicted_label", "predicted_label_dataset_uri")


@dataclass(frozen=True)
class ClarifySettings:
    """The analysis config of the monitor, and what the one of the baseline job has beside it."""

    monitor: Mapping[str, Any]
    baseline: Mapping[str, Any]


def parse_settings(reader: Reader, *, needs_config: bool) -> ClarifySettings:
    """Read the properties `AnalysisConfig` and `BaselineConfig`.

    Args:
        reader: The properties.
        needs_config: Whether the config cannot come from anywhere else, as it can from a model package.

    Raises:
        BaselineError: One of them is missing or no JSON object.
    """
    monitor = reader.json("AnalysisConfig", dict) if needs_config else reader.json("AnalysisConfig", dict, {})
    return ClarifySettings(monitor, reader.json("BaselineConfig", dict, {}))


def baseline_config(
    settings: ClarifySettings, monitor_type: MonitorType, dataset: Dataset, columns: tuple[str, ...] | None
) -> dict[str, Any]:
    """Return the config of the baseline job: the monitor's, what the job needs beside it, and the user's own keys.

    Args:
        settings: The two properties.
        monitor_type: Bias or explainability.
        dataset: The training data.
        columns: Their column names, where these are known.

    Raises:
        BaselineError: It would compute nothing that the monitor can compare with.
    """
    named = {**settings.monitor.get("methods", {}), **settings.baseline.get("methods", {})}
    all_bias = _ALL_BIAS if monitor_type is MonitorType.MODEL_BIAS and not named.keys() & _ALL_BIAS.keys() else {}
    config = {
        "version": "1.0",
        "dataset_type": _dataset_type(dataset),
        **settings.monitor,
        # A monitor's headers leave columns out that only training data have, such as the label.
        **({"headers": list(columns)} if columns and dataset.has_header else {}),
        **settings.baseline,
        "methods": {**all_bias, "report": _REPORT, **named},
    }
    if monitor_type is MonitorType.MODEL_BIAS:
        _check_bias(config)
    if monitor_type is MonitorType.MODEL_EXPLAINABILITY and not config.get("predictor", {}).get("model_name"):
        raise BaselineError("AnalysisConfig.predictor.model_name is missing: the model whose scores are explained")
    return config


def _check_bias(config: Mapping[str, Any]) -> None:
    # Column 0 is a column, too.
    if all(config.get(key) in (None, "", {}) for key in _PREDICTIONS):
        raise BaselineError(
            f"BaselineConfig has none of {', '.join(_PREDICTIONS)}, so the baseline job would not know what the model "
            "predicts for the dataset; name the column that holds the predictions (predicted_label), a dataset of "
            "them, or the model to ask (predictor.model_name)"
        )
    if _POST_TRAINING not in config["methods"]:
        raise BaselineError(
            f"methods: got {_PRE_TRAINING} without {_POST_TRAINING}, so the baseline would tell nothing of the model, "
            f"which is what a monitor watches; add metrics of {_POST_TRAINING} such as DPPL, or name none for all of "
            "both kinds"
        )


def _dataset_type(dataset: Dataset) -> str:
    if dataset.kind == "json":
        is_lines = str(dataset.format["json"].get("lines", dataset.format["json"].get("line", True))).lower() == "true"
        return "application/jsonlines" if is_lines else "application/json"
    return {"csv": "text/csv", "parquet": "application/x-parquet"}[dataset.kind]
