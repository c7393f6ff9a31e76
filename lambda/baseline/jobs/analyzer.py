"""What Model Monitor's analyzer is given, for data quality and for model quality.

Contract of the image: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-containers.html; names of
inputs, paths and variables as the SageMaker Python SDK sets them in `DefaultModelMonitor.suggest_baseline` and
`ModelQualityMonitor.suggest_baseline`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from baseline.jobs.container import INPUTS, OUTPUT_PATH, Container, job_input
from baseline.reader import Reader
from baseline.source.dataset import location
from baseline.source.forms import Dataset

_DATASET_INPUT = "baseline_dataset_input"


@dataclass(frozen=True)
class Scripts:
    """S3 locations of scripts: one sees every record first, one runs at the end."""

    preprocessor: str | None
    postprocessor: str | None

    @classmethod
    def of(cls, reader: Reader) -> Scripts:
        """Read the user's scripts."""
        return cls(reader.optional_text("PreprocessorUri"), reader.optional_text("PostprocessorUri"))

    @property
    def uris(self) -> list[str | None]:
        """Both."""
        return [self.preprocessor, self.postprocessor]


def analyzer_container(dataset: Dataset, scripts: Scripts, environment: Mapping[str, str] | None = None) -> Container:
    """Return what the analyzer is given.

    Args:
        dataset: The training data; for model quality with predictions and labels.
        scripts: The user's, or a generated one.
        environment: Further variables.
    """
    inputs = [job_input(_DATASET_INPUT, location(dataset.uri))]
    variables = {
        "dataset_format": json.dumps(dataset.format),
        "dataset_source": str(INPUTS / _DATASET_INPUT),
        "output_path": OUTPUT_PATH,
        "publish_cloudwatch_metrics": "Disabled",
        **(environment or {}),
    }
    names = ("record_preprocessor_script", "post_analytics_processor_script")
    for name, uri in zip(names, scripts.uris, strict=True):
        if uri:
            inputs.append(job_input(f"{name}_input", uri))
            variables[name] = str(INPUTS / f"{name}_input" / PurePosixPath(uri).name)
    return Container(inputs, variables, "monitoring_output")
