"""Settings of bias monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from model_monitor import BiasConfig, Facet
from stacks.configuration.alarms import ModelBiasAlarmsConfig
from stacks.configuration.base import StrictModel, joined
from stacks.configuration.baseline import DatasetBaseline, FileBaseline
from stacks.configuration.ground_truth import GroundTruth, ground_truth_of
from stacks.configuration.monitors import CommonMonitorSettings, MonitorConfig
from stacks.configuration.predictions import AttributesConfig
from stacks.configuration.values import Column, Value

if TYPE_CHECKING:
    from model_monitor import ModelMonitoring
    from stacks.configuration.shared import Defaults
    from stacks.imports import Imports


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


class ModelBiasSettings(CommonMonitorSettings):
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

    def add_to(self, monitoring: ModelMonitoring, defaults: Defaults, imports: Imports) -> None:
        """Add the monitor."""
        settings = joined(ModelBiasSettings, self, defaults.model_bias)
        options = settings.options(imports)
        facets = []
        for index, facet in enumerate(self.facets):
            with imports.at("facets", index):
                facets.append(facet.build())
        # Those of the defaults only where they are computed: the library refuses them for files, which hold their own.
        is_computed = isinstance(self.baseline, DatasetBaseline | FileBaseline)
        config = BiasConfig(
            label=self.label,
            label_values=self.label_values,
            facets=facets,
            headers=self.headers,
            group_variable=self.group_variable,
            metrics=settings.metrics if is_computed else self.metrics,
        )
        with imports.at("attributes"):
            attributes = self.attributes.build()
        with imports.at("ground_truth"):
            ground_truth = ground_truth_of(self.ground_truth, imports, options["schedule"])
        with imports.at("baseline"):
            baseline = self.baseline.build(imports)
        with imports.at("alarms"):
            alarms = settings.alarms.build_for(config, imports) if settings.alarms else None
        monitoring.add_model_bias(
            self.id,
            config=config,
            attributes=attributes,
            ground_truth=ground_truth,
            baseline=baseline,
            predicted_label=self.predicted_label,
            dataset_headers=self.dataset_headers,
            alarms=alarms,
            **options,
        )
