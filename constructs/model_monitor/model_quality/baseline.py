"""The baseline of a model-quality monitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from model_monitor.baseline.resource import BaselineJob, BaselineResource
from model_monitor.baseline.source import Baseline
from model_monitor.errors import Call, ConfigurationError, OptionName, Setting
from model_monitor.inputs.attributes import attribute_text
from model_monitor.model_quality.alarms import MetricLimit
from model_monitor.model_quality.problem import ProblemType, QualityColumns

# Of a baseline that a job computes: it suggests its own values as limits.
_DEFAULT_TOLERANCE = 0.05


class ModelQualityBaseline(BaselineResource):
    """How good the model was.

    Attributes:
        statistics_uri: Metrics of the baseline.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        baseline: Baseline,
        job: BaselineJob,
        problem: ProblemType,
        columns: QualityColumns | None,
        thresholds: Mapping[str, float | MetricLimit],
        tolerance: float | None,
    ) -> None:
        """Make the resource.

        Args:
            scope: Parent.
            id: Construct id.
            baseline: Where the baseline comes from.
            job: How it is computed.
            problem: What the model predicts.
            columns: Columns of the dataset, if the baseline comes from one.
            thresholds: Limits of single metrics.
            tolerance: Room for all other metrics, as a share of the baseline's own value. `None`: 0.05 for a dataset,
                none for files, whose limits somebody may have written by hand.

        Raises:
            ConfigurationError: A dataset without columns, columns without a dataset, or a tolerance that is no share.
        """
        source = baseline.bind(Construct(scope, f"{id}Source"))
        source.require_statistics()
        if job.preprocessor is not None:
            source.require_no_parquet("preprocessor")
        _require_columns(columns, needed=source.needs_job)
        if columns is not None:
            for name, column in columns.named.items():
                source.require_columns([column], option=("columns", name))
        if tolerance is None:
            tolerance = _DEFAULT_TOLERANCE if source.needs_job else 0
        _require_tolerance(tolerance)
        limits = [
            (name, limit if isinstance(limit, MetricLimit) else MetricLimit.at(limit))
            for name, limit in sorted(thresholds.items())
        ]
        metrics: set[str] = set()
        super().__init__(
            scope,
            id,
            source=source,
            job=job,
            documents={
                "Problem": _problem(problem, columns),
                "Overrides": {
                    "tolerance": tolerance,
                    "margins": {key: at.value for key, at in limits if at.relative_to_baseline},
                    "constraints": {key: {"threshold": at.value} for key, at in limits if not at.relative_to_baseline},
                },
            },
            late={"Metrics": lambda: sorted(metrics)},
        )
        self._metrics = metrics
        self.statistics_uri = self._attribute("StatisticsUri")

    def metric(self, name: str) -> str:
        """The baseline's value of a metric, as a token."""
        self._metrics.add(name)
        return self._attribute(f"Metric.{name}")

    def tells(self, name: str) -> bool:
        """Return whether the baseline's value of a metric was asked for."""
        return name in self._metrics


def _require_columns(columns: QualityColumns | None, *, needed: bool) -> None:
    if needed and columns is None:
        raise ConfigurationError(
            option="columns",
            got="a baseline dataset without columns",
            expected="the columns of predictions and truth",
            fix=("add ", Setting("columns", Call("QualityColumns", ..., ground_truth="label"))),
        )
    if not needed and columns is not None:
        raise ConfigurationError(
            option="columns",
            got="columns with a baseline that needs no dataset",
            expected="columns of a dataset only",
            fix=("leave ", OptionName("columns"), " out: the files have the metrics already"),
        )


def _require_tolerance(tolerance: float) -> None:
    if not 0 <= tolerance <= 1:
        raise ConfigurationError(
            option="tolerance",
            value=tolerance,
            expected="a share of the baseline's value, from 0 to 1",
            fix="write 5 % as 0.05; the metric defines the direction; 0 keeps AWS's suggestion",
        )


def _problem(problem: ProblemType, columns: QualityColumns | None) -> dict[str, Any]:
    named = {
        "inference_attribute": columns and attribute_text(columns.inference),
        "probability_attribute": columns and attribute_text(columns.probability),
        "probability_threshold": problem.attributes.probability_threshold,
        "ground_truth_attribute": columns and columns.ground_truth,
    }
    return {"type": problem.name, **{name: value for name, value in named.items() if value is not None}}
