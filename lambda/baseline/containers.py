"""What the container of a baseline job is given.

Contract of the analyzer image: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-containers.html;
names of inputs, paths and variables as the SageMaker Python SDK sets them in `DefaultModelMonitor.suggest_baseline`,
`ModelQualityMonitor.suggest_baseline` and `SageMakerClarifyProcessor`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from baseline.properties import Properties
from baseline.source import Dataset
from shared.s3 import S3Uri

OUTPUT_PATH = "/opt/ml/processing/output"
_INPUTS = PurePosixPath("/opt/ml/processing/input")
_DATASET_INPUT = "baseline_dataset_input"


@dataclass(frozen=True)
class Container:
    """Inputs (as `CreateProcessingJob` wants them), variables that the job sets itself, and the name of the output."""

    inputs: list[dict[str, Any]]
    environment: Mapping[str, str]
    output_name: str


def analyzer_container(properties: Properties, dataset: Dataset, preprocessor_uri: str | None) -> Container:
    """Return what Model Monitor's analyzer is given, for data quality and for model quality.

    Args:
        properties: What the stack asks for.
        dataset: The training data; for model quality with predictions and labels.
        preprocessor_uri: Script that sees every record first: the user's, or the generated one.
    """
    scripts = {
        "record_preprocessor_script": preprocessor_uri,
        "post_analytics_processor_script": properties.postprocessor_uri,
    }
    inputs = [_input(_DATASET_INPUT, str(dataset.uri))]
    environment = {
        "dataset_format": json.dumps(dataset.format),
        "dataset_source": str(_INPUTS / _DATASET_INPUT),
        "output_path": OUTPUT_PATH,
        "publish_cloudwatch_metrics": "Disabled",
        **(properties.problem.environment() if properties.problem else {}),
    }
    for variable, uri in scripts.items():
        if uri:
            inputs.append(_input(f"{variable}_input", uri))
            environment[variable] = str(_INPUTS / f"{variable}_input" / PurePosixPath(uri).name)
    return Container(inputs, environment, "monitoring_output")


def clarify_container(dataset: Dataset, config: S3Uri) -> Container:
    """Return what SageMaker Clarify is given: everything it wants to know is in the config."""
    inputs = [
        _input("dataset", str(dataset.uri), folder="data"),
        _input("analysis_config", str(config), folder="config"),
    ]
    return Container(inputs, {}, "analysis_result")


def _input(name: str, uri: str, *, folder: str | None = None) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": str(_INPUTS / (folder or name)),
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
            "S3CompressionType": "None",
        },
    }
