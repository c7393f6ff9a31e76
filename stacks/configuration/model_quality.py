"""Settings of model-quality monitors."""

from __future__ import annotations

from stacks.configuration.alarms import Limit, ModelQualityAlarmsConfig
from stacks.configuration.ground_truth import GroundTruth
from stacks.configuration.monitors import MonitorConfig, ScriptedSettings
from stacks.configuration.predictions import Problem, QualityColumnsConfig


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
