"""Settings of bias monitors."""

from __future__ import annotations

from pydantic import Field

from model_monitor import Facet
from stacks.configuration.alarms import ModelBiasAlarmsConfig
from stacks.configuration.base import StrictModel
from stacks.configuration.ground_truth import GroundTruth
from stacks.configuration.monitors import MonitorConfig, MonitorSettings
from stacks.configuration.predictions import AttributesConfig
from stacks.configuration.values import Column, Value


class FacetConfig(StrictModel):
    """A column that tells groups apart."""

    name: Column
    """Name of the column, or its position."""
    values: list[Value] = Field(default_factory=list)
    """Values of the sensitive group; a single number on a column of many different numbers is a lower bound that the
    group lies above. Left out: every value is a group of its own."""

    def build(self) -> Facet:
        """Return the library's facet."""
        return Facet.of(self.name, *self.values)


class ModelBiasSettings(MonitorSettings):
    """What bias monitors can share."""

    metrics: list[str] | None = None
    """Short names of the metrics that are computed from the baseline's dataset, and that runs are therefore compared
    in. Each can go wrong by chance: name those that matter to you. Not with a baseline of files, which holds what it
    holds. Left out: all."""
    alarms: ModelBiasAlarmsConfig | None = None
    """Left out: any violation, failed runs, silence, missing traffic and missing labels."""


class ModelBiasConfig(ModelBiasSettings, MonitorConfig):
    """A monitor of whether the model treats groups of people alike."""

    DEFAULT_NAME = "ModelBias"

    label: Column
    """Column of the true outcome: its name, or its position."""
    label_values: list[Value]
    """Outcomes that are good for people; a single number on a column of many different numbers is a lower bound."""
    facets: list[FacetConfig]
    """Groups that are compared with everybody else."""
    attributes: AttributesConfig
    """Where predictions are in captured records."""
    ground_truth: GroundTruth
    """Where labels are put, and how long they take to arrive."""
    group_variable: Column | None = None
    """Column that explains differences, needed by CDDL and CDDPL. Left out: none."""
    headers: list[str] | None = None
    """Names of the model's inputs, in their order, and of the label. Left out: columns are named by their positions."""
    predicted_label: Column | None = None
    """Column of the predictions in the baseline's dataset; needed with a dataset or file only."""
    dataset_headers: list[str] | None = None
    """Names of the dataset's columns. Left out: those of `headers`, or the dataset has them."""
