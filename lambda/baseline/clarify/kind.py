"""Baselines of SageMaker Clarify: one job, which is told everything by its analysis config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from baseline.clarify.checks import check_dataset
from baseline.clarify.config import ClarifySettings, baseline_config, parse_settings
from baseline.errors import BaselineError
from baseline.jobs.container import Container, job_input
from baseline.kind import NextJob
from baseline.monitor_type import ANALYSIS, CONFIG, MonitorType
from baseline.reader import Reader
from baseline.source.dataset import DatasetFacts, inspect_dataset, location
from baseline.source.forms import Dataset, ModelPackage, Source
from baseline.store import Store
from shared.s3 import S3Uri

_BASELINE_CONFIG = f"baseline/{CONFIG}"
# What a monitor compares its own results with, in the analysis.json of the baseline.
# https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
_COMPARED = {
    MonitorType.MODEL_BIAS: "post_training_bias_metrics",
    MonitorType.MODEL_EXPLAINABILITY: "explanations",
}


@dataclass(frozen=True)
class Clarify:
    """The baseline of a bias or explainability monitor."""

    type: MonitorType
    settings: ClarifySettings

    @classmethod
    def of(cls, reader: Reader, source: Source, monitor_type: MonitorType) -> Clarify:
        """Read the properties.

        Raises:
            BaselineError: One of them is missing or malformed.
        """
        return cls(monitor_type, parse_settings(reader, needs_config=not isinstance(source, ModelPackage)))

    @property
    def config(self) -> Mapping[str, Any]:
        """The analysis config of the monitor; empty where it is the model package's."""
        return self.settings.monitor

    def fingerprint(self) -> dict[str, object]:
        """Return both analysis configs."""
        return {"config": asdict(self.settings), "type": self.type.value}

    def check_dataset(self, dataset: Dataset, facts: DatasetFacts) -> None:
        """Look for columns, labels and enough rows."""
        check_dataset(baseline_config(self.settings, self.type, dataset, facts.columns), dataset, facts)

    def next_job(self, store: Store, folder: S3Uri, dataset: Dataset) -> NextJob:
        """Write both configs; return the one job."""
        config = baseline_config(self.settings, self.type, dataset, inspect_dataset(dataset).columns)
        store.write_json(folder / CONFIG, self.settings.monitor)
        store.write_json(folder / _BASELINE_CONFIG, config)
        # Names and paths as `SageMakerClarifyProcessor` of the SageMaker Python SDK sets them.
        inputs = [
            job_input("dataset", location(dataset.uri), folder="data"),
            job_input("analysis_config", str(folder / _BASELINE_CONFIG), folder="config"),
        ]
        return NextJob(Container(inputs, {}, "analysis_result"), folder)

    def deliver(self, store: Store, folder: S3Uri) -> dict[str, str]:
        """Check that there is something to compare with."""
        analysis, compared = store.read_json(folder / ANALYSIS), _COMPARED[self.type]
        if compared not in analysis:
            raise BaselineError(
                f"{folder / ANALYSIS} holds {', '.join(sorted(analysis)) or 'nothing'}, expected {compared}: a monitor "
                f"of {self.type.value} would have nothing to compare with; check that the analysis config asks for it"
            )
        return {"ConstraintsUri": str(folder / ANALYSIS), "ConfigUri": str(folder / CONFIG)}
