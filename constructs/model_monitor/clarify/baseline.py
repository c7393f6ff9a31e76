"""The baseline of a bias or explainability monitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs import Construct

from model_monitor.baseline.resource import BaselineJob, BaselineResource
from model_monitor.baseline.source import Baseline, BaselineSource
from model_monitor.errors import ConfigurationError, OptionName, OptionPath, Setting


class ClarifyBaseline(BaselineResource):
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
        dataset_options: Mapping[str, object],
        dataset_columns: Mapping[OptionPath, Sequence[str | int | None]],
    ) -> None:
        """Make the resource.

        Args:
            scope: Parent.
            id: Construct id.
            baseline: Where the baseline comes from.
            job: How it is computed.
            config: Clarify's configuration of runs.
            dataset_config: What is added to it for the baseline's dataset; `None` if there is nothing to compute from.
            dataset_options: What the user said of the dataset, by the names of the options.
            dataset_columns: Columns that it must have, by the options that name them.

        Raises:
            ConfigurationError: A dataset from which nothing can be computed or that lacks a column, or options of a
                dataset without one.
        """
        source = baseline.bind(Construct(scope, f"{id}Source"))
        documents: dict[str, Any] = {"AnalysisConfig": dict(config)}
        if source.needs_job and dataset_config is None:
            raise ConfigurationError(
                option="predicted_label",
                got="a baseline dataset without a column of predictions",
                expected="one, since bias is measured in what the model predicts",
                fix=("add ", Setting("predicted_label")),
            )
        if not source.needs_job:
            _require_none(dataset_options)
        else:
            _require_columns(source, dataset_options.get("dataset_headers"), dataset_columns)
            documents["BaselineConfig"] = dict(dataset_config or {})
        super().__init__(scope, id, source=source, job=job, documents=documents, late={})
        self.config_uri = self._attribute("ConfigUri")


def _require_columns(
    source: BaselineSource, headers: object, columns: Mapping[OptionPath, Sequence[str | int | None]]
) -> None:
    """Check a local dataset against what is said of it: the job finds the same, minutes later."""
    if isinstance(headers, Sequence):  # they rename the columns, and were held against the options already
        source.require_width(len(headers), option=("dataset_headers",))
        return
    for option, names in columns.items():
        source.require_columns([name for name in names if isinstance(name, str)], option=option)


def _require_none(dataset_options: Mapping[str, object]) -> None:
    given = [name for name, value in dataset_options.items() if value is not None]
    if given:
        raise ConfigurationError(
            option=given[0],
            got=(OptionName(given[0]), " with a baseline that needs no dataset"),
            expected="options of a dataset only where there is one: the files hold the results already",
            fix=("leave ", OptionName(given[0]), " out"),
        )
