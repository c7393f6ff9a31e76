"""Settings of model-quality monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.configuration.alarms import Limit, ModelQualityAlarmsConfig, limits_of
from stacks.configuration.base import joined
from stacks.configuration.ground_truth import GroundTruth, ground_truth_of
from stacks.configuration.monitors import MonitorConfig, ScriptedSettings
from stacks.configuration.predictions import Problem, QualityColumnsConfig

if TYPE_CHECKING:
    from model_monitor import ModelMonitoring
    from stacks.configuration.shared import Defaults
    from stacks.imports import Imports


class ModelQualitySettings(ScriptedSettings):
    """What model-quality monitors can share."""

    thresholds: dict[str, Limit] | None = None
    """From when on single metrics violate: name to number, or to `{worse_by: 0.1}` for a limit relative to the
    baseline. Left out: `tolerance` decides."""
    tolerance: float | None = None
    """How much worse than the baseline every other metric may be before it violates, as a share of the baseline's value
    (0 to 1). 0 keeps the limits of the baseline; those that a job suggests break by chance in about every second run.
    Left out: 0.05 where a job computes the baseline; 0 where it is files or a model package, whose limits are taken as
    somebody wrote them."""
    alarms: ModelQualityAlarmsConfig | None = None
    """Left out: any violation, failed runs, silence, missing traffic and missing labels."""


class ModelQualityConfig(ModelQualitySettings, MonitorConfig):
    """A monitor of how good predictions turn out to be once the truth is known."""

    DEFAULT_NAME = "ModelQuality"

    problem: Problem
    """What the model predicts, and where it is in captured records."""
    ground_truth: GroundTruth
    """Where labels are put, and how long they take to arrive."""
    columns: QualityColumnsConfig | None = None
    """Columns of the baseline's dataset; needed with a dataset or file only."""

    def add_to(self, monitoring: ModelMonitoring, defaults: Defaults, imports: Imports) -> None:
        """Add the monitor."""
        settings = joined(ModelQualitySettings, self, defaults.model_quality)
        with imports.at("problem"):
            problem = self.problem.build()
        with imports.at("columns"):
            columns = self.columns.build(problem) if self.columns else None
        options = settings.options(imports)
        with imports.at("ground_truth"):
            ground_truth = ground_truth_of(self.ground_truth, imports, options["schedule"])
        with imports.at("baseline"):
            baseline = self.baseline.build(imports)
        for name in settings.thresholds or {}:
            with imports.at("thresholds", name):
                problem.require_threshold(name)
        thresholds = limits_of(settings.thresholds or {}, problem, imports, "thresholds")
        with imports.at("alarms"):
            alarms = settings.alarms.build_for(problem, imports) if settings.alarms else None
        monitoring.add_model_quality(
            self.id,
            problem=problem,
            ground_truth=ground_truth,
            baseline=baseline,
            columns=columns,
            thresholds=None if settings.thresholds is None else thresholds,
            alarms=alarms,
            tolerance=settings.tolerance,
            **settings.scripts(),
            **options,
        )
