"""The baseline of a bias or explainability monitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from model_monitor.baseline import Baseline
from model_monitor.baseline_files import BaselineFiles, BaselineJob
from model_monitor.errors import ConfigurationError


class ClarifyBaseline(BaselineFiles):
    """What Clarify found in the training data.

    Attributes:
        config_uri: Clarify's configuration of runs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        baseline: Baseline,
        job: BaselineJob,
        config: Mapping[str, Any],
        dataset_config: Mapping[str, Any] | None,
    ) -> None:
        """Makes the resource.

        Args:
            scope: Parent.
            id: Construct id.
            baseline: Where the baseline comes from.
            job: How it is computed.
            config: Clarify's configuration of runs.
            dataset_config: What is added to it for the baseline's dataset; `None` if there is nothing to compute from.

        Raises:
            ConfigurationError: A dataset from which nothing can be computed.
        """
        source = baseline.bind(Construct(scope, f"{id}Source"))
        documents: dict[str, Any] = {"AnalysisConfig": dict(config)}
        if source.needs_job and dataset_config is None:
            raise ConfigurationError(
                got="a baseline dataset without a column of predictions",
                expected="one, since bias is measured in what the model predicts",
                fix='pass predicted_label="..."',
            )
        if source.needs_job:
            documents["BaselineConfig"] = dict(dataset_config or {})
        super().__init__(scope, id, source=source, job=job, documents=documents, named={})
        self.config_uri = self._attribute("ConfigUri")
