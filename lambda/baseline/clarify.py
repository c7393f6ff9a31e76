"""What is particular to baselines of SageMaker Clarify: the two analysis configs, and what can be told beforehand.

The monitor's config is the user's. The baseline job needs more than that: what kind of data it reads and what it shall
compute, and for bias where the predictions are, which a monitor takes from the captured traffic.
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.dataset import DatasetFacts
from baseline.errors import BaselineError
from baseline.monitor_type import MonitorType
from baseline.reader import Reader
from baseline.source import Dataset

CONFIG = "analysis_config.json"
BASELINE_CONFIG = f"baseline/{CONFIG}"

# What a monitor compares its own results with, in the analysis.json of the baseline.
# https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
COMPARED = {
    MonitorType.MODEL_BIAS: "post_training_bias_metrics",
    MonitorType.MODEL_EXPLAINABILITY: "explanations",
}

_REPORT = {"name": "report", "title": "Baseline"}
_PRE_TRAINING, _POST_TRAINING = "pre_training_bias", "post_training_bias"
_ALL_BIAS = {_PRE_TRAINING: {"methods": "all"}, _POST_TRAINING: {"methods": "all"}}
_PREDICTIONS = ("predictor", "predicted_label", "predicted_label_dataset_uri")
# Clarify itself names no minimum; with a handful of rows it fails in the middle
# (https://github.com/aws/sagemaker-python-sdk/issues/3260), and its metrics mean nothing.
_MIN_ROWS = 10


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


def check_dataset(config: Mapping[str, Any], dataset: Dataset, facts: DatasetFacts) -> None:
    """Tell before a job is paid for that columns are missing, or that there is too little to compute from.

    Args:
        config: The config of the baseline job.
        dataset: Where the data are and how they are written.
        facts: What is known of them.

    Raises:
        BaselineError: The job would fail.
    """
    if dataset.kind != "csv" or facts.columns is None:
        return  # elsewhere columns are found by paths, which only the job can follow
    columns = _columns(config, facts)
    for where, name in _named_columns(config):
        if isinstance(name, str) and name not in columns:
            raise BaselineError(
                f"{where} names {name!r}, which the dataset {dataset.uri} does not have; expected one of its columns: "
                f"{', '.join(columns)}"
            )
        if isinstance(name, int) and not 0 <= name < len(columns):
            raise BaselineError(f"{where}: got column {name}, expected 0 to {len(columns) - 1} in {dataset.uri}")
    if facts.is_whole and len(facts.rows) < _MIN_ROWS:
        raise BaselineError(
            f"the dataset {dataset.uri} has {len(facts.rows)} rows, expected {_MIN_ROWS} at the least: fewer tell "
            "nothing, and Clarify fails on them"
        )
    _check_label_values(config, dataset, facts, columns)


def _check_label_values(
    config: Mapping[str, Any], dataset: Dataset, facts: DatasetFacts, columns: tuple[str, ...]
) -> None:
    """Check that the labels that count as positive occur; a single number on many is a threshold instead."""
    wanted = config.get("label_values_or_threshold")
    if not facts.is_whole or not isinstance(wanted, list) or not wanted:
        return
    for where in ("label", "predicted_label"):
        name = config.get(where)
        if name is None:
            continue
        position = name if isinstance(name, int) else columns.index(name)
        values = Counter(row[position].strip() for row in facts.rows)
        if len(wanted) == 1 and all(map(_is_number, [*values, str(wanted[0])])):
            continue
        if not {_normal(str(value)) for value in wanted} & {_normal(value) for value in values}:
            most = ", ".join(repr(value) for value, _ in values.most_common(5))
            raise BaselineError(
                f"label_values_or_threshold: got {wanted!r}, none of which occurs in column {name!r} ({where}) of "
                f"{dataset.uri}; expected some of its values: {most}"
            )


def _columns(config: Mapping[str, Any], facts: DatasetFacts) -> tuple[str, ...]:
    assert facts.columns is not None
    headers = config.get("headers")
    if not headers:
        return facts.columns
    if len(headers) != len(facts.columns):
        raise BaselineError(
            f"headers: got {len(headers)} names, expected {len(facts.columns)}, as many as the baseline's dataset has "
            "columns; give the baseline's own list under BaselineConfig.headers if the monitor's is another"
        )
    return tuple(headers)


def _named_columns(config: Mapping[str, Any]) -> list[tuple[str, object]]:
    named = [(key, config.get(key)) for key in ("label", "predicted_label", "group_variable")]
    named += [(f"facet[{number}]", facet.get("name_or_index")) for number, facet in enumerate(config.get("facet", []))]
    return [(where, name) for where, name in named if name is not None]


def _dataset_type(dataset: Dataset) -> str:
    if dataset.kind == "json":
        is_lines = str(dataset.format["json"].get("lines", dataset.format["json"].get("line", True))).lower() == "true"
        return "application/jsonlines" if is_lines else "application/json"
    return {"csv": "text/csv", "parquet": "application/x-parquet"}[dataset.kind]


def _is_number(text: str) -> bool:
    return isinstance(_normal(text), float)


def _normal(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
